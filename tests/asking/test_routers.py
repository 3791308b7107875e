"""Local scorers stand in for a model."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from skillaudit.asking.log import ProbeLog
from skillaudit.asking.prompts import Question
from skillaudit.asking.routers import CrossRouter, LocalRouter, is_local, parse_local
from skillaudit.asking.scorers import Scorers
from skillaudit.asking.terms import Terms
from skillaudit.errors import UsageError
from skillaudit.probe.probing import probe
from skillaudit.scoring import Scorer, make_scorer
from tests.probe.libraries import make_ground


def make(texts: Sequence[str]) -> Scorer:
    """Build a lexical scorer."""
    return make_scorer("lexical", texts)


def question(query: str, texts: Sequence[str], none_word: str = "") -> Question:
    """Return a question with options of these texts."""
    labels = tuple(f"skill_{at:03d}" for at in range(len(texts)))
    return Question((), query, labels, labels, tuple(texts), "v", none_word)


def test_the_best_scored_option_is_the_answer() -> None:
    router = LocalRouter("local/lexical", make)
    texts = ("pdf: fills forms", "chart: draws charts", "mail: writes mail")
    answer = asyncio.run(router.answer(question("draw a chart of sales", texts)))
    assert answer.text == "skill_001"


def test_a_cross_encoder_is_found_by_its_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    class Reader:
        source = SimpleNamespace(key="folder:1")

        def __init__(self, model: str, **_: object) -> None:
            self.model = model

        def scores(self, query: str, texts: Sequence[str]) -> np.ndarray:
            return np.array([float(query in text and "not" not in text) for text in texts], dtype=np.float32)

    monkeypatch.setattr("skillaudit.asking.scorers.PairReader", Reader)
    router = Terms().router("cross/some/model", Scorers())
    assert isinstance(router, CrossRouter) and router.parameters == {"model": "folder:1"}
    router.prepare(["charts"], {"v": ("maps", "charts")})
    answer = asyncio.run(router.answer(question("charts", ("maps, not charts", "charts and maps"))))
    assert answer.text == "skill_001"


def test_prepared_scores_are_those_of_the_whole_library(tmp_path: Path) -> None:
    ground = make_ground(30, 2)
    router = LocalRouter("local/lexical", make)
    with ProbeLog(tmp_path / "l") as log:
        _, decisions = asyncio.run(probe(ground, "accuracy", router, log))
    scores = ground.scorer.scores([d.query for d in decisions])
    ids = [skill.id for skill in ground.skills]
    for row, decision in enumerate(decisions):
        columns = [ids.index(skill) for skill in decision.offered]
        assert decision.chosen == decision.offered[int(np.argmax(scores[row, columns]))]


def test_below_the_threshold_nothing_is_chosen_where_that_is_allowed() -> None:
    texts = ("pdf: fills forms", "chart: draws charts")
    asked = question("tell me a joke", texts, "NONE")
    assert asyncio.run(LocalRouter("local/lexical:0.3", make).answer(asked)).text == "NONE"
    assert asyncio.run(LocalRouter("local/lexical", make).answer(asked)).text.startswith("skill_")
    forced = question("tell me a joke", texts)
    assert asyncio.run(LocalRouter("local/lexical:0.3", make).answer(forced)).text.startswith("skill_")


def test_with_nothing_on_offer_nothing_is_chosen() -> None:
    assert asyncio.run(LocalRouter("local/lexical", make).answer(question("x", (), "NONE"))).text == "NONE"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("local/hybrid", ("hybrid", None)),
        ("local/dense:0.25", ("dense", 0.25)),
        ("local/lexical:-0.5", ("lexical", -0.5)),
    ],
)
def test_names_of_local_routers(name: str, expected: tuple[str, float | None]) -> None:
    assert is_local(name) and parse_local(name) == expected


@pytest.mark.parametrize(
    "name", ["local/none", "local/", "local/hybrid:x", "local/hybrid:2", "local/hybrid:nan"]
)
def test_other_names_are_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError, match="local/hybrid"):
        parse_local(name)
