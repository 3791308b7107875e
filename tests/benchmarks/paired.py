"""Is an audit slower than it was? `python -m tests.benchmarks.paired OLD_CHECKOUT SOURCE ...`.

Runs `check SOURCE --scorer lexical` by this checkout and by another one in turn, each with a home and a cache of its
own, and prints the medians of their CPU seconds: cold with an empty cache each time, cached with one that knows the
library. Others on the machine slow both alike, so that the ratio counts.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

NEW = Path(__file__).parents[2]
SCORER = ("--scorer", "lexical")


def spent(checkout: Path, source: Path, home: Path) -> float:
    """Return the CPU seconds of one check, user and system; raises where it ends with an error."""
    # Nor may one of the two be kept from storing its bytecode.
    others = ("PYTHON", "SKILLAUDIT_", "XDG_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    environment |= {"PYTHONPATH": str(checkout), "HOME": str(home)}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run(
        [sys.executable, "-P", "-m", "skillaudit", "check", str(source), *SCORER],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode not in (0, 1):
        raise SystemExit(f"{checkout}: exit code {run.returncode}: {run.stderr[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def medians(checkouts: tuple[Path, Path], source: Path, *, cold: bool, times: int) -> list[float]:
    """Return the median CPU seconds of each checkout over so many checks; one before them is not counted."""
    taken: list[list[float]] = [[], []]
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(times + 1):
            for place in (0, 1) if turn % 2 else (1, 0):
                home = Path(folder) / (f"{place}-{turn}" if cold else f"{place}")
                home.mkdir(exist_ok=True)
                seconds = spent(checkouts[place], source, home)
                if turn:
                    taken[place].append(seconds)
    return [statistics.median(seconds) for seconds in taken]


def main() -> None:
    """Measure and print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("old", type=Path, metavar="OLD_CHECKOUT")
    parser.add_argument("sources", type=Path, nargs="+", metavar="SOURCE")
    parser.add_argument("--times", type=int, default=5, help="counted checks of each kind and checkout")
    options = parser.parse_args()
    checkouts = (options.old.resolve(), NEW)
    print("| library | cold, before | now | ratio | cached, before | now | ratio |")
    print("|---|---|---|---|---|---|---|")
    for source in options.sources:
        cells = [source.name]
        for cold in (True, False):
            old, new = medians(checkouts, source.resolve(), cold=cold, times=options.times)
            cells += [f"{old:.2f}", f"{new:.2f}", f"{new / old:.2f}"]
        print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
