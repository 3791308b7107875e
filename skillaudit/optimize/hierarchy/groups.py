"""Divide a library into groups of bounded size: confusable skills together, groups far apart."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.families import coarse_groups
from skillaudit.analysis.neighbors import DEFAULT_K, Block, Neighbors, nearest

Labels = NDArray[np.int64]
Doubles = NDArray[np.float64]

BOUND = 30
"""Options of one choice: well under the capacity of the models measured (83 to 92 options; second paper, 5.1)."""


TINY = 0.5
"""Share of the usual size below which a group is not left by itself."""


def levels_for(count: int, bound: int = BOUND) -> int:
    """Return how many choices it takes to reach one of `count` skills with at most `bound` options each."""
    levels = 1
    while bound**levels < count:
        levels += 1
    return levels


def grouped(
    block: Block, count: int, bound: int = BOUND, traffic: Doubles | None = None
) -> list[list[list[int]]]:
    """Return the levels of a tree, leaves first: the members of each group, by row of the level below.

    `block` gives similarities of skills. Empty where one choice is enough. No group has more than `bound`
    members and the last level has at most `bound` groups. `traffic`, (pairs, 3) rows of skill, skill and
    share of requests that change hands, brings confused pairs nearer.
    """
    tree: list[list[list[int]]] = []
    similar = block
    size = count
    while size > bound:
        neighbors = nearest(similar, size, min(DEFAULT_K, size - 1))
        if traffic is not None and not tree:
            neighbors = _nearer(neighbors, traffic)
        remaining = levels_for(size, bound)
        # Stages of about the same size make the smallest largest choice.
        wanted = max(math.ceil(size / bound), round(size ** ((remaining - 1) / remaining)))
        labels = _bounded(neighbors, similar, wanted, bound)
        if int(labels.max()) + 1 == size:  # nothing could be joined
            labels = np.arange(size, dtype=np.int64) // bound
        groups = [np.flatnonzero(labels == at).tolist() for at in range(int(labels.max()) + 1)]
        means = _means(similar, labels, size)
        tree.append(groups)
        similar, size = _rows(means), len(groups)
    return tree


def _rows(matrix: NDArray[np.float32]) -> Block:
    return lambda start, stop: matrix[start:stop].copy()


def _nearer(neighbors: Neighbors, traffic: Doubles) -> Neighbors:
    share = {(int(a), int(b)): float(value) for a, b, value in traffic}
    similarities = neighbors.similarities.copy()
    for row in range(neighbors.n):
        for at, other in enumerate(neighbors.indices[row].tolist()):
            similarities[row, at] += share.get((row, other), 0.0) + share.get((other, row), 0.0)
    return Neighbors(neighbors.indices, np.minimum(similarities, 1.0), neighbors.mean)


def _means(similar: Block, labels: Labels, size: int) -> NDArray[np.float32]:
    """Mean similarity between each two groups."""
    groups = int(labels.max()) + 1
    total = np.zeros((groups, groups))
    step = 512
    for start in range(0, size, step):
        stop = min(start + step, size)
        rows = np.asarray(similar(start, stop), dtype=np.float64)
        columns = np.zeros((stop - start, groups))
        order = np.argsort(labels, kind="stable")
        edges = np.searchsorted(labels[order], np.arange(groups))
        columns = np.add.reduceat(rows[:, order], edges, axis=1)
        np.add.at(total, labels[start:stop], columns)
    count = np.bincount(labels, minlength=groups)
    return np.asarray(total / np.outer(count, count), dtype=np.float32)


def _bounded(neighbors: Neighbors, similar: Block, wanted: int, bound: int) -> Labels:
    """Cut large groups and join small ones until none has more than `bound` members."""
    labels = coarse_groups(neighbors, wanted)
    labels = _split(labels, similar, bound)
    means = _means(similar, labels, neighbors.n).astype(np.float64)
    return _joined(labels, means, wanted, bound)


def _split(labels: Labels, similar: Block, bound: int) -> Labels:
    labels = labels.copy()
    queue = [at for at in range(int(labels.max()) + 1) if (labels == at).sum() > bound]
    while queue:
        at = queue.pop()
        members = np.flatnonzero(labels == at)
        rows = np.concatenate([np.asarray(similar(row, row + 1))[:, members] for row in members.tolist()])
        # The two members farthest apart are the seeds of the halves.
        first = int(rows.sum(axis=1).argmin())
        second = int(rows[first].argmin())
        lean = rows[:, first] - rows[:, second]
        order = np.argsort(-lean, kind="stable")
        quarter = max(1, len(members) // 4)
        half = min(max(int((lean > 0).sum()), quarter), len(members) - quarter)
        fresh = int(labels.max()) + 1
        labels[members[order[half:]]] = fresh
        queue += [each for each in (at, fresh) if (labels == each).sum() > bound]
    return labels


def _joined(labels: Labels, means: Doubles, wanted: int, bound: int) -> Labels:
    """Join the smallest groups to the nearest with room, until there are `wanted` and none is tiny, or nothing fits."""
    size = np.bincount(labels).astype(np.int64)
    total = means * np.outer(size, size)
    into = np.arange(len(size))
    alive = np.ones(len(size), dtype=bool)
    tired = np.zeros(len(size), dtype=bool)
    tiny = len(labels) / wanted * TINY
    while alive.sum() > 1:
        smallest = np.where(alive & ~tired, size, np.iinfo(np.int64).max)
        at = int(smallest.argmin())
        if not alive[at] or tired[at] or (alive.sum() <= wanted and size[at] >= tiny):
            break
        fits = alive & (size + size[at] <= bound)
        fits[at] = False
        if not fits.any():
            tired[at] = True
            continue
        near = np.where(fits, total[at] / np.maximum(size * size[at], 1), -np.inf)
        target = int(near.argmax())
        into[into == at] = target
        total[target] += total[at]
        total[:, target] += total[:, at]
        size[target] += size[at]
        alive[at] = False
    found: Labels = np.unique(into[labels], return_inverse=True)[1].astype(np.int64)
    return _numbered(found)


def _numbered(labels: Labels) -> Labels:
    """Number groups by their first member."""
    _, first = np.unique(labels, return_index=True)
    order = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    return np.asarray(order[labels], dtype=np.int64)
