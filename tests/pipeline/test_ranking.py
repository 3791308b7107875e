"""Which skill one request would go to: what the chances hang on is said beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from skillaudit import audit
from skillaudit.config import Config
from skillaudit.errors import UsageError
from skillaudit.page.ranking import document
from skillaudit.page.text import render
from skillaudit.pipeline.ranking import route
from tests.conftest import SAMPLES
from tests.pipeline.test_stages import written


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [("what is the weather in Rome", 0.0, 0.2), ("deploy the service to staging", 0.7, 1.0)],
)
def test_a_request_that_nothing_fits_is_told_apart_from_one_that_fits(
    query: str, low: float, high: float
) -> None:
    ranking = route([SAMPLES / "confusable"], query, Config(scorer="lexical", use_cache=False))
    assert ranking.fires is not None and low <= ranking.fires <= high
    assert sum(choice.probability for choice in ranking.choices) + ranking.no_skill <= 1.001
    text = " ".join(render(document(ranking)).split())
    assert "whether the first fits at all is yours to say" in text and "if 1. fits" in text
    assert f"a chance of {100 * ranking.fires:.1f}%" in text


def test_a_library_of_which_nothing_competes_is_told_why(
    write_skill: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("slides", "tables"):
        write_skill(name, f"Makes {name} of notes.", folder="repo/.github/skills")
    with pytest.raises(UsageError, match="manual-only or left out"):
        route([tmp_path], "make slides", Config(scorer="lexical", use_cache=False, client="claude-code"))
    report = audit([tmp_path], Config(use_cache=False, client="claude-code"))
    assert (
        (report.library.skills, report.library.routable) == (2, 0)
        and report.law is not None
        and not report.law.points
    )


def test_what_stands_behind_gateways_is_chosen_in_stages(tmp_path: Path) -> None:
    """The chance of the first is that of both choices, and only gateways rival it from outside its own."""
    config = replace(written(tmp_path / ".claude" / "skills", router=True), requests=())
    found = route([tmp_path], "a request for roses", config, top=8)
    assert {one.id: one.behind for one in found.choices} == {
        "garden": "", "kitchen": "",
        **dict.fromkeys(("beans", "hedges", "roses"), "garden"), **dict.fromkeys(("bread", "salad", "soup"), "kitchen"),
    }  # fmt: skip
    chance = {one.id: one.probability for one in found.choices}
    assert found.choices[0].id == "roses" and chance["roses"] == max(chance.values())
    assert chance["kitchen"] > 0 and chance["bread"] == chance["salad"] == chance["soup"] == 0
    assert "behind garden, which is chosen first" in " ".join(render(document(found)).split())
    assert "6 skills behind 2 gateways" in render(document(found))
    assert "7 skills, 6 of them behind 2 gateways" in render(document(replace(found, skills=9)))
    flat = replace(written(tmp_path / "flat" / ".claude" / "skills", router=False), requests=())
    found = route([tmp_path / "flat"], "a request for roses", flat, top=8)
    assert {one.behind for one in found.choices} == {""}
    assert "2 skills to choose from" in render(document(found))
