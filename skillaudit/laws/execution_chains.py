"""Join hand-offs to chains: the longest ways through them, and the circles that have no end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from skillaudit.laws.execution_handoffs import HandOff
from skillaudit.laws.execution_law import Chain
from skillaudit.schema import Skill

MAX_DEPTH = 12
MAX_CHAINS = 500
_PER_START = 20


def mined_chains(skills: Sequence[Skill], links: Sequence[HandOff]) -> tuple[tuple[Chain, ...], bool]:
    """Return the chains that the hand-offs in the bodies of `skills` make, and whether `ways` left some out.

    A skill that only a person can start begins chains and ends none: the model cannot go on to it.
    """
    paths = {skill.id: skill.path for skill in skills}
    closed = {skill.id for skill in skills if skill.manual_only}
    told: dict[tuple[str, str], str] = {}
    for link in links:
        place = f"{paths.get(link.teller, link.teller)}, body line {link.line}"
        told.setdefault((link.source, link.target), place)
    found, cut = ways(link for link in links if link.target not in closed)
    chains = tuple(Chain(skills=way, source="hand-off", origin=told[way[0], way[1]]) for way in found)
    return chains, cut


def ways(links: Iterable[HandOff]) -> tuple[tuple[tuple[str, ...], ...], bool]:
    """Return the longest ways through hand-offs, and whether something was cut off.

    There are at most 20 from a start and 500 in all. A way starts where no hand-off ends, or anywhere on a circle;
    it ends before it would meet itself, and after its twelfth skill: deeper chains are dead long before.
    Hand-offs that return are left out.
    """
    following: dict[str, list[HandOff]] = {}
    reached: set[str] = set()
    for link in links:
        if not link.returns:
            following.setdefault(link.source, []).append(link)
            reached.add(link.target)
    starts = [source for source in following if source not in reached]
    seen = _reachable(starts, following)
    for source in following:
        if source not in seen:  # on a circle that no start leads to
            starts.append(source)
            seen |= _reachable([source], following)
    found: list[tuple[str, ...]] = []
    cut = False
    for start in starts:
        some, more = _ways(start, following)
        found += some
        cut |= more
    return tuple(found[:MAX_CHAINS]), cut or len(found) > MAX_CHAINS


def _reachable(starts: Iterable[str], following: Mapping[str, Sequence[HandOff]]) -> set[str]:
    seen: set[str] = set()
    pending = list(starts)
    while pending:
        source = pending.pop()
        if source not in seen:
            seen.add(source)
            pending += [link.target for link in following.get(source, ())]
    return seen


def _ways(start: str, following: Mapping[str, Sequence[HandOff]]) -> tuple[list[tuple[str, ...]], bool]:
    found: list[tuple[str, ...]] = []
    pending: list[tuple[str, ...]] = [(start,)]
    cut = False
    while pending and len(found) < _PER_START:
        way = pending.pop()
        onward = [link.target for link in following.get(way[-1], ()) if link.target not in way]
        if not onward or len(way) >= MAX_DEPTH:
            cut |= bool(onward)
            if len(way) > 1:
                found.append(way)
            continue
        pending += [(*way, target) for target in reversed(onward)]
    return found, cut or bool(pending)


def circles(links: Iterable[HandOff]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of skills that hand work round without a line that says when to stop."""
    onward = [(link.source, link.target) for link in links if not link.returns]
    if not onward:
        return ()
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_edges_from(onward)
    groups = (tuple(sorted(group)) for group in nx.strongly_connected_components(graph) if len(group) > 1)
    return tuple(sorted(groups))
