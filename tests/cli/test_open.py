"""`skillaudit SOURCE`: when there is a screen to open the app on."""

from __future__ import annotations

import io
import sys

import pytest

from skillaudit.cli.open import has_screen


class Stream(io.StringIO):
    """A stream that is a terminal, or not."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.mark.parametrize("elsewhere", ["", "stdin", "stdout", "stderr"])
def test_all_three_streams_must_be_a_terminal(monkeypatch: pytest.MonkeyPatch, elsewhere: str) -> None:
    monkeypatch.delenv("TEXTUAL_DRIVER", raising=False)
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Stream(name != elsewhere))
    assert has_screen() == (elsewhere == "")


def test_a_browser_needs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.web_driver:WebDriver")
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Stream(False))
    assert has_screen()
