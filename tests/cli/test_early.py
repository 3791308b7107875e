from __future__ import annotations

import pytest

from skillaudit.cli.diagnostics import ProgressBar
from skillaudit.cli.early import EarlyBar
from skillaudit.config import Config
from skillaudit.formatters import html
from skillaudit.load import load
from skillaudit.pipeline.partial import MANY_TEXTS
from skillaudit.schema import Report, ScorerName
from tests.conftest import SAMPLES


@pytest.mark.parametrize(
    ("scorer", "texts", "told"),
    [("hybrid", MANY_TEXTS + 1, 1), ("hybrid", MANY_TEXTS, 0), ("lexical", 9_999, 0)],
)
def test_words_alone_are_told_once_before_many_vectors(
    capsys: pytest.CaptureFixture[str], scorer: ScorerName, texts: int, told: int
) -> None:
    library = load([str(SAMPLES / "clean")])
    shown: list[Report] = []
    config = Config(scorer=scorer, use_cache=False, law=False)
    early = EarlyBar(ProgressBar(), library, config, shown.append)
    for done in (0, 64):
        early.update("embed", done, texts)
    early.update("neighbors", 0, 9_999)
    said = capsys.readouterr()
    assert len(shown) == told
    assert all("By words alone" in html.render(report) for report in shown)
    assert said.err.count("By words alone") == told == said.err.count("IN SHORT") and not said.out
