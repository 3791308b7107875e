"""The nearest of many vectors, exactly, at half the products and without holding what was computed.

A bar for each row is guessed from its similarities to a sample. Of each tile of similarities what reaches the bar of
either end is kept, some hundred for each row, and sorted when all of a row are known. Where a guess was too high, or so
low that a crowd of near copies reached it, the row is held against all others.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.neighbors import RESOLUTION, FloatArray, Neighbors, largest
from skillaudit.embedding.devices import choose_threads, fixed_arithmetic
from skillaudit.progress import SILENT, Progress
from skillaudit.schema import EngineName
from skillaudit.spread import spread

_TILE = 1 << 10
"""Rows and columns of similarities at a time: a few MB, which stay in the cache of a core."""
_SAMPLE, _SHARE = 1_024, 54
"""A bar is guessed from so many rows, or one in so many, which keeps what reaches a bar from growing."""
_SURE = 3.0
"""Standard deviations that a guess leaves room for: one row in a hundred is held against all others."""
_CROWD = 4
"""Times as many as expected reach a bar where a row counts as crowded; bounds the memory."""
_AGAIN = 256
_TURN = 16
"""Tiles between two looks at which rows are crowded."""

Ints = NDArray[np.int64]


class _Pair(NamedTuple):
    """Two tiles by the rows that they begin at, and the bars of the rows of each."""

    first: int
    other: int
    own: FloatArray
    others: FloatArray


_Found = tuple[int, Ints, Ints, FloatArray]
"""What reaches a bar in two tiles: the start of the rows it is kept for, rows from there, columns, similarities."""


def nearest_by_vectors(
    vectors: FloatArray,
    k: int,
    *,
    progress: Progress = SILENT,
    sample: int | None = None,
    engine: EngineName = "local",
) -> Neighbors:
    """Find what `nearest` finds for the cosines of unit `vectors`, (N, d), where N is well above `sample` and k.

    Extra memory is some thousand bytes a row. `sample` is what bars are guessed from. `progress` may raise `Cancelled`.
    With another `engine` the same tiles are held against each other on other machines, and give the same bits.
    """
    n = len(vectors)
    sample = sample or max(_SAMPLE, n // _SHARE)
    reach = k * sample / n
    rank = min(sample - 1, math.ceil(reach + _SURE * math.sqrt(reach)))
    bars = _bars(vectors, sample, rank)
    given = bars.copy()
    left = np.full(n, _CROWD * rank * n // sample)
    starts = range(0, n, _TILE)
    waiting: list[list[tuple[NDArray[np.int16], NDArray[np.int32], FloatArray]]] = [[] for _ in starts]
    indices = np.zeros((n, k), dtype=np.int32)
    similarities = np.full((n, k), -np.inf, dtype=np.float32)

    def keep(first: int, row: Ints, column: Ints, value: FloatArray) -> None:
        """Keep what reached the bars of the rows of a tile."""
        own = left[first : first + _TILE]
        own -= np.bincount(row, minlength=len(own))
        waiting[first // _TILE].append((row.astype(np.int16), column.astype(np.int32), value))

    def turns() -> Iterator[list[_Pair]]:
        """Yield what is done between two looks; bars that were lifted since only spare work."""
        for tile, start in enumerate(starts):
            for turn in range(tile, len(starts), _TURN):
                bars[left < 0] = np.inf
                yield [
                    _Pair(
                        start, other, bars[start : start + _TILE].copy(), bars[other : other + _TILE].copy()
                    )
                    for other in starts[turn : turn + _TURN]
                ]

    # A thread on each tile, and none that waits for another in the middle of a product.
    with fixed_arithmetic("cpu"), ThreadPoolExecutor(choose_threads(None)) as pool:
        made: Iterator[list[list[_Found]]]
        if engine == "local":
            made = (list(pool.map(partial(_reaching, vectors), turn)) for turn in turns())
        else:
            made = spread(_turn, vectors, turns(), engine)
        for tile, start in enumerate(starts):
            for _ in range(tile, len(starts), _TURN):
                for kept in next(made):
                    for some in kept:
                        keep(*some)
            rows, columns, values = (np.concatenate(part) for part in zip(*waiting[tile], strict=True))
            waiting[tile].clear()
            counts = np.bincount(rows, minlength=min(_TILE, n - start))
            enough = (counts >= k) & (left[start : start + _TILE] >= 0)
            ordered = _in_order(rows, columns, values)
            taken = ordered[(np.cumsum(counts) - counts)[enough, None] + np.arange(k)]
            at = start + np.flatnonzero(enough)
            indices[at], similarities[at] = taken & _COLUMN, (_TOP - (taken >> 31 & _STEP)) * RESOLUTION
            progress.update("neighbors", min(start + _TILE, n), n)
    # What rounding lifts to the last value may have stayed below the bar.
    again = np.flatnonzero(similarities[:, -1] <= given + RESOLUTION)
    for part in np.split(again, range(_AGAIN, len(again), _AGAIN)):
        sims = vectors[part] @ vectors.T
        sims[np.arange(len(part)), part] = -np.inf
        indices[part], similarities[part] = largest(sims, k)
    whole = vectors @ vectors.sum(axis=0, dtype=np.float64) - np.einsum("ij,ij->i", vectors, vectors)
    return Neighbors(indices, similarities, (whole / (n - 1)).astype(np.float32))


def _turn(vectors: FloatArray, pairs: list[_Pair]) -> list[list[_Found]]:
    return [_reaching(vectors, pair) for pair in pairs]


def _reaching(vectors: FloatArray, pair: _Pair) -> list[_Found]:
    """Hold two tiles against each other."""
    first, other, own, others = pair
    sims = vectors[first : first + _TILE] @ vectors[other : other + _TILE].T
    if first == other:
        np.fill_diagonal(sims, -np.inf)
    row, column, value = _true(sims >= own[:, None], sims)
    found = [(first, row, column + other, value)]
    if first != other:
        row, column, value = _true(sims >= others, sims)
        found.append((other, column, row + first, value))
    return found


_COLUMN, _STEP, _TOP = (1 << 31) - 1, (1 << 22) - 1, 1 << 21
"""A sorted entry: 10 bits of row, 22 of how many steps its similarity is below 2, 31 of column."""


def _in_order(row: NDArray[np.integer], column: NDArray[np.integer], value: FloatArray) -> Ints:
    """Sort by row, falling similarity rounded to `RESOLUTION`, and column: one number each sorts fastest."""
    below = _TOP - np.rint(value * np.float32(1 / RESOLUTION)).astype(np.int64)
    return np.sort(row.astype(np.int64) << 53 | below << 31 | column)


def _true(reached: NDArray[np.bool_], sims: FloatArray) -> tuple[Ints, Ints, FloatArray]:
    """Rows, columns and similarities of what is true; several times as fast as `nonzero` of a matrix."""
    flat = np.flatnonzero(reached)
    row, column = np.divmod(flat, sims.shape[1])
    return row, column, sims.reshape(-1)[flat]


def _bars(vectors: FloatArray, sample: int, rank: int) -> FloatArray:
    """The similarity to the nearest but `rank` of a sample at even distances, (N,)."""
    n = len(vectors)
    chosen = np.linspace(0, n - 1, sample).astype(np.int64)
    others = np.ascontiguousarray(vectors[chosen].T)
    bars = np.empty(n, dtype=np.float32)
    for start in range(0, n, _TILE):
        sims = vectors[start : start + _TILE] @ others
        sims[chosen == np.arange(start, start + len(sims))[:, None]] = -np.inf
        bars[start : start + _TILE] = np.partition(sims, -rank, axis=1)[:, -rank]
    return bars
