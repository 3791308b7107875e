"""A stopped audit in the app: what the files say, no figure that is none, and the way to the whole."""

from __future__ import annotations

import pytest

from skillaudit.config import Config
from skillaudit.page.lines import cells
from skillaudit.pipeline.partial import files_report
from skillaudit.progress import Progress
from skillaudit.schema import Report
from skillaudit.tui.loading import StoppedAudit
from tests.pipeline.test_partial import LIBRARY
from tests.tui import plans, reports
from tests.tui.driving import NARROW, WIDE, opened, screen_lines, screen_text, settle, toasts

PART = files_report(LIBRARY, Config())


class Stopped:
    """A loader that is stopped the first few times."""

    def __init__(self, times: int = 1) -> None:
        self.times = times

    def __call__(self, progress: Progress) -> Report:
        self.times -= 1
        if self.times >= 0:
            raise StoppedAudit(PART)
        return reports.small()


async def test_what_there_is_is_shown_and_the_rest_hidden() -> None:
    async with opened(Stopped(), planner=plans.Planner()) as (app, pilot):
        text = screen_text(app)
        assert "partial: stopped early" in screen_lines(app)[0]
        assert "Stopped before a forecast was made." in text and "Press r" in text
        assert "What each client shows" in text and "crowding" not in text and "requests  " not in text
        assert all(word not in screen_lines(app)[1] for word in ("Clusters", "Black holes", "Map", "Plan"))
        await pilot.press("3", "4", "6", "8", "i")
        assert app.current == "overview"
        await pilot.press("Y")
        assert "Stopped before a forecast" in app.clipboard and "accuracy" not in app.clipboard


async def test_skills_have_no_figures_and_findings_are_those_of_files() -> None:
    async with opened(Stopped(), keys="2", planner=plans.Planner()) as (app, pilot):
        text = screen_text(app)
        assert "pdf-forms" in text and "0.0" not in text and "takes" in text
        assert all(
            word not in text for word in ("Forecast", "clarity", "Rivals", "Proposed", "cluster     none")
        )
        await pilot.press("5")
        assert "SA008" in screen_text(app)


async def test_running_on_shows_the_whole() -> None:
    async with opened(Stopped(), keys="2 r") as (app, pilot):
        await settle(pilot)
        assert "partial" not in screen_lines(app)[0] and "Skills 30" in screen_text(app)
        assert "3 Clusters" in screen_lines(app)[1]


async def test_stopping_again_keeps_what_was_on_show() -> None:
    loader = Stopped(times=0)
    async with opened(loader) as (app, pilot):
        loader.times = 1
        await pilot.press("r")
        await settle(pilot)
        assert toasts(app) == ["Stopped; the earlier result is still on show."]
        assert app.session is not None and app.session.report == reports.small()
        assert not app.partial


@pytest.mark.parametrize("size", [WIDE, NARROW, (60, 15)])
async def test_it_fits_every_window(size: tuple[int, int]) -> None:
    async with opened(Stopped(), size) as (app, pilot):
        for key in ("2", "5", "1"):
            await pilot.press(key, "enter", "escape")
            assert all(cells(line) == size[0] for line in screen_lines(app))
