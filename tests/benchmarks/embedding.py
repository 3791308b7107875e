"""Packed embedding against `SentenceTransformer.encode` with its defaults, paired in one run.

    python -m tests.benchmarks.embedding [CORPUS] [--texts 1000] [--chunk 128] [--rounds 3] [--threads N]

CORPUS is a JSONL file of `name` and `description`, `.gz` or not; without it the corpus beside the
checkout is taken, or the one that SKILLAUDIT_DATA names. The sample is the same on every run. Both
sides get the same chunks, turn about, each going first as often as the other, so that other people's
load falls on both. Printed for each round and as the median: texts per second on both sides and their
ratio, the least cosine between the two, and the useful floating point operations of the packed side
as a share of the best that a plain matrix product reached on as many threads in the whole run (on a
busy machine too low, since the best moment is held against the mean).
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skillaudit.embedding.devices import choose_threads
from skillaudit.embedding.models import MINILM
from skillaudit.embedding.packed import PackedEncoder
from skillaudit.embedding.weights import default_folder
from skillaudit.schema import Precision

Vectors = NDArray[np.float32]
_FLOP_PER_TOKEN = 12 * MINILM.hidden**2 * 2 * MINILM.layers
"""Four square and two fourfold products a layer, two operations a weight."""
_FLOP_PER_TOKEN_PAIR = 4 * MINILM.hidden * MINILM.layers
"""Scores and weighted values of attention."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path, nargs="?", default=_default_corpus())
    parser.add_argument("--texts", type=int, default=1000)
    parser.add_argument("--chunk", type=int, default=128, help="texts at a time; 0 for all at once")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=None, help="on both sides")
    options = parser.parse_args()

    import torch
    from sentence_transformers import SentenceTransformer

    texts = sample(options.corpus, options.texts)
    size = options.chunk or len(texts)
    chunks = [texts[start : start + size] for start in range(0, len(texts), size)]
    threads = choose_threads(options.threads)
    torch.set_num_threads(threads)
    peer: Any = SentenceTransformer(str(default_folder()), device="cpu")
    packed = PackedEncoder((default_folder(), MINILM), official=True, device="cpu", threads=threads)

    def run_packed(chunk: Sequence[str]) -> Vectors:
        vectors = np.empty((len(chunk), MINILM.hidden), dtype=np.float32)
        for positions, block in packed.encode(chunk):
            vectors[positions] = block
        return vectors

    def run_peer(chunk: Sequence[str]) -> Vectors:
        return np.asarray(peer.encode(list(chunk), show_progress_bar=False), dtype=np.float32)

    lengths = np.array([len(row) for row in packed.tokenise(texts)], dtype=np.float64)
    flop = operations(lengths)
    print(f"{len(texts)} texts, {lengths.mean():.1f} tokens each, chunks of {size}, {threads} threads")
    run_packed(texts[:16]), run_peer(texts[:16])
    ratios, rates, cosines = [], [], []
    peak = matmul_flops()
    for number in range(options.rounds):
        peer_seconds, packed_seconds, cosine = race(chunks, run_peer, run_packed, number)
        peak = max(peak, matmul_flops())
        ratios.append(peer_seconds / packed_seconds)
        rates.append(flop / packed_seconds)
        cosines.append(cosine)
        print(
            f"round {number + 1}: encode {len(texts) / peer_seconds:5.1f}/s"
            f"  packed {len(texts) / packed_seconds:5.1f}/s  ratio {ratios[-1]:.2f}"
            f"  of matmul {rates[-1] / peak:.2f}  least cosine {cosine:.7f}  load {_load()}",
            flush=True,
        )
    print(
        f"median: ratio {statistics.median(ratios):.2f}  of matmul {statistics.median(rates) / peak:.2f}"
        f"  least cosine {min(cosines):.7f}"
    )


def race(
    chunks: Sequence[Sequence[str]],
    left: Callable[[Sequence[str]], Vectors],
    right: Callable[[Sequence[str]], Vectors],
    parity: int,
) -> tuple[float, float, float]:
    """Return the seconds of `left` and of `right` over all chunks, and the least cosine between them."""
    seconds = [0.0, 0.0]
    least = 1.0
    for number, chunk in enumerate(chunks):
        vectors: list[Vectors] = [np.empty(0, np.float32)] * 2
        for side in (0, 1) if (number + parity) % 2 else (1, 0):
            start = time.perf_counter()
            vectors[side] = (left, right)[side](chunk)
            seconds[side] += time.perf_counter() - start
        least = min(least, float(np.einsum("ij,ij->i", *vectors).min()))
    return seconds[0], seconds[1], least


def operations(lengths: NDArray[np.float64]) -> float:
    """Return the useful floating point operations that texts of so many tokens take."""
    return float(_FLOP_PER_TOKEN * lengths.sum() + _FLOP_PER_TOKEN_PAIR * (lengths**2).sum())


def matmul_flops(
    size: int = 2048, repeats: int = 5, device: str = "cpu", precision: Precision = "single"
) -> float:
    """Return the best floating point operations per second of a square product in torch, as the encoder makes them."""
    import torch

    half = torch.float16 if device.startswith("cuda") else torch.bfloat16
    matrix = torch.rand(size, size, device=device, dtype=half if precision == "half" else torch.float32)
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        # Reading one number waits for a device that works on its own.
        (matrix @ matrix)[0, 0].item()
        best = min(best, time.perf_counter() - start)
    return float(2 * size**3) / best


def sample(corpus: Path, count: int) -> list[str]:
    """Return `count` distinct descriptors, chosen and ordered by their hash."""
    opener = gzip.open if corpus.suffix == ".gz" else open
    with opener(corpus, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    texts = {f"{row['name']}: {row['description']}" for row in rows}
    return sorted(texts, key=lambda text: hashlib.sha256(text.encode()).digest())[:count]


def _default_corpus() -> Path:
    beside = Path(__file__).parents[3] / "shared" / "data"
    return Path(os.environ.get("SKILLAUDIT_DATA", beside)) / "corpus" / "corpus_permissive.jsonl.gz"


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()
