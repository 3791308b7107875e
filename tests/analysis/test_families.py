"""Coarse groups and families."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from skillaudit.analysis.clustering import pairs
from skillaudit.analysis.families import coarse_groups, families
from tests.analysis.cosines import nearest_vectors
from tests.analysis.samples import blobs, scatter


def test_groups_follow_the_blobs() -> None:
    labels = coarse_groups(nearest_vectors(blobs(9, 9, spread=0.8)))
    assert labels.tolist() == [g for g in range(9) for _ in range(9)]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 5, 40, 200])
def test_everybody_is_in_a_group_of_bounded_size(n: int) -> None:
    labels = coarse_groups(nearest_vectors(scatter(n)))
    assert labels.size == n
    if n:
        assert labels.min() == 0
        target = max(2, round(n**0.5))
        assert np.bincount(labels).max() <= max(2, 3 * n / target)
        assert labels.max() + 1 >= min(n, target)


def defined(similar: NDArray[np.float64], count: int, largest: float) -> list[int]:
    """Average linkage round by round, of which nothing is carried over but the groups."""
    groups = [[row] for row in range(len(similar))]
    while (excess := len(groups) - count) > 0:
        mean = np.array([[round(similar[np.ix_(a, b)].mean(), 9) for b in groups] for a in groups])
        fits = np.array([[a is not b and len(a) + len(b) <= largest for b in groups] for a in groups])
        mean[~fits] = 0
        best = mean.argmax(axis=1)
        found = [
            (-mean[a, b], a, b)
            for a, b in enumerate(best.tolist())
            if mean[a, b] > 0 and a < b and best[b] == a
        ]
        if not found:
            break
        merged = {b: a for _, a, b in sorted(found)[:excess]}
        for b, a in merged.items():
            groups[a] = groups[a] + groups[b]
        groups = [group for at, group in enumerate(groups) if at not in merged]
    labels = [0] * len(similar)
    for at, group in enumerate(sorted(groups, key=min)):
        for row in group:
            labels[row] = at
    return labels


@pytest.mark.parametrize("seed", range(4))
def test_groups_are_those_of_average_linkage(seed: int) -> None:
    found = nearest_vectors(scatter(60, seed=seed), 9)
    similar = np.zeros((60, 60))
    for low, high, weight in zip(*pairs(found), strict=True):
        similar[low, high] = similar[high, low] = max(0.0, weight)
    assert coarse_groups(found).tolist() == defined(similar, 8, 3 * 60 / 8)


def test_order_does_not_matter() -> None:
    vectors = scatter(120, seed=4)
    order = np.random.default_rng(1).permutation(120)
    plain = coarse_groups(nearest_vectors(vectors))
    shuffled = coarse_groups(nearest_vectors(vectors[order]))
    same = plain[order][:, None] == plain[order][None, :]
    assert (same == (shuffled[:, None] == shuffled[None, :])).all()


def test_identical_and_unrelated_skills_end() -> None:
    assert coarse_groups(nearest_vectors(np.tile(scatter(1), (50, 1)))).size == 50
    assert coarse_groups(nearest_vectors(np.eye(30, dtype=np.float32))).tolist() == list(range(30))


def test_categories_win_where_they_say_something() -> None:
    found = nearest_vectors(blobs(3, 4))
    categories = ["a"] * 4 + ["b"] * 4 + ["c"] * 3 + [None]
    named = families(categories, found)
    assert named[:11] == ("a",) * 4 + ("b",) * 4 + ("c",) * 3
    assert named[11].startswith("group ")


@pytest.mark.parametrize(
    "categories",
    [[None] * 12, ["all"] * 12, ["x"] * 6 + ["y"] * 6, [f"own {i}" for i in range(12)]],
)
def test_categories_that_say_nothing_are_passed_over(categories: list[str | None]) -> None:
    named = families(categories, nearest_vectors(blobs(3, 4)))
    assert set(named) == {"group 1", "group 2", "group 3"}
