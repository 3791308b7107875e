"""Whom each skill competes with, and the words that tell the two apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, filterfalse, islice

from skillaudit.pipeline.structure import Structure
from skillaudit.schema import Pair, Rival, Skill
from skillaudit.text.words import keys

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
    cosines: list[dict[int, float]] = [
        dict(zip(near[:NEAREST].tolist(), similar[:NEAREST].tolist(), strict=True))
        for near, similar in zip(structure.neighbors.indices, structure.neighbors.similarities, strict=True)
    ]
    for pair in pairs:
        a, b = rows[pair.a], rows[pair.b]
        traffic[a][b] = (pair.a_to_b, pair.b_to_a)
        traffic[b][a] = (pair.b_to_a, pair.a_to_b)
        cosines[a].setdefault(b, pair.cosine)
        cosines[b].setdefault(a, pair.cosine)
    words, named = _ranked([_words(skill) for skill in shown])
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


def _words(skill: Skill) -> frozenset[str]:
    return frozenset(key for key in keys(skill.text) if len(key) >= SHORTEST or not key.isascii())


def _ranked(words: Sequence[frozenset[str]]) -> tuple[list[frozenset[int]], list[str]]:
    """Return each text's words as numbers, the rarest word first, ties in alphabetical order, and the words."""
    counts = Counter(chain.from_iterable(words))
    named = sorted(counts, key=lambda word: (counts[word], word))
    number = {word: rank for rank, word in enumerate(named)}
    return [frozenset(map(number.__getitem__, text)) for text in words], named
