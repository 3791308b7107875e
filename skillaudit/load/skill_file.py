"""Turn the bytes of one skill file into a draft of a skill, or into a reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from skillaudit.load.decoding import decode, first_hidden
from skillaudit.load.defects import Problem
from skillaudit.load.draft import MAX_KEPT, Draft, Rejected
from skillaudit.load.fences import split
from skillaudit.load.fields import Fields, FieldValue, read_dressed, read_fields
from skillaudit.load.prose import first_paragraph
from skillaudit.load.spec import (
    body_problems,
    description_problems,
    key_problems,
    name_problems,
)
from skillaudit.safety.cleaning import clean, collapse, hidden_trace, one_line, removed_classes

_FALSE = frozenset({"", "0", "false", "no", "none", "null", "off", "~"})
_TRUE = frozenset({"1", "on", "true", "yes"})

_NESTED = ("sequence", "mapping")
_ADDRESSES = ("homepage", "repository", "repo")
_TOOLS = """
bash sh zsh curl wget jq git gh python python3 uv uvx pip pip3 node npm npx bun deno pnpm yarn go cargo docker ffmpeg
ssh rg grep sed awk date cat openssl make brew mcporter tmux
"""
_ANYTHING = frozenset(_TOOLS.split())
"""Programs that say nothing of what a skill is for."""


def parse_skill(data: bytes, *, folder: str, fallback: str = "", complete: bool = True) -> Draft | Rejected:
    """Parse the bytes of a skill file; never raises.

    `folder` is the name that the skill should have, empty where there is nothing to compare with;
    `fallback` stands in for a missing name. `complete` is False when the file went on after `data`.
    A missing description is taken from the first paragraph of the body, as Claude Code does; a file
    with neither is rejected as `no-description`, one without content as `empty-file`.
    """
    problems: list[Problem] = []
    raw = decode(data, complete, problems)
    if not raw.strip("\x00 \t\r\n\ufeff"):
        return Rejected("empty-file", "empty file")
    text = clean(raw)
    last = text.count("\n") + 1
    block = split(text)
    read = read_fields(block.lines, block.first_line) if block.found else Fields({}, ())
    fields, body = dict(read.fields), block.body
    if not fields and any(line.strip() for line in block.lines):
        # A rule between paragraphs was taken for a fence: the whole file is the body.
        body = text
        problems.append(Problem("no-frontmatter", block.first_line))
    else:
        problems += block.problems + read.problems
    if not fields:
        _adopt_dressed_keys(text, fields, problems)
    body = body.strip("\n")
    name, name_line = _name(fields, folder or fallback, problems)
    description, description_line = _description(fields, body, problems)
    if not name:
        return Rejected("no-name", "no name in the file and none to take from its folder")
    if not description:
        return Rejected("no-description", "no description, and no text in the body to take one from")
    if text != raw and (classes := removed_classes(raw.replace("\x00", ""))):
        problems.append(Problem("hidden-characters", first_hidden(raw), ", ".join(classes)))
    problems += name_problems(name, folder, name_line)
    problems += description_problems(description, name, description_line)
    name, description = name[:MAX_KEPT].rstrip(), description[:MAX_KEPT].rstrip()
    problems += key_problems(fields)
    problems += body_problems(body, block.first_line + len(block.lines) + 1 if block.found else 1)
    if any(problem.kind == "hidden-characters" for problem in problems):
        trace = hidden_trace(raw)
        problems = [
            problem._replace(content=trace) if problem.kind == "hidden-characters" else problem
            for problem in problems
        ]
    manual = _flag(fields, "disable-model-invocation", False)
    return Draft(
        name=name,
        description=description,
        body=body,
        when_to_use=one_line(fields["when-to-use"].text) if "when-to-use" in fields else "",
        manual_only=manual,
        manual_by=("frontmatter",) if manual else (),
        user_invocable=_flag(fields, "user-invocable", True),
        declared_router=_declares_router(fields),
        name_line=name_line,
        description_line=description_line,
        problems=[problem._replace(line=min(max(problem.line, 1), last)) for problem in problems],
        lacks=_lacks({problem.kind for problem in problems}),
        globs=_globs(fields),
        programs=_programs(fields),
        homepage=_homepage(fields),
        names_us=b"skillaudit" in text.encode("utf-8", "replace").lower(),  # faster than all of Unicode
    )


_UNREAD = frozenset(
    {"no-frontmatter", "blank-before-frontmatter", "text-before-frontmatter", "frontmatter-in-code-fence",
     "frontmatter-unfenced", "bad-opening-fence", "unterminated-frontmatter", "empty-frontmatter"}
)  # fmt: skip
_NOT_YAML = frozenset(
    {"yaml-invalid", "unquoted-colon", "unquoted-indicator", "text-after-block-indicator", "bad-escape",
     "unclosed-quote", "line-without-key", "broken-flow", "frontmatter-not-mapping"}
)  # fmt: skip
_ABSENT = {
    "no-name": "name",
    "no-description": "description",
    "empty-description": "description",
    "description-not-text": "description",
}


def _lacks(kinds: set[str]) -> tuple[str, ...]:
    """Return what a strict client does not find in a file, of `frontmatter`, `yaml`, `name` and `description`."""
    found = {_ABSENT[kind] for kind in kinds if kind in _ABSENT}
    found |= {"frontmatter"} if kinds & _UNREAD else {"yaml"} if kinds & _NOT_YAML else set()
    return tuple(sorted(found))


def _globs(fields: dict[str, FieldValue]) -> tuple[str, ...]:
    """Return the patterns of the `paths` key, a list or words between commas."""
    got = fields.get("paths")
    if got is None:
        return ()
    data = got.data if isinstance(got.data, list) else got.text.split(",")
    return tuple(one_line(str(item))[:200] for item in data[:50] if str(item).strip())


def _mappings(fields: dict[str, FieldValue]) -> Iterator[dict[object, object]]:
    """Yield `metadata` and the mappings of clients in it."""
    data = fields["metadata"].data if "metadata" in fields else None
    if isinstance(data, dict):
        yield data
        yield from (nested for nested in data.values() if isinstance(nested, dict))


def _programs(fields: dict[str, FieldValue]) -> tuple[str, ...]:
    """Return what `metadata: {CLIENT: {requires: {bins: [...]}}}` names, tools for anything left out."""
    found: list[str] = []
    for mapping in _mappings(fields):
        needs = mapping.get("requires")
        bins = needs.get("bins") if isinstance(needs, dict) else None
        found += [str(each).strip().casefold()[:100] for each in bins[:20]] if isinstance(bins, list) else []
    return tuple(dict.fromkeys(name for name in found if name and name not in _ANYTHING))


def _homepage(fields: dict[str, FieldValue]) -> str:
    """Return the address of the project that a skill is for, without scheme and `www`."""
    told = [fields[key].text for key in _ADDRESSES if key in fields and fields[key].shape not in _NESTED]
    told += [str(mapping[key]) for mapping in _mappings(fields) for key in _ADDRESSES if key in mapping]
    for address in told:
        if match := re.match(r"https?://(?:www\.)?([^\s?#]{3,200})", address.strip(), re.IGNORECASE):
            return match[1].casefold().rstrip("/").removesuffix(".git")
    return ""


def _adopt_dressed_keys(text: str, fields: dict[str, FieldValue], problems: list[Problem]) -> None:
    """Take name and description from translated or decorated keys near the top of the file."""
    found: list[Problem] = []
    read = read_dressed(tuple(text.split("\n")[:40]), 1, found)
    if "description" in read:
        fields.update(read)
        problems += found


def _name(fields: dict[str, FieldValue], fallback: str, problems: list[Problem]) -> tuple[str, int]:
    got = fields.get("name")
    name = one_line(got.text) if got else ""
    line = got.line if got else 1
    if not name:
        name = one_line(fallback)
        problems.append(Problem("no-name", line, name))
    elif got and got.shape == "plain" and _reads_as_other_type(name):
        problems.append(Problem("name-not-text", line, name))
    elif got and got.shape in ("sequence", "mapping"):
        problems.append(Problem("name-not-text", line, name[:80]))
    return name, line


def _reads_as_other_type(name: str) -> bool:
    return name.lower() in (_TRUE | _FALSE) - {"0", "1", "none"} or bool(
        re.fullmatch(r"[-+]?(?:\d[\d_]*(?:\.\d*)?(?:[eE][-+]?\d+)?|0x[0-9a-fA-F]+|0o[0-7]+)", name)
    )


def _description(fields: dict[str, FieldValue], body: str, problems: list[Problem]) -> tuple[str, int]:
    got = fields.get("description")
    text = one_line(got.text) if got else ""
    line = got.line if got else 1
    if got and got.shape in ("sequence", "mapping"):
        problems.append(Problem("description-not-text", line))
    if not text:
        text = first_paragraph(body)
        problems.append(Problem("empty-description" if got else "no-description", line))
    return text, line


def _flag(fields: dict[str, FieldValue], key: str, default: bool) -> bool:
    got = fields.get(key)
    word = collapse(got.text).lower() if got else ""
    return True if word in _TRUE else False if word in _FALSE and word else default


def _declares_router(fields: dict[str, FieldValue]) -> bool:
    """Read `metadata: {skillaudit-router: true}` or `metadata: {skillaudit: {router: true}}`.

    Any value that does not mean no counts, so that the value can be the reason.
    """
    data = fields["metadata"].data if "metadata" in fields else None
    if not isinstance(data, dict):
        return False
    value = data.get("skillaudit-router", data.get("skillaudit_router"))
    nested = data.get("skillaudit")
    if value is None and isinstance(nested, dict):
        value = nested.get("router")
    return value is not None and str(value).strip().lower() not in _FALSE


def implicit_invocation_allowed(lines: Sequence[str]) -> bool:
    """Read Codex's `agents/openai.yaml`: False when `allow_implicit_invocation` is false in it."""
    pattern = re.compile(r"\s*[\"']?(?:policy\s*:\s*\{\s*)?allow_implicit_invocation[\"']?\s*:\s*[\"']?(\w+)")
    for line in lines:
        if match := pattern.match(line):
            return match[1].lower() not in _FALSE
    return True
