"""Work on a cluster of two nodes, one killed on the way; `python -m tests.benchmarks.ray_cluster LIST [N]`.

LIST is a JSONL file of names and descriptions. The vectors of the first N (1,000), the neighbours of all by words, and
those of 20,000 made-up vectors are worked out here, then on both nodes, then with one node killed after a second; the
bytes are compared. Then a model is asked 110 questions, twelve at a time: by the driver, from both nodes, and with one
killed after a second; it is a server of this process that takes .05 s for each. The nodes share this machine's cores:
what is measured is what the way there and back costs, not what more machines gain.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import tempfile
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from skillaudit.analysis.halves import nearest_by_vectors
from skillaudit.analysis.neighbors import Neighbors, nearest
from skillaudit.asking.far import FarRouter
from skillaudit.asking.log import ProbeLog
from skillaudit.asking.records import Decision
from skillaudit.asking.routers import LiveRouter
from skillaudit.embedding.devices import fixed_arithmetic
from skillaudit.embedding.stage import embed
from skillaudit.llm import LiveModel, Price
from skillaudit.load import load
from skillaudit.probe.probing import ProbeLimits, probe
from skillaudit.schema import EngineName
from skillaudit.scoring import make_scorer
from tests.probe.libraries import is_right, make_ground
from tests.probe.server import Server
from tests.probe.test_far import Slow, law

GROUND = make_ground(50, 2, idle=10)


def work(texts: list[str], vectors: int, engine: EngineName) -> tuple[str, ...]:
    """Do all kinds of work, print the seconds, and return a digest of each."""
    start = time.perf_counter()
    made = embed(texts[:vectors], engine=engine)
    embedded = time.perf_counter()
    with fixed_arithmetic("cpu"):  # as in an audit
        found = nearest(make_scorer("lexical", texts).similarities, len(texts), engine=engine)
    by_words = time.perf_counter()
    rows = np.random.default_rng(5).normal(size=(20_000, 64)).astype(np.float32)
    near = nearest_by_vectors(rows / np.linalg.norm(rows, axis=1, keepdims=True), 64, engine=engine)
    end = time.perf_counter()
    print(
        f"  {vectors:,} vectors {embedded - start:.1f} s, neighbours of {len(texts):,} {by_words - embedded:.1f} s, "
        f"of {len(rows):,} vectors {end - by_words:.1f} s"
    )
    return digest(made), digest_of(found), digest_of(near)


def digest_of(found: Neighbors) -> str:
    """Return a hash of the bytes of what is known of neighbours."""
    return "".join(map(digest, (found.indices.view(np.float32), found.similarities, found.mean)))


def ask(url: str, engine: EngineName) -> tuple[Decision, ...]:
    """Ask all questions, print the seconds and what is booked, and return the decisions."""
    start = time.perf_counter()
    router = LiveRouter(LiveModel("openai/known", api_base=url), Price(prompt=1e-6, completion=1e-5))
    router = router if engine == "local" else FarRouter(router)

    async def asked(log: ProbeLog) -> tuple[Any, tuple[Decision, ...]]:
        try:
            return await probe(GROUND, "accuracy", router, log, ProbeLimits(concurrency=12, budget=10.0))
        finally:
            await router.aclose()

    with tempfile.TemporaryDirectory() as folder, ProbeLog(Path(folder) / "log.sqlite") as log:
        found, decisions = asyncio.run(asked(log))
    print(
        f"  {len(decisions)} decisions {time.perf_counter() - start:.1f} s, ${found.spending.dollars:.4f} booked"
    )
    return decisions


def digest(values: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> str:
    """Return a hash of the bytes of an array."""
    return hashlib.blake2b(np.ascontiguousarray(values).tobytes(), digest_size=8).hexdigest()


def compare(here: tuple[str, ...], there: tuple[str, ...]) -> None:
    """Print whether all kinds of work came to the same bytes."""
    kinds = ("vectors", "neighbours by words", "neighbours by vectors")
    for what, one, other in zip(kinds, here, there, strict=True):
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
    import_module("ray").init(address=cluster.address, log_to_driver=False, logging_level="error")
    print("on two nodes")
    compare(here, work(texts, vectors, "ray"))
    print("on two nodes, the second killed after a second")
    killer = threading.Timer(1, lambda: cluster.remove_node(second, allow_graceful=False))
    killer.start()
    compare(here, work(texts, vectors, "ray"))
    killer.join()
    with Server(Slow(is_right, law)) as server:
        print("questions, here")
        decided = ask(server.url, "local")
        third = cluster.add_node(num_cpus=1)
        print("from two nodes")
        print(f"  the same decisions: {ask(server.url, 'ray') == decided}")
        print("from two nodes, one killed after a second of answers")
        server.received, server.expected = 0, 20
        lost = threading.Thread(
            target=lambda: server.reached.wait() and cluster.remove_node(third, allow_graceful=False)
        )
        server.reached.clear()
        lost.start()
        print(f"  the same decisions: {ask(server.url, 'ray') == decided}")
        lost.join()
    import_module("ray").shutdown()
    cluster.shutdown()


if __name__ == "__main__":
    main()
