from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from skillaudit.scoring import DenseScorer, HybridScorer, LexicalScorer, Scorer, make_scorer

TEXTS = ("north: cold wind", "east: dry wind", "south: warm rain")
VECTORS = np.array([[0, 2], [3, 0], [0, -1]], dtype=np.float32)


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.array([[len(text), 1] for text in texts], dtype=np.float32)


def test_dense_scores_are_cosines_of_vectors_of_any_length() -> None:
    scorer = DenseScorer(VECTORS, embed)
    expected = np.array([[1, 3, -1]]) / np.sqrt(10)
    assert np.allclose(scorer.scores(["abc"]), expected, atol=1e-6)
    assert np.allclose(scorer.similarities(0, 3), [[1, 0, -1], [0, 1, 0], [-1, 0, 1]], atol=1e-6)
    assert np.allclose(scorer.similarities(2, 3), [[-1, 0, 1]], atol=1e-6)
    assert scorer.explain("abc", 0) == ()


def test_a_zero_vector_is_far_from_everything() -> None:
    scorer = DenseScorer(np.zeros((2, 2)), embed)
    assert scorer.scores(["abc"]).tolist() == [[0, 0]]


def test_hybrid_is_the_unweighted_mean_of_three_cosines() -> None:
    hybrid = HybridScorer(TEXTS, VECTORS, embed)
    dense, lexical = DenseScorer(VECTORS, embed), LexicalScorer(TEXTS)
    queries = ["cold wind", "rain"]
    expected = (dense.scores(queries) + 2 * lexical.scores(queries)) / 3
    assert np.allclose(hybrid.scores(queries), expected, atol=1e-6)
    expected = (dense.similarities(1, 3) + 2 * lexical.similarities(1, 3)) / 3
    assert np.allclose(hybrid.similarities(1, 3), expected, atol=1e-6)
    lexical_part = float(lexical.scores(["cold wind"])[0, 0]) * 2 / 3
    assert sum(share for _, share in hybrid.explain("cold wind", 0)) == pytest.approx(lexical_part, abs=1e-5)


@pytest.mark.parametrize("name", ["dense", "lexical", "hybrid"])
def test_make_scorer_by_name(name: str) -> None:
    scorer: Scorer = make_scorer(name, TEXTS, vectors=VECTORS, embed=embed)  # type: ignore[arg-type]  # a case
    assert scorer.name == name
    assert scorer.scores(["wind", "rain"]).shape == (2, 3)
    assert scorer.scores(["wind"]).dtype == scorer.similarities(0, 2).dtype == np.float32
    assert scorer.scores([]).shape == (0, 3)


def test_make_scorer_says_what_is_missing() -> None:
    with pytest.raises(ValueError, match="hybrid scorer needs"):
        make_scorer("hybrid", TEXTS)
    with pytest.raises(ValueError, match="3 texts but 2 vectors"):
        make_scorer("dense", TEXTS, vectors=VECTORS[:2], embed=embed)
