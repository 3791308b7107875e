"""Whom each skill competes with, and the words that tell the two apart."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt

from skillaudit.pipeline.structure import Structure
from skillaudit.schema import Pair, Rival, Skill
from skillaudit.text.words import Keys

Ints = npt.NDArray[np.int64]

NEAREST = 4
TAKERS = 4
TERMS = 6
NOTHING = (0.0, 0.0)
_TOGETHER = 2_048
"""Skills whose words are held against those of their rivals at once."""
SHORTEST = 3
"""Letters of a word in a Latin script that may tell two skills apart."""


def rivals_of(
    shown: Sequence[Skill], structure: Structure, pairs: Sequence[Pair]
) -> tuple[tuple[Rival, ...], ...]:
    """Return, per skill, its nearest neighbours and its likeliest takers, most traffic first."""
    rows = {skill.id: row for row, skill in enumerate(shown)}
    traffic: list[dict[int, tuple[float, float]]] = [{} for _ in shown]
    nearest = structure.neighbors.top(NEAREST)
    cosines: list[dict[int, float]] = [
        dict(zip(near, similar, strict=True))
        for near, similar in zip(nearest.indices.tolist(), nearest.similarities.tolist(), strict=True)
    ]
    for pair in pairs:
        a, b = rows[pair.a], rows[pair.b]
        traffic[a][b] = (pair.a_to_b, pair.b_to_a)
        traffic[b][a] = (pair.b_to_a, pair.a_to_b)
        cosines[a].setdefault(b, pair.cosine)
        cosines[b].setdefault(a, pair.cosine)
    met = []
    for flow, cosine in zip(traffic, cosines, strict=True):
        takers = sorted(flow, key=lambda other: (-max(flow[other]), -cosine[other], other))[:TAKERS]
        near = list(cosine)[:NEAREST]
        chosen = {*takers, *near}
        met.append(sorted(chosen, key=lambda other: (-sum(flow.get(other, NOTHING)), -cosine[other], other)))
    told = _Words(skill.text for skill in shown).told(met)
    return tuple(
        tuple(
            Rival(
                id=shown[other].id,
                cosine=cosine[other],
                loses_to=flow.get(other, NOTHING)[0],
                takes_from=flow.get(other, NOTHING)[1],
                shared_terms=shared,
                own_terms=own,
            )
            for other, (shared, own) in zip(chosen, told, strict=False)  # as many as are chosen
        )
        for flow, cosine, chosen in zip(traffic, cosines, met, strict=True)
    )


class _Words:
    """The words of all descriptors, the rarest of each first, ties in alphabetical order."""

    def __init__(self, texts: Iterable[str]) -> None:
        keys, counts, found = Keys(SHORTEST), [], array("q")
        for text in texts:
            own = keys.of(text)
            counts.append(len(own))
            found.extend(own)
        word = np.frombuffer(found, dtype=np.int64)
        named = sorted(keys.numbers)
        number = np.array([keys.numbers[name] for name in named], dtype=np.int64)
        order = np.argsort(np.bincount(word, minlength=len(named))[number], kind="stable")
        rank = np.empty(len(named), dtype=np.int64)
        rank[number[order]] = np.arange(len(named))
        self._named = np.array(named, dtype=object)[order]
        self._ends = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        self._held = np.sort(np.repeat(np.arange(len(counts)), counts) * len(named) + rank[word])
        """In one number the row of a descriptor and the rank of a word."""

    def told(self, met: Sequence[Sequence[int]]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Of each row and each one that it `met`, the first words that both have, and that the row alone has."""
        for start in range(0, len(met), _TOGETHER):
            part = met[start : start + _TOGETHER]
            row = np.repeat(np.arange(start, start + len(part)), list(map(len, part)))
            yield from self._told(row, np.fromiter(chain.from_iterable(part), dtype=np.int64))

    def _told(self, row: Ints, other: Ints) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        begin, length = self._ends[row], np.diff(self._ends)[row]
        pair = np.repeat(np.arange(len(row)), length)
        place = np.arange(len(pair)) + (begin - np.cumsum(length) + length)[pair]
        word = self._held[place] % len(self._named)
        wanted = other[pair] * len(self._named) + word
        at = np.minimum(np.searchsorted(self._held, wanted), len(self._held) - 1)
        both = self._held[at] == wanted
        return zip(
            self._first(pair, word, both, len(row)), self._first(pair, word, ~both, len(row)), strict=True
        )

    def _first(
        self, pair: Ints, word: Ints, chosen: npt.NDArray[np.bool_], pairs: int
    ) -> Iterator[tuple[str, ...]]:
        """The first of the `chosen` words of each pair."""
        pair, word = pair[chosen], word[chosen]
        count = np.bincount(pair, minlength=pairs)
        kept = np.arange(len(pair)) - (np.cumsum(count) - count)[pair] < TERMS
        named = self._named[word[kept]].tolist()
        ends = np.cumsum(np.minimum(count, TERMS)).tolist()
        return (tuple(named[begin:end]) for begin, end in pairwise([0, *ends]))
