"""Find chains of skills: hand-offs that skills write into their own bodies, and chains that a file declares."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

from skillaudit.errors import LoadError
from skillaudit.laws.execution_law import Chain
from skillaudit.load import clean
from skillaudit.schema import Record, Skill

MAX_DEPTH = 12
MAX_CHAINS = 500
_PER_START = 20
_MAX_LINE = 2_000

_NAME = r"(?:[A-Za-z0-9_-]+:)?(?P<{0}>[A-Za-z0-9][A-Za-z0-9_-]*)"
_HAND_OFF = re.compile(
    r"""
    (?: \b(?:then|next|afterwards|finally|now|after\ (?:this|that)|(?:once|when)\ (?:done|finished|complete\w*))\b
        [^.\n]{0,60}?
        \b(?:use|invoke|run|call|load|apply|start|switch\ to|proceed\ (?:to|with)|continue\ with
            |move\ (?:on\ )?to|go\ (?:on\ )?to)
      | \binvok(?:e|es|ing)
      | \bhand(?:s|ing)?[ -]?(?:it\ |this\ |the\ \w+\ |results?\ )?(?:off|over)(?:\ (?:it|this|the\ \w+|results?))?\ to
      | \b(?:pass|give)\ (?:it|this|the\ \w+(?:\ \w+)?|results?|on)\ (?:on\ )?to
      | \b(?:required|next)(?:\ (?:sub-?)?skills?|\ step)?\s*:\W*(?:use|invoke|run)?
      | \b(?:proceed|continue|follow\ up)\ (?:to|with)
    )\s+(?:the\ )?(?:[*_`"'“@/]{0,3})
    """
    + _NAME.format("target")
    + r"""(?P<after>[*_`"'”]{0,3}(?:\ (?:sub-?)?(?P<word>skill))?)""",
    re.IGNORECASE | re.VERBOSE,
)
_REFUSED = re.compile(
    r"\b(?:not|never|don't|instead|rather than|unless|except|avoid|skip|no longer|without)\b", re.IGNORECASE
)
_AGAIN = re.compile(r"\b(?:again|back to|at most|repeat|until|re-?run|first)\b", re.IGNORECASE)


class HandOff(Record):
    """One skill's body sends the work to another skill."""

    source: str
    target: str
    line: int
    """Line of the body, from 1."""
    text: str
    returns: bool = False
    """True when the line speaks of going back, or of doing the other first: no step forward."""


class MissingTarget(Record):
    """A body sends the work to a skill that the library does not have."""

    source: str
    name: str
    line: int
    text: str


def hand_offs(skills: Sequence[Skill]) -> tuple[tuple[HandOff, ...], tuple[MissingTarget, ...]]:
    """Return the hand-offs in the bodies of `skills`, and those that lead to no skill of the library.

    A line counts when it says to go on to a skill of the library by name (`then use the X skill`, `hand over
    to X`); one that says `not` or `instead` sets a boundary. A name of one plain word counts only in code
    marks or before the word skill; so does a name that no skill has.
    """
    by_name: dict[str, str] = {}
    for skill in skills:
        by_name.setdefault(skill.name.casefold(), skill.id)
    found: dict[tuple[str, str], HandOff] = {}
    missing: dict[tuple[str, str], MissingTarget] = {}
    for skill in skills:
        for number, line in _prose(skill.body):
            for match in _HAND_OFF.finditer(line):
                if _REFUSED.search(_clause(line, match)):
                    continue
                name = match["target"].rstrip("-_")
                target = by_name.get(name.casefold())
                marked = bool(match["word"]) or _in_code(line, match)
                text = line.strip()[:200]
                if target is None:
                    if match["word"] and _in_code(line, match):
                        missing.setdefault(
                            (skill.id, name),
                            MissingTarget(source=skill.id, name=name, line=number, text=text),
                        )
                elif target != skill.id and (marked or "-" in name or "_" in name):
                    found.setdefault(
                        (skill.id, target),
                        HandOff(
                            source=skill.id,
                            target=target,
                            line=number,
                            text=text,
                            returns=bool(_AGAIN.search(line)),
                        ),
                    )
    return tuple(found.values()), tuple(missing.values())


def _prose(body: str) -> Iterator[tuple[int, str]]:
    fenced = False
    for number, line in enumerate(body.split("\n"), 1):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and line.strip():
            yield number, line[:_MAX_LINE]


def _clause(line: str, match: re.Match[str]) -> str:
    """The sentence around a match."""
    start = max(line.rfind(". ", 0, match.start()), line.rfind("; ", 0, match.start())) + 1
    stops = [at for mark in (". ", "; ") if (at := line.find(mark, match.end())) >= 0]
    return line[start : min(stops, default=len(line))]


def _in_code(line: str, match: re.Match[str]) -> bool:
    return match["after"].startswith("`") and "`" in line[: match.start("target")]


def mined_chains(skills: Sequence[Skill], links: Sequence[HandOff]) -> tuple[Chain, ...]:
    """Return the chains that the hand-offs in the bodies of `skills` make; see `ways`."""
    paths = {skill.id: skill.path for skill in skills}
    first: dict[str, int] = {}
    for link in links:
        first.setdefault(link.source, link.line)
    return tuple(
        Chain(skills=way, source="hand-off", origin=f"{paths.get(way[0], way[0])}, body line {first[way[0]]}")
        for way in ways(links)
    )


def ways(links: Iterable[HandOff]) -> tuple[tuple[str, ...], ...]:
    """Return the longest ways through hand-offs, at most 12 skills deep and 500 in all.

    A way starts where no hand-off ends, or anywhere on a circle; it ends before it would meet itself, and after
    its twelfth skill: deeper chains are dead long before. Hand-offs that return are left out.
    """
    following: dict[str, list[HandOff]] = {}
    reached: set[str] = set()
    for link in links:
        if not link.returns:
            following.setdefault(link.source, []).append(link)
            reached.add(link.target)
    starts = [source for source in following if source not in reached]
    seen = _reachable(starts, following)
    found = [way for start in starts for way in _ways(start, following)]
    for source in following:
        if source not in seen:  # on a circle that no start leads to
            seen |= _reachable([source], following)
            found += _ways(source, following)
    return tuple(found[:MAX_CHAINS])


def _reachable(starts: Iterable[str], following: Mapping[str, Sequence[HandOff]]) -> set[str]:
    seen: set[str] = set()
    pending = list(starts)
    while pending:
        source = pending.pop()
        if source not in seen:
            seen.add(source)
            pending += [link.target for link in following.get(source, ())]
    return seen


def _ways(start: str, following: Mapping[str, Sequence[HandOff]]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    pending: list[tuple[str, ...]] = [(start,)]
    while pending and len(found) < _PER_START:
        way = pending.pop()
        onward = [link.target for link in following.get(way[-1], ()) if link.target not in way]
        if not onward or len(way) >= MAX_DEPTH:
            if len(way) > 1:
                found.append(way)
            continue
        pending += [(*way, target) for target in reversed(onward)]
    return found


def circles(links: Iterable[HandOff]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of skills that hand work round without a line that says when to stop."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from((link.source, link.target) for link in links if not link.returns)
    groups = (tuple(sorted(group)) for group in nx.strongly_connected_components(graph) if len(group) > 1)
    return tuple(sorted(groups))


def read_chains(path: Path, skills: Sequence[Skill]) -> tuple[Chain, ...]:
    """Return the chains that a file declares.

    A line is `a -> b -> c`, or a JSON list of names, or an object with the list under `chain`; empty lines and
    those that begin with # are passed over. Raises `LoadError` with file, line and the nearest name.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise LoadError(f"{path}: cannot be read: {error}; give a text file in UTF-8") from None
    known: dict[str, str] = {}
    for skill in skills:
        known.setdefault(skill.name, skill.id)
    known.update((skill.id, skill.id) for skill in skills)
    found = []
    for number, line in enumerate(clean(text).split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        place = f"{path}:{number}"
        names = _names(line, place)
        for name in names:
            if name not in known:
                near = get_close_matches(name, known, 1)
                hint = f"did you mean {near[0]!r}?" if near else "name a skill of the library"
                raise LoadError(f"{place}: no skill is called {name[:60]!r}; {hint}")
        if len(names) < 2:
            raise LoadError(f"{place}: a chain needs two skills; write `first -> second`")
        found.append(Chain(skills=tuple(known[name] for name in names), source="declared", origin=place))
    return tuple(found)


def _names(line: str, place: str) -> list[str]:
    if line[0] in "[{":
        try:
            data = json.loads(line)
        except (json.JSONDecodeError, RecursionError):
            raise LoadError(f"{place}: not valid JSON; write `first -> second -> third`") from None
        listed = data.get("chain") if isinstance(data, dict) else data
        if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
            raise LoadError(f'{place}: no chain in it; write {{"chain": ["first", "second"]}}')
        return [name.strip() for name in listed]
    return [name.strip() for name in re.split(r"\s*(?:->|→|=>)\s*", line)]
