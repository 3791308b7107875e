"""The nearest by vectors: all against all as the package does it, beside libraries that index them.

    python -m tests.benchmarks.indexes VECTORS.npy [--rows 55142 200000] [--only exact faiss-ivf usearch ...]

VECTORS are unit rows of one library, (N, d) float32, as `python -m tests.benchmarks.cached_vectors LIBRARY --out
VECTORS.npy` writes them.
Rows beyond are copies, each turned towards another row to a cosine of about .85. Every way finds the 64 nearest of
every row, which is what an audit asks, in a process of its own; seconds of the processor and of the clock, and the
memory at its peak above the vectors. Recall is the share of the 20 nearest of 500 rows, equal ones counting alike.
A way whose library is not installed says so: `pip install faiss-cpu usearch pynndescent`.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.halves import nearest_by_vectors
from skillaudit.analysis.neighbors import nearest
from skillaudit.routing.survey import KEPT, TOP
from skillaudit.scoring import DenseScorer

Vectors = NDArray[np.float32]
Found = NDArray[Any]
TRIED = 500
_TURN = 0.6
"""How far a copy is turned towards another row."""


def exact(vectors: Vectors) -> Found:
    """All against all, in blocks."""
    return nearest(DenseScorer(vectors, lambda _: vectors).similarities, len(vectors), KEPT).indices


def halves(vectors: Vectors) -> Found:
    """The same at half the products: what an audit does."""
    return nearest_by_vectors(vectors, KEPT).indices


def faiss_flat(vectors: Vectors) -> Found:
    """All against all, by faiss."""
    index = import_module("faiss").IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return _asked(index, vectors)


def faiss_ivf(probes: int) -> Callable[[Vectors], Found]:
    """Cells around means, of which so many are looked through."""

    def find(vectors: Vectors) -> Found:
        faiss = import_module("faiss")
        size, width = vectors.shape
        cells = int(2 * size**0.5)
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(width), width, cells, faiss.METRIC_INNER_PRODUCT)
        index.train(vectors[:: max(1, size // (64 * cells))])
        index.add(vectors)
        index.nprobe = probes
        return _asked(index, vectors)

    return find


def faiss_hnsw(breadth: int) -> Callable[[Vectors], Found]:
    """A graph in layers."""

    def find(vectors: Vectors) -> Found:
        faiss = import_module("faiss")
        index = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 100
        index.add(vectors)
        index.hnsw.efSearch = breadth
        return _asked(index, vectors)

    return find


def _asked(index: Any, vectors: Vectors) -> Found:
    """Search in chunks, as an audit would, so that progress can be told."""
    parts = [index.search(vectors[at : at + 4096], KEPT + 1)[1] for at in range(0, len(vectors), 4096)]
    return np.concatenate(parts)


def usearch(breadth: int) -> Callable[[Vectors], Found]:
    """A graph in layers, by usearch."""

    def find(vectors: Vectors) -> Found:
        index = import_module("usearch.index").Index(
            ndim=vectors.shape[1],
            metric="ip",
            dtype="f32",
            connectivity=16,
            expansion_add=100,
            expansion_search=breadth,
        )
        index.add(np.arange(len(vectors)), vectors)
        return np.asarray(index.search(vectors, KEPT + 1).keys)

    return find


def pynndescent(vectors: Vectors) -> Found:
    """Neighbours of neighbours."""
    made = import_module("pynndescent").NNDescent(
        vectors, metric="dot", n_neighbors=KEPT + 1, random_state=0, low_memory=True
    )
    return np.asarray(made.neighbor_graph[0])


WAYS: dict[str, tuple[str, Callable[[Vectors], Found]]] = {
    "exact": ("numpy", exact),
    "halves": ("numpy", halves),
    "faiss-flat": ("faiss", faiss_flat),
    "faiss-ivf-16": ("faiss", faiss_ivf(16)),
    "faiss-ivf-48": ("faiss", faiss_ivf(48)),
    "faiss-hnsw-96": ("faiss", faiss_hnsw(96)),
    "faiss-hnsw-192": ("faiss", faiss_hnsw(192)),
    "usearch-96": ("usearch", usearch(96)),
    "usearch-192": ("usearch", usearch(192)),
    "pynndescent": ("pynndescent", pynndescent),
}


def many(vectors: Vectors, rows: int) -> Vectors:
    """Return so many unit rows, those of the library first."""
    rng = np.random.default_rng(1)
    others = np.arange(len(vectors), rows) % len(vectors)
    turned = vectors[others] + _TURN * vectors[rng.integers(len(vectors), size=len(others))]
    turned /= np.linalg.norm(turned, axis=1, keepdims=True)
    return np.ascontiguousarray(np.concatenate((vectors, turned))[:rows], dtype=np.float32)


def recall(vectors: Vectors, found: Found) -> float:
    """Share of the `TOP` nearest of some rows that were found."""
    rows = np.linspace(0, len(vectors) - 1, TRIED).astype(np.int64)
    scores = vectors[rows] @ vectors.T
    scores[np.arange(TRIED), rows] = -np.inf
    bar = np.partition(scores, -TOP, axis=1)[:, -TOP] - 1e-6
    given = np.take_along_axis(scores, np.maximum(found[rows], 0).astype(np.int64), axis=1)
    return float(np.minimum((given >= bar[:, None]).sum(axis=1), TOP).mean()) / TOP


def run(path: Path, rows: int, way: str) -> None:
    """Go one way and print its figures."""
    vectors = many(np.load(path), rows)
    before = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    found = WAYS[way][1](vectors)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = [cpu, wall, (after.ru_maxrss - before.ru_maxrss) / 1024, recall(vectors, found)]
    print(json.dumps(told))


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("vectors", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[55_142, 200_000])
    parser.add_argument("--only", nargs="+", default=list(WAYS), choices=list(WAYS))
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run(options.vectors, options.rows[0], options.only[0])
        return
    print("| rows | way | CPU s | s | MB | recall@20 |\n|---|---|---|---|---|---|")
    for rows in options.rows:
        for way in options.only:
            if find_spec(WAYS[way][0]) is None:
                print(f"| {rows:,} | {way} | {WAYS[way][0]} is not installed | | | |")
                continue
            words = ["--one", "--rows", str(rows), "--only", way]
            said = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.indexes", str(options.vectors), *words],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            ).stdout
            cpu, wall, megabytes, share = json.loads(said.splitlines()[-1])
            print(
                f"| {rows:,} | {way} | {cpu:.1f} | {wall:.1f} | {megabytes:,.0f} | {share:.3f} |", flush=True
            )


if __name__ == "__main__":
    main()
