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
    picked = np.array([7, 0, 39, 7])
    weights = np.array([0.5, -2, 3, 0.125], dtype=np.float32)
    total = np.zeros(90, dtype=np.float32)
    Postings(rows).add(picked, weights, total)
    assert np.array_equal(total, rows[picked].T @ weights)


def test_products_with_a_dense_row(rows: csr_array[np.float32, tuple[int, int]]) -> None:
    picked = np.array([3, 3, 0, 39])
    spread = np.random.default_rng(6).random(90).astype(np.float32)
    assert np.array_equal(Postings(rows).products(picked, spread), rows[picked] @ spread)
    assert Postings(rows).products(picked[:0], spread).shape == (0,)


def test_what_is_skipped_is_left_out_of_the_rest_alone(rows: csr_array[np.float32, tuple[int, int]]) -> None:
    whole = Postings(rows)
    rest = whole.rest()
    rest.skip(np.array([2, 2, 5]))
    ones = np.ones(90, dtype=np.float32)
    before, after = (some.products(np.arange(40), ones) for some in (whole, rest))
    entries = [rows.data[rows.indptr[row] :][:2] for row in (2, 5)]
    assert after[2] == pytest.approx(before[2] - entries[0].sum())
    assert after[5] == pytest.approx(before[5] - entries[1][0])
    assert np.array_equal(np.delete(before, [2, 5]), np.delete(after, [2, 5]))
    assert np.array_equal(before, rows @ ones)
