"""Vectors of a whole library from cold, on any device; `python -m tests.benchmarks.cold_vectors LIBRARY [OPTIONS]`.

    --device cuda|mps|cpu   the best there is by default
    --texts N               only the first so many
    --out FILE.npy          keep the vectors, as `tests.benchmarks.indexes` takes them
    --keep                  put them into the cache (`SKILLAUDIT_CACHE`), as an audit does, and take what is there

Printed: texts and useful floating point operations a second, and these as a share of the best that a plain product in
the same precision reached on this device before and after, which is the limit; on a CPU with as many threads. On a GPU
(`--device cuda`, half precision) 55,142 texts are to take less than 60 seconds.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np

from skillaudit.cache import Cache
from skillaudit.config import DEFAULT_EMBEDDER
from skillaudit.embedding.devices import choose_device, choose_precision, choose_threads
from skillaudit.embedding.models import MINILM
from skillaudit.embedding.packed import PackedEncoder
from skillaudit.embedding.stage import embed
from skillaudit.embedding.weights import default_folder
from skillaudit.load import load
from tests.benchmarks.embedding import matmul_flops, operations

MANY = 55_142
"""Texts that the goal is about: all of the public ones."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("library", type=Path)
    parser.add_argument("--device")
    parser.add_argument("--texts", type=int)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()

    import torch

    texts = [skill.text for skill in load([options.library]).skills][: options.texts]
    device = choose_device(options.device)
    threads = choose_threads(None)
    torch.set_num_threads(threads)
    precision = choose_precision(device)
    size = 2_048 if device == "cpu" else 8_192  # small ones do not fill a GPU
    before = matmul_flops(size, device=device, precision=precision)
    cache = Cache() if options.keep else None
    embed(texts[:16], device=device)  # loads the weights, and whatever a device sets up at first
    used = resource.getrusage(resource.RUSAGE_SELF)
    start = time.perf_counter()
    vectors = embed(texts, device=device, cache=cache)
    wall = time.perf_counter() - start
    now = resource.getrusage(resource.RUSAGE_SELF)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    peak = max(before, matmul_flops(size, device=device, precision=precision))
    if options.out:
        np.save(options.out, vectors)
    tokens = PackedEncoder((default_folder(), MINILM), official=True, device="cpu").tokenise(
        list(dict.fromkeys(texts))
    )
    useful = operations(np.array([len(row) for row in tokens], dtype=np.float64)) / wall
    where = f"{device}, {threads} threads" if device == "cpu" else torch.cuda.get_device_name(device)
    print(
        f"{len(texts):,} texts ({len(tokens):,} different) on {where}, {DEFAULT_EMBEDDER}, {precision} precision"
    )
    print(f"{wall:.1f} s, {cpu:.1f} of the processor, {len(texts) / wall:,.0f} texts a second")
    measured = "measured" if len(texts) == MANY else "at this pace"
    print(f"{MANY:,} from cold: {wall * MANY / len(texts):,.1f} s ({measured}; goal on a GPU 60)")
    print(f"{useful / 1e9:,.0f} of {peak / 1e9:,.0f} GFLOP/s: {useful / peak:.0%} of the limit")


if __name__ == "__main__":
    main()
