"""Run the fuzzer: `python -m tests.fuzz --executions N --jobs 2 [--target NAME ...] [--keep DIR]`.

Each target runs in a process of its own with the corpus in the repository as its start; printed are its executions,
the slowest input in seconds and the peak of memory. An input that crashes a target, takes over ten seconds or more
than 2 GB stays in the folder of `--keep`. Needs `pip install skillaudit[fuzz]`.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
_STATISTIC = re.compile(r"stat::(\w+):\s+(\d+)")


def fuzz(name: str, options: list[str]) -> None:
    """Fuzz one target in this process; never returns."""
    import atheris

    with atheris.instrument_imports(include=["skillaudit"]):
        from tests.fuzz import targets

    def one(data: bytes) -> None:
        targets.run(name, data)

    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


def child(name: str, executions: int, kept: Path) -> tuple[str, str]:
    """Run one target in a process of its own; return its name and its line of the table."""
    with tempfile.TemporaryDirectory() as grown:
        options = [f"-runs={executions}", "-timeout=10", "-rss_limit_mb=2048"]
        options += ["-print_final_stats=1", f"-artifact_prefix={kept}/{name}-", "-verbosity=0"]
        seeds = CORPUS / name
        options.append(f"-max_len={max(4096, *(2 * seed.stat().st_size for seed in seeds.iterdir()))}")
        command = [sys.executable, "-m", "tests.fuzz", "--child", name, *options, grown, str(seeds)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    said = done.stdout.decode("utf-8", "replace")
    found = dict(_STATISTIC.findall(said))
    line = (
        f"{name:18} {int(found.get('number_of_executed_units', 0)):>10,} executions"
        f"  slowest {found.get('slowest_unit_time_sec', '?'):>3} s  peak {found.get('peak_rss_mb', '?'):>5} MB"
    )
    if done.returncode:
        line += f"  FAILED ({done.returncode}):\n{said[-3000:]}"
    return name, line


def main() -> int:
    """Run the targets that were asked for; 1 when one of them failed."""
    if sys.argv[1:2] == ["--child"]:
        fuzz(sys.argv[2], sys.argv[3:])
    from tests.fuzz.targets import TARGETS

    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--executions", type=int, default=10_000, help="of each target")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--target", action="append", choices=sorted(TARGETS))
    parser.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
    wanted = parser.parse_args()
    wanted.keep.mkdir(parents=True, exist_ok=True)
    failed = False
    with ThreadPoolExecutor(wanted.jobs) as pool:
        names = wanted.target or list(TARGETS)
        for _, line in pool.map(lambda name: child(name, wanted.executions, wanted.keep), names):
            print(line, flush=True)
            failed |= "FAILED" in line
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
