"""An audit whose vectors are all in the cache; `python -m tests.benchmarks.cached_vectors LIBRARY [OPTIONS]`.

    --real N          texts that the model embeds (3,000), evenly over the library; 0 for all
    --scorers NAMES   dense and hybrid
    --out FILE.npy    write the vectors too, as `tests.benchmarks.indexes` takes them

To embed 55,142 texts takes two cores 20 minutes, so most vectors are stand-ins: a ridge regression from words to the
vectors of the N, and of what it misses on a fifth of them a random sum, so that texts lie as near to each other as
theirs do; it is printed how many are. One audit goes ahead, in which the vectors of requests are made; before each that
is measured, finished parts of reports are taken out of the cache. Printed are seconds of the processor, memory, and
whether torch or a model was loaded.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skillaudit.cache import Cache
from skillaudit.config import DEFAULT_EMBEDDER
from skillaudit.embedding.models import resolve
from skillaudit.embedding.stage import digest_of, embed
from skillaudit.load import load
from skillaudit.scoring import LexicalScorer
from tests.benchmarks.scale import measured

_RIDGE = 0.3
_STEP = 1_000
_AUDIT = """
import gc, sys
from skillaudit.config import Config
from skillaudit.pipeline import audit
gc.set_threshold(20_000, 20, 20)  # as the command line does
audit([sys.argv[1]], Config(scorer=sys.argv[2], device="cpu"))
heavy = [name for name in ("torch", "tokenizers", "sentence_transformers") if name in sys.modules]
print("loaded:", ", ".join(heavy) or "no model", file=sys.stderr)
"""


def stand_ins(texts: list[str], real: int) -> NDArray[np.float32]:
    """Return unit vectors (len(texts), d), of `real` texts those of the model."""
    chosen = np.unique(np.linspace(0, len(texts) - 1, real or len(texts)).astype(int))
    known = embed([texts[at] for at in chosen], device="cpu")
    if len(chosen) == len(texts):
        return known
    rng = np.random.default_rng(0)
    tried = np.arange(len(chosen)) % 5 == 0
    taught = [texts[at] for at in chosen[~tried]]
    scorer = LexicalScorer(taught)
    kernel = scorer.scores(taught).astype(np.float64) + _RIDGE * np.eye(len(taught))
    weights = np.linalg.solve(kernel, known[~tried].astype(np.float64)).astype(np.float32)

    def guessed(some: list[str]) -> NDArray[np.float32]:
        return _unit(scorer.scores(some) @ weights)

    guess = guessed([texts[at] for at in chosen[tried]])
    likeness = float(np.einsum("ij,ij->i", guess, known[tried]).mean())
    missed = known[tried] - likeness * guess
    made = np.empty((len(texts), known.shape[1]), dtype=np.float32)
    for start in range(0, len(texts), _STEP):
        guess = guessed(texts[start : start + _STEP])
        signs = rng.choice(np.array([-0.5, 0.5], dtype=np.float32), size=(len(guess), 4))
        drawn = missed[rng.integers(len(missed), size=(len(guess), 4))]
        made[start : start + _STEP] = likeness * guess + np.einsum("ij,ijk->ik", signs, drawn)
    made[chosen] = known
    print(
        f"{len(chosen):,} of {len(texts):,} vectors are the model's, {len(texts) - len(chosen):,} are stand-ins; "
        f"words guess the model's to a cosine of {likeness:.2f}",
        flush=True,
    )
    return _unit(made)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-9), dtype=np.float32)


def main() -> None:
    """Fill a cache and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("library", type=Path)
    parser.add_argument("--real", type=int, default=3_000)
    parser.add_argument("--scorers", nargs="+", default=["dense", "hybrid"], choices=["dense", "hybrid"])
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    texts = [skill.text for skill in load([options.library]).skills]
    vectors = stand_ins(texts, options.real)
    if options.out:
        np.save(options.out, vectors)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SKILLAUDIT_CACHE"] = folder
        with Cache() as cache:
            cache.put_vectors(
                resolve(DEFAULT_EMBEDDER, cache).key, [digest_of(text) for text in texts], vectors
            )
        command = [sys.executable, "-c", _AUDIT, str(options.library)]
        for number, scorer in enumerate((options.scorers[0], *options.scorers)):
            with sqlite3.connect(cache.path) as connection:
                connection.execute("DELETE FROM blobs")
            run = measured(scorer, len(texts), [*command, scorer])
            if number:
                print(
                    f"{scorer}, {len(texts):,} skills: {run.cpu:.1f} s of the processor, {run.megabytes:,.0f} MB, "
                    f"load average {os.getloadavg()[0]:.1f}   limit 60",
                    flush=True,
                )


if __name__ == "__main__":
    main()
