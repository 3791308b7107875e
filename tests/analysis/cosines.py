"""Nearest neighbours of plain vectors, for tests that need no scorer."""

from __future__ import annotations

import numpy as np

from skillaudit.analysis.neighbors import DEFAULT_K, FloatArray, Neighbors, nearest
from skillaudit.progress import SILENT, Progress


def nearest_vectors(
    vectors: FloatArray, k: int = DEFAULT_K, *, block_size: int | None = None, progress: Progress = SILENT
) -> Neighbors:
    """`nearest` by cosine for L2-normalised vectors of shape (N, d); a zero vector is similar to nothing."""
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    transposed = vectors.T
    return nearest(
        lambda start, stop: vectors[start:stop] @ transposed,
        vectors.shape[0],
        k,
        block_size=block_size,
        progress=progress,
    )
