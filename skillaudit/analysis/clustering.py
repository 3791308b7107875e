"""Groups of skills that are taken for each other: leaves of the single-linkage tree over the neighbour lists.

HDBSCAN's leaf selection with groups of two or more. Its usual selection (excess of mass) puts most
of a real library into one blob, because descriptors thin out gradually; the leaves are the places
where a library is locally dense. Equal similarities merge together, so the result does not depend
on the order of the skills.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.neighbors import RESOLUTION, Neighbors
from skillaudit.schema import ScorerName

Labels: TypeAlias = NDArray[np.int64]
"""Shape (N,): group of each skill, -1 for none; groups are numbered by their first member."""

_VERSION = 1  # of the algorithm, for cached labels


class Thresholds(NamedTuple):
    """What counts as confusable, on the similarity scale of one scorer."""

    floor: float
    """No pair below this is confusable."""
    standout: float
    """How far a pair must stand out from what its skills share with the library, as a share of what is left."""
    certain: float
    """From here on a pair is confusable in any library."""
    twin: float
    """Skills this similar, and chains of them, are one place on the map."""
    flat: float
    """Largest ratio of the tenth distance to the first at which a template family has no structure inside."""


THRESHOLDS: dict[ScorerName, Thresholds] = {
    "dense": Thresholds(floor=0.52, standout=0.3, certain=0.7, twin=0.85, flat=1.25),
    "hybrid": Thresholds(floor=0.26, standout=0.14, certain=0.4, twin=0.6, flat=1.15),
    "lexical": Thresholds(floor=0.16, standout=0.09, certain=0.3, twin=0.55, flat=1.15),
}
"""Set by eye on real libraries for all-MiniLM-L6-v2; hybrid and lexical are medians at equal dense cosine."""


def cluster(
    neighbors: Neighbors,
    *,
    thresholds: Thresholds | None = THRESHOLDS["dense"],
    templates: Labels | None = None,
) -> Labels:
    """Group confusable skills; skills that nobody is confusable with get -1.

    Only pairs that reach `edge_floor` can hold a group together. Chains of `twin` skills count as one
    skill while the leaves are found, so that one service in four languages is one group. A skill left
    over joins the group of its nearest neighbour where that pair is beyond doubt. Families of
    `templates` that the similarities cannot divide (`clone_families`) are one group each.
    With `thresholds=None` this is HDBSCAN's leaf clustering with min_cluster_size 2 and min_samples 1.
    """
    n = neighbors.n
    source, target, similarity = pairs(neighbors)
    clones = np.full(n, -1, dtype=np.int64)
    near, twin = np.ones(source.shape, dtype=bool), np.zeros(source.shape, dtype=bool)
    if thresholds is not None:
        if templates is not None:
            clones = clone_families(neighbors, templates, thresholds.flat)
        free = (clones[source] < 0) & (clones[target] < 0)
        bar = edge_floor(neighbors, source, target, thresholds)
        near = free & (similarity >= bar)
        twin = near & (similarity >= thresholds.twin)
    twins = components(n, source[twin], target[twin])
    labels = _leaves(twins, *_spanning_tree(twins, source[near], target[near], similarity[near]))
    labels = np.where(clones >= 0, clones + n, labels)
    if thresholds is not None:
        # The bar of a joiner stands out as far again from what its skills share.
        doubtless = thresholds._replace(
            floor=thresholds.certain, standout=1.6 * thresholds.standout, certain=thresholds.twin
        )
        kept = similarity >= edge_floor(neighbors, source, target, doubtless)
        labels = _with_joiners(labels, source[kept], target[kept], similarity[kept])
    return numbered(labels)


def clone_families(neighbors: Neighbors, templates: Labels, flat: float) -> Labels:
    """Keep the template families whose members are all about equally near to each other; -1 elsewhere.

    In such a family the tenth neighbour is hardly farther than the first (a ratio of `flat` at most, in
    the median) and three neighbours in four are of the family: there is no structure left to cluster.
    """
    out = np.full(neighbors.n, -1, dtype=np.int64)
    depth = min(10, neighbors.k)
    distance = 1 - neighbors.similarities[:, :depth].astype(np.float64)
    for family in range(int(templates.max(initial=-1)) + 1):
        members = np.flatnonzero(templates == family)
        if members.size <= depth or depth < 10:
            continue
        inside = np.mean(templates[neighbors.indices[members, :depth]] == family)
        spread = np.median(distance[members, depth - 1] / (distance[members, 0] + 0.02))
        if inside >= 0.75 and spread <= flat:
            out[members] = family
    return numbered(out)


def pairs(neighbors: Neighbors) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Each pair in the neighbour lists once: lower index, higher index, similarity."""
    n, k = neighbors.n, neighbors.k
    source = np.repeat(np.arange(n), k)
    target = neighbors.indices.reshape(-1).astype(np.int64)
    low, high = np.minimum(source, target), np.maximum(source, target)
    # Both directions of a pair may differ in the last bit; the larger one counts.
    order = np.lexsort((-neighbors.similarities.reshape(-1), low * n + high))
    key = (low * n + high)[order]
    first = order[np.concatenate(([True], key[1:] != key[:-1]))] if key.size else order
    return low[first], high[first], neighbors.similarities.reshape(-1)[first].astype(np.float64)


