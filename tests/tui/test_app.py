"""The shell: first paint, the audit in its thread, stopping, failing, running again, going about."""

from __future__ import annotations

import asyncio
import threading

import pytest
from textual import events

from skillaudit.errors import EmbeddingError
from skillaudit.page.lines import cells
from skillaudit.progress import Progress
from skillaudit.schema import Report
from skillaudit.tui import shell
from skillaudit.tui.loading import StoppedAudit
from skillaudit.tui.screens import TooSmallScreen
from skillaudit.tui.theme import DARK, LIGHT, preferred_theme
from skillaudit.tui.views import VIEWS
from skillaudit.tui.widgets.detail import DetailPane
from skillaudit.tui.widgets.row_list import RowList
from tests.tui import reports
from tests.tui.driving import NARROW, WIDE, opened, screen_lines, screen_text, settle, toasts, until, view


class SlowLoader:
    """Reports two stages, then waits to be let go before it looks whether it was stopped."""

    def __init__(self, result: Report | None = None) -> None:
        self.result = result or reports.small()
        self.reached = threading.Event()
        self.go = threading.Event()

    async def started(self) -> None:
        """Wait until the audit is in its second stage."""
        assert await asyncio.to_thread(self.reached.wait, 10)

    def __call__(self, progress: Progress) -> Report:
        progress.update("load", 30, 30)
        progress.update("embed", 12, 30, "8 cached")
        self.reached.set()
        assert self.go.wait(10)
        progress.update("embed", 30, 30, "8 cached")
        return self.result


async def test_the_screen_is_there_before_the_audit_is_over() -> None:
    loader = SlowLoader()
    async with opened(loader, wait=False) as (app, pilot):
        await pilot.pause()
        await loader.started()
        app.watch_audit()
        await pilot.pause()
        text = screen_text(app)
        assert "Auditing ./skills" in text
        assert "✓ load" in text and "12 of 30" in text and "8 cached" in text
        assert "▸ embed 12/30 (8 cached)" in screen_lines(app)[0]
        assert "esc stop" in screen_lines(app)[-1]
        loader.go.set()
        await settle(pilot)
        assert app.current == "overview"
        assert "embed" not in screen_lines(app)[0]


async def test_esc_stops_the_audit_and_r_runs_it_again() -> None:
    loader = SlowLoader()
    async with opened(loader, wait=False) as (app, pilot):
        await pilot.pause()
        await loader.started()
        await pilot.press("escape")
        assert "Stopping after this step" in screen_text(app)
        loader.go.set()
        await settle(pilot)
        assert "Stopped" in screen_text(app) and "stopped at embed 30/30" in screen_text(app)
        assert app.session is None and not app.busy
        await pilot.press("r")
        await settle(pilot)
        assert app.current == "overview"


async def test_running_again_keeps_the_earlier_result_on_show_and_usable() -> None:
    loader = SlowLoader()
    loader.go.set()
    async with opened(loader, keys="2 slash p d f enter") as (app, pilot):
        loader.go.clear()
        loader.reached.clear()
        loader.result = reports.small(positions=False)
        await pilot.press("r")
        await pilot.pause()
        await loader.started()
        app.watch_audit()
        await pilot.press("j")
        assert app.current == "skills" and "▸ embed" in screen_lines(app)[0]
        chosen = app.session.selected if app.session else None
        loader.go.set()
        await settle(pilot)
        assert app.session is not None and app.session.report is loader.result
        assert (app.current, app.session.query, app.session.selected) == ("skills", "pdf", chosen)


async def test_stopping_a_second_run_keeps_the_first_result() -> None:
    loader = SlowLoader()
    loader.go.set()
    async with opened(loader) as (app, pilot):
        first = app.session
        loader.go.clear()
        loader.reached.clear()
        await pilot.press("r")
        await pilot.pause()
        await loader.started()
        await pilot.press("escape")
        loader.go.set()
        await settle(pilot)
        assert app.session is first and app.current == "overview"
        assert toasts(app) == ["Stopped; the earlier result is still on show."]


async def test_a_stop_that_hands_over_a_part_is_called_partial() -> None:
    def load(progress: Progress) -> Report:
        raise StoppedAudit(reports.one())

    async with opened(load) as (app, _):
        assert app.session is not None and len(app.session.report.skills) == 1
        assert "partial: stopped early" in screen_lines(app)[0]


