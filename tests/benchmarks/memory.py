"""Where memory goes, stage by stage: `python -m tests.benchmarks.memory CORPUS.jsonl.gz [--sizes 55142 200000]`.

`audit` is a process that audits so many skills by words alone; each row is the most that it held (resident, MB) while
progress told of that stage. `vectors` is one that has an encoder make stand-ins for vectors and then reads them from
the cache: what they take themselves is said beside what was held on top of the texts. Beyond the corpus rows are
copies of it, as in `tests.benchmarks.scale`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import zlib
from collections.abc import Generator, Sequence
from pathlib import Path
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from skillaudit.cache import Cache
from skillaudit.config import Config
from skillaudit.embedding import stage
from skillaudit.embedding.blocks import Block
from skillaudit.embedding.packed import _SEGMENT as SEGMENT
from skillaudit.load import load
from skillaudit.pipeline import audit_library
from tests.benchmarks.scale import libraries

_MB = 1 << 20
_EVERY = 0.02
"""Seconds between two looks."""


def main() -> None:
    """Print a table for each size, each from a process of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[55_142, 200_000])
    parser.add_argument("--what", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--inside", choices=PARTS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        PARTS[options.inside](options.corpus)
        return
    print("| skills | stage | MB |\n|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for size, library in libraries(options.corpus, options.sizes, Path(folder)).items():
            for what in options.what:
                command = [sys.executable, "-m", __spec__.name, str(library), "--inside", what]
                with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as inside:
                    for line in inside.stdout or ():
                        print(f"| {size:,} | {line.strip()} |", flush=True)
                if inside.returncode:
                    raise SystemExit(inside.returncode)


class Watch:
    """Keeps the most that this process held in each stage."""

    def __init__(self) -> None:
        """Begin with what is imported."""
        self.most: dict[str, float] = {}
        self._said: dict[str, float] = {}
        self.stage = "start"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Take the name of the stage, and say what the last one held where it held more than before."""
        held = self.look()
        if stage != self.stage:
            most = self.most[self.stage]
            if most > self._said.get(self.stage, 0.0):
                print(f"{self.stage} | {most:,.0f}", flush=True)
                self._said[self.stage] = most
            self.stage = stage
            self.most[stage] = max(held, self.most.get(stage, 0.0))

    def look(self) -> float:
        """Note and return what is held now, in MB."""
        held = resident()
        self.most[self.stage] = max(held, self.most.get(self.stage, 0.0))
        return held

    def end(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(_EVERY):
            self.look()


def resident() -> float:
    """Return the resident memory of this process, in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / _MB


def audited(path: Path) -> None:
    """Audit a library by words alone."""
    watch = Watch()
    library = load([path], progress=watch)
    watch.update("loaded", 0, 0)
    report = audit_library(library, Config(scorer="lexical", use_cache=False), watch)
    watch.update(f"report of {len(report.skills):,}", 0, 0)
    watch.update("end", 0, 0)
    watch.end()


class StandIn:
    """Makes vectors out of nothing, as many at a time as a batch has."""

    def encode(self, texts: Sequence[str]) -> Generator[Block]:
        """Yield unit vectors of 384 dimensions, a segment's texts at a time in batches of 64."""
        for start in range(0, len(texts), SEGMENT):
            for first in range(start, min(start + SEGMENT, len(texts)), 64):
                some = texts[first : min(first + 64, start + SEGMENT)]
                rows = np.random.default_rng(zlib.crc32(some[0].encode())).standard_normal((len(some), 384))
                vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
                yield np.arange(first, first + len(some)), vectors.astype(np.float32)


def embedded(path: Path) -> None:
    """Make vectors, then read them."""
    texts = [skill.text for skill in load([path]).skills]
    before = resident()
    with tempfile.TemporaryDirectory() as folder, patch.object(stage, "_encoder", lambda *_: StandIn()):
        made = told(texts, Path(folder), "vectors made", before)
        del made
        again = told(texts, Path(folder), "vectors read", resident())
    print(f"vectors themselves | {again.nbytes / _MB:,.0f}")


def told(texts: Sequence[str], folder: Path, name: str, before: float) -> NDArray[np.float32]:
    """Return the vectors of texts, having said what was held on top of what is there."""
    watch = Watch()
    with Cache(folder, max_bytes=1 << 34) as cache:
        vectors = stage.embed(texts, device="cpu", cache=cache)
    watch.look()
    watch.end()
    print(f"{name}, on top of texts and imports | {max(watch.most.values()) - before:,.0f}")
    return vectors


PARTS = {"audit": audited, "vectors": embedded}


if __name__ == "__main__":
    main()
