"""The 2-D map: principal components at once, UMAP where somebody waits for it, cached by content."""

from __future__ import annotations

import hashlib
import importlib
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Literal, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.neighbors import FloatArray, Neighbors

Method: TypeAlias = Literal["umap", "pca"]
Positions: TypeAlias = NDArray[np.float32]
"""Shape (N, 2), each axis scaled to [-1, 1] by the same factor, centred."""

SEED = 20_260
_KIND = "layout"
_VERSION = 1
_ROWS = 4_096
"""Vectors that are held in double precision at once."""
_SMALLEST = 8
"""Below this UMAP has nothing to arrange, and its spectral start fails."""


class BlobCache(Protocol):
    """Where finished maps are kept."""

    def get_blob(self, kind: str, key: str) -> bytes | None:
        """Return what was stored, or None."""

    def put_blob(self, kind: str, key: str, value: bytes) -> None:
        """Store bytes."""


def layout(
    vectors: FloatArray | None,
    neighbors: Neighbors,
    *,
    cache: BlobCache | None = None,
    method: Method = "umap",
    seed: int = SEED,
) -> Positions:
    """Place every skill on a plane; near means similar, axes mean nothing.

    `pca` takes milliseconds; `umap` compiles for 10 to 20 seconds in every process. Both are served by the
    `cache`, which is keyed by vectors, neighbours, method and seed. Without `vectors` (the lexical scorer) both start
    from the spectrum of the neighbour graph. Libraries under eight skills always get principal
    components. Same input, same map, on one machine.
    """
    n = neighbors.n
    if n < _SMALLEST:
        method = "pca"
    key = _key(vectors, neighbors, method, seed)
    if cache is not None and (known := cache.get_blob(_KIND, key)) is not None and len(known) == 8 * n:
        kept = np.frombuffer(known, dtype="<f4").reshape(n, 2).copy()
        if np.isfinite(kept).all():
            return kept
    positions = _scaled(_principal(vectors) if vectors is not None else _spectral(neighbors))
    if method == "umap":
        positions = _scaled(_umap(neighbors, positions, seed))
    if cache is not None:
        cache.put_blob(_KIND, key, positions.astype("<f4").tobytes())
    return positions


def _principal(vectors: FloatArray) -> Positions:
    """First two principal components, signs fixed by the largest coordinate."""
    n = vectors.shape[0]
    out = np.zeros((n, 2), dtype=np.float32)
    if n < 2:
        return out
    from threadpoolctl import threadpool_limits

    mean = vectors.mean(axis=0)

    def centred() -> Iterator[tuple[slice, NDArray[np.float64]]]:
        for start in range(0, n, _ROWS):
            rows = slice(start, start + _ROWS)
            yield rows, (vectors[rows] - mean).astype(np.float64)

    # Threads would wait for one another twenty times longer than one needs for all of it.
    with threadpool_limits(limits=1, user_api="blas"):
        # By itself, half of a product is made.
        values, axes = np.linalg.eigh(sum(part.T @ part for _, part in centred()))
    kept = axes[:, ::-1][:, : min(2, n - 1)]
    kept = kept * (values[::-1][: kept.shape[1]] > 1e-9)
    kept = kept * np.where(kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])] < 0, -1, 1)
    for rows, part in centred():
        out[rows, : kept.shape[1]] = part @ kept
    return out


def _spectral(neighbors: Neighbors) -> Positions:
    """Classical scaling of the neighbour graph: its two leading eigenvectors, by power iteration."""
    n = neighbors.n
    out = np.zeros((n, 2), dtype=np.float32)
    if n < 2:
        return out
    from scipy.sparse import coo_array

    rows = np.repeat(np.arange(n), neighbors.k)
    weight = np.maximum(neighbors.similarities.reshape(-1), 0).astype(np.float64)
    graph = coo_array((weight, (rows, neighbors.indices.reshape(-1))), shape=(n, n)).tocsr()
    graph = graph + graph.T
    scale = 1 / np.sqrt(np.maximum(np.asarray(graph.sum(axis=1)).reshape(-1), 1e-9))
    basis = np.random.default_rng(SEED).normal(size=(n, 3))
    for _ in range(100):
        # Shifted by the identity, so that the largest eigenvalue is also the largest in size.
        basis = np.linalg.qr(basis + scale[:, None] * (graph @ (scale[:, None] * basis)))[0]
    # The first eigenvector only tells how well connected a skill is.
    found = basis[:, 1:] * scale[:, None] if n > 2 else basis[:, :2] - basis[:, :2].mean(axis=0)
    out[:, : found.shape[1]] = found
    return out


def _umap(neighbors: Neighbors, start: Positions, seed: int) -> Positions:
    """UMAP on the neighbour lists that are at hand, so that its own search never compiles."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _import_numba()
        from umap.umap_ import find_ab_params, fuzzy_simplicial_set, simplicial_set_embedding

        n = neighbors.n
        k = min(15, neighbors.k + 1)
        own = np.arange(n, dtype=np.int64)[:, None]
        indices = np.concatenate((own, neighbors.indices[:, : k - 1]), axis=1)
        distances = np.concatenate(
            (np.zeros((n, 1)), np.maximum(1 - neighbors.similarities[:, : k - 1], 0)), axis=1
        ).astype(np.float32)
        random = np.random.RandomState(seed)
        graph, _, _ = fuzzy_simplicial_set(
            start, k, random, "precomputed", knn_indices=indices, knn_dists=distances
        )
        a, b = find_ab_params(1.0, 0.1)
        positions, _ = simplicial_set_embedding(
            data=start,
            graph=graph,
            n_components=2,
            initial_alpha=1.0,
            a=a,
            b=b,
            gamma=1.0,
            negative_sample_rate=5,
            n_epochs=200 if n > 10_000 else 500,
            init=(start * 10).astype(np.float32),
            random_state=random,
            metric="euclidean",
            metric_kwds={},
            densmap=False,
            densmap_kwds={},
            output_dens=False,
            parallel=False,
        )
    return np.asarray(positions, dtype=np.float32)


def _import_numba() -> None:
    """Import numba so that it takes no settings from the working folder, which may be a stranger's library.

    Its `.numba_config.yaml` names the folder of compiled functions, which are pickles; a numba that finds no `yaml`
    when it is imported never reads the file.
    """
    modules = cast("dict[str, ModuleType | None]", sys.modules)
    held = modules.get("yaml")
    modules["yaml"] = None
    try:
        importlib.import_module("numba")
    finally:
        del modules["yaml"]
        if held is not None:
            modules["yaml"] = held


def _scaled(positions: Positions) -> Positions:
    if len(positions) == 0:
        return positions
    centred = positions - (positions.max(axis=0) + positions.min(axis=0)) / 2
    reach = float(np.abs(centred).max())
    return np.asarray(centred / reach if reach > 0 else centred, dtype=np.float32)


def _key(vectors: FloatArray | None, neighbors: Neighbors, method: Method, seed: int) -> str:
    digest = hashlib.blake2b(f"{_VERSION} {method} {seed} {vectors is None}".encode(), digest_size=16)
    digest.update(b"" if vectors is None else np.ascontiguousarray(vectors, dtype="<f4").tobytes())
    digest.update(np.ascontiguousarray(neighbors.indices, dtype="<i4").tobytes())
    digest.update(np.ascontiguousarray(neighbors.similarities, dtype="<f4").tobytes())
    return digest.hexdigest()
