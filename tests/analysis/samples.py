"""Vectors with known structure."""

from __future__ import annotations

import numpy as np

from skillaudit.analysis.neighbors import FloatArray


def unit(vectors: FloatArray) -> FloatArray:
    """Rows scaled to length 1; zero rows stay zero."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length == 0, 1, length), dtype=np.float32)


def scatter(n: int, dimension: int = 24, seed: int = 0) -> FloatArray:
    """Random directions."""
    return unit(np.random.default_rng(seed).normal(size=(n, dimension)).astype(np.float32))


def blobs(groups: int, size: int, spread: float = 0.3, dimension: int = 48, seed: int = 0) -> FloatArray:
    """`groups` tight groups of `size` vectors around far-apart centres, group by group."""
    rng = np.random.default_rng(seed)
    centres = unit(rng.normal(size=(groups, dimension)).astype(np.float32))
    noise = rng.normal(size=(groups * size, dimension)).astype(np.float32) * spread / np.sqrt(dimension)
    return unit(np.repeat(centres, size, axis=0) + noise.astype(np.float32))
