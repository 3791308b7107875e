"""Fixtures of the command line."""

from __future__ import annotations

import pytest

from tests.cli.runner import Runner


@pytest.fixture(autouse=True)
def reports_are_kept(warm: None) -> None:
    """Audit each sample once: what commands do with a report is what these tests are about."""


@pytest.fixture
def skillaudit(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Runner:
    """Return a function that runs the command line."""
    return Runner(monkeypatch, capfd)
