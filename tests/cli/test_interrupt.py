"""Ctrl-C and SIGTERM at any moment after Python's own start: 130 and 143, and a word at most."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from skillaudit.cli import main
from skillaudit.cli.signals import Signals, interrupted
from skillaudit.errors import UsageError
from tests.cli.runner import Runner
from tests.conftest import SAMPLES

ROOT = Path(__file__).parents[2]
ENDS = {"SIGINT": int(signal.SIGINT), "SIGTERM": int(signal.SIGTERM)}

# Raised inside the `exec` of a text, as imports do it, which Python remembers.
AT_IMPORT = """
import signal, sys

class Interrupter:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            exec("signal.raise_signal(signal.{signal})")

sys.meta_path.insert(0, Interrupter())
"""


def default_signals() -> None:
    """Undo what `nohup` and jobs in the background of a script hand down."""
    for number in ENDS.values():
        signal.signal(number, signal.SIG_DFL)


def interrupted_at(name: str, folder: Path, *command: str, by: str = "SIGINT") -> tuple[int, str, str]:
    """Run Python with a signal where it looks for module `name`; return exit code, stdout and stderr."""
    (folder / "sitecustomize.py").write_text(AT_IMPORT.format(name=name, signal=by), encoding="utf-8")
    found = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(folder)},
        preexec_fn=default_signals,
    )
    return found.returncode, found.stdout, found.stderr


@pytest.mark.parametrize("by", ENDS)
@pytest.mark.parametrize("name", ["skillaudit.cli", "click", "skillaudit.cli.diagnostics"])
def test_before_the_command_line_is_there(name: str, by: str, tmp_path: Path) -> None:
    code = 128 + ENDS[by]
    assert interrupted_at(name, tmp_path, "-m", "skillaudit", "--help", by=by) == (code, "", "")


def test_the_installed_program(tmp_path: Path) -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        module, _, function = tomllib.load(file)["project"]["scripts"]["skillaudit"].partition(":")
    line = f"from {module} import {function}; {function}()"
    assert interrupted_at("click", tmp_path, "-c", line) == (130, "", "")


@pytest.mark.parametrize(("by", "word"), [("SIGINT", "interrupted"), ("SIGTERM", "terminated")])
def test_while_a_command_is_imported(by: str, word: str, tmp_path: Path) -> None:
    command = ("-m", "skillaudit", "rule", "SA301")
    code, out, err = interrupted_at("skillaudit.cli.rule", tmp_path, *command, by=by)
    assert (code, out, err.strip()) == (128 + ENDS[by], "", word)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_while_another_end_is_told(monkeypatch: pytest.MonkeyPatch, number: int, code: int) -> None:
    def stop(self: Signals) -> None:
        self.received = number
        raise UsageError("something is wrong")

    def interrupt(message: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Signals, "arm", stop)
    monkeypatch.setattr("skillaudit.cli.diagnostics.say", interrupt)
    monkeypatch.setattr("skillaudit.cli.diagnostics.guard", lambda: None)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == code


@pytest.fixture
def armed() -> Iterator[Signals]:
    """Handle SIGINT and SIGTERM as a run does, whatever the test run itself was handed down."""
    before = {number: signal.getsignal(number) for number in ENDS.values()}
    signals = Signals(dict.fromkeys(before, cast(Any, signal.default_int_handler)))
    signals.arm()
    yield signals
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("by", ENDS)
def test_work_under_way_is_interrupted(by: str, armed: Signals) -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(ENDS[by])
    assert armed.received == ENDS[by]


@pytest.mark.parametrize("by", ENDS)
def test_what_an_event_loop_runs_is_cancelled_and_can_close_what_is_open(by: str, armed: Signals) -> None:
    closed = []

    async def work() -> None:
        try:
            signal.raise_signal(ENDS[by])
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            closed.append(by)
            raise

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(work())
    assert closed == [by] and armed.received == ENDS[by]


@pytest.mark.parametrize("at", ["of a task", "of another task", "while all wait"])
def test_who_ignores_interrupts_can_end_an_event_loop_all_the_same(
    at: str, armed: Signals, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    closed = []

    async def work(name: str) -> None:
        try:
            if name == at:
                signal.raise_signal(signal.SIGTERM)
            await asyncio.sleep(3600)
        finally:
            closed.append(name)

    async def both() -> None:
        if at == "while all wait":
            timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM))
            timer.start()
        other = asyncio.create_task(work("of another task"))
        await work("of a task")
        await other

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(both())
    gc.collect()  # what nobody fetched from a task is told when the task goes
    assert sorted(closed) == ["of a task", "of another task"] and armed.received == signal.SIGTERM
    assert not caplog.records and capsys.readouterr() == ("", "")


def test_who_ignores_interrupts_can_end_what_runs_in_no_loop(armed: Signals) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(asyncio.sleep(0))
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)


def test_an_interrupt_is_seen_behind_what_compiled_modules_make_of_it() -> None:
    wrapped = ImportError("half loaded")
    wrapped.__context__ = KeyboardInterrupt()
    assert interrupted(wrapped)
    assert not interrupted(ValueError())


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_who_ignores_interrupts_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        AT_IMPORT.format(name="click", signal="SIGINT"), encoding="utf-8"
    )
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

    monkeypatch.setattr("skillaudit.pipeline.audit_library", audit)
    result = skillaudit("report", SAMPLES / "clean", "-q")
    assert (result.code, result.err) == (130, "interrupted\n")
