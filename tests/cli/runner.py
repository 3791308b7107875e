"""Run the command line in this process and see what a shell would see."""

from __future__ import annotations

import sys
from typing import NamedTuple

import pytest

from skillaudit.cli import group
from skillaudit.cli.diagnostics import run


class Result(NamedTuple):
    """Exit code and what was written."""

    code: int
    out: str
    err: str


class Runner:
    """Calls `skillaudit ARGS`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capfd = capfd

    def __call__(self, *args: object) -> Result:
        self._monkeypatch.setattr(sys, "argv", ["skillaudit", *map(str, args)])
        code = run(group)
        sys.stdout.flush()
        out, err = self._capfd.readouterr()
        return Result(code, out, err)
