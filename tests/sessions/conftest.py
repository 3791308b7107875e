"""Fixtures of the command line."""

from __future__ import annotations

import pytest

from tests.cli.runner import Runner


@pytest.fixture
def skillaudit(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Runner:
    """Return a function that runs the command line."""
    return Runner(monkeypatch, capfd)
