"""What the app does with the library: the editor, a request to try, other clients and models, watching.

Long because each deed is walked through with its own keys on one stand-in.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path

import msgspec
import pytest
from textual.app import SuspendNotSupported
from textual.geometry import Offset
from textual.selection import Selection
from textual.widgets import Input

from skillaudit.errors import UsageError
from skillaudit.gate import compare_reports
from skillaudit.page.places import place
from skillaudit.pipeline.ranking import Ranked, Ranking
from skillaudit.progress import Progress
from skillaudit.schema import Estimate, ForecastRow, Location, Report, RequestLoss
from skillaudit.tui.app import SkillAuditApp
from skillaudit.tui.deeds import Hands, editor_command
from skillaudit.tui.loading import BASES, Basis, EarlyReport, Meter
from skillaudit.tui.planning import Proposal
from skillaudit.tui.views.findings import FindingsView
from skillaudit.tui.watching import fingerprint
from skillaudit.tui.widgets.detail import DetailPane
from skillaudit.tui.widgets.map_canvas import MapCanvas
from skillaudit.tui.widgets.row_list import RowList

from . import reports
from .driving import opened, screen_lines, screen_text, settle, toasts, until, view


class Engine:
    """Stands in for the engine and remembers what it was asked."""

    def __init__(self, sources: tuple[str, ...] = ("./skills",)) -> None:
        self.asked: list[object] = []
        self.hands = Hands(self.route, self.switch, sources)

    def route(self, query: str, progress: Progress) -> Ranking:
        self.asked.append(query)
        if not query.strip("?"):
            raise UsageError("that is no request")
        first = reports.small().skills[0]
        choice = Ranked(
            id=first.id, description=first.description, path=first.path, score=0.5, probability=0.9, behind="",
            words=(("pdf", 0.4),),
        )  # fmt: skip
        return Ranking(
            query=query, router="frontier", scorer="lexical", skills=9, choices=(choice,), no_skill=0.1
        )

    def switch(self, client: str | None, router: str) -> None:
        self.asked.append((client, router))


def rows_of(app: SkillAuditApp) -> RowList[object]:
    return view(app).query_one(RowList)


async def test_a_request_is_tried_and_its_answer_is_gone_to() -> None:
    engine = Engine()
    async with opened(reports.small()) as (app, pilot):
        app.hands = engine.hands
        await pilot.press("f", *"turn it", "enter")
        await settle(pilot)
        assert engine.asked == ["turn it"]
        text = screen_text(app)
        assert "Who answers" in text and "because of: pdf 0.40" in text and "90.0%" in text
        await pilot.press("n", "enter")
        await settle(pilot)
        assert app.current == "skills" and app.session is not None
        assert app.session.selected == reports.small().skills[0].id
        await pilot.press("f", "?", "enter")
        await settle(pilot)
        assert "that is no request" in toasts(app)


async def test_client_and_model_are_switched_and_the_header_says_which() -> None:
    engine = Engine()
    small = reports.small()
    rows = tuple(
        ForecastRow(
            router=router, client=None, situation="asked", accuracy=small.forecast.accuracy,
            hijack=small.forecast.hijack, no_skill=small.forecast.no_skill,
            false_trigger=small.forecast.false_trigger, contested=small.forecast.contested,
        )
        for router in ("frontier", "fast", "older")
    )  # fmt: skip
    forecast = msgspec.structs.replace(small.forecast, router="frontier")
    shown = msgspec.structs.replace(small, forecasts=rows, forecast=forecast)
    async with opened(shown) as (app, pilot):
        app.hands = engine.hands
        assert "every skill whole · frontier" in screen_text(app)
        await pilot.press("c")
        await settle(pilot)
        await pilot.press("m")
        await settle(pilot)
        first = small.clients[0].client
        assert engine.asked == [(first, "frontier"), (None, "older")]


async def test_rates_that_the_audit_has_are_shown_at_once_and_the_header_says_so() -> None:
    engine, loads, small = Engine(), [], reports.small()
    first = small.clients[0].client

    def row(router: str, client: str | None, right: float) -> ForecastRow:
        return ForecastRow(
            router=router, client=client, situation="asked",
            accuracy=Estimate(value=right, low=right - 0.05, high=right + 0.05), hijack=small.forecast.hijack,
            no_skill=small.forecast.no_skill, false_trigger=small.forecast.false_trigger,
            contested=small.forecast.contested,
        )  # fmt: skip

    rows = (row("frontier", None, 0.9), row("frontier", first, 0.61), row("older", None, 0.43))
    forecast = msgspec.structs.replace(small.forecast, router="frontier", accuracy=rows[0].accuracy)
    shown = msgspec.structs.replace(small, forecasts=rows, forecast=forecast)

    def load(_: Progress) -> Report:
        loads.append(1)
        return shown

    async with opened(load, size=(160, 50)) as (app, pilot):
        app.hands = engine.hands
        await pilot.press("c")
        await settle(pilot)
        assert app.session is not None and app.session.report.client == first
        assert app.session.report.forecast.accuracy.value == 0.61
        assert "· frontier, rates only (r: all)" in screen_text(app) and "61%" in screen_text(app)
        await pilot.press("m")  # no row has an older model in that client
        await settle(pilot)
        assert loads == [1, 1] and engine.asked == [(first, "frontier"), (first, "older")]
        await pilot.press("m")
        await settle(pilot)
        assert loads == [1, 1] and app.session.report.forecast.router == "older"
        await pilot.press("m")
        await settle(pilot)
        assert loads == [1, 1] and app.session.report is shown and "rates only" not in screen_text(app)


def test_every_editor_is_told_the_line_in_its_own_way() -> None:
    path = Path("/skills/a b/SKILL.md")
    assert editor_command({}, path, 3) == ["vi", "+3", "/skills/a b/SKILL.md"]
    assert editor_command({"EDITOR": "nano -w"}, path, 3) == ["nano", "-w", "+3", str(path)]
    assert editor_command({"EDITOR": "vi", "VISUAL": "/bin/code"}, path, 3)[1:] == [
        "--wait",
        "--goto",
        f"{path}:3",
    ]
    assert editor_command({"EDITOR": "hx"}, path, 3) == ["hx", f"{path}:3"]


def on_disk(tmp_path: Path) -> Report:
    """Return a report on two files that are there."""
    small = reports.small()
    skill = msgspec.structs.replace(small.skills[0], path="one/SKILL.md")
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "SKILL.md").write_text("one", encoding="utf-8")
    library = msgspec.structs.replace(small.library, sources=(str(tmp_path),))
    finding = msgspec.structs.replace(
        small.findings[0], skills=(skill.id,), location=Location(path="one/SKILL.md", line=7)
    )
    return msgspec.structs.replace(small, library=library, skills=(skill,), findings=(finding,))


async def test_the_editor_opens_the_file_at_its_line_and_a_change_is_audited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, loads, commands = on_disk(tmp_path), [], []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDITOR", "ed")

    def load(_: Progress) -> Report:
        loads.append(1)
        return report

    def edited(command: list[str], *, check: bool) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        if len(commands) == 2:
            Path(command[-1]).write_text("another text", encoding="utf-8")
        return subprocess.CompletedProcess(command, 0)

    @contextmanager
    def suspended(_: SkillAuditApp) -> Iterator[None]:
        yield

    async with opened(load, keys="5") as (app, pilot):
        app.hands = Engine().hands
        await pilot.press("v")
        assert "needs a terminal" in toasts(app)[-1]
        monkeypatch.setattr(SkillAuditApp, "suspend", suspended)
        monkeypatch.setattr(subprocess, "run", edited)
        await pilot.press("v")
        await settle(pilot)
        assert commands[-1] == ["ed", "+7", str(tmp_path / "one" / "SKILL.md")] and len(loads) == 1
        await pilot.press("2", "v")
        await settle(pilot)
        assert commands[-1][-1].endswith("one/SKILL.md") and len(loads) == 2


async def test_the_editor_opens_a_request_at_its_own_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = on_disk(tmp_path)
    commands: list[list[str]] = []

    def run(command: list[str], *, check: bool) -> subprocess.CompletedProcess[bytes]:
        commands.append(command[1:])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EDITOR", "ed")
    (tmp_path / "one" / "SKILL.md").write_text("# One\n\n- Turn *a page* into text\n", encoding="utf-8")
    (tmp_path / "asked.jsonl").write_text("{}\n{}\n", encoding="utf-8")
    name = report.skills[0].id
    told = partial(RequestLoss, gold=name, taken_by=name, probability=0.5)
    lost = (
        told(query="read this", source="file", origin="asked.jsonl:2"),
        told(query="turn a page into text", source="mined", origin="one/SKILL.md"),
        told(query="gone", source="file", origin="gone.jsonl:4"),
    )
    skill = msgspec.structs.replace(report.skills[0], rivals=(), lost=lost, stolen=())
    report = msgspec.structs.replace(report, skills=(skill,))
    monkeypatch.setattr(SkillAuditApp, "suspend", lambda _: nullcontext())
    monkeypatch.setattr(subprocess, "run", run)
    async with opened(report, keys="2 enter") as (app, pilot):
        app.hands = Engine().hands
        await settle(pilot)
        for _ in range(3):
            await pilot.press("n", "v")
            await settle(pilot)
    page = str(tmp_path / "one" / "SKILL.md")
    assert commands == [["+2", str(tmp_path / "asked.jsonl")], ["+3", page], ["+1", page]]


async def test_a_watched_library_is_audited_when_a_file_changes(tmp_path: Path) -> None:
    loads = []

    def load(_: Progress) -> Report:
        loads.append(1)
        return reports.small()

    (tmp_path / "SKILL.md").write_text("one", encoding="utf-8")
    async with opened(load) as (app, pilot):
        app.hands = Engine((str(tmp_path),)).hands
        await app.look(app.hands.sources)
        await app.look(app.hands.sources)
        assert len(loads) == 1
        (tmp_path / "SKILL.md").write_text("another", encoding="utf-8")
        await app.look(app.hands.sources)
        await settle(pilot)
        assert len(loads) == 2
        await pilot.press("w")
        assert "watching" in screen_text(app)
        await pilot.press("w")
        assert not app.watching


def test_the_look_at_files_passes_by_what_is_no_library(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / "SKILL.md").write_text("12345", encoding="utf-8")
    (tmp_path / ".git" / "index").write_text("x", encoding="utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert fingerprint([str(tmp_path)])[:2] == (1, 5)
    assert fingerprint([str(tmp_path / "a" / "SKILL.md")])[:2] == (1, 5)
    assert fingerprint([str(tmp_path / "none")]) == (0, 0, 0)


async def test_a_detail_is_searched_and_its_text_can_be_selected() -> None:
    async with opened(reports.small(), keys="2", size=(120, 24)) as (app, pilot):
        pane = view(app).query_one(DetailPane)
        wanted = next(at for at in range(20, len(pane._lines)) if pane._text(at).strip())
        words = pane._text(wanted).split()[0]
        await pilot.press("ctrl+f", *words)
        assert app.situation.typing and pane._sought == words.casefold()
        assert any(list(pane._places(at)) for at in range(pane.scroll_offset.y, pane.scroll_offset.y + 15))
        await pilot.press("enter", "escape")
        assert not app.situation.typing and not pane._sought and pane.has_focus
        app.screen.selections = {pane: Selection(Offset(0, 0), Offset(4, 0))}
        assert app.screen.get_selected_text() == pane._text(0)[:4]
        assert pane.render_line(0).cell_length == pane.room


# What the survey of the app found wrong.


async def test_the_filter_line_opens_empty_after_the_filter_was_cleared() -> None:
    async with opened(reports.small(), keys="2 / p d f enter escape /") as (app, _):
        assert app.session is not None and not app.session.query
        assert app.query_one("#filter", Input).value == ""


async def test_what_if_changes_stay_after_another_audit_and_are_marked_in_skills() -> None:
    async with opened(reports.small(), keys="2", imagine=lambda *_: None) as (app, pilot):  # type: ignore[arg-type]  # never asked
        await pilot.press("x")
        await pilot.press("r")
        await settle(pilot)
        assert app.session is not None and len(app.session.changes.rows) == 1
        taken = app.session.changes.rows[0].skill
        assert any("x " in line and taken in line for line in screen_text(app).splitlines())


async def test_one_click_unfolds_a_group_two_open_a_skill_and_the_wheel_zooms() -> None:
    async with opened(reports.small(), keys="3") as (app, pilot):
        rows = rows_of(app)
        before = len(rows.rows)
        await pilot.click(rows, offset=(6, 2))
        await until(pilot, lambda: len(rows.rows) > before)
        await pilot.press("2")
        await pilot.double_click(rows_of(app), offset=(6, 3))
        await until(pilot, lambda: view(app).has_class("-zoomed"))
        await pilot.press("escape", "6")
        canvas = view(app).query_one(MapCanvas)
        zoom = canvas._window.zoom
        await pilot._post_mouse_events([__import__("textual").events.MouseScrollUp], canvas, (5, 5))
        await until(pilot, lambda: canvas._window.zoom > zoom)


def test_a_row_of_a_list_has_one_line() -> None:
    from skillaudit.page.details import place_text

    assert place_text(Location(path="a.jsonl:18", line=18)) == "a.jsonl:18"
    assert place_text(Location(path="a/SKILL.md", line=3)) == "a/SKILL.md:3"
    assert place(Location(path="a.jsonl:18", line=18), reports.small())[1] == 18


# While the audit goes on, and since the last one.


@pytest.mark.parametrize("stopped", [False, True])
async def test_a_client_chosen_during_an_audit_waits_for_its_end_and_so_does_its_plan(stopped: bool) -> None:
    go, engine, small = threading.Event(), Engine(), reports.small()
    order: list[object] = engine.asked
    second = small.clients[1]

    def load(progress: Progress) -> Report:
        assert isinstance(progress, Meter)
        if not order:
            progress.early = EarlyReport(small, "kept")
            while not go.wait(0.01):
                progress.update("embed", 2, 10)
        return small

    def planner(progress: Progress) -> Proposal:
        order.append("plan")
        raise UsageError("nothing to plan")

    async with opened(load, wait=False, planner=planner) as (app, pilot):
        app.hands = engine.hands
        await until(pilot, lambda: app.session is not None and app.session.pending)
        await pilot.press("c", "c", "i")
        await pilot.pause()
        router = small.forecast.router
        assert order == [] and f"{second.title} · {router}: once the audit is over; esc stops it." in toasts(
            app
        )
        assert toasts(app)[-1] == "The plan is made once the audit is over."
        if stopped:
            await pilot.press("escape")
        else:
            go.set()
        await until(pilot, lambda: not app.busy)
        await settle(pilot)
        assert order == ([] if stopped else [(second.client, router), "plan"]) and not app.waiting


async def test_what_the_files_say_is_shown_while_the_audit_goes_on() -> None:
    go = threading.Event()
    small = reports.small()

    def load(progress: Progress) -> Report:
        progress.update("embed", 1, 10)
        assert isinstance(progress, Meter)
        progress.early = EarlyReport(small, "files")
        while not go.wait(0.01):
            progress.update("embed", 2, 10)
        return small

    async with opened(load, wait=False) as (app, pilot):
        await until(pilot, lambda: app.session is not None and app.session.pending)
        await until(pilot, lambda: "The forecast is being made." in screen_text(app))
        assert "embed" in screen_text(app) and app.busy
        await pilot.press("r")
        assert toasts(app) == ["An audit is under way; esc stops it."]
        await pilot.press("2")
        go.set()
        await until(pilot, lambda: app.session is not None and not app.session.pending)
        await settle(pilot)
        assert app.current == "skills" and not app.partial


@pytest.mark.parametrize(("basis", "said"), [(basis, said) for basis, said in BASES.items() if basis])
async def test_what_a_forecast_rests_on_is_told_on_a_narrow_screen(basis: Basis, said: str) -> None:
    go = threading.Event()

    def load(progress: Progress) -> Report:
        assert isinstance(progress, Meter)
        progress.early = EarlyReport(reports.small(), basis)
        while not go.wait(0.01):
            progress.update("embedding the descriptions", 2, 10)
        return reports.small()

    async with opened(load, size=(80, 24), wait=False) as (app, pilot):
        app.sources = "/srv/libraries/of/others/scientific-skills-of-the-world"
        await until(pilot, lambda: app.session is not None)
        await until(pilot, lambda: said in screen_lines(app)[0])
        assert "embedding" in screen_lines(app)[0]
        go.set()
        await until(pilot, lambda: said not in screen_lines(app)[0])


async def test_what_changed_since_the_last_audit_is_told_and_marked() -> None:
    small = reports.small()
    added = small.skills[0].id
    before = msgspec.structs.replace(small, skills=small.skills[1:], findings=small.findings[1:])
    change = compare_reports(before, small, reference="the last audit")

    def load(progress: Progress) -> Report:
        assert isinstance(progress, Meter)
        progress.change = change
        return small

    async with opened(load, size=(120, 60)) as (app, pilot):
        assert "since the last audit" in screen_text(app) and app.session is not None
        assert app.session.added == {added} and len(app.session.new_findings) == 1
        assert toasts(app) == ["Since the last audit: 1 skill added, 1 new finding, 0 gone."]
        await pilot.press("2", "/", *added, "enter")
        assert any("+ " in line and added in line for line in screen_text(app).splitlines())
        await pilot.press("escape", "5")
        assert (isinstance(view(app), FindingsView) and "  +  " in screen_text(app)) or "+ SA" in screen_text(
            app
        )


def test_nothing_to_suspend_in_a_browser() -> None:
    assert issubclass(SuspendNotSupported, Exception)


async def test_sixteen_colours_have_no_greys_to_tell_apart() -> None:
    from skillaudit.tui.widgets.bars import HintBar

    async with opened(reports.small()) as (app, pilot):
        bar = app.query_one(HintBar)
        assert not app.has_class("-sixteen")
        app.add_class("-sixteen")
        await pilot.pause()
        assert bar.styles.background.hex == app.screen.styles.background.hex


async def test_the_list_stays_where_a_finding_was_that_is_gone() -> None:
    small = reports.small()
    many = tuple(
        msgspec.structs.replace(small.findings[0], fingerprint=f"{at:016x}", message=f"finding {at}")
        for at in range(9)
    )
    left = [
        msgspec.structs.replace(small, findings=many[:at] + many[at + 1 :] if at else many) for at in (0, 4)
    ]
    async with opened(lambda _: left.pop(0), keys="5 j j j j") as (app, pilot):
        assert rows_of(app).cursor == 4
        await pilot.press("r")
        await settle(pilot)
        assert rows_of(app).cursor == 4 and rows_of(app).current == many[5]
