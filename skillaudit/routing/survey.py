"""How the skills of a large library stand to each other, found once for all who ask, in time that grows as they do.

Of each skill the nearest are held, and what lies beyond is estimated from a sample at even distances: far skills are
many and alike, so that 1,500 of them tell the sum over all within a few parts in a hundred, which moves the
logarithm that a forecast rests on by a thousandth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skillaudit.analysis.halves import nearest_by_rows, nearest_by_vectors
from skillaudit.analysis.neighbors import Neighbors, nearest, nearest_by_halves, refined
from skillaudit.progress import Progress
from skillaudit.routing.breadth import BLOCK, sample_starts
from skillaudit.schema import EngineName
from skillaudit.scoring import DenseScorer, HybridScorer, LexicalScorer, Scorer

LARGE = 4_000
"""Skills beyond which a sample stands for the far ones."""
EXACT = 16_000
"""Skills up to which every one is held against every other."""
KEPT = 64
CANDIDATES = 112
"""Nearest by a rough score, of which `KEPT` stay by the true one."""
_ROWS, _CELLS = 1_024, 1 << 21
TRIED, TOP = 128, 20
"""Skills whose `TOP` nearest are looked for exactly as well, to tell how many an index finds."""


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The skills of one library under one scorer."""

    neighbors: Neighbors
    """(N, `KEPT`)."""
    sample: npt.NDArray[np.int64]
    """(M,) skills that stand for all."""
    held: npt.NDArray[np.float16]
    """(N, M) similarities to the sample, to three digits: they are asked for by every class of routers."""
    by_vectors: Neighbors | None
    """The same as `neighbors` by vectors alone, where they were looked for."""
    recall: float
    """Estimated share of the `TOP` nearest that the index found; 1 where all were compared."""

    def tail(self, start: int, stop: int) -> npt.NDArray[np.float32]:
        """Similarities of skills start..stop to those of the sample."""
        return self.held[start:stop].astype(np.float32)

    def known(self, start: int, stop: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Of skills start..stop those of the sample that are known better: the nearest, and the skill itself.

        Returns the rows, counted from `start`, and the columns of the sample.
        """
        rows = np.arange(start, stop)
        better = np.concatenate((rows[:, None], self.neighbors.indices[start:stop]), axis=1)
        place = np.minimum(np.searchsorted(self.sample, better), len(self.sample) - 1)
        row, column = np.nonzero(self.sample[place] == better)
        return row, place[row, column]


def survey(scorer: Scorer, size: int, progress: Progress, engine: EngineName = "local") -> Survey | None:
    """Look around in a library of `size` skills; None where it is small, or the scorer only a part of it."""
    if size <= LARGE or not isinstance(scorer, DenseScorer | HybridScorer | LexicalScorer):
        return None
    sample = (sample_starts(size)[:, None] + np.arange(BLOCK)).reshape(-1)
    held = np.empty((size, len(sample)), dtype=np.float16)
    recall, by_vectors = 1.0, None
    if size <= EXACT:

        def seen(start: int, rows: npt.NDArray[np.float32]) -> None:
            held[start : start + len(rows)] = rows[:, sample]

        found = nearest_by_halves(scorer.upper, size, KEPT, seen=seen, progress=progress, engine=engine)
        return Survey(found, sample, held, found if isinstance(scorer, DenseScorer) else None, recall)
    if isinstance(scorer, DenseScorer):
        # Up to 100,000 no index finds as many at less cost.
        found = by_vectors = nearest_by_vectors(scorer.vectors, KEPT, progress=progress, engine=engine)
    else:
        words = scorer if isinstance(scorer, LexicalScorer) else scorer.lexical
        # Few rows at a time, so that no more is held than a core's cache takes while the best are picked.
        thin = 1 << max(2, (_CELLS // size).bit_length() - 1)
        rough = words.rough()
        candidates = (
            nearest_by_rows(rough, size, CANDIDATES, thin, progress=progress)
            if engine == "local"
            else nearest(
                rough.similarities, size, CANDIDATES, block_size=thin, progress=progress, engine=engine
            ).indices
        )
        del rough  # as large as the library's own rows, twice
        if isinstance(scorer, HybridScorer):
            by_vectors = nearest_by_vectors(scorer.dense.vectors, KEPT, progress=progress, engine=engine)
            candidates = np.concatenate((candidates, by_vectors.indices), axis=1)
        mean = ((scorer.total() - 1) / (size - 1)).astype(np.float32)
        found = refined(candidates, scorer.pairs, mean, KEPT)
        recall = _recall(found, scorer, np.linspace(0, size - 1, TRIED).astype(np.int64).tolist())
    block = scorer.against(sample)
    for start in range(0, size, _ROWS):
        held[start : start + _ROWS] = block(start, min(start + _ROWS, size))
    return Survey(found, sample, held, by_vectors, recall)


def _recall(found: Neighbors, scorer: HybridScorer | LexicalScorer, rows: Sequence[int]) -> float:
    """Share of the `TOP` nearest of some skills that are held, or are as near as the last that is."""
    scores = np.empty((len(rows), found.n), dtype=np.float32)
    block = scorer.against(np.array(rows))
    for start in range(0, found.n, _ROWS):
        scores[:, start : start + _ROWS] = block(start, min(start + _ROWS, found.n)).T
    reached = 0
    for row, similar in zip(rows, scores, strict=True):
        similar[row] = -np.inf
        bar = np.partition(similar, -TOP)[-TOP]
        reached += min(TOP, int((similar[found.indices[row]] >= bar).sum()))
    return reached / (TOP * len(rows))
