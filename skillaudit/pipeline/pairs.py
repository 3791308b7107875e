"""The pairs of a report: who loses requests to whom, and who does the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec
import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.clustering import once
from skillaudit.pipeline.structure import Structure
from skillaudit.routing.records import Routing
from skillaudit.schema import Pair, Skill

NEAREST = 8
"""Neighbours of a skill that may do the same."""
DOUBLES = 500
"""Pairs that are looked at beyond those that lose requests, the likest first."""


def pairs_of(
    routing: Routing, shown: Sequence[Skill], structure: Structure, vectors: NDArray[np.float32] | None
) -> tuple[Pair, ...]:
    """Return the pairs of a report: those to merge, then the others, each kind by the requests it is expected to lose.

    Where no request judges the library they go by likeness. Last come the pairs to merge that no request speaks for.
    """
    from skillaudit.optimize.merge import Verdicts

    judged = bool(routing.forecast.coverage.requests)
    rows = {skill.id: row for row, skill in enumerate(shown)}
    near = structure.neighbors.indices
    first = near[:, 0].tolist() if near.shape[1] else list(range(len(shown)))
    verdicts = Verdicts(shown, vectors)

    def told(pair: Pair) -> Pair:
        a, b = sorted((rows[pair.a], rows[pair.b]))
        why = verdicts.by_text(a, b, first[a] == b and first[b] == a)
        return msgspec.structs.replace(pair, merge=why)

    known = {frozenset((rows[pair.a], rows[pair.b])) for pair in routing.pairs}
    doubles = (
        (a, b) for a, b in _likest(structure) if frozenset((a, b)) not in known and verdicts.likely(a, b)
    )
    silent = [Pair(a=shown[a].id, b=shown[b].id, a_to_b=0.0, b_to_a=0.0) for a, b in islice(doubles, DOUBLES)]
    pairs = list(map(told, _with_cosines(routing.pairs, shown, structure)))
    silent = [pair for pair in map(told, _with_cosines(silent, shown, structure)) if pair.merge]
    if not judged:
        pairs, silent = _by_likeness([*pairs, *silent]), []
    return (*sorted(pairs, key=lambda pair: not pair.merge), *silent)


def _likest(structure: Structure) -> Iterator[tuple[int, int]]:
    """Return the pairs of near neighbours, each once, the likest first."""
    near = structure.neighbors.top(NEAREST)
    owner = np.repeat(np.arange(near.n), near.k)
    low, high, alike = once(near.n, owner, near.indices.ravel().astype(np.int64), near.similarities.ravel())
    order = np.argsort(-alike, kind="stable")
    return zip(low[order].tolist(), high[order].tolist(), strict=True)


def _with_cosines(pairs: Sequence[Pair], shown: Sequence[Skill], structure: Structure) -> tuple[Pair, ...]:
    """Return the pairs with the similarity that the rest of the report uses for descriptors."""
    rows = {skill.id: row for row, skill in enumerate(shown)}
    ends = np.array([(rows[pair.a], rows[pair.b]) for pair in pairs], dtype=np.int64).reshape(-1, 2)
    cosines = structure.pairs(ends[:, 0], ends[:, 1]).tolist()
    return tuple(
        msgspec.structs.replace(pair, cosine=cosine) for pair, cosine in zip(pairs, cosines, strict=True)
    )


def _by_likeness(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the pairs without shares, which no request speaks for, the likest first."""
    bare = [msgspec.structs.replace(pair, a_to_b=0.0, b_to_a=0.0, contested=False) for pair in pairs]
    return sorted(bare, key=lambda pair: (-pair.cosine, pair.a, pair.b))
