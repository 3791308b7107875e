"""Streams that are closed or full: the exit code still counts, and nothing is thrown about."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import SAMPLES

ROOT = Path(__file__).parents[2]
LIBRARY = SAMPLES / "chained" / "skills"
FULL = "/dev/full"
pytestmark = pytest.mark.skipif(not Path(FULL).exists(), reason="needs a device that is full")


def shell(line: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a line in which `skillaudit` is the program."""
    program = f'skillaudit() {{ "{sys.executable}" -m skillaudit "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", program], capture_output=True, text=True, cwd=ROOT, env={**os.environ, **environ}
    )


CHECK = f"skillaudit check {LIBRARY} --scorer lexical"


def test_what_cannot_be_said_is_no_reason_to_fail() -> None:
    for where in (f"2>{FULL}", "2>&-"):
        found = shell(f"{CHECK} --min-accuracy 1 {where}; echo code $?")
        assert found.stdout.endswith("code 1\n"), found
        assert found.stderr == ""
    assert shell(f"skillaudit check nowhere 2>{FULL}").returncode == 2


@pytest.mark.parametrize("command", [f"{CHECK} -q", "skillaudit rule", "skillaudit check --help"])
def test_a_full_stdout_is_told_once(command: str) -> None:
    found = shell(f"{command} >{FULL}")
    assert found.returncode == 3
    assert found.stderr == "error: No space left on device; make room, or write elsewhere\n"
    both = shell(f"{command} >{FULL} 2>{FULL}")
    assert (both.returncode, both.stdout, both.stderr) == (3, "", "")


def test_closed_streams() -> None:
    found = shell(f"{CHECK} --min-accuracy 1 -q >&- 2>&- <&-")
    assert (found.returncode, found.stdout, found.stderr) == (1, "", "")


def test_no_file_gets_the_number_of_a_closed_stream(tmp_path: Path) -> None:
    program = "import skillaudit.__main__, os; print(os.open(os.devnull, os.O_RDONLY) > 2)"
    found = subprocess.run(
        ["bash", "-c", f"\"{sys.executable}\" -c '{program}' 2>&- <&-"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert found.stdout == "True\n"


def test_a_cache_of_a_user_that_does_not_exist() -> None:
    found = shell(f"{CHECK} -q", SKILLAUDIT_CACHE="~nobody-of-this-name/x")
    assert found.returncode == 2
    assert found.stderr.startswith("error: SKILLAUDIT_CACHE: ~nobody-of-this-name/x: there is no such user")
    assert "\n" not in found.stderr.strip()