async def test_an_error_has_a_panel_to_copy_from_and_the_app_goes_on() -> None:
    fails = [True]

    def load(progress: Progress) -> Report:
        if fails[0]:
            raise EmbeddingError("No weights for 'a/[b]': name a folder with --embedder.")
        return reports.one()

    async with opened(load, size=NARROW) as (app, pilot):
        text = screen_text(app)
        assert "The audit failed" in text
        assert "No weights for 'a/[b]': name a folder with --embedder." in text
        assert "failed !!" in screen_lines(app)[0]
        await pilot.press("y")
        assert app.clipboard == "No weights for 'a/[b]': name a folder with --embedder."
        await pilot.press("Y")
        assert "EmbeddingError" in app.clipboard and "Traceback" in app.clipboard
        await pilot.press("2", "slash", "e", "m")
        assert app.current == "status"
        fails[0] = False
        await pilot.press("r")
        await settle(pilot)
        assert app.current == "overview" and "failed" not in screen_lines(app)[0]


async def test_a_fault_shows_its_trace_and_esc_returns_to_the_earlier_result() -> None:
    fails = [False]

    def load(progress: Progress) -> Report:
        if fails[0]:
            raise KeyError("boom")
        return reports.small()

    async with opened(load, keys="3") as (app, pilot):
        fails[0] = True
        await pilot.press("r")
        await settle(pilot)
        assert "KeyError: 'boom'" in screen_text(app) and "fault in skillaudit" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.current == "overview" and app.session is not None


async def test_numbers_and_brackets_go_through_the_views() -> None:
    async with opened(reports.small()) as (app, pilot):
        seen = []
        for key in ("2", "3", "4", "5", "6", "right_square_bracket", "left_square_bracket", "1"):
            await pilot.press(key)
            seen.append(app.current)
        assert seen == ["skills", "clusters", "black-holes", "findings", "map", "overview", "map", "overview"]


async def test_a_view_without_its_engine_is_hidden_and_its_key_does_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    absent = [spec._replace(available=lambda now: False) for spec in VIEWS if spec.id == "map"]
    monkeypatch.setattr(shell, "VIEWS", (*VIEWS[:5], *absent))
    async with opened(reports.small(), keys="6") as (app, pilot):
        assert app.current == "overview"
        assert "Map" not in screen_lines(app)[1]
        await pilot.press("left_square_bracket")
        assert app.current == "findings"


async def test_keys_typed_ahead_reach_where_they_are_meant_to_go() -> None:
    async with opened(reports.small()) as (app, pilot):
        assert app._driver is not None and app.session is not None
        for key in ("2", "j", "j", "slash", "p", "d", "f", "1", "q"):
            app._driver.send_message(events.Key(key, key if len(key) == 1 else "/"))
        await until(pilot, lambda: app.session is not None and app.session.query == "pdf1q")
        assert app.current == "skills" and app.is_running


async def test_clicks_on_tabs_and_hints() -> None:
    async with opened(reports.small()) as (app, pilot):
        at = screen_lines(app)[1].index("Findings")
        await pilot.click("TabBar", offset=(at, 0))
        await pilot.pause()
        assert app.current == "findings"
        at = screen_lines(app)[-1].index("help")
        await pilot.click("HintBar", offset=(at, 0))
        await pilot.pause()
        assert "What you see" in screen_text(app)


@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 15)])
async def test_hints_name_filter_help_and_quit_at_every_size(size: tuple[int, int]) -> None:
    async with opened(reports.small(), size=size, keys="2") as (app, _):
        hints = screen_lines(app)[-1]
        assert all(word in hints for word in ("/ filter", "? help", "q quit"))
        assert "6 Map" in screen_lines(app)[1]


async def test_what_the_focus_can_do_is_named_in_a_narrow_window() -> None:
    async with opened(reports.small(), NARROW, keys="2") as (app, pilot):
        assert "enter open" in screen_lines(app)[-1]
        await pilot.press("6")
        assert "+ zoom in" in screen_lines(app)[-1]


async def test_esc_leaves_the_detail_for_the_list_beside_it() -> None:
    async with opened(reports.small(), keys="2 tab") as (app, pilot):
        assert isinstance(app.focused, DetailPane)
        await pilot.press("escape")
        assert isinstance(app.focused, RowList) and not toasts(app)


