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
    """Rows of a sparse matrix, (rows, width), of which some at a time are read; the numbers of rows are not checked.

    The loops of scipy take rows that lie one behind the other. Given from the last to the first, some rows do so where
    they lie: what would stand between two of them ends before it begins, and is no entry.
    """

    def __init__(self, rows: Counts) -> None:
        """Take the rows; they are not copied."""
        self.width = rows.shape[1]
        self._indices, self._data = rows.indices, rows.data
        self._bounds = np.stack((rows.indptr[:-1], rows.indptr[1:]), axis=1)

    def rest(self) -> Postings:
        """The same rows, of which entries can be skipped."""
        other = copy(self)
        other._bounds = self._bounds.copy()
        return other

    def skip(self, rows: Ints) -> None:
        """Leave out the first entry that is left of each of some different rows."""
        self._bounds[rows, 0] += 1

    def empty(self, rows: Ints) -> None:
        """Leave out all entries of some rows."""
        self._bounds[rows, 1] = self._bounds[rows, 0]

    def add(self, rows: Ints, weights: NDArray[np.float32], total: NDArray[np.float32]) -> None:
        """Add rows, in rising order, times a weight each, to `total`, (width,), the last first."""
        from scipy.sparse._sparsetools import csc_matvec

        if len(rows):
            spaced = np.zeros(2 * len(rows) - 1, dtype=np.float32)
            spaced[::2] = weights[::-1]
            bounds = self._bounds[rows[::-1]].reshape(-1)
            csc_matvec(self.width, len(spaced), bounds, self._indices, self._data, spaced, total)

    def products(self, rows: Ints, spread: NDArray[np.float32]) -> NDArray[np.float32]:
        """Products of rows with a dense one, (width,): (len(rows),)."""
        from scipy.sparse._sparsetools import csr_matvec

        order = np.argsort(rows, kind="stable")[::-1]
        spaced = np.zeros(max(0, 2 * len(rows) - 1), dtype=np.float32)
        if len(rows):
            bounds = self._bounds[rows[order]].reshape(-1)
            csr_matvec(len(spaced), self.width, bounds, self._indices, self._data, spread, spaced)
        found = np.empty(len(rows), dtype=np.float32)
        found[order] = spaced[::2]
        return found
