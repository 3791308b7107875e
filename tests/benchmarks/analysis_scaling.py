"""Neighbours, clusters and the rest of the analysis stage against their yardsticks, by library size.

    python -m tests.benchmarks.analysis_scaling [vectors.npy ...]

Without arguments it draws vectors with the group structure of a real library (many pairs and
triples, half of the skills alone). Ratios count; absolute times depend on the machine.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from typing import TypeVar

import numpy as np

from skillaudit.analysis.clustering import cluster
from skillaudit.analysis.families import coarse_groups
from skillaudit.analysis.neighbors import FloatArray
from tests.analysis.cosines import nearest_vectors

Result = TypeVar("Result")
HDBSCAN_LIMIT = 2_500


def timed(function: Callable[[], Result]) -> tuple[Result, float]:
    """Return the result and the seconds it took."""
    start = time.perf_counter()
    result = function()
    return result, time.perf_counter() - start


def drawn(n: int, dimension: int = 384) -> FloatArray:
    """Half of the skills in groups of three at cosine of about .7, half alone."""
    rng = np.random.default_rng(n)
    centres = rng.normal(size=(n // 6 + 1, dimension)).repeat(3, axis=0)[: n // 2]
    vectors = np.concatenate(
        (centres + 0.65 * rng.normal(size=centres.shape), rng.normal(size=(n, dimension)))
    )
    vectors = vectors[:n].astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def bare_product(vectors: FloatArray) -> None:
    """The matrix product alone, block by block."""
    for start in range(0, len(vectors), 512):
        vectors[start : start + 512] @ vectors.T


def hdbscan_seconds(vectors: FloatArray) -> float:
    """HDBSCAN on the vectors as they come, with its default selection."""
    import hdbscan

    return timed(lambda: hdbscan.HDBSCAN(min_cluster_size=3).fit(vectors))[1]


def main(paths: list[str]) -> None:
    """Print one line a size."""
    sets = [np.load(path) for path in paths] or [drawn(n) for n in (200, 1_000, 2_500, 10_000)]
    for vectors in sets:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        neighbors, search = timed(lambda v=vectors: nearest_vectors(v))  # type: ignore[misc]  # a default
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        _, product = timed(lambda v=vectors: bare_product(v))  # type: ignore[misc]  # a default is no argument
        labels, grouping = timed(lambda f=neighbors: cluster(f))  # type: ignore[misc]  # a default is no argument
        _, families = timed(lambda f=neighbors: coarse_groups(f))  # type: ignore[misc]  # a default is no argument
        n = len(vectors)
        line = (
            f"{n:6d} skills: neighbours {search:.3f} s ({search / product:.2f} x product, {grown:.0f} MB, "
            f"N x N {n * n * 4 / 2**20:.0f} MB), clusters {grouping:.3f} s "
            f"({labels.max() + 1} groups, {np.mean(labels < 0):.0%} alone), families {families:.3f} s"
        )
        if n <= HDBSCAN_LIMIT:
            line += f", clusters / hdbscan {grouping / hdbscan_seconds(vectors):.3f}"
        print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
