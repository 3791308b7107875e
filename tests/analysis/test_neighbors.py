"""Nearest neighbours against brute force, ties, blocks and small libraries."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.analysis.neighbors import RESOLUTION, FloatArray, nearest, nearest_by_halves
from skillaudit.progress import Cancelled
from tests.analysis.cosines import nearest_vectors
from tests.analysis.samples import scatter


def brute(sims: FloatArray, k: int) -> tuple[list[list[int]], list[list[float]]]:
    """Sort every row whole, by rounded similarity and then by index."""
    rounded = np.rint(sims.astype(np.float64) / RESOLUTION) * RESOLUTION
    order = [np.lexsort((np.arange(len(row)), -row)).tolist() for row in rounded]
    rows = [[j for j in row if j != i][:k] for i, row in enumerate(order)]
    return rows, [[float(rounded[i, j]) for j in row] for i, row in enumerate(rows)]


CASES = given(
    n=st.integers(2, 90),
    k=st.integers(1, 40),
    levels=st.integers(1, 50),
    block_size=st.integers(1, 100),
    seed=st.integers(0, 10_000),
)
"""Matrices with many ties, and blocks of any size."""


@settings(max_examples=60, deadline=None)
@CASES
def test_equals_brute_force_with_ties(n: int, k: int, levels: int, block_size: int, seed: int) -> None:
    sims = (np.random.default_rng(seed).integers(0, levels, size=(n, n)) / 64 - 0.2).astype(np.float32)
    found = nearest(lambda a, b: sims[a:b], n, k, block_size=block_size)
    indices, values = brute(sims, min(k, n - 1))
    assert found.indices.tolist() == indices
    assert found.similarities.tolist() == values


@settings(max_examples=40, deadline=None)
@CASES
def test_halves_give_what_the_whole_gives(n: int, k: int, levels: int, block_size: int, seed: int) -> None:
    half = (np.random.default_rng(seed).integers(0, levels, size=(n, n)) / 64).astype(np.float32)
    sims: FloatArray = np.maximum(half, half.T)
    rows: dict[int, FloatArray] = {}

    def upper(step: int, first: int) -> Iterator[FloatArray]:
        return (sims[start : start + step, start:].copy() for start in range(first, n, step))

    def seen(start: int, block: FloatArray) -> None:
        rows[start] = block.copy()

    found = nearest_by_halves(upper, n, k, block_size=block_size, seen=seen)
    whole = nearest(lambda a, b: sims[a:b], n, k, block_size=block_size)
    assert found.indices.tolist() == whole.indices.tolist()
    assert found.similarities.tolist() == whole.similarities.tolist()
    assert found.mean.tolist() == whole.mean.tolist()
    assert np.concatenate([rows[start] for start in sorted(rows)]).tolist() == sims.tolist()


@pytest.mark.parametrize("levels", [2, 40, 1 << 22])
def test_equals_brute_force_where_chunk_maxima_bound_the_row(levels: int) -> None:
    n = 1_400
    sims = (np.random.default_rng(levels).integers(0, levels, size=(n, n)) / levels).astype(np.float32)
    found = nearest(lambda a, b: sims[a:b], n, 20, block_size=300)
    indices, values = brute(sims, 20)
    assert found.indices.tolist() == indices
    assert found.similarities.tolist() == values


def test_vectors_give_cosines_and_mean_similarity() -> None:
    vectors = scatter(70)
    found = nearest_vectors(vectors, 5)
    sims = vectors @ vectors.T
    np.testing.assert_allclose(
        found.similarities, np.take_along_axis(sims, found.indices.astype(np.int64), 1), atol=2 * RESOLUTION
    )
    np.testing.assert_allclose(found.mean, (sims.sum(axis=1) - 1) / 69, atol=1e-5)
    assert found.top(2).indices.tolist() == found.indices[:, :2].tolist()


def test_identical_vectors_are_ordered_by_index() -> None:
    found = nearest_vectors(np.tile(scatter(1), (2_000, 1)), 4)
    assert found.indices[0].tolist() == [1, 2, 3, 4]
    assert found.indices[1].tolist() == [0, 2, 3, 4]
    assert found.indices[1_999].tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(found.similarities, 1, atol=1e-6)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_tiny_libraries(n: int) -> None:
    found = nearest_vectors(scatter(3)[:n], 10)
    assert found.n == n
    assert found.k == max(0, n - 1)
    assert all(sorted({i, *found.indices[i].tolist()}) == list(range(n)) for i in range(n))


def test_zero_vectors_have_similarity_zero() -> None:
    found = nearest_vectors(np.zeros((5, 3), dtype=np.float32), 2)
    assert found.similarities.tolist() == [[0.0, 0.0]] * 5
    assert not np.signbit(found.similarities).any()


def test_the_callers_matrix_is_left_alone() -> None:
    sims = np.ones((6, 6), dtype=np.float32)
    nearest(lambda a, b: sims[a:b], 6, 2)
    assert sims.tolist() == np.ones((6, 6)).tolist()


def test_progress_counts_skills_and_can_stop() -> None:
    seen: list[tuple[str, int, int]] = []

    class Recorder:
        def update(self, stage: str, done: int, total: int, note: str = "") -> None:
            seen.append((stage, done, total))
            if done >= 20:
                raise Cancelled

    with pytest.raises(Cancelled):
        nearest_vectors(scatter(30), 3, block_size=10, progress=Recorder())
    assert seen == [("neighbors", 10, 30), ("neighbors", 20, 30)]


def test_analysis_modules_import_nothing_heavy() -> None:
    code = (
        "import sys, importlib, pkgutil, skillaudit.analysis as a\n"
        "for m in pkgutil.iter_modules(a.__path__):\n"
        "    importlib.import_module('skillaudit.analysis.' + m.name)\n"
        "heavy = 'torch hdbscan sklearn umap numba networkx scipy textual litellm'.split()\n"
        "print(sorted(set(heavy) & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_memory_grows_with_the_block_and_not_with_the_square() -> None:
    n = 3_000
    vectors = scatter(n, dimension=8)
    tracemalloc.start()
    nearest_vectors(vectors, 10, block_size=50)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < n * n * 4 / 8
