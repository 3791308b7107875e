"""Ctrl-C at any moment after Python's own start: 130, and a word at most."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.cli.runner import Runner
from tests.conftest import SAMPLES

ROOT = Path(__file__).parents[2]

# Raised inside the `exec` of a text, as imports do it, which Python remembers.
AT_IMPORT = """
import signal, sys

class Interrupter:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            exec("signal.raise_signal(signal.SIGINT)")

sys.meta_path.insert(0, Interrupter())
"""


def interrupted_at(name: str, folder: Path, *command: str) -> tuple[int, str, str]:
    """Run Python with an interrupt where it looks for module `name`; return exit code, stdout and stderr."""
    (folder / "sitecustomize.py").write_text(AT_IMPORT.format(name=name), encoding="utf-8")
    found = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )
    return found.returncode, found.stdout, found.stderr


@pytest.mark.parametrize("name", ["skillaudit.cli", "click", "skillaudit.cli.diagnostics"])
def test_before_the_command_line_is_there(name: str, tmp_path: Path) -> None:
    assert interrupted_at(name, tmp_path, "-m", "skillaudit", "--help") == (130, "", "")


def test_the_installed_program(tmp_path: Path) -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        module, _, function = tomllib.load(file)["project"]["scripts"]["skillaudit"].partition(":")
    line = f"from {module} import {function}; {function}()"
    assert interrupted_at("click", tmp_path, "-c", line) == (130, "", "")


def test_while_a_command_is_imported(tmp_path: Path) -> None:
    code, out, err = interrupted_at("skillaudit.cli.rule", tmp_path, "-m", "skillaudit", "rule", "SA301")
    assert (code, out, err.strip()) == (130, "", "interrupted")


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_who_ignores_interrupts_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(AT_IMPORT.format(name="click"), encoding="utf-8")
    found = subprocess.run(
        ["bash", "-c", f'trap "" INT; exec "{sys.executable}" -m skillaudit --version'],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )
    assert found.returncode == 0 and found.stdout.startswith("skillaudit")


def test_what_a_compiled_module_makes_of_an_interrupt(
    skillaudit: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def audit(*_: object) -> None:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt as error:
            raise ImportError("initialization failed") from error

    monkeypatch.setattr("skillaudit.pipeline.audit", audit)
    result = skillaudit("report", SAMPLES / "clean", "-q")
    assert (result.code, result.err) == (130, "interrupted\n")
