"""A scorer seen through some of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from skillaudit.schema import ScorerName

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer


class Part:
    """Scores against the chosen descriptors alone; weights of words stay those of all."""

    def __init__(self, scorer: Scorer, rows: Sequence[int]) -> None:
        """Take the scorer and the rows of the descriptors, in the order wanted."""
        self._scorer, self._rows = scorer, list(rows)

    @property
    def name(self) -> ScorerName:
        """Which scorer it is."""
        return self._scorer.name

    def scores(self, queries: Sequence[str]) -> npt.NDArray[np.float32]:
        """Score queries against the chosen descriptors."""
        return self._scorer.scores(queries)[:, self._rows]

    def similarities(self, start: int, stop: int) -> npt.NDArray[np.float32]:
        """Score chosen descriptors against each other."""
        rows = self._rows[start:stop]
        if not rows:
            return np.zeros((0, len(self._rows)), dtype=np.float32)
        return np.concatenate([self._scorer.similarities(row, row + 1)[:, self._rows] for row in rows])

    def pairs(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
        """Score chosen descriptors against each other pair by pair."""
        chosen = np.array(self._rows, dtype=np.int64)
        return self._scorer.pairs(chosen[rows], chosen[columns])
