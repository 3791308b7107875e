"""The k most similar skills of every skill, exactly, without ever holding an N x N matrix.

Similarities come in blocks of rows, so the same search serves dense vectors, the lexical scorer
and their sum. A row is not sorted, and read once: the k-th largest of its chunks' maxima is a lower bound
of the k-th largest similarity, hardly more than k entries reach it, and they lie in as many chunks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from skillaudit.embedding.devices import fixed_arithmetic
from skillaudit.progress import SILENT, Progress
from skillaudit.schema import EngineName
from skillaudit.spread import spread

FloatArray: TypeAlias = NDArray[np.float32]
Block: TypeAlias = Callable[[int, int], FloatArray]
"""Similarities of rows start..stop to all skills, shape (stop - start, N); may be overwritten if fresh."""

Upper: TypeAlias = Callable[[int, int], Iterator[FloatArray]]
"""Similarities of so many rows at a time to themselves and all after them, shape (rows, N - start), from a row on."""

Pairwise: TypeAlias = Callable[[NDArray[np.int64], NDArray[np.int64]], FloatArray]
"""Similarities of pairs of skills, each end by its position."""

RESOLUTION = 2.0**-20
"""Similarities are rounded to this grid, so that the order of a matrix product cannot break ties."""

DEFAULT_K = 32
_BLOCK_CELLS = 1 << 22
_PAIR_CELLS = 1 << 18
_BLOCK_ROWS = 256  # thinner blocks slow the product down
_AFAR_ROWS = 1_024
"""Rows that another machine is given at a time, at least: thin blocks alone are not worth the way."""
_CHUNKS = 256
_DEPTH = 64
"""Entries of a chunk at most, where there are more than `_CHUNKS` chunks."""


@dataclass(frozen=True, slots=True, eq=False)
class Neighbors:
    """Who is near whom: for N skills, their k nearest others, best first, ties by index."""

    indices: NDArray[np.int32]
    """Shape (N, k)."""
    similarities: FloatArray
    """Shape (N, k), falling along each row, rounded to `RESOLUTION`."""
    mean: FloatArray
    """Shape (N,): mean similarity to all other skills (0 for a lone skill)."""

    @property
    def n(self) -> int:
        """Number of skills."""
        return int(self.indices.shape[0])

    @property
    def k(self) -> int:
        """Neighbours held per skill."""
        return int(self.indices.shape[1])

    def top(self, k: int) -> Neighbors:
        """Keep the k nearest only; k larger than what is held keeps everything."""
        return Neighbors(self.indices[:, :k], self.similarities[:, :k], self.mean)


def nearest(
    block: Block,
    n: int,
    k: int = DEFAULT_K,
    *,
    block_size: int | None = None,
    progress: Progress = SILENT,
    engine: EngineName = "local",
) -> Neighbors:
    """Find the k most similar other skills of each of n skills.

    Exact on similarities rounded to `RESOLUTION`; a skill is never its own neighbour; equal
    similarities are ordered by index. k is cut to n - 1. Extra memory is a few blocks of
    `block_size` x n (by default about 16 MB each, and 256 rows at least). `progress` may raise `Cancelled`; with
    another `engine` the same blocks are worked out on other machines, some at a time.
    """
    k = max(0, min(k, n - 1))
    indices = np.zeros((n, k), dtype=np.int32)
    similarities = np.zeros((n, k), dtype=np.float32)
    mean = np.zeros(n, dtype=np.float32)
    if k == 0:
        return Neighbors(indices, similarities, mean)
    rows = block_size or max(_BLOCK_ROWS, _BLOCK_CELLS // n)
    together = rows if engine == "local" else -(-_AFAR_ROWS // rows) * rows
    chunks = [(start, min(start + together, n)) for start in range(0, n, together)]
    with fixed_arithmetic("cpu"):
        for (start, stop), found in zip(
            chunks, spread(_of_rows, (block, k, rows), chunks, engine), strict=True
        ):
            indices[start:stop], similarities[start:stop], mean[start:stop] = found
            progress.update("neighbors", stop, n)
    return Neighbors(indices, similarities, mean)


def nearest_by_halves(
    upper: Upper,
    n: int,
    k: int = DEFAULT_K,
    *,
    block_size: int | None = None,
    seen: Callable[[int, FloatArray], None] | None = None,
    progress: Progress = SILENT,
    engine: EngineName = "local",
) -> Neighbors:
    """Find what `nearest` finds at half the products: the similarity of two skills is the same both ways.

    A quarter of all similarities is held at most. `seen` is shown each block of rows by its start, whole. With another
    `engine` the products are made on other machines, and come back whole.
    """
    k = max(0, min(k, n - 1))
    rows = block_size or max(_BLOCK_ROWS, _BLOCK_CELLS // max(n, 1))
    waiting: list[list[FloatArray]] = [[] for _ in range(0, n, rows)]
    found = []
    parts = upper(rows, 0) if engine == "local" else spread(_half, (upper, rows), range(0, n, rows), engine)
    for number, part in enumerate(parts):
        start = number * rows
        for later in range(number + 1, len(waiting)):
            first = later * rows - start
            waiting[later].append(part[:, first : first + rows].T.copy())
        sims = np.concatenate([*waiting[number], part], axis=1)
        waiting[number].clear()
        if seen is not None:
            seen(start, sims)
        found.append(_of_similarities(sims, start, k))
        progress.update("neighbors", start + len(part), n)
    indices, similarities, mean = zip(*found, strict=True)
    return Neighbors(np.concatenate(indices), np.concatenate(similarities), np.concatenate(mean))


def _half(search: tuple[Upper, int], start: int) -> FloatArray:
    """Similarities of the rows from `start` on."""
    upper, rows = search
    return next(upper(rows, start))


def _of_rows(
    search: tuple[Block, int, int], chunk: tuple[int, int]
) -> tuple[NDArray[np.int32], FloatArray, FloatArray]:
    """The neighbours of some rows, their similarities, and the mean ones, a block at a time."""
    (block, k, rows), (first, last) = search, chunk
    found = [_of_block(block, k, start, min(start + rows, last)) for start in range(first, last, rows)]
    indices, similarities, mean = zip(*found, strict=True)
    return np.concatenate(indices), np.concatenate(similarities), np.concatenate(mean)


def _of_block(
    block: Block, k: int, start: int, stop: int
) -> tuple[NDArray[np.int32], FloatArray, FloatArray]:
    sims = np.ascontiguousarray(block(start, stop), dtype=np.float32)
    if not sims.flags.owndata:  # a view of somebody's matrix: its diagonal must survive
        sims = sims.copy()
    return _of_similarities(sims, start, k)


def _of_similarities(
    sims: FloatArray, start: int, k: int
) -> tuple[NDArray[np.int32], FloatArray, FloatArray]:
    """The same of whole rows from `start` on, which are overwritten."""
    own = (np.arange(len(sims)), np.arange(start, start + len(sims)))
    mean = (sims.sum(axis=1) - sims[own]) / (sims.shape[1] - 1)
    sims[own] = -np.inf
    return *largest(sims, k), mean


def refined(
    candidates: NDArray[np.int32], pairs: Pairwise, mean: FloatArray, k: int = DEFAULT_K
) -> Neighbors:
    """Return the k best of each skill's candidates as `nearest` would.

    `candidates` (N, c) are others, k different ones at least; one that stands twice counts once.
    """
    n, width = candidates.shape
    columns = np.sort(candidates, axis=1)
    step = max(1, _PAIR_CELLS // max(width, 1))
    values = np.empty(columns.shape, dtype=np.float32)
    for start in range(0, n, step):
        part = columns[start : start + step]
        rows = np.repeat(np.arange(start, start + len(part)), width)
        values[start : start + step] = _rounded(pairs(rows, part.reshape(-1).astype(np.int64))).reshape(
            part.shape
        )
    values[:, 1:][columns[:, 1:] == columns[:, :-1]] = -np.inf
    order = np.argsort(-values, axis=1, kind="stable")[:, :k]
    return Neighbors(
        np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1), mean
    )


def largest(sims: FloatArray, k: int) -> tuple[NDArray[np.int32], FloatArray]:
    """Columns and rounded values of the k largest entries of each row, ties by column."""
    columns = np.empty((sims.shape[0], k), dtype=np.int32)
    values = np.empty((sims.shape[0], k), dtype=np.float32)
    chunked, maxima = _chunked(sims, k)
    # The margin keeps every entry that rounding could lift to the bound.
    bound = _last_of(maxima, k) - np.float32(2 * RESOLUTION)
    near = maxima >= bound[:, None]
    # Hundreds of equal similarities: sorting them all would cost N x N.
    crowded = np.count_nonzero(near, axis=1) > 8 * k + 64
    for row in np.flatnonzero(crowded):
        columns[row], values[row] = _largest_of_ties(sims[row], k)
    near[crowded] = False
    plain = np.flatnonzero(~crowded)
    if plain.size:
        owner, chunk = np.nonzero(near)
        parts = chunked[owner, :, chunk]
        at, deep = np.nonzero(parts >= bound[owner, None])
        whole = chunked.shape[1] * chunked.shape[2]
        over, beyond = np.nonzero((sims[:, whole:] >= bound[:, None]) & ~crowded[:, None])
        found_row = np.concatenate((owner[at], over))
        found_column = np.concatenate((deep * chunked.shape[2] + chunk[at], whole + beyond))
        found = _rounded(sims[found_row, found_column])
        order = np.lexsort((found_column, -found, found_row))
        counts = np.bincount(found_row, minlength=len(sims))[plain]
        taken = order[(np.cumsum(counts) - counts)[:, None] + np.arange(k)]
        columns[plain] = found_column[taken]
        values[plain] = found[taken]
    return columns, values


def lower_bound(sims: FloatArray, k: int) -> FloatArray:
    """At least k entries of each row are as large as this value, and hardly more in a row of 1,000 and more."""
    return _last_of(_chunked(sims, k)[1], k)


def _chunked(sims: FloatArray, k: int) -> tuple[FloatArray, FloatArray]:
    """Rows taken apart, (rows, depth, chunks), but for what is left over at their ends; the largest of each chunk.

    In short rows every entry is a chunk.
    """
    rows, n = sims.shape
    chunks = max(_CHUNKS, 4 * k, n // _DEPTH)
    if n < 4 * chunks:
        return sims[:, None, :], sims
    depth = n // chunks
    chunked = sims[:, : depth * chunks].reshape(rows, depth, chunks)
    return chunked, chunked.max(axis=1)


def _last_of(values: FloatArray, k: int) -> FloatArray:
    """The k-th largest of each row."""
    last = values.shape[1] - k
    return np.asarray(np.partition(values, last, axis=1)[:, last])


def _largest_of_ties(row: FloatArray, k: int) -> tuple[NDArray[np.int64], FloatArray]:
    """The same for one row in which many entries share the k-th value."""
    rounded = _rounded(row)
    limit = np.partition(rounded, row.size - k)[row.size - k]
    above = np.flatnonzero(rounded > limit)
    level = np.flatnonzero(rounded == limit)[: k - above.size]
    columns = np.concatenate((above, level))
    columns = columns[np.lexsort((columns, -rounded[columns]))]
    return columns, rounded[columns]


def _rounded(values: FloatArray) -> FloatArray:
    # Adding 0.0 turns a negative zero into zero.
    steps = np.rint(values * np.float32(1 / RESOLUTION))
    return np.asarray(steps * np.float32(RESOLUTION) + np.float32(0.0), dtype=np.float32)
