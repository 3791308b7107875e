"""What people see of a group: its name, and how tightly it holds together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.clustering import pairs
from skillaudit.analysis.neighbors import Neighbors, Pairwise
from skillaudit.text.words import Keys, terms

_WORDS = 3
_NEAR = 0.35
"""Share of the best word's score from which another one stands beside it."""
_EXACT = 32
_NONE = np.zeros(0)


def cohesion(
    similar: Pairwise, labels: NDArray[np.int64], neighbors: Neighbors | None = None
) -> tuple[float, ...]:
    """Mean pairwise similarity inside each group 0..max(labels), in the order of their numbers.

    With `neighbors` only pairs on nobody's list are looked up by `similar`, a row at a time. Exact for groups
    of up to `_EXACT` skills; a larger one is estimated from as many of its rows, evenly spaced. A group of one
    has 1.
    """
    count = int(labels.max(initial=-1)) + 1
    size = np.bincount(labels[labels >= 0], minlength=count)
    source, target, similarity = pairs(neighbors) if neighbors is not None else (size[:0], size[:0], _NONE)
    inside = (labels[source] == labels[target]) & (labels[source] >= 0)
    source, target, similarity = source[inside], target[inside], similarity[inside]
    known = np.bincount(labels[source], minlength=count)
    total = np.bincount(labels[source], weights=similarity, minlength=count).astype(np.float64)
    wanted = size * (size - 1) // 2
    means = np.divide(total, wanted, out=np.ones(count), where=wanted > 0)
    incomplete = np.flatnonzero(known < wanted)
    order = np.argsort(labels[source], kind="stable")
    bounds = np.searchsorted(labels[source][order], np.arange(count + 1))
    member_order = np.argsort(labels, kind="stable")
    member_bounds = np.searchsorted(labels[member_order], np.arange(count + 1))
    for group in incomplete.tolist():
        members = member_order[member_bounds[group] : member_bounds[group + 1]]
        if members.size > _EXACT:
            means[group] = _sampled_mean(similar, members)
        else:
            pair = order[bounds[group] : bounds[group + 1]]
            means[group] = _completed_mean(similar, members, source[pair], target[pair], similarity[pair])
    return tuple(means.tolist())


def _sampled_mean(similar: Pairwise, members: NDArray[np.int64]) -> float:
    sample = members[np.linspace(0, members.size - 1, _EXACT).round().astype(np.int64)].tolist()
    rows = (similar(np.full(members.size - 1, row), members[members != row]) for row in sample)
    return sum(float(found.sum()) for found in rows) / (_EXACT * (members.size - 1))


def _completed_mean(
    similar: Pairwise,
    members: NDArray[np.int64],
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    similarity: NDArray[np.float64],
) -> float:
    """Fill the gaps row by row, the row with most gaps first."""
    sims = np.full((members.size, members.size), np.nan)
    one, other = np.searchsorted(members, source), np.searchsorted(members, target)
    sims[one, other] = sims[other, one] = similarity
    np.fill_diagonal(sims, 0)
    while (gaps := np.isnan(sims).sum(axis=1)).any():
        row = int(gaps.argmax())
        found = similar(np.full(members.size, members[row]), members)
        sims[row] = sims[:, row] = found
        sims[row, row] = 0
    return float(sims.sum() / (members.size * (members.size - 1)))


def name_clusters(texts: Sequence[str], labels: NDArray[np.int64]) -> tuple[str, ...]:
    """Name every group 0..max(labels) by up to three of its words, such as `vault, secrets, certificate`.

    A word scores by the share of members that have it, how often they say it, and the logarithm of how
    rare it is in the library (BERTopic's class-based TF-IDF, counted by skills rather than by words).
    Inflections of a chosen word are passed over. A group without words is called `group 1` and so on.
    """
    count = int(labels.max(initial=-1)) + 1
    keys = Keys()
    held = np.fromiter(chain.from_iterable(map(keys.of, texts)), dtype=np.int32)
    document_frequency = dict(zip(keys.numbers, np.bincount(held).tolist(), strict=True))
    members: list[list[str]] = [[] for _ in range(count)]
    for text, label in zip(texts, labels.tolist(), strict=True):
        if label >= 0:
            members[label].append(text)
    return tuple(
        ", ".join(_Words(group).best(document_frequency, len(texts))) or f"group {index + 1}"
        for index, group in enumerate(members)
    )


class _Words:
    """Word statistics of one group."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.size = len(texts)
        self.holders: Counter[str] = Counter()
        self.said: Counter[str] = Counter()
        self.found: list[tuple[str, str]] = []
        for text in texts:
            found = terms(text)
            words = [key for key, _ in found]
            self.holders.update(set(words))
            self.said.update(words)
            self.found += found

    def best(self, document_frequency: Mapping[str, int], total: int) -> list[str]:
        scores = {
            key: self._score(holders, self.said[key], total / document_frequency[key])
            for key, holders in self.holders.items()
            if holders > 1
        }
        # Most words are one member's own, and where the best of the others is far ahead none of them is chosen.
        if self._score(1, max(self.said.values(), default=1), total) >= _NEAR * max(
            scores.values(), default=0.0
        ):
            scores |= {
                key: self._score(1, self.said[key], total / document_frequency[key])
                for key, holders in self.holders.items()
                if holders == 1
            }
        chosen: list[str] = []
        for key in sorted(scores, key=lambda key: (-scores[key], key)):
            if len(chosen) == _WORDS or (chosen and scores[key] < _NEAR * scores[chosen[0]]):
                break
            if not any(_same_stem(key, other) for other in chosen):
                chosen.append(key)
        forms = {word: Counter(form for key, form in self.found if key == word) for word in chosen}
        return [min(found.items(), key=lambda one: (-one[1], one[0]))[0] for found in forms.values()]

    def _score(self, holders: int, said: int, rarity: float) -> float:
        # One member's own word says nothing about the group, however rare it is.
        share = holders / self.size if holders > 1 else 0.1 / self.size
        return float(share**1.5 * math.sqrt(said / holders) * math.log1p(rarity))


def _same_stem(a: str, b: str) -> bool:
    """True for words that differ by an ending only, such as test, tests and testing."""
    common = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return common >= 3 and max(len(a), len(b)) - common <= 3
