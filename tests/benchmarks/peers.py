"""Time and memory of an audit against BERTopic's defaults and against the plain pipeline.

    python -m tests.benchmarks.peers CORPUS.jsonl.gz [--sizes 200 1000 10000] [--rounds 1] [--skip bertopic]

Each contestant is a process of its own, measured from start to exit, one after the other in the same
run; the ratio is what counts, since the machine's speed cancels. BERTopic is left out where it is not
installed. The plain pipeline is `SentenceTransformer.encode`, the full matrix, and hdbscan on it.
Texts are the same in all: `name: description` of the first N rows in the order of a hash.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

_TEXTS = """
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
texts = [f"{row['name']}: {row['description']}" for row in rows]
"""

_PLAIN = """
from sentence_transformers import SentenceTransformer
import hdbscan, numpy as np
vectors = SentenceTransformer(sys.argv[2]).encode(texts, normalize_embeddings=True)
distance = np.maximum(1 - (vectors @ vectors.T).astype(np.float64), 0)
labels = hdbscan.HDBSCAN(metric="precomputed", min_cluster_size=3).fit_predict(distance)
print(len(set(labels)) - (-1 in labels), "clusters")
"""

_BERTOPIC = """
from bertopic import BERTopic
from sentence_transformers import SentenceTransformer
topics, _ = BERTopic(embedding_model=SentenceTransformer(sys.argv[2])).fit_transform(texts)
print(len(set(topics)) - (-1 in topics), "topics")
"""


class Run(NamedTuple):
    """One process from start to exit."""

    seconds: float
    megabytes: float


def measured(command: list[str], cache: Path) -> Run:
    """Run `command` with its cache in `cache`; raise SystemExit when it fails."""
    # Offline on all sides: BERTopic imports litellm where it is installed, which would ask for prices.
    environment = {
        **os.environ,
        "SKILLAUDIT_CACHE": str(cache),
        "HF_HUB_OFFLINE": "1",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    started = time.perf_counter()
    process = os.posix_spawn(command[0], command, environment)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"failed: {' '.join(command)[:200]}")
    return Run(seconds, usage.ru_maxrss / 1024)


def corpus(path: Path, size: int, folder: Path) -> Path:
    """Write the first `size` rows of `path`, ordered by a hash of path and name, as a library."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    rows.sort(key=lambda row: hashlib.blake2b(f"{row['path']}{row['name']}".encode()).hexdigest())
    target = folder / f"library-{size}.jsonl"
    with target.open("w", encoding="utf-8") as file:
        for row in rows[:size]:
            kept = {key: row[key] for key in ("name", "description", "path")}
            file.write(json.dumps(kept, ensure_ascii=False) + "\n")
    return target


def contestants(library: Path, model: str, skip: set[str]) -> dict[str, list[str]]:
    """Return name -> command; the audit stands first cold, then with the cache that this left."""
    python = sys.executable
    report = str(library.with_suffix(".report.json"))
    audit = [python, "-m", "skillaudit", "report", str(library), "-f", "json", "-o", report, "-q"]
    found = {
        "audit, cold": audit,
        "audit, unchanged": audit,
        "plain": [python, "-c", _TEXTS + _PLAIN, str(library), model],
        "bertopic": [python, "-c", _TEXTS + _BERTOPIC, str(library), model],
    }
    return {name: command for name, command in found.items() if name not in skip}


def main() -> int:
    """Print seconds, ratios to BERTopic and to the plain pipeline, and peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--skip", nargs="*", default=[])
    options = parser.parse_args()
    from importlib.util import find_spec

    from skillaudit.embedding.weights import default_folder

    skip = set(options.skip) | (set() if find_spec("bertopic") else {"bertopic"})
    model = str(default_folder())
    print(f"load average {os.getloadavg()[0]:.1f}, {len(os.sched_getaffinity(0))} cores")
    print(f"{'skills':>7}  {'contestant':<18} {'seconds':>8} {'/ bertopic':>11} {'/ plain':>8} {'MB':>6}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for size in options.sizes:
            library = corpus(options.corpus, size, folder)
            runs: dict[str, list[Run]] = {}
            for number in range(options.rounds):
                for name, command in contestants(library, model, skip).items():
                    runs.setdefault(name, []).append(measured(command, folder / f"cache-{size}-{number}"))
            middle = {name: statistics.median(run.seconds for run in found) for name, found in runs.items()}
            for name, found in runs.items():
                ratios = [
                    f"{middle[name] / middle[other]:.3f}" if other in middle else "n/a"
                    for other in ("bertopic", "plain")
                ]
                memory = max(run.megabytes for run in found)
                print(
                    f"{size:>7}  {name:<18} {middle[name]:>8.2f} {ratios[0]:>11} {ratios[1]:>8} {memory:>6.0f}",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(main())
