"""Find where one skill sends the work on to another: sentences, arrows and numbered steps in bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, takewhile

from skillaudit.schema import Record, Skill

_MAX_LINE = 2_000
_NEAR = 300
"""Characters before a hand-off in which a boundary is looked for."""
_MAX_WAY = 240
"""Longest line that is read as names with arrows between them; longer ones tell of other things."""
_MIN_STEPS = 3
"""Numbered items in a row that name skills before they count as steps; two are often a list of references."""

_NAME = r"(?:[A-Za-z0-9_-]+:)?(?P<{0}>[A-Za-z0-9][A-Za-z0-9_-]*)"
_HAND_OFF = re.compile(
    r"""
    (?: \b(?:then|next|afterwards|finally|now|after\ (?:this|that)|(?:once|when)\ (?:done|finished|complete\w*))\b
        [^.\n]{0,60}?
        \b(?:use|invoke|run|call|load|apply|start|switch\ to|proceed\ (?:to|with)|continue\ with
            |move\ (?:on\ )?to|go\ (?:on\ )?to)
      | \b(?:once|after)\b[^.,;\n]{1,60},\ (?:use|run|call|load|apply|switch\ to|go\ to)
      | \binvokes?
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
    r"\b(?:not|never|don't|rather than|unless|except|avoid|skip|no longer|without|recommend the user"
    r"|in (?:those|these|such) cases)\b|\b(?:good|bad|wrong|example)\s*:|[✅❌]",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"\binstead\b", re.IGNORECASE)
_ELSEWHERE = re.compile(r"(?:^|[.;:!?|][*_)\"”]*\s)\W*for (?!each\b|every\b|all\b)[^;]*,\W*$", re.IGNORECASE)
"""What comes before a hand-off that marks the other's ground: `For deep tests, hand off to ...`."""
_AGAIN = re.compile(
    r"\b(?:again|back to|at most|repeat|until|re-?run|absent|missing|empty|no plan|not found"
    r"|(?:does not|doesn't) exist)\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\bfirst\b", re.IGNORECASE)
"""Behind a hand-off: the other is to be done before this."""
_ARROWS = ("→", "➜", "=>", "->")
_ARROW = re.compile(r"\s*(?:→|➜|=>|->)\s*")
_BEFORE_ARROW = re.compile(
    r"(?:^|[\s(|,:])(?P<mark>[*_`\"“]{0,4})" + _NAME.format("name") + r"[*_`\"”]{0,4}$"
)
_AFTER_ARROW = re.compile(r"(?P<mark>[*_`\"“]{0,4})" + _NAME.format("name") + r"[*_`\"”]{0,4}(?![\w/.-])")
_RENAMED = re.compile(r"\b(?:renam|former|replac|migrat|alias|deprecat)", re.IGNORECASE)
_STEP = re.compile(
    r"\s*\d{1,3}[.)]\s+(?:(?:then|use|run|invoke|call|the)\s+)*(?P<mark>[*_`]{1,4})"
    + _NAME.format("name")
    + r"[*_`]{1,4}",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"(?P<indent>\s*)(?P<number>\d{1,3})[.)]\s+(?P<condition>(?:[*_]*(?:if|when|for|unless)\b)?)", re.I
)


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
    to X`), names with arrows between them, and a numbered list with three or more steps that begin with a name or
    hold such a sentence: then each step follows on the one before. A sentence that says `not` or `instead`, or
    begins with `For ...,`, sets a boundary. A name of one plain word counts only in code marks or before the
    word skill; so does a name that no skill has.
    """
    names = _Names(skills)
    found: dict[tuple[str, str], HandOff] = {}
    missing: dict[tuple[str, str], MissingTarget] = {}
    for skill in skills:
        wanted = _wanted(skill, names)
        if not wanted:
            continue
        lines = list(_prose(skill.body))
        told: list[tuple[int, str, str, bool]] = []
        for number, line in lines:
            lowered = line.casefold()
            if not any(word in lowered for word in wanted):
                continue
            for match in _HAND_OFF.finditer(line):
                target, returns, unknown = _sentence(skill, line, match, names)
                if unknown:
                    lost = MissingTarget(source=skill.id, name=unknown, line=number, text=line.strip()[:200])
                    missing.setdefault((skill.id, unknown), lost)
                elif target:
                    told.append((number, line, target, returns))
            for source, target in _arrows(skill, line, names):
                _add(found, skill, source, target, number, line)
        onward = {number: target for number, _, target, returns in reversed(told) if not returns}
        stepped: set[int] = set()
        for run in _steps(skill, lines, names, onward):
            stepped.update(number for number, _, _ in run)
            inside = any(target == skill.id for _, _, target in run)
            way = run if inside else [(run[0][0], run[0][1], skill.id), *run]
            for (_, _, source), (number, line, target) in pairwise(way):
                _add(found, skill, source, target, number, line)
        for number, line, target, returns in told:
            if number not in stepped:
                _add(found, skill, skill.id, target, number, line, returns=returns)
    return tuple(found.values()), tuple(missing.values())


class _Names:
    """Which skill is meant by a name, when another skill says it."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        self.known: dict[str, list[Skill]] = {}
        for skill in skills:
            self.known.setdefault(skill.name.casefold(), []).append(skill)

    def meant(self, name: str, teller: Skill) -> str | None:
        """Return the id of the skill that `teller` means by `name`; None where nobody or several may be meant.

        Of several with one name it is the one in the nearest folder, else the only one of the same category.
        """
        found = self.known.get(name.casefold(), ())
        if len(found) < 2:
            return found[0].id if found else None
        near = [_shared_folders(skill.path, teller.path) for skill in found]
        nearest = [skill for skill, shared in zip(found, near, strict=True) if shared == max(near)]
        if len(nearest) > 1:
            nearest = [skill for skill in nearest if skill.category and skill.category == teller.category]
        return nearest[0].id if len(nearest) == 1 else None


def _shared_folders(path: str, other: str) -> int:
    pairs = zip(path.split("/")[:-1], other.split("/")[:-1], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _wanted(skill: Skill, names: _Names) -> tuple[str, ...]:
    """What a line must hold to be read: most hold none of it, and looking for that is far faster than reading."""
    body = skill.body.casefold()
    unknown = tuple(mark for mark in ("` skill", "` sub") if mark in body)
    return unknown + tuple(
        word
        for word in names.known.keys() & set(_WORD.findall(body))
        if word != skill.name.casefold()
        and (_is_compound(word) or any(f"{mark}{word}" in body for mark in "`*:/") or f"{word} s" in body)
    )


