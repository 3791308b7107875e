"""What-if: changes are kept in mind, forecast in a thread, shown, and never written."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from skillaudit.errors import UsageError
from skillaudit.page.markdown import render as to_markdown
from skillaudit.progress import Progress
from skillaudit.routing.whatif import SkillChange, WhatIf
from skillaudit.tui.imagining import Changes, Imagined, outcome_document
from tests.conftest import plain
from tests.tui import reports
from tests.tui.driving import opened, screen_lines, screen_text, settle, toasts


class Oracle:
    """Stands in for the engine: remembers what it was asked, moves accuracy by a point a change."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[str, ...], dict[str, str]]] = []
        self.error: Exception | None = None

    def __call__(
        self, removed: tuple[str, ...], descriptions: Mapping[str, str], progress: Progress
    ) -> WhatIf:
        self.asked.append((removed, dict(descriptions)))
        progress.update("routing", 1, 1)
        if self.error is not None:
            raise self.error
        before = reports.small().forecast
        gain = 0.01 * (len(removed) + len(descriptions))
        after = msgspec.structs.replace(before, accuracy=reports.estimate(0.838 + gain))
        change = SkillChange(
            id="pdf-split", victim_before=0.2, victim_after=0.1, absorbed_before=3.0, absorbed_after=None
        )
        return WhatIf(before=before, after=after, accuracy=gain, hijack=-gain, changes=(change,), steps=())


def test_changes_are_undone_by_their_opposite() -> None:
    changes = Changes()
    changes.toggle_removed("a")
    changes.describe("b", "another  text\n", "text")
    assert changes.rows == [Imagined("a", None), Imagined("b", "another text")]
    assert (changes.removed, changes.descriptions) == (("a",), {"b": "another text"})
    assert (changes.kind("a"), changes.kind("b"), changes.kind("c")) == ("out", "edit", "")
    changes.toggle_removed("b")
    assert changes.removed == ("a", "b") and changes.descriptions == {}
    changes.toggle_removed("b")
    changes.toggle_removed("a")
    changes.describe("c", "new", "old")
    changes.describe("c", "old", "old")
    assert changes.rows == []


def test_the_outcome_is_described_as_before_and_after() -> None:
    changes = Changes()
    assert "Nothing is changed" in to_markdown(outcome_document(changes, False))
    changes.toggle_removed("pdf-forms")
    assert "Forecasting" in to_markdown(outcome_document(changes, True))
    changes.outcome = Oracle()(("pdf-forms",), {}, _Silent())
    text = plain(to_markdown(outcome_document(changes, False)))
    assert "## accuracy (+1.0 points" in text and "## hijack (-1.0 points" in text
    assert "- before: 84% (78 to 90)\n- after: 85% (79 to 91)" in text
    assert "| pdf-split | 20.0% | 10.0% | 3.0 | – |" in text


class _Silent:
    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Do nothing."""


async def test_taking_out_and_putting_back_moves_the_forecast() -> None:
    oracle = Oracle()
    async with opened(reports.small(), keys="2 x 7", imagine=oracle) as (app, pilot):
        await settle(pilot)
        assert app.session is not None
        skill = app.session.selected
        assert oracle.asked == [((skill,), {})]
        assert "7 What-if 1" in screen_lines(app)[1]
        assert "accuracy +1.0 points · hijack -1.0 points" in screen_text(app)
        text = screen_text(app)
        assert "85% (79 to 91)" in text and "nothing is written" in text
        await pilot.press("x")
        await settle(pilot)
        assert "No changes yet" in screen_text(app) and app.session.changes.rows == []
        await pilot.press("x")
        await settle(pilot)
        assert toasts(app)[-1].startswith("No skill stands here")


async def test_a_description_is_edited_in_place() -> None:
    oracle = Oracle()
    async with opened(reports.small(), keys="2 E", imagine=oracle) as (app, pilot):
        await pilot.press("X", "y", "z", "space", "enter")
        await settle(pilot)
        assert app.session is not None
        skill = app.session.selected or ""
        original = app.session.index.skills[skill].description
        assert oracle.asked == [((), {skill: f"Xyz {original}"})]
        assert any("7 shows the forecast" in toast for toast in toasts(app))
        await pilot.press("7", "E", "Q", "escape")
        await settle(pilot)
        assert app.session.changes.descriptions == {skill: f"Xyz {original}"}
        await pilot.press("X")
        await settle(pilot)
        assert app.session.changes.rows == []


async def test_a_failing_engine_says_why() -> None:
    oracle = Oracle()
    oracle.error = ValueError("no such [skill]")
    async with opened(reports.small(), keys="2 x 7", imagine=oracle) as (app, pilot):
        await settle(pilot)
        assert "ValueError: no such [skill]" in screen_text(app) and "a fault in" in screen_text(app)
        oracle.error = UsageError("nothing to forecast with")
        await pilot.press("2", "x", "j", "x", "7")
        await settle(pilot)
        assert "nothing to forecast with" in screen_text(app) and "a fault in" not in screen_text(app)


async def test_without_an_engine_there_is_nothing_to_press() -> None:
    async with opened(reports.small(), keys="2 x E 7") as (app, _):
        assert app.current == "skills" and app.session is not None
        assert app.session.changes.rows == [] and len(app.screen_stack) == 1
        assert "What-if" not in screen_lines(app)[1] and "x out" not in screen_lines(app)[-1]
