"""Confusable groups: what belongs together, what stays alone, and independence of the order."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skillaudit.analysis.clustering import (
    THRESHOLDS,
    Labels,
    cluster,
    cluster_cached,
    components,
    edge_floor,
    leaves,
    numbered,
    pairs,
)
from skillaudit.analysis.neighbors import RESOLUTION, nearest
from tests.analysis.cosines import nearest_vectors
from tests.analysis.samples import blobs, scatter, unit

DENSE = THRESHOLDS["dense"]


def partition(labels: Labels) -> set[frozenset[int]]:
    """Groups as sets, so that numbering does not matter."""
    return {frozenset(np.flatnonzero(labels == g).tolist()) for g in np.unique(labels[labels >= 0])}


def from_matrix(sims: list[list[float]]) -> Labels:
    """Cluster a small similarity matrix without any floor."""
    matrix = np.array(sims, dtype=np.float32)
    return cluster(nearest(lambda a, b: matrix[a:b], len(matrix), 32), thresholds=None)


def test_groups_are_found_and_numbered_by_first_member() -> None:
    labels = cluster(nearest_vectors(blobs(6, 3)))
    assert labels.tolist() == [g for g in range(6) for _ in range(3)]


def test_a_library_of_distinct_skills_is_all_noise() -> None:
    assert cluster(nearest_vectors(np.eye(40, dtype=np.float32))).tolist() == [-1] * 40
    assert cluster(nearest_vectors(scatter(60, dimension=300))).tolist() == [-1] * 60


def test_a_shared_house_style_is_not_confusion() -> None:
    style = np.zeros((50, 300), dtype=np.float32)
    style[:, 0] = 1.0
    vectors = unit(style + scatter(50, dimension=300))  # every pair at about .5
    found = nearest_vectors(vectors)
    assert found.similarities.min() > 0.45
    assert cluster(found).tolist() == [-1] * 50


def test_two_tight_pairs_stay_apart_and_the_straggler_is_noise() -> None:
    labels = from_matrix(
        [
            [1.0, 0.8, 0.5, 0.4, 0.3],
            [0.8, 1.0, 0.4, 0.4, 0.3],
            [0.5, 0.4, 1.0, 0.7, 0.3],
            [0.4, 0.4, 0.7, 1.0, 0.3],
            [0.3, 0.3, 0.3, 0.3, 1.0],
        ]
    )
    assert labels.tolist() == [0, 0, 1, 1, -1]


def test_equal_similarities_merge_at_once() -> None:
    # A ring of four at one level: no order of merging may tear it into two pairs.
    ring = [[1.0, 0.6, 0.1, 0.6], [0.6, 1.0, 0.6, 0.1], [0.1, 0.6, 1.0, 0.6], [0.6, 0.1, 0.6, 1.0]]
    assert from_matrix(ring).tolist() == [0, 0, 0, 0]


def test_chains_of_twins_are_one_group() -> None:
    vectors = blobs(2, 8, spread=0.35, seed=3)
    found = nearest_vectors(vectors)
    assert partition(cluster(found)) == {frozenset(range(8)), frozenset(range(8, 16))}
    assert len(partition(cluster(found, thresholds=DENSE._replace(twin=2.0)))) > 2


def test_a_twin_pair_is_reported_even_where_its_surroundings_split() -> None:
    vectors = np.concatenate((blobs(2, 6, seed=3), blobs(1, 2, spread=0.05, seed=5)))
    assert frozenset({12, 13}) in partition(cluster(nearest_vectors(vectors)))


def test_a_left_over_skill_joins_a_neighbour_beyond_doubt() -> None:
    sims = np.full((30, 30), 0.05, dtype=np.float32)
    np.fill_diagonal(sims, 1)
    for a, b, s in [(0, 1, 0.84), (2, 3, 0.84), (1, 2, 0.80), (2, 4, 0.79), (1, 5, 0.6)]:
        sims[a, b] = sims[b, a] = s
    labels = cluster(nearest(lambda a, b: sims[a:b], 30))
    assert labels[:6].tolist() == [0, 0, 1, 1, 1, -1]


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_tiny_libraries(n: int) -> None:
    assert cluster(nearest_vectors(np.eye(4, dtype=np.float32)[:n])).tolist() == [-1] * n
    same = np.tile(scatter(1), (n, 1))
    assert cluster(nearest_vectors(same)).tolist() == ([0] * n if n > 1 else [-1] * n)


def test_zero_vectors_are_noise_and_identical_ones_one_group() -> None:
    vectors = np.concatenate((np.zeros((50, 24), dtype=np.float32), np.tile(scatter(1), (50, 1))))
    assert cluster(nearest_vectors(vectors, 10)).tolist() == [-1] * 50 + [0] * 50


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    groups=st.integers(1, 12),
    size=st.integers(1, 6),
    spread=st.floats(0.05, 1.5),
    copies=st.booleans(),
)
def test_the_order_of_skills_does_not_matter(
    seed: int, groups: int, size: int, spread: float, copies: bool
) -> None:
    vectors = blobs(groups, size, spread=spread, dimension=16, seed=seed)
    if copies:
        vectors = np.concatenate((vectors, vectors[: len(vectors) // 2]))
    order = np.random.default_rng(seed).permutation(len(vectors))
    labels = cluster(nearest_vectors(vectors))
    shuffled = cluster(nearest_vectors(vectors[order]))
    back = np.empty_like(shuffled)
    back[order] = shuffled
    assert partition(labels) == partition(back)


def leaves_by_definition(sims: NDArray[np.floating]) -> set[frozenset[int]]:
    """Leaf clusters straight from their definition, on the full matrix; a zero is no pair."""
    n = len(sims)
    found: set[frozenset[int]] = set()
    levels = sorted({float(s) for s in sims[np.triu_indices(n, 1)]} - {0.0}, reverse=True)
    groups = {frozenset({i}) for i in range(n)}
    closed: set[frozenset[int]] = set()
    for level in levels:
        i, j = np.nonzero(sims >= level)
        labels = components(n, i, j)
        merged = {frozenset(np.flatnonzero(labels == g).tolist()) for g in np.unique(labels)}
        for new in merged - groups:
            parts = [old for old in groups if old <= new and len(old) > 1]
            if len(parts) > 1:
                found |= {part for part in parts if part not in closed}
            if len(parts) > 1 or any(part in closed for part in parts):
                closed.add(new)
        groups = merged
    return found | {group for group in groups if len(group) > 1 and group not in closed}


@settings(max_examples=40, deadline=None)
@given(n=st.integers(2, 25), seed=st.integers(0, 10_000))
def test_leaves_match_their_definition(n: int, seed: int) -> None:
    vectors = scatter(n, dimension=8, seed=seed)
    sims = vectors @ vectors.T
    assert partition(cluster(nearest_vectors(vectors), thresholds=None)) == leaves_by_definition(sims)


@settings(max_examples=150, deadline=None)
@given(
    n=st.integers(2, 25),
    levels=st.integers(1, 10),
    share=st.sampled_from([0.05, 0.1, 0.2, 0.5, 1.0]),
    seed=st.integers(0, 10_000),
)
def test_ties_and_loose_parts_match_the_definition_in_any_order(
    n: int, levels: int, share: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    sims = np.triu(rng.integers(1, levels + 1, size=(n, n)) * (rng.random((n, n)) < share), 1) / 16
    sims += sims.T
    order = rng.permutation(n)
    shuffled = sims[np.ix_(order, order)]
    back = np.empty(n, dtype=np.int64)
    back[order] = leaves(n, *listed(shuffled))
    assert partition(leaves(n, *listed(sims))) == partition(back) == leaves_by_definition(sims)


def listed(sims: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of a matrix in which zero is no pair."""
    source, target = np.nonzero(np.triu(sims, 1))
    return source, target, sims[source, target]


