"""Whom each skill competes with, and the words that tell the two apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, filterfalse, islice

import numpy as np

from skillaudit.pipeline.structure import Structure
from skillaudit.schema import Pair, Rival, Skill
from skillaudit.text.words import Keys

NEAREST = 4
TAKERS = 4
TERMS = 6
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
    words, named = _ranked(skill.text for skill in shown)
    found = []
    for row in range(len(shown)):
        flow = traffic[row]
        takers = sorted(flow, key=lambda other: (-max(flow[other]), -cosines[row][other], other))[:TAKERS]
        near = list(cosines[row])[:NEAREST]
        ours = sorted(words[row])
        chosen = sorted(
            {*takers, *near},
            key=lambda other: (-sum(flow.get(other, (0.0, 0.0))), -cosines[row][other], other),
        )
        found.append(
            tuple(
                Rival(
                    id=shown[other].id,
                    cosine=cosines[row][other],
                    loses_to=flow.get(other, (0.0, 0.0))[0],
                    takes_from=flow.get(other, (0.0, 0.0))[1],
                    shared_terms=_first(named, filter(words[other].__contains__, ours)),
                    own_terms=_first(named, filterfalse(words[other].__contains__, ours)),
                )
                for other in chosen
            )
        )
    return tuple(found)


def _first(named: Sequence[str], words: Iterator[int]) -> tuple[str, ...]:
    return tuple(map(named.__getitem__, islice(words, TERMS)))


def _ranked(texts: Iterable[str]) -> tuple[list[frozenset[int]], list[str]]:
    """Return each text's words as numbers, the rarest word first, ties in alphabetical order, and the words."""
    keys = Keys(SHORTEST)
    found = [tuple(keys.of(text)) for text in texts]
    counts = np.bincount(np.fromiter(chain.from_iterable(found), dtype=np.int64), minlength=len(keys.numbers))
    named = sorted(keys.numbers)
    number = np.array([keys.numbers[word] for word in named], dtype=np.int64)
    order = np.argsort(counts[number], kind="stable")
    ranks = np.empty(len(named), dtype=np.int64)
    ranks[number[order]] = np.arange(len(named))
    rank = ranks.tolist()
    return [frozenset(map(rank.__getitem__, text)) for text in found], [named[at] for at in order.tolist()]
