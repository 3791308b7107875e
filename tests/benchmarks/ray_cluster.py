"""Work on a cluster of two nodes, one killed on the way; `python -m tests.benchmarks.ray_cluster LIST [N]`.

LIST is a JSONL file of names and descriptions. The vectors of the first N (1,000) and the neighbours of all are
worked out here, then on both nodes, then with one node killed after a second; the bytes are compared. The nodes
share this machine's cores: what is measured is what the way there and back costs, not what more machines gain.
"""

from __future__ import annotations

import hashlib
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from skillaudit.analysis.neighbors import nearest
from skillaudit.embedding.devices import fixed_arithmetic
from skillaudit.embedding.stage import embed
from skillaudit.load import load
from skillaudit.schema import EngineName
from skillaudit.scoring import make_scorer


def work(texts: list[str], vectors: int, engine: EngineName) -> tuple[str, str]:
    """Do both kinds of work, print the seconds, and return a digest of each."""
    start = time.perf_counter()
    made = embed(texts[:vectors], engine=engine)
    embedded = time.perf_counter()
    with fixed_arithmetic("cpu"):  # as in an audit
        found = nearest(make_scorer("lexical", texts).similarities, len(texts), engine=engine)
    end = time.perf_counter()
    print(
        f"  {vectors:,} vectors {embedded - start:.1f} s, neighbours of {len(texts):,} {end - embedded:.1f} s"
    )
    whole = np.concatenate([found.indices.ravel(), found.similarities.ravel()]).astype(np.float64)
    return digest(made), digest(whole)


def digest(values: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> str:
    """Return a hash of the bytes of an array."""
    return hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=8).hexdigest()


def compare(here: tuple[str, str], there: tuple[str, str]) -> None:
    """Print whether both kinds of work came to the same bytes."""
    for what, one, other in zip(("vectors", "neighbours"), here, there, strict=True):
        print(f"  {what}: {'the same bytes' if one == other else 'other bytes'}")


def main() -> None:
    """Print the figures."""
    Cluster: Any = import_module("ray.cluster_utils").Cluster  # noqa: N806

    texts = [skill.text for skill in load([Path(sys.argv[1])]).skills]
    vectors = min(len(texts), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000)
    print("here")
    here = work(texts, vectors, "local")
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    second = cluster.add_node(num_cpus=1)
    cluster.connect()
    print("on two nodes")
    compare(here, work(texts, vectors, "ray"))
    print("on two nodes, the second killed after a second")
    killer = threading.Timer(1, lambda: cluster.remove_node(second, allow_graceful=False))
    killer.start()
    compare(here, work(texts, vectors, "ray"))
    killer.join()
    import_module("ray").shutdown()
    cluster.shutdown()


if __name__ == "__main__":
    main()