def edge_floor(
    neighbors: Neighbors, source: NDArray[np.int64], target: NDArray[np.int64], thresholds: Thresholds
) -> NDArray[np.float64]:
    """Similarity above which a pair counts as confusable, per pair.

    Two descriptors in one house style are similar whatever they are about, so the bar rises with
    the mean similarity of both skills to the skills that are not near them; it never rises above
    `certain`, since such a pair is hard to tell apart in any library.
    """
    n = neighbors.n
    near = min(10, n // 2, neighbors.k)
    rest = n - 1 - near
    if rest <= 0:
        return np.full(source.shape, thresholds.floor)
    background = (neighbors.mean * (n - 1) - neighbors.similarities[:, :near].sum(axis=1)) / rest
    shared = np.clip((background[source] + background[target]) / 2, 0, 1).astype(np.float64)
    bar = np.clip(shared + thresholds.standout * (1 - shared), thresholds.floor, thresholds.certain)
    return np.asarray(bar, dtype=np.float64)


def components(n: int, source: NDArray[np.int64], target: NDArray[np.int64]) -> Labels:
    """Connected component of each of n nodes, numbered by first member."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if n == 0:
        return np.zeros(0, dtype=np.int64)
    graph = coo_array((np.ones(source.size), (source, target)), shape=(n, n))
    _, labels = connected_components(graph, directed=False)
    return numbered(labels.astype(np.int64))


def _spanning_tree(
    twins: Labels, source: NDArray[np.int64], target: NDArray[np.int64], similarity: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Edges of a maximum spanning forest over the twin groups, most similar first."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    a, b = twins[source], twins[target]
    a, b = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((-similarity, b, a))
    order = order[a[order] != b[order]]
    if order.size == 0:
        return a[:0], b[:0], similarity[:0]
    first = np.concatenate(([True], (a[order][1:] != a[order][:-1]) | (b[order][1:] != b[order][:-1])))
    order = order[first]
    size = int(twins.max()) + 1
    # scipy reads a weight of zero as no edge; 2 - similarity is never zero.
    graph = coo_array((2 - similarity[order], (a[order], b[order])), shape=(size, size)).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    kept = np.lexsort((tree.col, tree.row, tree.data))
    return tree.row[kept].astype(np.int64), tree.col[kept].astype(np.int64), 2 - tree.data[kept]


def _leaves(
    twins: Labels, source: NDArray[np.int64], target: NDArray[np.int64], similarity: NDArray[np.float64]
) -> Labels:
    """Cut the tree into its leaves: groups in which no two groups of two or more have met."""
    size = int(twins.max()) + 1 if twins.size else 0
    parent = list(range(size))
    members: list[list[int]] = [[i] for i in range(size)]
    is_open = [True] * size
    label = np.full(size, -1, dtype=np.int64)

    def close(root: int) -> None:
        if is_open[root] and len(members[root]) > 1:
            label[members[root]] = members[root][0]
        is_open[root] = False

    for batch in _equal_runs(similarity):
        for roots in _meeting(parent, source[batch].tolist(), target[batch].tolist()):
            groups = [root for root in roots if len(members[root]) > 1]
            if len(groups) > 1:
                for root in groups:
                    close(root)
            whole = max(roots, key=lambda root: len(members[root]))
            is_open[whole] = all(is_open[root] for root in groups)
            for root in roots:
                if root != whole:
                    parent[root] = whole
                    members[whole] += members[root]
                    members[root] = []
    for root in range(size):
        if parent[root] == root:
            close(root)
    labels = label[twins]
    alone = (labels < 0) & (np.bincount(twins, minlength=size)[twins] > 1)
    return np.where(alone, size + twins, labels)


def _with_joiners(
    labels: Labels, source: NDArray[np.int64], target: NDArray[np.int64], similarity: NDArray[np.float64]
) -> Labels:
    """Give each unlabelled skill the group at the other end of its best edge, the larger group on a tie."""
    loose = np.concatenate((source, target))
    anchor = np.concatenate((target, source))
    weight = np.concatenate((similarity, similarity))
    kept = (labels[loose] < 0) & (labels[anchor] >= 0)
    loose, group, weight = loose[kept], labels[anchor[kept]], weight[kept]
    if loose.size == 0:
        return labels
    order = np.lexsort((-np.bincount(group)[group], -weight, loose))
    joiners, first = np.unique(loose[order], return_index=True)
    joined = labels.copy()
    joined[joiners] = group[order[first]]
    return joined


def _equal_runs(similarity: NDArray[np.float64]) -> list[slice]:
    """Runs of edges whose similarities are equal up to rounding, in falling order."""
    cuts = np.flatnonzero(-np.diff(similarity) > 1.5 * RESOLUTION) + 1
    bounds = [0, *cuts.tolist(), similarity.size]
    return [slice(a, b) for a, b in pairwise(bounds) if b > a]


def _find(parent: list[int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _meeting(parent: list[int], source: list[int], target: list[int]) -> list[list[int]]:
    """Sets of current groups that these edges join, each in ascending order."""
    joined: dict[int, set[int]] = {}
    for a, b in zip(source, target, strict=True):
        first, second = _find(parent, a), _find(parent, b)
        together = joined.get(first, {first}) | joined.get(second, {second})
        for root in together:
            joined[root] = together
    distinct = {id(together): together for together in joined.values()}
    return [sorted(together) for together in distinct.values()]


def numbered(labels: Labels) -> Labels:
    """Number groups 0, 1, ... in the order of their first members; negative labels become -1."""
    values, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    order = np.argsort(np.where(values < 0, -1, first), kind="stable")
    new = np.empty(values.size, dtype=np.int64)
    new[order] = np.arange(values.size) - np.count_nonzero(values < 0)
    return np.asarray(np.maximum(new, -1)[inverse], dtype=np.int64)


class BlobCache(Protocol):
    """Where finished labels are kept."""

    def get_blob(self, kind: str, key: str) -> bytes | None:
        """Return what was stored, or None."""

    def put_blob(self, kind: str, key: str, value: bytes) -> None:
        """Store bytes."""


def cluster_cached(
    neighbors: Neighbors,
    cache: BlobCache | None,
    *,
    thresholds: Thresholds | None = THRESHOLDS["dense"],
    templates: Labels | None = None,
) -> Labels:
    """`cluster`, read from the `cache` where neighbours, thresholds and templates are unchanged."""
    if cache is None:
        return cluster(neighbors, thresholds=thresholds, templates=templates)
    digest = hashlib.blake2b(f"{_VERSION} {thresholds}".encode(), digest_size=16)
    digest.update(np.ascontiguousarray(neighbors.indices, dtype="<i4").tobytes())
    digest.update(np.ascontiguousarray(neighbors.similarities, dtype="<f4").tobytes())
    digest.update(np.ascontiguousarray(neighbors.mean, dtype="<f4").tobytes())
    digest.update(b"" if templates is None else templates.astype("<i8").tobytes())
    known = cache.get_blob("clusters", digest.hexdigest())
    if known is not None and len(known) == 8 * neighbors.n:
        return np.frombuffer(known, dtype="<i8").astype(np.int64)
    labels = cluster(neighbors, thresholds=thresholds, templates=templates)
    cache.put_blob("clusters", digest.hexdigest(), labels.astype("<i8").tobytes())
    return labels