def test_similarities_within_rounding_are_one_level() -> None:
    # Both pairs and the edge between them, one rounding step apart, are one group; three apart they split.
    for steps, expected in [(1, [0, 0, 0, 0]), (3, [0, 0, 1, 1])]:
        bridge = 0.5 - steps * RESOLUTION
        found = leaves(4, np.array([0, 2, 1]), np.array([1, 3, 2]), np.array([0.5, 0.5, bridge]))
        assert numbered(found).tolist() == expected


def test_a_skill_that_arrives_where_groups_meet_belongs_to_none() -> None:
    # 4 and 5 hang on one group each, at the level at which the two groups meet.
    source, target = np.array([0, 2, 0, 0, 2]), np.array([1, 3, 2, 4, 5])
    for order in itertools.permutations(range(5)):
        found = leaves(6, source[[*order]], target[[*order]], np.array([0.9, 0.8, 0.5, 0.5, 0.5])[[*order]])
        assert partition(found) == {frozenset({0, 1}), frozenset({2, 3})}


@pytest.mark.parametrize("seed", range(5))
def test_joining_the_components_changes_no_leaf(seed: int) -> None:
    from hdbscan import HDBSCAN

    rng = np.random.default_rng(seed)
    sims = np.zeros((60, 60))
    expected: set[frozenset[int]] = set()
    for part in np.split(np.arange(60), [1, 3, 6, 15, 30]):
        block = np.triu(rng.uniform(0.1, 0.9, size=(part.size, part.size)), 1)
        block += block.T
        sims[np.ix_(part, part)] = block
        if part.size < 2:
            continue
        distance = np.where(np.eye(part.size, dtype=bool), 0, 1 - block)
        model = HDBSCAN(
            metric="precomputed", min_cluster_size=2, min_samples=1, cluster_selection_method="leaf"
        )
        alone = {frozenset(part[sorted(group)].tolist()) for group in partition(model.fit(distance).labels_)}
        expected |= alone or {frozenset(part.tolist())}
    assert partition(leaves(60, *listed(sims))) == expected


