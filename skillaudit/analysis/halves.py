"""The nearest of many, exactly, at half the products and without holding what was computed.

A bar for each row is guessed from its similarities to a sample. Of each part of all similarities what reaches the bar
of either end is kept, some hundred for each row, and sorted when all of a row are known. Where a guess was too high, or
so low that a crowd of near copies reached it, the row is held against all others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.neighbors import RESOLUTION, Block, FloatArray, Neighbors, largest, lower_bound
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
_MOST = 1 << 17
"""What reached a bar and is not sorted into tiles yet."""
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


class _Reached:
    """What reached the bars, until all of a tile of rows is known, and the `k` nearest of each row after that."""

    def __init__(self, n: int, k: int, sample: int) -> None:
        reach = k * sample / n
        self.rank = min(sample - 1, math.ceil(reach + _SURE * math.sqrt(reach)))
        """A bar is as high as the nearest but so many of the sample."""
        self.starts = range(0, n, _TILE)
        self.indices = np.zeros((n, k), dtype=np.int32)
        self.similarities = np.full((n, k), -np.inf, dtype=np.float32)
        self._left = np.full(n, _CROWD * self.rank * n // sample)
        self._waiting: list[list[Ints]] = [[] for _ in self.starts]

    def keep(self, first: int, row: Ints, column: Ints, value: FloatArray) -> None:
        """Keep what reached the bars of the tile from `first` on; rows are counted from there."""
        own = self._left[first : first + _TILE]
        own -= np.bincount(row, minlength=len(own))
        self._waiting[first // _TILE].append(_packed(row, column, value))

    def raise_crowded(self, bars: FloatArray) -> None:
        """Let nothing more reach the bars of rows that too many reached."""
        bars[self._left < 0] = np.inf

    def close(self, tile: int) -> None:
        """Put the rows of a tile in order: all that reaches their bars is known."""
        start = self.starts[tile]
        ordered = np.sort(np.concatenate(self._waiting[tile]))
        self._waiting[tile].clear()
        n, k = self.indices.shape
        counts = np.bincount(ordered >> 53, minlength=min(_TILE, n - start))
        enough = (counts >= k) & (self._left[start : start + _TILE] >= 0)
        taken = ordered[(np.cumsum(counts) - counts)[enough, None] + np.arange(k)]
        at = start + np.flatnonzero(enough)
        self.indices[at], self.similarities[at] = taken & _COLUMN, (_TOP - (taken >> 31 & _STEP)) * RESOLUTION

    def mend(self, bars: FloatArray, whole: Callable[[Ints], FloatArray], step: int) -> None:
        """Hold the rows whose bars, as they were given, were wrong against all, `step` at a time."""
        # What rounding lifts to the last value may have stayed below the bar.
        again = np.flatnonzero(self.similarities[:, -1] <= bars + RESOLUTION)
        for part in np.split(again, range(step, len(again), step)):
            sims = whole(part)
            sims[np.arange(len(part)), part] = -np.inf
            self.indices[part], self.similarities[part] = largest(sims, self.indices.shape[1])


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
    reached = _Reached(n, k, sample)
    starts = reached.starts
    chosen = np.linspace(0, n - 1, sample).astype(np.int64)
    others = np.ascontiguousarray(vectors[chosen].T)
    given = _bars(lambda start, stop: vectors[start:stop] @ others, chosen, n, reached.rank)
    bars = given.copy()

    def turns() -> Iterator[list[_Pair]]:
        """Yield what is done between two looks; bars that were lifted since only spare work."""
        for tile, start in enumerate(starts):
            for turn in range(tile, len(starts), _TURN):
                reached.raise_crowded(bars)
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
                        reached.keep(*some)
            reached.close(tile)
            progress.update("neighbors", min(start + _TILE, n), n)
    reached.mend(given, lambda rows: vectors[rows] @ vectors.T, _AGAIN)
    whole = vectors @ vectors.sum(axis=0, dtype=np.float64) - np.einsum("ij,ij->i", vectors, vectors)
    return Neighbors(reached.indices, reached.similarities, (whole / (n - 1)).astype(np.float32))


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


class Halved(Protocol):
    """Similarities of n rows that are the same both ways."""

    def upper(self, step: int) -> Iterator[FloatArray]:
        """Yield `step` rows at a time against themselves and all after them, fresh."""

    def some(self, rows: Ints) -> FloatArray:
        """Some rows against all, fresh."""

    def against(self, chosen: Ints) -> Block:
        """What gives rows start..stop against the `chosen` alone, fresh."""


def nearest_by_rows(
    similar: Halved, n: int, k: int, step: int, *, progress: Progress = SILENT, sample: int | None = None
) -> NDArray[np.int32]:
    """Find the indices that `nearest` finds, (n, k), where n is well above `sample` and k, `step` rows at a time.

    `step` is a power of two up to `_TILE`. Extra memory is some thousand bytes a row. `sample` is what bars are guessed
    from. `progress` may raise `Cancelled`.
    """
    sample = sample or max(_SAMPLE, n // _SHARE)
    reached = _Reached(n, k, sample)
    chosen = np.linspace(0, n - 1, sample).astype(np.int64)
    given = _bars(similar.against(chosen), chosen, n, reached.rank)
    bars = given.copy()
    reaching: list[tuple[Ints, Ints, FloatArray]] = []
    stop = 0
    for sims in similar.upper(step):
        start, stop = stop, stop + len(sims)
        np.fill_diagonal(sims, -np.inf)
        row, column, value = _true(sims >= bars[start:stop, None], sims)
        reaching.append((row + start, column + start, value))
        later = sims[:, len(sims) :]
        row, column, value = _true(later >= bars[stop:], later)
        reaching.append((column + stop, row + start, value))
        full = stop % _TILE == 0 or stop == n
        if full or sum(len(value) for _, _, value in reaching) > _MOST:
            rows, columns, values = (np.concatenate(part) for part in zip(*reaching, strict=True))
            reaching.clear()
            tiles = (rows // _TILE).astype(np.int16)
            order = np.argsort(tiles, kind="stable")
            ends = np.cumsum(np.bincount(tiles, minlength=len(reached.starts)))
            own = start // _TILE
            for first, part in zip(reached.starts[own:], np.split(order, ends[own:-1]), strict=True):
                reached.keep(first, rows[part] - first, columns[part], values[part])
            reached.raise_crowded(bars)
        if full:
            reached.close((stop - 1) // _TILE)
            progress.update("neighbors", stop, n)
    reached.mend(given, similar.some, step)
    return reached.indices


_COLUMN, _STEP, _TOP = (1 << 31) - 1, (1 << 22) - 1, 1 << 21
"""An entry: 10 bits of row, 22 of how many steps its similarity is below 2, 31 of column."""


def _packed(row: Ints, column: Ints, value: FloatArray) -> Ints:
    """One number each, which sorts fastest: by row, falling similarity rounded to `RESOLUTION`, and column."""
    below = _TOP - np.rint(value * np.float32(1 / RESOLUTION)).astype(np.int64)
    return np.asarray(row << 53 | below << 31 | column, dtype=np.int64)


def _true(reached: NDArray[np.bool_], sims: FloatArray) -> tuple[Ints, Ints, FloatArray]:
    """Rows, columns and similarities of what is true; several times as fast as `nonzero` of a matrix."""
    row, column = np.divmod(np.flatnonzero(reached), sims.shape[1])
    return row, column, sims[row, column]


def _bars(block: Block, chosen: Ints, n: int, rank: int) -> FloatArray:
    """About the similarity to the `rank`-th nearest of the `chosen`, (n,), where `block` holds rows against those."""
    bars = np.empty(n, dtype=np.float32)
    for start in range(0, n, _TILE):
        sims = block(start, min(start + _TILE, n))
        sims[chosen == np.arange(start, start + len(sims))[:, None]] = -np.inf
        bars[start : start + _TILE] = lower_bound(sims, rank)
    return bars