def _sentence(skill: Skill, line: str, match: re.Match[str], names: _Names) -> tuple[str | None, bool, str]:
    """Take one sentence for what it is: the skill that it hands on to, whether that is a way back, or a name
    that nobody has."""
    clause, before = _clause(line, match)
    if _REFUSED.search(before + match[0]) or _INSTEAD.search(clause) or _ELSEWHERE.search(before[-_NEAR:]):
        return None, False, ""
    name = match["target"].rstrip("-_")
    target = names.meant(name, skill)
    coded = _in_code(line, match)
    if target is None:
        nobody = match["word"] and coded and name.casefold() not in names.known
        return None, False, name if nobody else ""
    if not (match["word"] or coded or _is_compound(name)):
        return None, False, ""
    behind = clause[len(before) + len(match[0]) :]
    return target, bool(_AGAIN.search(clause) or _FIRST.search(behind)), ""


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


def _arrows(skill: Skill, line: str, names: _Names) -> Iterator[tuple[str, str]]:
    """Pairs of skills with an arrow between them: `plan-it → build-it → ship-it`."""
    if (
        len(line) > _MAX_WAY
        or not any(arrow in line for arrow in _ARROWS)
        or _RENAMED.search(line)
        or _REFUSED.search(line)
    ):
        return
    parts = _ARROW.split(line)
    for left, right in pairwise(parts):
        before, after = _BEFORE_ARROW.search(left), _AFTER_ARROW.match(right)
        if before is None or after is None:
            continue
        source, target = names.meant(before["name"], skill), names.meant(after["name"], skill)
        if source and target and _is_sure(before) and _is_sure(after):
            yield source, target


def _is_sure(match: re.Match[str]) -> bool:
    return "`" in match["mark"] or _is_compound(match["name"])


def _steps(
    skill: Skill, lines: Sequence[tuple[int, str]], names: _Names, onward: Mapping[int, str]
) -> Iterator[list[tuple[int, str, str]]]:
    """Numbered lists whose items name skills as steps, as line, text and skill of each.

    `onward` maps lines to the skill that a sentence in them hands on to. Items of deeper lists are passed over,
    and so are those that begin with a condition: they are alternatives.
    """
    run: list[tuple[int, str, str]] = []
    sure = last = indent = 0
    for number, line in [*lines, (0, "#")]:
        item = _ITEM.match(line) if line.lstrip()[:1].isdigit() else None
        if item is None and not line.startswith("#"):
            continue
        if item is not None and last and len(item["indent"]) > indent:
            continue
        following = item is not None and int(item["number"]) == last + 1 and len(item["indent"]) == indent
        if not following:
            if _are_steps(run, sure):
                yield run
            run, sure = [], 0
        last, indent = (int(item["number"]), len(item["indent"])) if item else (0, 0)
        if item is None or item["condition"]:
            continue
        step = _STEP.match(line)
        target = names.meant(step["name"], skill) if step else None
        if step is not None and target is not None:
            run.append((number, line, target))
            sure += _is_sure(step)
        elif number in onward:
            run.append((number, line, onward[number]))
            sure += 1


def _are_steps(run: Sequence[tuple[int, str, str]], sure: int) -> bool:
    """Whether items are steps: three or more different skills, most of them by names that are no plain words."""
    return (
        len(run) >= _MIN_STEPS and len({target for _, _, target in run}) == len(run) and 2 * sure > len(run)
    )
