"""Whom each skill competes with, and the words that tell the two apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import log

from skillaudit.pipeline.structure import Structure
from skillaudit.schema import Pair, Rival, Skill
from skillaudit.text.words import terms

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
    words = [_words(skill) for skill in shown]
    weight = _idf(words)
    found = []
    for row in range(len(shown)):
        flow = traffic[row]
        takers = sorted(flow, key=lambda other: (-max(flow[other]), other))[:TAKERS]
        near = list(cosines[row])[:NEAREST]
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
                    shared_terms=_telling(words[row] & words[other], weight),
                    own_terms=_telling(words[row] - words[other], weight),
                )
                for other in chosen
            )
        )
    return tuple(found)


def _words(skill: Skill) -> frozenset[str]:
    return frozenset(key for key, _ in terms(skill.text) if len(key) >= SHORTEST or not key.isascii())


def _idf(words: Sequence[frozenset[str]]) -> dict[str, float]:
    counts = Counter(word for text in words for word in text)
    return {word: log((1 + len(words)) / (1 + count)) for word, count in counts.items()}


def _telling(words: frozenset[str], weight: dict[str, float]) -> tuple[str, ...]:
    """Return the rarest of `words`, at most `TERMS`, ties in alphabetical order."""
    return tuple(sorted(words, key=lambda word: (-weight[word], word))[:TERMS])
