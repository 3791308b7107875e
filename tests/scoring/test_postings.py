"""Sums of rows are those of scipy's own operators, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array, random_array

from skillaudit.scoring.postings import Postings


@pytest.fixture(name="rows")
def _rows() -> csr_array[np.float32, tuple[int, int]]:
    return csr_array(random_array((40, 90), density=0.2, rng=np.random.default_rng(5), dtype=np.float32))


def test_rows_are_added_as_a_product_adds_them(rows: csr_array[np.float32, tuple[int, int]]) -> None:
    picked = np.array([0, 7, 7, 39])
    weights = np.array([-2, 0.5, 0.125, 3], dtype=np.float32)
    total = np.zeros(90, dtype=np.float32)
    Postings(rows).add(picked, weights, total)
    assert np.array_equal(total, rows[picked[::-1]].T @ weights[::-1])
    Postings(rows).add(picked[:0], weights[:0], total)
    assert np.array_equal(total, rows[picked[::-1]].T @ weights[::-1])


def test_products_with_a_dense_row(rows: csr_array[np.float32, tuple[int, int]]) -> None:
    picked = np.array([3, 3, 0, 39])
    spread = np.random.default_rng(6).random(90).astype(np.float32)
    assert np.array_equal(Postings(rows).products(picked, spread), rows[picked] @ spread)
    assert Postings(rows).products(picked[:0], spread).shape == (0,)


def test_what_is_skipped_is_left_out_of_the_rest_alone(rows: csr_array[np.float32, tuple[int, int]]) -> None:
    whole = Postings(rows)
    rest = whole.rest()
    rest.skip(np.array([2, 5]))
    rest.skip(np.array([2]))
    rest.empty(np.array([7, 39]))
    rest.skip(np.array([7, 8]))
    ones = np.ones(90, dtype=np.float32)
    before, after = (some.products(np.arange(40), ones) for some in (whole, rest))
    entries = {row: rows.data[rows.indptr[row] :][:most] for row, most in ((2, 2), (5, 1), (8, 1))}
    assert all(after[row] == pytest.approx(before[row] - some.sum()) for row, some in entries.items())
    assert not after[[7, 39]].any()
    assert np.array_equal(np.delete(before, [2, 5, 7, 8, 39]), np.delete(after, [2, 5, 7, 8, 39]))
    assert np.array_equal(before, rows @ ones)


def test_what_is_left_is_added_as_it_is_multiplied(rows: csr_array[np.float32, tuple[int, int]]) -> None:
    rest = Postings(rows).rest()
    for gone in range(3):
        rest.skip(np.flatnonzero(np.diff(rows.indptr) > gone))
    rest.empty(np.array([0, 20, 39]))
    total = np.zeros(90, dtype=np.float32)
    rest.add(np.arange(40), np.ones(40, dtype=np.float32), total)
    left = [
        total_of
        for row in range(40)
        for total_of in rows.data[rows.indptr[row] + 3 : rows.indptr[row + 1]].tolist()
        if row not in {0, 20, 39}
    ]
    assert total.sum() == pytest.approx(sum(left), rel=1e-5)
