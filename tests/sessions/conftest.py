"""Fixtures: the command line, and a home of nobody's."""

from __future__ import annotations

import pytest

from skillaudit.sessions.finding import FOLDERS
from tests.cli.runner import Runner


@pytest.fixture
def skillaudit(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Runner:
    """Return a function that runs the command line."""
    return Runner(monkeypatch, capfd)


@pytest.fixture(autouse=True)
def nobodys_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test an empty home, so that no transcript of the developer's is read."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("nobody")))
    for name in FOLDERS.values():
        monkeypatch.delenv(name, raising=False)
