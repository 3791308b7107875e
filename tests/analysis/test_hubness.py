"""k-occurrence, skewness, the paper's measures, and planted hubs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.analysis.generic import generic_phrases
from skillaudit.analysis.hubness import (
    anti_hubs,
    k_occurrence,
    skewness,
    structural_hubs,
    structure,
)
from skillaudit.analysis.neighbors import FloatArray, nearest
from tests.analysis.cosines import nearest_vectors
from tests.analysis.samples import blobs, scatter, unit


def with_hub(groups: int = 12, size: int = 12) -> tuple[FloatArray, list[str]]:
    """Separate families, and one last skill in the middle of them all."""
    vectors = blobs(groups, size, spread=3.0, dimension=60, seed=2)
    middle = unit(vectors.mean(axis=0, keepdims=True))
    families = [f"family {i // size}" for i in range(groups * size)]
    return np.concatenate((vectors, middle)), [*families, "other"]


def test_k_occurrence_counts_the_lists() -> None:
    found = nearest_vectors(scatter(50), 12)
    counts = k_occurrence(found, 4)
    lists = found.indices[:, :4].tolist()
    assert counts.tolist() == [sum(i in row for row in lists) for i in range(50)]
    assert counts.mean() == 4


@settings(deadline=None)
@given(st.lists(st.integers(0, 500), min_size=3, max_size=60))
def test_skewness_is_scipys(values: list[int]) -> None:
    from scipy.stats import skew

    counts = np.array(values, dtype=np.int64)
    if len(set(values)) == 1:
        assert skewness(counts) is None
    else:
        assert skewness(counts) == pytest.approx(float(skew(counts)), abs=1e-9)


def test_skewness_needs_three_skills() -> None:
    assert skewness(np.array([0, 5])) is None
    assert skewness(np.array([], dtype=np.int64)) is None


def test_structure_follows_the_papers_formulas() -> None:
    sims = np.array([[1, 0.9, 0.2], [0.9, 1, 0.4], [0.2, 0.4, 1]], dtype=np.float32)
    measures = structure(nearest(lambda a, b: sims[a:b], 3, 10))
    np.testing.assert_allclose(measures.sink, [0.55, 0.65, 0.3], atol=1e-6)
    np.testing.assert_allclose(measures.victim, [0.55, 0.65, 0.3], atol=1e-6)
    np.testing.assert_allclose(measures.clarity, [0.45, 0.35, 0.7], atol=1e-6)


def test_victim_and_clarity_look_at_ten_neighbours_only() -> None:
    vectors = scatter(40)
    sims = np.sort(vectors @ vectors.T, axis=1)[:, ::-1]
    measures = structure(nearest_vectors(vectors, 30))
    np.testing.assert_allclose(measures.victim, sims[:, 1:11].mean(axis=1), atol=1e-5)


def test_a_lone_skill_has_no_structure() -> None:
    found = nearest_vectors(scatter(1))
    assert all(math.isnan(column[0]) for column in structure(found))
    assert structural_hubs(found, ["a"]) == ()
    assert structure(nearest_vectors(scatter(0))).sink.size == 0


def test_a_planted_hub_is_found_with_its_phrases() -> None:
    vectors, families = with_hub()
    texts = ["does one thing"] * (len(vectors) - 1) + ["helps with any task"]
    (hub,) = structural_hubs(nearest_vectors(vectors), families, texts)
    assert hub.skill == len(vectors) - 1
    assert hub.occurrence == len(hub.listed_by) > 3 * hub.expected
    assert hub.families > 6
    assert hub.q_value <= 0.001
    assert hub.generic_phrases == ("any task",)


def test_a_hub_of_one_family_is_no_black_hole() -> None:
    vectors, _ = with_hub()
    assert structural_hubs(nearest_vectors(vectors), ["one"] * len(vectors)) == ()


@pytest.mark.parametrize("seed", range(4))
def test_a_library_without_hubs_has_none(seed: int) -> None:
    vectors = blobs(12, 12, spread=1.2, dimension=60, seed=seed)
    families = [f"family {i // 12}" for i in range(len(vectors))]
    assert structural_hubs(nearest_vectors(vectors), families) == ()


def test_phrases_alone_flag_nothing() -> None:
    vectors = blobs(12, 12, spread=1.2, dimension=60)
    texts = ["use for anything, all-in-one, any task"] * len(vectors)
    assert structural_hubs(nearest_vectors(vectors), [str(i) for i in range(144)], texts) == ()


def test_anti_hubs_are_on_no_list() -> None:
    vectors = np.concatenate((blobs(1, 12, spread=0.2), scatter(1, dimension=48, seed=9)))
    assert anti_hubs(nearest_vectors(vectors, 5)).tolist() == [12]
    assert anti_hubs(nearest_vectors(vectors, 12)).tolist() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Helps with ANY task and any task.", ("any task",)),
        ("General-purpose helper for all your coding needs", ("general-purpose", "all your coding needs")),
        ("Always use this before any edit", ("before any",)),
        ("Always invoke this skill for .xlsx files", ()),
        ("Always use this first, for every task", ("always use this", "every task")),
        ("Handles everything, from a wide range of sources", ("everything", "wide range of")),
        ("Company tasks; manything; universality", ()),
        ("Fill in PDF forms and merge PDF files", ()),
        ("", ()),
    ],
)
def test_generic_phrases(text: str, expected: tuple[str, ...]) -> None:
    assert generic_phrases(text) == expected