async def test_while_letters_are_typed_no_letter_is_called_a_key() -> None:
    async with opened(reports.small(), NARROW, keys="2 slash p") as (app, pilot):
        assert screen_lines(app)[-1].split("  ")[:2] == [" enter take it", "esc clear it"]
        assert "sort" not in screen_lines(app)[-1] and "quit" not in screen_lines(app)[-1]
        await pilot.press("enter")
        assert "s sort" in screen_lines(app)[-1]


async def test_too_small_a_window_takes_no_keys() -> None:
    async with opened(reports.small(), keys="2") as (app, pilot):
        await pilot.resize_terminal(59, 20)
        await until(pilot, lambda: "needs 60x15, have 59x20" in screen_text(app))
        await pilot.press("3", "slash", "x", "j", "question_mark")
        await pilot.resize_terminal(60, 14)
        await until(pilot, lambda: "needs 60x15, have 60x14" in screen_text(app))
        await pilot.resize_terminal(*NARROW)
        await until(pilot, lambda: not isinstance(app.screen, TooSmallScreen))
        assert app.current == "skills" and app.session is not None and app.session.query == ""
        assert "Skills 30" in screen_text(app)


@pytest.mark.parametrize("key", ["q", "ctrl+q"])
async def test_both_keys_quit(key: str) -> None:
    async with opened(reports.small()) as (app, pilot):
        await pilot.press(key)
        await pilot.pause()
        assert not app.is_running or app._exit


async def test_quitting_does_not_wait_for_the_audit() -> None:
    loader = SlowLoader()
    async with opened(loader, wait=False) as (app, pilot):
        await pilot.pause()
        await loader.started()
        await pilot.press("q")
    assert app.meter is None or app.meter.cancelled
    loader.go.set()


async def test_esc_goes_back_one_level_at_a_time_and_never_quits() -> None:
    async with opened(reports.small(), size=NARROW, keys="2 slash p d f enter enter") as (app, pilot):
        assert view(app).has_class("-zoomed")
        await pilot.press("escape")
        assert not view(app).has_class("-zoomed") and app.session is not None and app.session.query == "pdf"
        await pilot.press("escape")
        assert app.session.query == ""
        await pilot.press("escape")
        await pilot.pause()
        assert toasts(app) == ["Press q to quit."] and app.current == "skills"


async def test_theme_switches_and_keeps_hues_in_foreign_themes() -> None:
    async with opened(reports.small(), keys="6") as (app, pilot):
        assert app.theme == DARK.name
        await pilot.press("t")
        assert app.theme == LIGHT.name
        await pilot.press("t")
        assert app.theme == DARK.name
        for name in ("textual-light", "ansi-dark", "ansi-light", "dracula"):
            app.theme = name
            await pilot.pause()
            assert "Map 30 skills" in screen_text(app)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, DARK.name),
        ({"COLORFGBG": "0;15"}, LIGHT.name),
        ({"COLORFGBG": "0;default;7"}, LIGHT.name),
        ({"COLORFGBG": "15;0"}, DARK.name),
        ({"COLORFGBG": "0;15", "TEXTUAL_THEME": "nord"}, "nord"),
    ],
)
def test_the_terminal_is_asked_for_its_background(environ: dict[str, str], name: str) -> None:
    assert preferred_theme(environ) == name


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("empty", NARROW),
        ("broken", (60, 15)),
        ("one", WIDE),
        ("hostile", WIDE),
        pytest.param("hostile", NARROW, marks=pytest.mark.slow),
        pytest.param("hostile", (60, 15), marks=pytest.mark.slow),
    ],
)
async def test_edges_are_shown_in_every_view(name: str, size: tuple[int, int]) -> None:
    report: Report = getattr(reports, name)()
    async with opened(report, size=size) as (app, pilot):
        for key in "123456":
            await pilot.press(key, "j", "space", "enter", "tab", "n")
            await pilot.pause()
            text = screen_text(app)
            assert "\x1b" not in text and "\x07" not in text and "\u202e" not in text
            assert all(cells(line) == size[0] for line in screen_lines(app))
            await pilot.press("escape", "U")
