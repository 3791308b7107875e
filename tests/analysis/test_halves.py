"""Half the products give what all of them give, whatever the bars were guessed at."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skillaudit.analysis import halves, neighbors
from skillaudit.analysis.halves import nearest_by_rows, nearest_by_vectors
from skillaudit.analysis.neighbors import Block, FloatArray, Neighbors, nearest
from skillaudit.progress import Cancelled


def whole(vectors: FloatArray, k: int) -> Neighbors:
    return nearest(lambda start, stop: vectors[start:stop] @ vectors.T, len(vectors), k)


class Cosines:
    """Vectors of which each is held against all after it."""

    def __init__(self, vectors: FloatArray) -> None:
        self.vectors = vectors

    def upper(self, step: int) -> Iterator[FloatArray]:
        for start in range(0, len(self.vectors), step):
            yield self.vectors[start : start + step] @ self.vectors[start:].T

    def some(self, rows: NDArray[np.int64]) -> FloatArray:
        return self.vectors[rows] @ self.vectors.T

    def against(self, chosen: NDArray[np.int64]) -> Block:
        return lambda start, stop: self.vectors[start:stop] @ self.vectors[chosen].T


def assert_same(found: Neighbors, expected: Neighbors) -> None:
    assert found.indices.tolist() == expected.indices.tolist()
    assert found.similarities.tolist() == expected.similarities.tolist()
    assert found.mean == pytest.approx(expected.mean, abs=1e-6)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(40, 300),
    k=st.integers(1, 20),
    width=st.sampled_from([4, 16]),
    copies=st.integers(1, 60),
    tile=st.integers(3, 200),
    sample=st.integers(4, 30),
    seed=st.integers(0, 10_000),
)
def test_what_all_products_give(
    n: int, k: int, width: int, copies: int, tile: int, sample: int, seed: int
) -> None:
    """Products of such rows are exact, many are equal, and groups of equal rows stand together."""
    rng = np.random.default_rng(seed)
    rows = rng.choice([-1, 1], size=(-(-n // copies), width)) / np.sqrt(width)
    vectors = np.repeat(rows, copies, axis=0)[:n].astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(halves, "_TILE", tile)
        assert_same(nearest_by_vectors(vectors, k, sample=sample), whole(vectors, k))


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(40, 300),
    k=st.integers(1, 20),
    copies=st.integers(1, 60),
    step=st.sampled_from([1, 4, 16]),
    most=st.sampled_from([1, 500, 1 << 20]),
    sample=st.integers(4, 30),
    seed=st.integers(0, 10_000),
)
def test_what_all_rows_give(
    n: int, k: int, copies: int, step: int, most: int, sample: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.choice([-1, 1], size=(-(-n // copies), 16)) / 4
    vectors = np.repeat(rows, copies, axis=0)[:n].astype(np.float32)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(halves, "_TILE", 64)
        patch.setattr(halves, "_MOST", most)
        found = nearest_by_rows(Cosines(vectors), n, k, step, sample=sample)
    assert found.tolist() == whole(vectors, k).indices.tolist()


@pytest.mark.parametrize("crowd", [False, True])
def test_a_wrong_guess_is_mended(crowd: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    again: list[int] = []

    def largest(sims: FloatArray, k: int) -> object:
        again.append(len(sims))
        return kept(sims, k)

    kept = neighbors.largest
    monkeypatch.setattr(halves, "largest", largest)
    rows = np.random.default_rng(1).normal(size=(2_000, 32))
    if crowd:
        rows[300:1_000] = rows[300]  # more near copies than a row may keep
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    assert_same(nearest_by_vectors(vectors, 8, sample=64), whole(vectors, 8))
    assert 0 < sum(again) < (900 if crowd else 100)
    assert sum(again) >= (700 if crowd else 1)


def test_it_can_be_stopped() -> None:
    class Stop:
        def update(self, stage: str, done: int, total: int, note: str = "") -> None:
            raise Cancelled

    vectors = np.eye(200, dtype=np.float32)
    with pytest.raises(Cancelled):
        nearest_by_vectors(vectors, 3, sample=20, progress=Stop())
