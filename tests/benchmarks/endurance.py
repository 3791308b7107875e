"""Do many audits change an answer, or grow? `python -m tests.benchmarks.endurance SOURCE`.

First one process audits SOURCE `--audits` times without its cache, and the memory that it holds is printed as it
goes. Then `--at-once` processes audit it for `--minutes` on one cache, which is emptied under them every ten
seconds; each answer is compared with the first one.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def resident() -> float:
    """Return the memory of this process in MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def in_one_process(source: Path, audits: int) -> None:
    """Audit `audits` times in this process and print what memory it holds."""
    from skillaudit import Config, audit

    marks = {max(1, audits * part // 10) for part in (1, 2, 5, 10)}
    for done in range(1, audits + 1):
        audit([source], Config(scorer="lexical", use_cache=False))
        if done in marks:
            gc.collect()
            print(f"{done:>6} audits in one process: {resident():6.1f} MB", flush=True)


def at_once(source: Path, processes: int, minutes: float) -> None:
    """Audit in several processes on one cache and print how many answers differed, or failed."""
    with tempfile.TemporaryDirectory() as folder:
        cache = Path(folder, "cache")
        command = [
            sys.executable,
            "-m",
            "skillaudit",
            "report",
            str(source),
            "--scorer",
            "lexical",
            "-f",
            "json",
        ]
        env = os.environ | {"SKILLAUDIT_CACHE": str(cache)}
        first = subprocess.run(command, env=env, capture_output=True, check=True).stdout
        end = time.monotonic() + 60 * minutes

        def worker(_: int) -> tuple[int, int, int]:
            same = other = failed = 0
            while time.monotonic() < end:
                done = subprocess.run(command, env=env, capture_output=True, check=False)
                same += done.returncode == 0 and done.stdout == first
                other += done.returncode == 0 and done.stdout != first
                failed += done.returncode != 0
                if done.returncode:
                    print(done.stderr.decode("utf-8", "replace")[-2000:])
            return same, other, failed

        with ThreadPoolExecutor(processes + 1) as pool:
            counts = [pool.submit(worker, at) for at in range(processes)]
            while time.monotonic() < end:
                time.sleep(10)
                shutil.rmtree(cache, ignore_errors=True)
            same, other, failed = (
                sum(column) for column in zip(*(one.result() for one in counts), strict=True)
            )
    print(f"{processes} at once on one cache, emptied every ten seconds, for {minutes:g} min: "
          f"{same} same answers, {other} others, {failed} failures")  # fmt: skip


def main() -> None:
    """Run both parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--audits", type=int, default=1000)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--minutes", type=float, default=5.0)
    asked = parser.parse_args()
    if asked.audits:
        in_one_process(asked.source, asked.audits)
    if asked.minutes:
        at_once(asked.source, asked.at_once, asked.minutes)


if __name__ == "__main__":
    main()
