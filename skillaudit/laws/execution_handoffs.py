"""Find where one skill sends the work on to another: sentences, arrows and numbered steps in bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from skillaudit.schema import Record, Skill

_MAX_LINE = 2_000
_MIN_STEPS = 3
"""Numbered items in a row that name skills before they count as steps; two are often a list of references."""

_NAME = r"(?:[A-Za-z0-9_-]+:)?(?P<{0}>[A-Za-z0-9][A-Za-z0-9_-]*)"
_HAND_OFF = re.compile(
    r"""
    (?: \b(?:then|next|afterwards|finally|now|after\ (?:this|that)|(?:once|when)\ (?:done|finished|complete\w*))\b
        [^.\n]{0,60}?
        \b(?:use|invoke|run|call|load|apply|start|switch\ to|proceed\ (?:to|with)|continue\ with
            |move\ (?:on\ )?to|go\ (?:on\ )?to)
      | \binvok(?:e|es|ing)
      | \bhand(?:s|ed|ing)?[ -]?(?:it\ |this\ |the\ \w+\ |results?\ )?(?:off|over)
            (?:\ (?:it|this|the\ \w+|results?))?\ to
      | \b(?:pass|give)\ (?:it|this|the\ \w+(?:\ \w+)?|results?|on)\ (?:on\ )?to
      | \b(?:required|next)(?:\ (?:sub-?)?skills?|\ step)?\s*:\W*(?:use|invoke|run)?
      | \b(?:proceed|continue|follow\ up)\ (?:to|with)
    )\s+(?:the\ )?(?:[*_`"'“@/]{0,3})
    """
    + _NAME.format("target")
    + r"""(?P<after>[*_`"'”]{0,3}(?:\ (?:sub-?)?(?P<word>skill))?)""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"[a-z0-9][a-z0-9_-]*")
_REFUSED = re.compile(
    r"\b(?:not|never|don't|instead|rather than|unless|except|avoid|skip|no longer|without"
    r"|in (?:those|these|such) cases)\b|\b(?:good|bad|wrong|example)\s*:|[✅❌]",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"(?:^|[.;:!?|][*_)\"”]*\s)\W*for (?!each\b|every\b|all\b)[^;]*,\W*$", re.IGNORECASE)
"""What comes before a hand-off that marks the other's ground: `For deep tests, hand off to ...`."""
_AGAIN = re.compile(
    r"\b(?:again|back to|at most|repeat|until|re-?run|first|absent|missing|empty|no plan|not found"
    r"|(?:does not|doesn't) exist)\b",
    re.IGNORECASE,
)
_ARROWS = ("→", "➜", "=>", "->")
_ARROW = re.compile(r"\s*(?:→|➜|=>|->)\s*")
_BEFORE_ARROW = re.compile(
    r"(?:^|[\s(|,:])(?P<mark>[*_`\"“]{0,4})" + _NAME.format("name") + r"[*_`\"”]{0,4}$"
)
_AFTER_ARROW = re.compile(r"(?P<mark>[*_`\"“]{0,4})" + _NAME.format("name") + r"[*_`\"”]{0,4}(?![\w/.-])")
_RENAMED = re.compile(r"\b(?:renam|former|replac|migrat|alias|deprecat)", re.IGNORECASE)
_STEP = re.compile(
    r"\s*(?P<number>\d{1,3})[.)]\s+(?:(?:then|use|run|invoke|call|the)\s+)*(?P<mark>[*_`]{1,4})"
    + _NAME.format("name")
    + r"[*_`]{1,4}",
    re.IGNORECASE,
)
_ITEM = re.compile(r"\s*\d{1,3}[.)]\s|#")


class HandOff(Record):
    """One skill's body sends the work to another skill."""

    source: str
    target: str
    line: int
    """Line of the body that says so, from 1."""
    text: str
    returns: bool = False
    """True when the line speaks of going back, or of doing the other first: no step forward."""
    told_by: str = ""
    """Skill whose body says so, where it is not `source`."""

    @property
    def teller(self) -> str:
        """Id of the skill whose body says so."""
        return self.told_by or self.source


class MissingTarget(Record):
    """A body sends the work to a skill that the library does not have."""

    source: str
    name: str
    line: int
    text: str


def hand_offs(skills: Sequence[Skill]) -> tuple[tuple[HandOff, ...], tuple[MissingTarget, ...]]:
    """Return the hand-offs in the bodies of `skills`, and those that lead to no skill of the library.

    Three forms count: a sentence that says to go on to a skill by name (`then use the X skill`, `hand over
    to X`), names with arrows between them, and three or more numbered steps in a row that begin with names.
    A sentence that says `not` or `instead`, or begins with `For ...,`, sets a boundary. A name of one plain word
    counts only in code marks or before the word skill; so does a name that no skill has.
    """
    names: dict[str, str] = {}
    for skill in skills:
        names.setdefault(skill.name.casefold(), skill.id)
    found: dict[tuple[str, str], HandOff] = {}
    missing: dict[tuple[str, str], MissingTarget] = {}
    for skill in skills:
        wanted = _wanted(skill, names)
        if not wanted:
            continue
        lines = list(_prose(skill.body))
        for number, line in lines:
            lowered = line.casefold()
            if not any(word in lowered for word in wanted):
                continue
            for match in _HAND_OFF.finditer(line):
                _sentence(skill, number, line, match, names, found, missing)
            for source, target in _arrows(line, names):
                _add(found, skill, source, target, number, line)
        for number, line, source, target in _steps(skill, lines, names):
            _add(found, skill, source, target, number, line)
    return tuple(found.values()), tuple(missing.values())


def _wanted(skill: Skill, names: Mapping[str, str]) -> tuple[str, ...]:
    """What a line must hold to be read: most hold none of it, and looking for that is far faster than reading."""
    body = skill.body.casefold()
    unknown = tuple(mark for mark in ("` skill", "` sub") if mark in body)
    return unknown + tuple(
        word
        for word in names.keys() & set(_WORD.findall(body))
        if names[word] != skill.id
        and (_is_compound(word) or any(f"{mark}{word}" in body for mark in "`*:/") or f"{word} s" in body)
    )


def _sentence(
    skill: Skill,
    number: int,
    line: str,
    match: re.Match[str],
    names: Mapping[str, str],
    found: dict[tuple[str, str], HandOff],
    missing: dict[tuple[str, str], MissingTarget],
) -> None:
    """Take one sentence for what it is: a hand-off, a boundary, or a name that nobody has."""
    clause, before = _clause(line, match)
    if _REFUSED.search(clause) or _ELSEWHERE.search(before):
        return
    name = match["target"].rstrip("-_")
    target = names.get(name.casefold())
    coded = _in_code(line, match)
    if target is None:
        if match["word"] and coded:
            told = MissingTarget(source=skill.id, name=name, line=number, text=line.strip()[:200])
            missing.setdefault((skill.id, name), told)
    elif match["word"] or coded or _is_compound(name):
        _add(found, skill, skill.id, target, number, line, returns=bool(_AGAIN.search(clause)))


def _add(
    found: dict[tuple[str, str], HandOff],
    skill: Skill,
    source: str,
    target: str,
    number: int,
    line: str,
    *,
    returns: bool = False,
) -> None:
    if source == target:
        return
    link = HandOff(
        source=source,
        target=target,
        line=number,
        text=line.strip()[:200],
        returns=returns,
        told_by="" if source == skill.id else skill.id,
    )
    known = found.get((source, target))
    if known is None or (known.returns and not returns and known.teller != skill.id):
        found[source, target] = link


def _prose(body: str) -> Iterator[tuple[int, str]]:
    fenced = False
    for number, line in enumerate(body.split("\n"), 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and line.strip():
            yield number, line[:_MAX_LINE]


def _clause(line: str, match: re.Match[str]) -> tuple[str, str]:
    """The sentence around a match, and what of it comes before."""
    start = max(line.rfind(". ", 0, match.start()), line.rfind("; ", 0, match.start())) + 1
    stops = [at for mark in (". ", "; ") if (at := line.find(mark, match.end())) >= 0]
    return line[start : min(stops, default=len(line))], line[start : match.start()]


def _in_code(line: str, match: re.Match[str]) -> bool:
    return match["after"].startswith("`") and "`" in line[: match.start("target")]


def _is_compound(name: str) -> bool:
    """Whether a name cannot be an ordinary word."""
    return "-" in name or "_" in name


def _arrows(line: str, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs of skills with an arrow between them: `plan-it → build-it → ship-it`."""
    if not any(arrow in line for arrow in _ARROWS) or _RENAMED.search(line) or _REFUSED.search(line):
        return
    parts = _ARROW.split(line)
    for left, right in pairwise(parts):
        before, after = _BEFORE_ARROW.search(left), _AFTER_ARROW.match(right)
        if before is None or after is None:
            continue
        source, target = names.get(before["name"].casefold()), names.get(after["name"].casefold())
        if source and target and _is_sure(before) and _is_sure(after):
            yield source, target


def _is_sure(match: re.Match[str]) -> bool:
    return "`" in match["mark"] or _is_compound(match["name"])


def _steps(
    skill: Skill, lines: Sequence[tuple[int, str]], names: Mapping[str, str]
) -> Iterator[tuple[int, str, str, str]]:
    """Neighbours among numbered steps that begin with skills; the first also follows on the skill itself."""
    run: list[tuple[int, str, str, bool]] = []
    last = 0
    for number, line in [*lines, (0, "#")]:
        if not line.lstrip()[:1].isdigit() and not line.startswith("#"):
            continue
        step = _STEP.match(line)
        target = names.get(step["name"].casefold()) if step else None
        if step is not None and target is not None and (not run or int(step["number"]) == last + 1):
            run.append((number, line, target, _is_sure(step)))
            last = int(step["number"])
        elif _ITEM.match(line):
            if _are_steps(run):
                way = run if run[0][2] == skill.id else [(run[0][0], run[0][1], skill.id, True), *run]
                for (_, _, a, _), (at, text, b, _) in pairwise(way):
                    yield at, text, a, b
            run = []
            if step is not None and target is not None:
                run, last = [(number, line, target, _is_sure(step))], int(step["number"])


def _are_steps(run: Sequence[tuple[int, str, str, bool]]) -> bool:
    """Whether items are steps: three or more different skills, most of them by names that are no plain words."""
    sure = sum(certain for _, _, _, certain in run)
    return (
        len(run) >= _MIN_STEPS
        and len({target for _, _, target, _ in run}) == len(run)
        and 2 * sure > len(run)
    )
