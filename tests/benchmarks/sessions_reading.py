"""How long 2,000 transcripts of 200 MB take to read, first and again, and in how much memory.

    python -m tests.benchmarks.sessions_reading [--transcripts 2000] [--kilobytes 100]

They are made in a folder for the time of the run, as Claude Code writes them: a listing of 100 skills, and requests
with three tool results of some kilobytes each; a third loads a skill.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WORDS = tuple(
    f"{a}{b}{c}" for a in ("ka", "mo", "ri", "te") for b in ("lu", "na", "so") for c in ("", "ren", "tis")
)
SKILLS = tuple(f"skill-{number}" for number in range(100))
CODE = (
    "import resource, sys; from skillaudit.cli import group; from skillaudit.cli.diagnostics import run\n"
    "sys.argv = ['skillaudit', 'sessions', '-q', '-f', 'json']; run(group)\n"
    "use = resource.getrusage(resource.RUSAGE_SELF)\n"
    "print(f'{use.ru_utime + use.ru_stime:.1f} s of processor, {use.ru_maxrss // 1024} MiB', file=sys.stderr)"
)


def words(rng: random.Random, count: int) -> str:
    """Some words."""
    return " ".join(rng.choices(WORDS, k=count))


def write(path: Path, number: int, size: int) -> None:
    """Write one transcript of about `size` bytes."""
    rng = random.Random(number)
    base = {"isSidechain": False, "cwd": "/tmp/p", "sessionId": f"s{number}", "version": "2.1.332"}
    lines: list[str] = []

    def add(**fields: object) -> None:
        event = base | {"uuid": f"{number}-{len(lines)}", "timestamp": "2026-11-30T05:00:00.000Z"} | fields
        lines.append(json.dumps(event, separators=(",", ":")))

    def answer(*content: object) -> None:
        add(type="assistant", message={"role": "assistant", "model": "claude-sonnet-4-5", "content": content})

    told = random.Random(0)
    listing = "\n".join(f"- {name}: {words(told, 25)}" for name in SKILLS)
    add(
        type="attachment",
        attachment={"type": "skill_listing", "content": listing, "names": SKILLS, "isInitial": True},
    )
    while sum(map(len, lines)) < size:
        add(type="user", message={"role": "user", "content": words(rng, 20)})
        for _ in range(3):
            answer({"type": "tool_use", "id": "t", "name": "Read", "input": {"file_path": "/x"}})
            result = {"type": "tool_result", "tool_use_id": "t", "content": words(rng, 400)}
            add(type="user", message={"role": "user", "content": [result]})
        if rng.random() < 1 / 3:
            answer({"type": "tool_use", "id": "u", "name": "Skill", "input": {"skill": rng.choice(SKILLS)}})
        answer({"type": "text", "text": "done"})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")


def main() -> None:
    """Print the times of two runs, each in a process of its own."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--transcripts", type=int, default=2_000)
    parser.add_argument("--kilobytes", type=int, default=100)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for number in range(given.transcripts):
            write(home / f".claude/projects/p{number % 40}/s{number}.jsonl", number, given.kilobytes * 1000)
        environment = os.environ | {"HOME": folder, "SKILLAUDIT_CACHE": str(home / "cache")}
        for what in ("first", "again"):
            start = time.perf_counter()
            run = subprocess.run(
                [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, check=True
            )
            told = json.loads(run.stdout)
            took = time.perf_counter() - start
            print(
                f"{what}: {told['files']:,} transcripts, {told['reread']:,} read, {took:.1f} s; {run.stderr.strip()}"
            )


if __name__ == "__main__":
    main()
