"""What half precision moves: `python -m tests.benchmarks.half_vectors [--kind bfloat16] [--scorer hybrid] LIBRARY...`.

Each library is audited on the CPU by vectors made in single precision and in half, as CUDA makes them (float16, which
is slow here). Printed: how far cosines are apart, what part of the 20 nearest stay, and what moves in the report.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from skillaudit.config import Config
from skillaudit.embedding import bert_torch, models
from skillaudit.embedding.stage import embed
from skillaudit.load import load
from skillaudit.pipeline import audit
from skillaudit.schema import Precision, Report

NEAREST = 20
RATES = ("accuracy", "hijack", "no_skill", "false_trigger")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("libraries", type=Path, nargs="+")
    parser.add_argument("--kind", choices=["float16", "bfloat16"], default="float16")
    parser.add_argument("--scorer", choices=["dense", "hybrid"], default="dense")
    options = parser.parse_args()
    bert_torch.HALF["cpu"] = options.kind
    print(
        "| skills | cosines apart, mean | most | nearest kept | rates apart | findings, moved | clusters, moved |"
    )
    print("|---|---|---|---|---|---|---|")
    for library in options.libraries:
        with TemporaryDirectory() as folder:
            config = Config(scorer=options.scorer, device="cpu", cache=Path(folder))
            (vectors, report), (half, other) = (made(library, config, kind) for kind in ("single", "half"))
        cosines, apart = vectors @ vectors.T, np.abs(vectors @ vectors.T - half @ half.T)
        first, then = nearest(cosines), nearest(half @ half.T)
        kept = np.mean([len(set(one) & set(two)) / len(one) for one, two in zip(first, then, strict=True)])
        rates = max(
            abs((getattr(report.forecast, rate).value or 0) - (getattr(other.forecast, rate).value or 0))
            for rate in RATES
        )
        found = {finding.fingerprint for finding in report.findings}
        moved = found ^ {finding.fingerprint for finding in other.findings}
        clusters = {cluster.skills for cluster in report.clusters}
        turned = clusters ^ {cluster.skills for cluster in other.clusters}
        print(
            f"| {len(vectors):,} | {apart.mean():.6f} | {apart.max():.4f} | {kept:.1%} | {rates:.4f} "
            f"| {len(found)}, {len(moved)} | {len(clusters)}, {len(turned)} |",
            flush=True,
        )


def made(library: Path, config: Config, precision: Precision) -> tuple[NDArray[np.float32], Report]:
    """Return the vectors of a library's skills in a precision, and the report that rests on such vectors."""
    with patch.object(models, "choose_precision", lambda *_: precision):
        report = audit([library], config)
        assert report.embedding.precision == precision
        return embed([skill.text for skill in load([library]).skills], device="cpu"), report


def nearest(cosines: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the nearest others of each row."""
    np.fill_diagonal(cosines, -np.inf)
    return np.argsort(-cosines, axis=1)[:, : min(NEAREST, len(cosines) - 1)]


if __name__ == "__main__":
    main()
