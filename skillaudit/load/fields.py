"""Read keys and values from a frontmatter: strict YAML first, then line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from skillaudit.load.defects import Problem
from skillaudit.load.yaml_block import (
    InvalidError,
    NotMappingError,
    TooComplexError,
    Value,
    parse_mapping,
)
from skillaudit.reading.yaml_text import Shape
from skillaudit.safety.cleaning import collapse


class FieldValue(NamedTuple):
    """One value as a skill uses it."""

    text: str
    """Scalars as text; lists and mappings as their source text on one line."""
    line: int
    """Line of the key in the file, from 1."""
    shape: Shape
    data: object = ""
    """The nested value, where YAML could read it."""


class Fields(NamedTuple):
    """Everything that a frontmatter says; keys in lower case with hyphens."""

    fields: Mapping[str, FieldValue]
    problems: tuple[Problem, ...]


_TOP_KEY = re.compile(
    r"(?P<quote>[\"']?)(?P<key>[A-Za-z_][\w.-]{0,60})(?P=quote)\s*[:：](?:\s+|$)(?P<value>.*)$"
)
# Keys that a translation or a Markdown renderer has dressed up: `**名称：** x`, `## name: x`.
_DRESSED_KEY = re.compile(
    r"[\s#>*_-]*(?P<key>name|description|名称|名字|技能名称|描述|说明)\**\s*[:：]\s*\**\s*(?P<value>\S.*)$",
    re.IGNORECASE,
)
_TRANSLATED = {
    "名称": "name",
    "名字": "name",
    "技能名称": "name",
    "描述": "description",
    "说明": "description",
}
_BARE_KEY = re.compile(r"(?P<key>name|description)\s+(?P<value>\S.*)$", re.IGNORECASE)
_ONE_LINE = re.compile(
    r"[#\s]*name\s*:\s*(?P<name>\S.*?)\s+description\s*:\s*(?P<description>\S.*?)"
    r"(?:\s+(?:version|metadata|homepage|license|author|tags|allowed-tools|user-invocable|disable-model-invocation)"
    r"\s*:.*)?$",
    re.IGNORECASE,
)
_BLOCK_TEXT = re.compile(r"[|>][+-]?\d?[+-]?\s+(?P<text>[^\s#].*)$")
_MAX_KEYS = 400
_ESCAPES = {'\\"': '"', "\\'": "'", "\\n": "\n", "\\t": "\t", "\\/": "/", "\\\\": "\\"}


def read_fields(lines: tuple[str, ...], first_line: int) -> Fields:
    """Return the fields of a frontmatter whose first line has number `first_line` in the file.

    Strict YAML decides where it can. Otherwise every top-level key is read on its own, so that one
    broken value costs only itself. Never fails.
    """
    problems: list[Problem] = []
    try:
        mapping = parse_mapping("\n".join(lines) + "\n")
    except InvalidError as error:
        line = first_line + min(error.line or 0, max(len(lines) - 1, 0))
        problems.append(_explain(error, lines, first_line, line))
        fields = _read_by_key(lines, first_line)
    except TooComplexError:
        problems.append(Problem("frontmatter-too-complex", first_line))
        fields = _read_by_key(lines, first_line)
    except NotMappingError as error:
        fields = read_dressed(lines, first_line, problems)
        kind = "empty-frontmatter" if error.empty and not fields else "frontmatter-not-mapping"
        problems.append(Problem(kind, first_line))
    else:
        fields = {}
        if mapping.aliases:
            problems.append(Problem("yaml-alias", first_line))
        if mapping.odd_key:
            problems.append(Problem("yaml-invalid", first_line, "a list or a mapping stands as a key"))
        if mapping.hidden is not None:
            line, classes = mapping.hidden
            problems.append(Problem("hidden-characters", first_line + line, ", ".join(classes)))
        for key in mapping.repeated:
            problems.append(Problem("duplicate-key", first_line + mapping.values[key].key_line, key))
        for key, value in mapping.values.items():
            _add(fields, key, _field(value, lines, first_line), problems)
            if value.shape == "plain" and value.end[0] < len(lines):
                rest = lines[value.end[0]][value.end[1] :]
                if re.match(r"\s+#", rest) and key.lower() in ("name", "description"):
                    problems.append(
                        Problem("comment-in-value", first_line + value.end[0], collapse(rest)[:60])
                    )
        return Fields(fields, tuple(problems))
    if "description" not in fields:
        fields = {**fields, **read_dressed(lines, first_line, problems)}
    return Fields(fields, tuple(problems))


def _add(fields: dict[str, FieldValue], key: str, field: FieldValue, problems: list[Problem]) -> None:
    name = key.strip().lower().replace("_", "-")
    if name in ("name", "description") and key != name:
        problems.append(Problem("key-case", field.line, key))
        if name in fields:
            return
    fields[name] = field


def _field(value: Value, lines: tuple[str, ...], first_line: int) -> FieldValue:
    line = first_line + value.key_line
    if value.shape in ("sequence", "mapping"):
        return FieldValue(_source(value, lines), line, value.shape, value.data)
    text = value.data if isinstance(value.data, str) else ""
    if value.shape == "plain" and text in ("", "~", "null", "Null", "NULL"):
        text = ""
    return FieldValue(text, line, value.shape, text)


def _source(value: Value, lines: tuple[str, ...]) -> str:
    """Return the source text of a nested value on one line, without the marks of block lists."""
    (from_line, from_column), (to_line, to_column) = value.start, value.end
    taken = list(lines[from_line : to_line + 1])
    if not taken:
        return ""
    if to_line < len(lines):
        taken[-1] = taken[-1][:to_column]
    taken[0] = taken[0][from_column:] if len(taken) > 1 else lines[from_line][from_column : to_column or None]
    if not taken[0].lstrip().startswith(("[", "{")):
        taken = [re.sub(r"^\s*-\s+", "", line) for line in taken]
    return collapse(" ".join(taken))


def _chunks(lines: tuple[str, ...]) -> list[tuple[int, list[str]]]:
    """Cut lines at every top-level key; what stands before the first key is left out."""
    chunks: list[tuple[int, list[str]]] = []
    for index, line in enumerate(lines):
        if _TOP_KEY.match(line) and len(chunks) < _MAX_KEYS:
            chunks.append((index, [line]))
        elif chunks:
            chunks[-1][1].append(line)
    return chunks


def _read_by_key(lines: tuple[str, ...], first_line: int) -> dict[str, FieldValue]:
    fields: dict[str, FieldValue] = {}
    ignored: list[Problem] = []
    for index, chunk in _chunks(lines):
        match = _TOP_KEY.match(chunk[0])
        if match is None:
            continue
        try:
            mapping = parse_mapping("\n".join(chunk) + "\n")
            value = next(iter(mapping.values.values()))
            if value.shape == "alias" or len(mapping.values) != 1:
                raise NotMappingError(empty=False)
            field = _field(value._replace(key_line=0), tuple(chunk), first_line + index)
        except (InvalidError, NotMappingError, TooComplexError):
            text = _raw_value([match["value"], *chunk[1:]])
            field = FieldValue(text, first_line + index, "plain", text)
        _add(fields, match["key"], field, ignored)
    return fields


def _raw_value(parts: list[str]) -> str:
    """Read a value that YAML cannot: drop the marks around it, keep its words."""
    head = parts[0].strip()
    if match := _BLOCK_TEXT.match(head):
        head = match["text"]
    text = collapse(" ".join([head, *(part for part in parts[1:] if not re.match(r"\s*#(?!#)", part))]))
    quote = text[:1]
    if quote in ('"', "'"):
        text = text[1:]
        close = text.rfind(quote)
        # Text after the closing quote is kept: it was meant to be read.
        if close >= 0 and (close == len(text) - 1 or text[close + 1 : close + 2] == " "):
            text = text[:close] + text[close + 1 :]
        if quote == '"':
            text = re.sub(r"\\[\"'nt/\\]", lambda match: _ESCAPES[match[0]], text)
        else:
            text = text.replace("''", "'")
    return collapse(text)


def read_dressed(lines: tuple[str, ...], first_line: int, problems: list[Problem]) -> dict[str, FieldValue]:
    """Look for name and description under translated, decorated or colon-less keys."""
    fields: dict[str, FieldValue] = {}
    for index, line in enumerate(lines):
        number = first_line + index
        line = collapse(line[:4096])
        if match := _ONE_LINE.match(line):
            for key in ("name", "description"):
                fields.setdefault(key, FieldValue(_raw_value([match[key]]), number, "plain"))
            continue
        dressed = _DRESSED_KEY.match(line) or _BARE_KEY.match(line)
        if dressed is None:
            continue
        key = _TRANSLATED.get(dressed["key"], dressed["key"].lower())
        if key not in fields:
            fields[key] = FieldValue(_raw_value([dressed["value"].strip("*“”")]), number, "plain")
            if dressed["key"] in _TRANSLATED and not any(p.kind == "translated-keys" for p in problems):
                problems.append(Problem("translated-keys", number, dressed["key"]))
    return fields


def _explain(error: InvalidError, lines: tuple[str, ...], first_line: int, line: int) -> Problem:
    """Name the cause that a person can act on, with the line it stands on."""
    for index, chunk in _chunks(lines):
        try:
            parse_mapping("\n".join(chunk) + "\n")
        except (NotMappingError, TooComplexError):
            continue
        except InvalidError as own:
            match = _TOP_KEY.match(chunk[0])
            if match is not None:
                kind = _cause(match["key"].lower(), match["value"].strip(), chunk, own.problem)
                return Problem(kind, first_line + index, f"{match['key']}: {own.problem}")
    for index, text in enumerate(lines):
        if text.strip() and not text.startswith(("#", " ", "\t", "-")) and not _TOP_KEY.match(text):
            return Problem("line-without-key", first_line + index, collapse(text)[:60])
    return Problem("yaml-invalid", line, error.problem)


_CAUSE_BY_WORDS = (
    ("escape", "bad-escape"),
    ("hexdecimal", "bad-escape"),
    ("hexadecimal", "bad-escape"),
    ("mapping values", "unquoted-colon"),
    ("cannot start any token", "unquoted-indicator"),
    ("alphabetic or numeric", "unquoted-indicator"),
    ("',' or", "broken-flow"),
    ("expected ':'", "line-without-key"),
)


def _cause(key: str, value: str, chunk: list[str], problem: str) -> str:
    """Return the kind of defect behind a value that YAML rejects: by its look, else by the parser's words."""
    if _BLOCK_TEXT.match(value):
        return "text-after-block-indicator"
    said = next((kind for words, kind in _CAUSE_BY_WORDS if words in problem), "yaml-invalid")
    if said == "bad-escape":
        return said
    if value[:1] == "{" and key not in ("name", "description"):
        return "broken-flow"
    if value[:1] in ('"', "'") or any(
        re.match(r"""\s+-\s+(["']).*\1\s+[^\s#]""", line) for line in chunk[1:]
    ):
        return "unclosed-quote"
    if value and value[0] in "*&!@`%[{,?-|>]}#":
        return "unquoted-indicator"
    if re.search(r":(\s|$)", value):
        return "unquoted-colon"
    return said
