"""Audit every real library of a data folder and print one row each.

    python -m tests.benchmarks.real_libraries ../shared/data [--scorer lexical] [--only NAME]

Trees are unpacked into a temporary folder. A row that crashes says so, and the exit code is then 1.
"""

from __future__ import annotations

import argparse
import sys
import tarfile
import tempfile
import time
import traceback
from pathlib import Path

from skillaudit.config import Config
from skillaudit.pipeline import audit
from skillaudit.schema import Estimate, Report


def sources(data: Path, scratch: Path) -> list[tuple[str, Path]]:
    """Return (name, source) of the trees, the JSONL libraries and the malformed files."""
    found = []
    for archive in [*sorted((data / "trees").glob("*.tar.gz")), data / "quirks" / "malformed.tar.gz"]:
        name = archive.name.removesuffix(".tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(scratch / name, filter="data")
        if name == "malformed":  # a folder of single files; a skill is a folder with one
            for file in sorted((scratch / name).rglob("*.md")):
                folder = file.with_suffix("")
                folder.mkdir()
                file.rename(folder / "SKILL.md")
        found.append((f"{name}/", scratch / name))
    for path in sorted((data / "libraries").glob("*.jsonl*")):
        found.append((path.name.split(".")[0], path))
    return found


def rate(estimate: Estimate) -> str:
    """Return `71 (60-80)` in per cent."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "n/a"
    return f"{100 * estimate.value:.0f} ({100 * estimate.low:.0f}-{100 * estimate.high:.0f})"


def row(name: str, report: Report, seconds: float) -> str:
    """Return one line of the table."""
    severity = [finding.severity for finding in report.findings]
    return (
        f"{name:<30} {report.library.skills:>5} {report.library.copies:>6} {len(report.library.skipped):>7} "
        f"{len(report.clusters):>8} {report.noise:>5} {len(report.black_holes):>5} "
        f"{rate(report.forecast.accuracy):>12} {rate(report.forecast.hijack):>12} "
        f"{rate(report.forecast.no_skill):>10} {report.forecast.coverage.requests:>8} "
        f"{severity.count('error'):>3}/{severity.count('warning')}/{severity.count('info')} {seconds:>7.1f}"
    )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--scorer", default="hybrid", choices=["hybrid", "dense", "lexical"])
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    print(
        f"{'library':<30} skills copies skipped clusters noise holes     accuracy       hijack   no-skill "
        "requests  e/w/i  seconds"
    )
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        for name, source in sources(options.data, Path(scratch)):
            if options.only not in name:
                continue
            started = time.perf_counter()
            try:
                report = audit([source], Config(scorer=options.scorer))
            except Exception:
                failed = True
                print(f"{name:<30} CRASHED")
                traceback.print_exc()
                continue
            print(row(name, report, time.perf_counter() - started), flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
