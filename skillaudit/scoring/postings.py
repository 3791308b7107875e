"""Sums of sparse rows, some at a time, by the loops of scipy without the checks around them, which cost more."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from skillaudit.scoring.ngrams import Counts

Ints = NDArray[np.int32] | NDArray[np.int64]


class Postings:
    """Rows of a sparse matrix, (rows, width), of which some at a time are read; the numbers of rows are not checked."""

    def __init__(self, rows: Counts) -> None:
        """Take the rows; they are not copied."""
        self.width = rows.shape[1]
        self._indices, self._data = rows.indices, rows.data
        # Where each row begins and ends, in turn: between two rows lies one that nobody reads, what was skipped.
        self._bounds = np.repeat(rows.indptr, 2)[1:-1]

    def rest(self) -> Postings:
        """The same rows, of which entries can be skipped."""
        other = copy(self)
        other._bounds = self._bounds.copy()
        return other

    def skip(self, rows: Ints) -> None:
        """Leave out the first entry that is left of each of some rows, as often as a row is named."""
        np.add.at(self._bounds, 2 * rows, 1)

    def add(self, rows: Ints, weights: NDArray[np.float32], total: NDArray[np.float32]) -> None:
        """Add rows, times a weight each, to `total`, (width,), in the order in which they are named."""
        from scipy.sparse._sparsetools import csc_matvec

        csc_matvec(self.width, len(rows), *self._picked(rows), weights, total)

    def products(self, rows: Ints, spread: NDArray[np.float32]) -> NDArray[np.float32]:
        """Products of rows with a dense one, (width,): (len(rows),)."""
        from scipy.sparse._sparsetools import csr_matvec

        found = np.zeros(len(rows), dtype=np.float32)
        csr_matvec(len(rows), self.width, *self._picked(rows), spread, found)
        return found

    def _picked(self, rows: Ints) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]:
        """Begins and ends, columns and entries of some rows, as scipy's loops take them."""
        from scipy.sparse._sparsetools import csr_row_index

        at = (2 * rows).astype(self._bounds.dtype)
        begins = np.zeros(len(at) + 1, dtype=self._bounds.dtype)
        np.cumsum(self._bounds[at + 1] - self._bounds[at], out=begins[1:])
        columns = np.empty(begins[-1], dtype=self._indices.dtype)
        entries = np.empty(begins[-1], dtype=np.float32)
        csr_row_index(len(at), at, self._bounds, self._indices, self._data, columns, entries)
        return begins, columns, entries
