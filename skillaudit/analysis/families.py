"""Families: the parts of a library that are about different things, much coarser than its clusters.

Average linkage over the neighbour lists. Each round merges the groups that are each other's
best, so no order of merging has to be chosen and a library of 50,000 takes some twenty rounds.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.clustering import Labels, numbered, pairs
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
    low, high, weight = low[weight > 0], high[weight > 0], weight[weight > 0]
    labels = np.arange(n)
    size = np.ones(n, dtype=np.int64)
    while (excess := size.size - count) > 0:
        merged = _mutual_best(low, high, weight, size, largest)[:excess]
        if not len(merged):
            break
        successor = np.arange(size.size)
        successor[merged[:, 1]] = merged[:, 0]
        _, dense = np.unique(successor, return_inverse=True)
        labels = dense[labels]
        size = np.bincount(labels)
        low, high, weight = _summed(dense[low], dense[high], weight, size.size)
    return numbered(labels)


def _mutual_best(
    low: NDArray[np.int64],
    high: NDArray[np.int64],
    weight: NDArray[np.float64],
    size: NDArray[np.int64],
    largest: float,
) -> NDArray[np.int64]:
    """Pairs of groups that are each other's most similar, best first, shape (pairs, 2)."""
    fits = size[low] + size[high] <= largest
    low, high, weight = low[fits], high[fits], weight[fits]
    # A pair of skills that is on neither's list counts as similarity zero.
    mean = np.round(weight / (size[low] * size[high]), 9)
    strength = np.zeros(size.size)
    np.maximum.at(strength, low, mean)
    np.maximum.at(strength, high, mean)
    # The first of equal partners, so that equal pairs cannot chase each other in a ring.
    best = np.full(size.size, size.size)
    np.minimum.at(best, low, np.where(mean == strength[low], high, size.size))
    np.minimum.at(best, high, np.where(mean == strength[high], low, size.size))
    chosen = (best[low] == high) & (best[high] == low)
    low, high, mean = low[chosen], high[chosen], mean[chosen]
    order = np.lexsort((low, -mean))
    return np.stack((low[order], high[order]), axis=1)


def _summed(
    one: NDArray[np.int64], other: NDArray[np.int64], weight: NDArray[np.float64], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Add up the weights between each two different groups."""
    from scipy.sparse import coo_array

    crossing = one != other
    ends = (np.minimum(one, other)[crossing], np.maximum(one, other)[crossing])
    summed = coo_array((weight[crossing], ends), shape=(count, count)).tocsr()
    summed.sort_indices()
    low = np.repeat(np.arange(count), np.diff(summed.indptr))
    return low, summed.indices.astype(np.int64), summed.data
