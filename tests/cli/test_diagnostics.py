"""What is said on stderr."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillaudit.cli.diagnostics import Bar
from tests.cli.runner import Runner
from tests.conftest import SAMPLES


def test_a_bar_counts_and_wipes_itself(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar()
    bar.update("embed", 1, 4)
    bar.update("embed", 2, 4, "1 cached")
    bar.update("embed", 4, 4, "1 cached")
    bar.close()
    text = capsys.readouterr().err
    first, *rest = text.split("\r")[1:]
    assert first.startswith("embed        [######..................] 1/4")
    assert "[########################] 4/4 (1 cached)" in text
    # The second update came within a tenth of a second, and is not drawn.
    assert "2/4" not in text
    assert rest[-1] == ""
    assert rest[-2].strip() == ""


def test_a_cache_that_cannot_be_used_is_told_and_costs_nothing(
    skillaudit: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("SKILLAUDIT_CACHE", str(blocked / "cache"))
    result = skillaudit("report", SAMPLES / "clean", "--scorer", "lexical")
    assert result.code == 0
    assert result.err.startswith("note: ")
    assert skillaudit("report", SAMPLES / "clean", "--scorer", "lexical", "-q").err == ""