@pytest.mark.parametrize("place", range(21))
def test_lone_twins_and_a_clone_family_are_two_groups(place: int) -> None:
    order = np.insert(np.arange(20), place, [20, 21])
    family = blobs(1, 20, spread=0.9, dimension=400, seed=1)
    vectors = np.concatenate((family, np.tile(scatter(1, dimension=400, seed=2), (2, 1))))[order]
    templates = np.where(order < 20, 0, -1)
    labels = cluster(nearest_vectors(vectors), templates=templates)
    assert partition(labels) == {
        frozenset(np.flatnonzero(order < 20).tolist()),
        frozenset({place, place + 1}),
    }


def test_pairs_come_once_and_floor_rises_with_the_crowd() -> None:
    found = nearest_vectors(scatter(40), 5)
    low, high, similarity = pairs(found)
    assert (low < high).all()
    assert len({*zip(low.tolist(), high.tolist(), strict=True)}) == low.size
    assert {(min(i, j), max(i, j)) for i in range(40) for j in found.indices[i].tolist()} == {
        *zip(low.tolist(), high.tolist(), strict=True)
    }
    plain = edge_floor(found, low, high, DENSE)
    crowd = unit(scatter(40) + np.full(24, 0.3, dtype=np.float32))
    crowded = edge_floor(nearest_vectors(crowd, 5), low, high, DENSE)
    assert crowded.mean() > plain.mean()
    assert similarity.size == plain.size


def test_labels_are_kept_until_something_changes() -> None:
    stored: dict[tuple[str, str], bytes] = {}

    class Memory:
        def get_blob(self, kind: str, key: str) -> bytes | None:
            return stored.get((kind, key))

        def put_blob(self, kind: str, key: str, value: bytes) -> None:
            stored[kind, key] = value

    found = nearest_vectors(blobs(5, 4))
    labels = cluster(found)
    assert cluster_cached(found, None).tolist() == labels.tolist()
    assert cluster_cached(found, Memory()).tolist() == labels.tolist()
    (key,) = stored
    stored[key] = np.zeros(20).astype("<i8").tobytes()
    assert cluster_cached(found, Memory()).tolist() == [0] * 20
    for damaged in (np.full(20, 7), np.full(20, 10**9), np.full(20, -2)):
        stored[key] = damaged.astype("<i8").tobytes()
        assert cluster_cached(found, Memory()).tolist() == labels.tolist()
    stored[key] = b"torn"
    assert cluster_cached(found, Memory()).tolist() == labels.tolist()
    cluster_cached(found, Memory(), thresholds=THRESHOLDS["hybrid"])
    cluster_cached(found, Memory(), templates=np.zeros(20, dtype=np.int64))
    cluster_cached(nearest_vectors(blobs(5, 4, seed=1)), Memory())
    assert len(stored) == 4


def test_losing_one_skill_in_a_hundred_hardly_moves_the_groups() -> None:
    vectors = np.concatenate((blobs(90, 4, spread=0.8), scatter(240, dimension=48, seed=7)))
    kept = np.flatnonzero(np.arange(len(vectors)) % 100 != 50)
    before = partition(cluster(nearest_vectors(vectors)))
    after = partition(cluster(nearest_vectors(vectors[kept])))
    survivors = {frozenset(kept[sorted(group)].tolist()) for group in after}
    lost = set(range(len(vectors))) - set(kept.tolist())
    untouched = {group for group in before if not group & lost}
    assert len(untouched) > 60
    assert len(untouched & survivors) >= 0.97 * len(untouched)


@pytest.mark.parametrize(
    ("n", "spread"), [(60, 0.9), (400, 0.9), pytest.param(1_000, 1.2, marks=pytest.mark.slow)]
)
def test_leaves_equal_those_of_the_full_matrix(n: int, spread: float) -> None:
    from hdbscan import HDBSCAN

    groups = n // 20
    vectors = np.concatenate((blobs(groups, 10, spread=spread), scatter(n - 10 * groups, dimension=48)))
    distance = np.clip(1 - vectors.astype(np.float64) @ vectors.T.astype(np.float64), 0, 2)
    np.fill_diagonal(distance, 0)
    model = HDBSCAN(metric="precomputed", min_cluster_size=2, min_samples=1, cluster_selection_method="leaf")
    theirs = model.fit(distance).labels_
    ours = cluster(nearest_vectors(vectors), thresholds=None)
    assert partition(theirs) == partition(ours)  # an adjusted Rand index of 1, noise included


@pytest.mark.slow
def test_the_selection_is_hdbscans_without_what_its_package_imports() -> None:
    program = (
        "import sys\n"
        "from skillaudit.analysis.clustering import cluster\n"
        "from tests.analysis.cosines import nearest_vectors\n"
        "from tests.analysis.samples import blobs\n"
        "labels = cluster(nearest_vectors(blobs(6, 3, spread=0.7))).tolist()\n"
        "print(labels, *sorted({'hdbscan', 'hdbscan._hdbscan_tree', 'sklearn', 'scipy.stats'} & set(sys.modules)))\n"
        "import hdbscan\n"
        "assert hdbscan.hdbscan_.condense_tree is sys.modules['hdbscan._hdbscan_tree'].condense_tree"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert said.strip() == f"{[g for g in range(6) for _ in range(3)]} hdbscan._hdbscan_tree"
