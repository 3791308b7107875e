"""Suppressions written in skill files: `metadata` keys and HTML comments in the body.

metadata:
  skillaudit-ignore: SA203 because the demo skill is meant to lose
  skillaudit-ignore-SA202: twins by design

<!-- skillaudit: ignore SA201, SA202 because these are translations of each other -->
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from skillaudit.disk.reading import read_file
from skillaudit.gate.suppressions import Suppression
from skillaudit.load.fences import split
from skillaudit.load.fields import read_fields
from skillaudit.load.place import file_of
from skillaudit.reading.limits import SKILL
from skillaudit.safety.cleaning import clean
from skillaudit.schema import Location, Skill

_COMMENT = re.compile(r"<!--\s*skillaudit\s*:\s*ignore\b(?P<rest>(?:(?!-->)[^\n]){0,500})-->", re.IGNORECASE)
_REST = re.compile(
    r"\s*(?P<codes>[\w-]+(?:\s*,\s*[\w-]+)*)(?:\s*(?:\bbecause\b|:|--|\u2014)\s*(?P<reason>\S.*?))?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_KEY = "skillaudit-ignore"


def inline_suppressions(skills: Sequence[Skill]) -> tuple[Suppression, ...]:
    """Return the suppressions written in the files of `skills`, in their order.

    Comments are looked for in the body as loaded, metadata and line numbers in the file, where it can
    still be read below the skill's root. Of several sources, each excuses findings about its own skills alone.
    """
    places: dict[bytes, Path | None] = {}
    found = tuple((skill.root, one) for skill in skills for one in _in_skill(skill, places))
    roots = {skill.root for skill in skills}
    if len(roots) < 2:
        return tuple(one for _, one in found)
    within = {root: frozenset(skill.id for skill in skills if skill.root == root) for root in roots}
    return tuple(msgspec.structs.replace(one, within=within[root]) for root, one in found)


def _in_skill(skill: Skill, places: dict[bytes, Path | None]) -> Iterator[Suppression]:
    if skill.place[0] and not skill.names_us:
        return  # so that its file need not be read once more
    text = _file_text(skill, places)
    if text is None:
        text = skill.body
    elif _KEY in text:
        yield from _in_metadata(skill, text)
    if "skillaudit" not in text.lower():
        return
    for match in _COMMENT.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        yield _parsed(skill, match["rest"], "comment", line)


def _in_metadata(skill: Skill, text: str) -> Iterator[Suppression]:
    block = split(text)
    field = read_fields(block.lines, block.first_line).fields.get("metadata")
    if field is None or not isinstance(field.data, Mapping):
        return
    for key, value in field.data.items():
        name = str(key)
        line = _line_of(name, block.lines, block.first_line) or field.line
        if name.lower().replace("_", "-") == _KEY:
            yield _parsed(skill, str(value), "metadata", line)
        elif name.lower().startswith(_KEY + "-"):
            code = name[len(_KEY) + 1 :]
            yield _make(skill, (code,), str(value).strip(), "metadata", line)


def _parsed(skill: Skill, rest: str, where: str, line: int) -> Suppression:
    match = _REST.match(rest)
    if match is None:
        return _make(skill, (rest.strip()[:40] or "nothing",), "", where, line)
    codes = tuple(code.strip() for code in match["codes"].split(","))
    return _make(skill, codes, match["reason"] or "", where, line)


def _make(skill: Skill, codes: tuple[str, ...], reason: str, where: str, line: int) -> Suppression:
    return Suppression(
        codes=tuple(code.upper() if re.fullmatch(r"(?i)sa\d+", code) else code for code in codes),
        reason=" ".join(reason.split()),
        skills=(skill.id,),
        where="metadata" if where == "metadata" else "comment",
        location=Location(path=skill.path, line=line),
    )


def _line_of(key: str, lines: Sequence[str], first_line: int) -> int | None:
    for offset, line in enumerate(lines):
        if line.strip().strip("\"'").startswith(key):
            return first_line + offset
    return None


def _file_text(skill: Skill, places: dict[bytes, Path | None]) -> str | None:
    """Return the cleaned text of the skill's file, or None where it is not a readable file below its root."""
    try:
        path = file_of(skill, places)
        if path is None:
            return None
        data = read_file(path, SKILL.disk, links=False)
    except OSError:
        return None
    return clean(data.decode("utf-8-sig", errors="replace")).replace("\r\n", "\n").replace("\r", "\n")
