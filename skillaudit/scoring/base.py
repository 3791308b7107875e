"""What every scorer offers to the rest of the program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skillaudit.schema import ScorerName


class Scorer(Protocol):
    """Scores requests, and skills among themselves, against the descriptors of one library.

    All numbers are means of cosines, in [-1, 1], and 1 for a text against itself, whatever the scorer.
    """

    @property
    def name(self) -> ScorerName:
        """Which of the scorers this is."""

    def scores(self, queries: Sequence[str]) -> NDArray[np.float32]:
        """Score queries against all descriptors: (len(queries), skills). The caller blocks the queries."""

    def similarities(self, start: int, stop: int) -> NDArray[np.float32]:
        """Score descriptors `start` to `stop` against all descriptors: (stop - start, skills)."""

    def pairs(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float32]:
        """Score descriptors against each other pair by pair: (len(rows),)."""
