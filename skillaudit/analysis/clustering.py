"""Groups of skills that are taken for each other: leaves of the single-linkage tree over the neighbour lists.

HDBSCAN's leaf selection with groups of two or more. Its usual selection (excess of mass) puts most
of a real library into one blob, because descriptors thin out gradually; the leaves are the places
where a library is locally dense. Equal similarities merge at once (see `leaves`), so the groups do
not depend on the order of the skills.
"""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.neighbors import RESOLUTION, Neighbors
from skillaudit.schema import ScorerName

Labels: TypeAlias = NDArray[np.int64]
"""Shape (N,): group of each skill, -1 for none; groups are numbered by their first member."""

_VERSION = 2  # of the algorithm, for cached labels


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
    With `thresholds=None` this is HDBSCAN's leaf clustering with min_cluster_size 2 and min_samples 1,
    but a library that nothing divides is one group.
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
    sizes = np.bincount(twins)
    groups = leaves(sizes.size, twins[source[near]], twins[target[near]], similarity[near])
    # A twin group that is no part of a leaf is a group of its own.
    groups = np.where((groups < 0) & (sizes > 1), sizes.size + np.arange(sizes.size), groups)
    labels = np.where(clones >= 0, clones + 2 * n, groups[twins])
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


@lru_cache(maxsize=1)
def pairs(neighbors: Neighbors) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Each pair in the neighbour lists once: lower index, higher index, similarity; not to be written to.

    Clusters, families and cohesion ask for the same.
    """
    source = np.repeat(np.arange(neighbors.n), neighbors.k)
    target = neighbors.indices.reshape(-1).astype(np.int64)
    low, high, similarity = once(neighbors.n, source, target, neighbors.similarities.reshape(-1))
    found = low, high, similarity.astype(np.float64)
    for part in found:
        part.flags.writeable = False
    return found


def once(
    n: int,
    source: NDArray[np.int64],
    target: NDArray[np.int64],
    similarity: NDArray[Any],
    of_several: np.ufunc = np.maximum,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any]]:
    """Each pair of n nodes once, in order: the lower one, the higher one, the largest similarity that is given.

    `of_several` says what counts where a pair is given more than once, `numpy.add` all of them.
    """
    key = np.minimum(source, target) * n + np.maximum(source, target)
    order = np.argsort(key)
    key = key[order]
    first = np.flatnonzero(np.concatenate((key[:1] >= 0, key[1:] != key[:-1])))
    low, high = np.divmod(key[first], max(n, 1))
    return low, high, of_several.reduceat(similarity[order], first) if first.size else similarity[:0]


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


def leaves(
    n: int, source: NDArray[np.int64], target: NDArray[np.int64], similarity: NDArray[np.float64]
) -> Labels:
    """Leaves of the single-linkage tree over n nodes by hdbscan; -1 for nodes outside of all leaves.

    A leaf is a group of two or more in which no two such groups have met on the way down from the most
    similar pair. Pairs that are not given hold nothing together. Only the order of the similarities
    counts, and those within rounding of each other are one level at which everything merges at once:
    permuted nodes or pairs give the same groups, numbered otherwise. Memory is linear in the pairs.
    """
    label = np.full(n, -1, dtype=np.int64)
    source, target, similarity = _spanning_tree(n, source, target, similarity)
    if source.size == 0:
        return label
    nodes, ends = np.unique(np.concatenate((source, target)), return_inverse=True)
    # Densities are whole numbers that count the levels, so that half a step tells a tie from a split.
    fall = np.concatenate(([0], np.cumsum(-np.diff(similarity) > 1.5 * RESOLUTION)))
    hdbscan = _tree_functions()
    tree = hdbscan.condense_tree(
        _anchored(nodes.size, ends[: source.size], ends[source.size :], fall[-1] - fall + 2), 2
    )
    tree = hdbscan.simplify_hierarchy(tree, 0.5)
    found, *_ = hdbscan.get_clusters(tree, hdbscan.compute_stability(tree), "leaf")
    # hdbscan lets a node that arrives at the very level where groups meet enter one of them by chance.
    is_node = tree["child_size"] == 1
    birth = np.zeros(tree["parent"].max() + 1)
    birth[tree["child"][~is_node]] = tree["lambda_val"][~is_node]
    late = is_node & (tree["lambda_val"] <= birth[tree["parent"]])
    found[tree["child"][late]] = -1
    label[nodes] = found[: nodes.size]
    return label


def _tree_functions() -> ModuleType:
    """hdbscan's functions on trees, without the rest of its package, which imports sklearn for over a second."""
    name = "hdbscan._hdbscan_tree"
    if name not in sys.modules:
        package = find_spec("hdbscan")
        spec = PathFinder.find_spec(name, package.submodule_search_locations if package else None)
        if spec is None or spec.loader is None:
            return import_module(name)  # which says what is missing
        module = sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


def _anchored(
    n: int, source: NDArray[np.int64], target: NDArray[np.int64], density: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The merges of n nodes and two more, the anchor, that joins the components below all densities.

    The edges are those of a forest, densest first. hdbscan takes one tree only, and never the whole of it as a
    group. The two nodes are a leaf of their own, which no other node enters, for every component has two nodes or
    more. Shape (n + 1, 4), as scipy's hierarchies: both parts, their distance, nodes together.
    """
    _, first = np.unique(components(n, source, target), return_index=True)
    rows = np.concatenate(([n], source, np.full(first.size, n))).tolist()
    columns = np.concatenate(([n + 1], target, first)).tolist()
    merges = np.empty((len(rows), 4))
    merges[:, 2] = 1 / np.concatenate((density[:1], density, np.ones(first.size)))
    above = list(range(2 * n + 3))
    sizes = [1] * (n + 2)
    for at, pair in enumerate(zip(rows, columns, strict=True)):
        parts = []
        for node in pair:
            while above[node] != node:
                above[node] = node = above[above[node]]
            parts.append(node)
            above[node] = n + 2 + at
        sizes.append(sizes[parts[0]] + sizes[parts[1]])
        merges[at, :2], merges[at, 3] = parts, sizes[-1]
    return merges


def _spanning_tree(
    n: int, source: NDArray[np.int64], target: NDArray[np.int64], similarity: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Edges of a maximum spanning forest over n nodes, most similar first."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import minimum_spanning_tree

    apart = source != target
    a, b, similarity = once(n, source[apart], target[apart], similarity[apart])
    if a.size == 0:
        return a, b, similarity
    # scipy reads a weight of zero as no edge; 2 - similarity is never zero.
    graph = coo_array((2 - similarity, (a, b)), shape=(n, n)).tocsr()
    tree = minimum_spanning_tree(graph).tocoo()
    kept = np.lexsort((tree.col, tree.row, tree.data))
    return tree.row[kept].astype(np.int64), tree.col[kept].astype(np.int64), 2 - tree.data[kept]


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
        labels = np.frombuffer(known, dtype="<i8").astype(np.int64)
        if np.array_equal(labels, numbered(labels)):
            return labels
    labels = cluster(neighbors, thresholds=thresholds, templates=templates)
    cache.put_blob("clusters", digest.hexdigest(), labels.astype("<i8").tobytes())
    return labels
