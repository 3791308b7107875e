"""Families: the parts of a library that are about different things, much coarser than its clusters.

Average linkage over the neighbour lists. Each round merges the groups that are each other's
best, so no order of merging has to be chosen; a library of 50,000 takes dozens or hundreds, most of which merge few.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.clustering import Labels, numbered, once, pairs
from skillaudit.analysis.neighbors import Neighbors

_LARGEST = 3.0


def families(categories: Sequence[str | None], neighbors: Neighbors) -> tuple[str, ...]:
    """Name the family of every skill: its category folder, or its coarse group `group 3`.

    Skills without a category are named by their coarse group. So are all, where the categories say
    nothing: fewer than three of them, or more than half of them with a single skill.
    """
    groups = coarse_groups(neighbors)
    sizes = Counter(category for category in categories if category is not None)
    alone = sum(size == 1 for size in sizes.values())
    telling = len(sizes) >= 3 and alone <= len(sizes) / 2
    return tuple(
        category if telling and category is not None else f"group {group + 1}"
        for category, group in zip(categories, groups.tolist(), strict=True)
    )


def coarse_groups(neighbors: Neighbors, count: int | None = None) -> Labels:
    """Partition the skills into about `count` groups (default: the square root of N), none left over.

    No group grows beyond `_LARGEST` times the mean size. Skills without any similarity to others stay
    alone, so there may be more groups than asked for.
    """
    n = neighbors.n
    count = count or max(2, round(math.sqrt(n)))
    largest = max(2.0, _LARGEST * n / count)
    low, high, weight = pairs(neighbors)
    labels, size, left = np.arange(n), np.ones(n, dtype=np.int64), n
    links = _fitting(_Links(low, high, weight, weight), size, largest)
    while (excess := left - count) > 0:
        merged = _mutual_best(links, n)[:excess]
        if not len(merged):
            break
        successor = np.arange(n)
        successor[merged[:, 1]] = merged[:, 0]
        labels = successor[labels]
        size[merged[:, 0]] += size[merged[:, 1]]
        left -= len(merged)
        # In most rounds few groups merge, and all other links stay as they are.
        touched = np.isin(np.arange(n), merged)
        moved = touched[links.low] | touched[links.high]
        ends = successor[links.low[moved]], successor[links.high[moved]]
        links = links.some(~moved).and_(_fitting(_summed(*ends, links.weight[moved], n), size, largest))
    return numbered(labels)


class _Links(NamedTuple):
    """Similarities between groups, each two of them once; a group has the number of its first skill."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    weight: NDArray[np.float64]
    """Sum over the pairs of their skills; one that is on neither's list counts as zero."""
    mean: NDArray[np.float64]

    def some(self, chosen: NDArray[np.bool_]) -> _Links:
        return _Links(self.low[chosen], self.high[chosen], self.weight[chosen], self.mean[chosen])

    def and_(self, more: _Links) -> _Links:
        low, high = np.concatenate((self.low, more.low)), np.concatenate((self.high, more.high))
        weight, mean = np.concatenate((self.weight, more.weight)), np.concatenate((self.mean, more.mean))
        return _Links(low, high, weight, mean)


def _fitting(links: _Links, size: NDArray[np.int64], largest: float) -> _Links:
    """Links with their means, without those of groups that are too large to merge: groups only grow."""
    kept = links.some((size[links.low] + size[links.high] <= largest) & (links.weight > 0))
    mean = kept.weight / (size[kept.low] * size[kept.high])
    return kept._replace(mean=np.asarray(np.round(mean, 9), dtype=np.float64))


def _mutual_best(links: _Links, n: int) -> NDArray[np.int64]:
    """Pairs of groups that are each other's most similar, best first, shape (pairs, 2)."""
    low, high, mean = links.low, links.high, links.mean
    strength = np.zeros(n)
    np.maximum.at(strength, low, mean)
    np.maximum.at(strength, high, mean)
    # The first of equal partners, so that equal pairs cannot chase each other in a ring.
    best = np.full(n, n)
    for one, other in ((low, high), (high, low)):
        reached = np.flatnonzero(mean == strength[one])
        np.minimum.at(best, one[reached], other[reached])
    chosen = np.flatnonzero((best[low] == high) & (best[high] == low))
    chosen = chosen[np.lexsort((low[chosen], -mean[chosen]))]
    return np.stack((low[chosen], high[chosen]), axis=1)


def _summed(one: NDArray[np.int64], other: NDArray[np.int64], weight: NDArray[np.float64], n: int) -> _Links:
    """Add up the weights between each two different groups."""
    crossing = one != other
    low, high, total = once(n, one[crossing], other[crossing], weight[crossing], np.add)
    return _Links(low, high, total, total)
