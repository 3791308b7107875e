"""Run the fuzzer: `python -m tests.fuzz --executions N [--target NAME ...] [--keep DIR]`.

Each target runs in a process of its own, from the corpus in the repository and from what earlier runs found. An input
fails that raises anything but an error of the program's own, takes over a second of CPU or more than 512 MB; it stays
in the folder of `--keep`, beside `tally.jsonl`, which has a line a run. `--tally FILE ...` runs nothing and prints what
the runs of such files come to. Needs `pip install skillaudit[fuzz]`.
"""

from __future__ import annotations

import argparse
import json
import mmap
import os
import shutil
import struct
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parent / "corpus"
SECONDS = 1.0
"""CPU of one input."""
MEGABYTES = 512
_COUNT = struct.Struct("<Qd")
"""Inputs so far, and the seconds of CPU of the slowest."""


def fuzz(name: str, options: Sequence[str], shared: mmap.mmap) -> None:
    """Fuzz one target in this process, counting in `shared`; never returns."""
    import atheris

    from tests.fuzz import targets

    def seconds(data: bytes) -> float:
        began = time.process_time()
        targets.run(name, data)
        return time.process_time() - began

    def one(data: bytes) -> None:
        count, slowest = _COUNT.unpack_from(shared)
        took = 0.0
        try:
            took = seconds(data)
            if (
                took > SECONDS
            ):  # once more, since a machine short of memory charges its own work to whoever asks
                took = min(took, seconds(data))
        finally:
            _COUNT.pack_into(shared, 0, count + 1, max(slowest, took))
        if took > SECONDS:
            raise AssertionError(f"{name}: {took:.1f} s of CPU")

    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


def child(name: str, executions: int, kept: Path) -> dict[str, Any]:
    """Fuzz one target in a process of its own; return its line of the tally."""
    grown, seeds, log = kept / "grown" / name, CORPUS / name, kept / f"{name}.log"
    grown.mkdir(parents=True, exist_ok=True)
    longest = max(4096, *(2 * seed.stat().st_size for seed in seeds.iterdir()))
    options = [f"-runs={executions}", f"-max_len={longest}", "-timeout=60", f"-rss_limit_mb={MEGABYTES}"]
    options += ["-verbosity=0", f"-artifact_prefix={kept}/{name}-", str(grown), str(seeds)]
    shared = mmap.mmap(-1, _COUNT.size)
    if not (pid := os.fork()):
        with log.open("wb") as said:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
        fuzz(name, options, shared)
    _, status, used = os.wait4(pid, 0)
    count, slowest = _COUNT.unpack_from(shared)
    found = {"target": name, "executions": count, "failed": int(status != 0), "slowest": round(slowest, 3)}
    if status:
        print(log.read_text("utf-8", "replace")[-3000:])
    return found | {"mb": used.ru_maxrss // 1024, "seconds": round(used.ru_utime + used.ru_stime, 1)}


def table(runs: Sequence[dict[str, Any]]) -> str:
    """Return the rows of a Markdown table: each target's runs together, and all of them."""
    by_target = defaultdict(list)
    for run in runs:
        by_target[run["target"]].append(run)
    lines = [
        "| target | executions | failing inputs | slowest input, s of CPU | peak, MB | CPU, s |",
        "|---|---|---|---|---|---|",
    ]
    for name, own in [*sorted(by_target.items()), ("all", list(runs))]:
        executions, failed, seconds = (
            sum(run[key] for run in own) for key in ("executions", "failed", "seconds")
        )
        slowest, peak = (max(run[key] for run in own) for key in ("slowest", "mb"))
        lines.append(f"| {name} | {executions:,} | {failed} | {slowest:.2f} | {peak} | {seconds:,.0f} |")
    return "\n".join(lines)


def main() -> int:
    """Run the targets that were asked for; 1 when one of them failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--executions", type=int, default=10_000, help="of each target")
    parser.add_argument("--target", action="append")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    parser.add_argument("--tally", type=Path, nargs="+", metavar="FILE")
    asked = parser.parse_args()
    if asked.tally:
        lines = [line for path in asked.tally for line in path.read_text("utf-8").splitlines()]
        print(table([json.loads(line) for line in lines]))
        return 0
    import atheris

    with atheris.instrument_imports(include=["skillaudit"]):
        from tests.fuzz import targets
    wanted = asked.target or list(targets.TARGETS)
    if unknown := set(wanted) - set(targets.TARGETS):
        parser.error(f"no target {', '.join(sorted(unknown))}")
    asked.keep.mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in wanted:
        tempfile.tempdir = tempfile.mkdtemp(prefix="skillaudit-fuzz-", dir=targets.MEMORY)
        done = child(name, asked.executions, asked.keep)
        shutil.rmtree(tempfile.tempdir)  # the fuzzer ends its process without clearing up
        with (asked.keep / "tally.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(done) + "\n")
        print(json.dumps(done), flush=True)
        failed += done["failed"]
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
