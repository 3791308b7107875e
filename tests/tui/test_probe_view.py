"""The Probe tab: settings, the estimate, leave to spend, progress, stop and resume, results, errors.

Long because a run is held at each of its points, and one stand-in serves them all.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from skillaudit.config import Config
from skillaudit.errors import UsageError
from skillaudit.progress import Progress
from skillaudit.schema import Report
from skillaudit.tui.app import SkillAuditApp
from skillaudit.tui.probe_run import Probe, Run, prober
from skillaudit.tui.probe_screens import ChoiceScreen, LeaveScreen, SettingScreen
from tests.probe.rule import Rule
from tests.probe.server import Server
from tests.probe.test_command import source as source  # a fixture
from tests.probe.test_server import in_file, law
from tests.tui import reports
from tests.tui.driving import NARROW, Driver, opened, screen_lines, screen_text, settle, toasts, until
from tests.tui.probe_stand_in import Engine, preview

TINY = (60, 15)


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take all keys out of the surroundings, and give the log a folder of its own."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in list(os.environ):
        if name.endswith("_API_KEY") or name in {"OPENAI_API_BASE", "OPENAI_BASE_URL"}:
            monkeypatch.delenv(name)


def current(app: SkillAuditApp) -> Run:
    """The run that the tab shows."""
    assert app.session is not None and app.session.probing.run is not None
    return app.session.probing.run


async def fill_in(pilot: Driver, app: SkillAuditApp, **rows: str) -> None:
    """Type values into rows."""
    assert app.session is not None
    for name, value in rows.items():
        names = [row.name for row in app.session.probing.form.rows]
        await pilot.press("g", *["j"] * names.index(name.replace("_", "-")), "enter")
        assert isinstance(app.screen, SettingScreen)
        await pilot.press("ctrl+u", *(key(letter) for letter in value), "enter")
        await pilot.pause()
        assert not isinstance(app.screen, SettingScreen), screen_text(app)


def key(letter: str) -> str:
    """The toolkit's name of a key."""
    names = {"/": "slash", ".": "full_stop", ",": "comma", ":": "colon", "-": "minus"}
    return names.get(letter, letter)


async def test_without_an_engine_the_tab_is_hidden() -> None:
    async with opened(reports.small(), keys="9 p P") as (app, _):
        assert app.current == "overview" and "Probe" not in screen_lines(app)[1]


async def test_a_stand_in_runs_at_once_and_shows_what_it_finds() -> None:
    engine = Engine()
    async with opened(reports.small(), keys="9 p", probe=engine) as (app, pilot):
        await until(pilot, engine.deciding.is_set)
        app.watch_probe()
        await pilot.pause()
        text = screen_text(app)
        assert "40 of 1,234" in text and "running" in text and "accuracy      100" in text
        assert "▸ probe 40/1,234" in screen_lines(app)[0] and " P stop" in screen_lines(app)[-1]
        engine.gate.set()
        await settle(pilot)
        text = screen_text(app)
        assert "Predicted, and below it measured" in text and "36 calls, 4 answers from the log" in text
        assert "▸" not in screen_lines(app)[0]


async def test_nothing_is_sent_before_yes() -> None:
    engine = Engine()
    async with opened(reports.small(), keys="9", probe=engine) as (app, pilot):
        await fill_in(pilot, app, model="openai/gpt-4o-mini")
        await pilot.press("p")
        await until(pilot, lambda: current(app).phase == "waiting")
        app.watch_probe()
        await pilot.pause()
        text = screen_text(app)
        assert "about $0.0312" in text and "Nothing is sent yet" in text and not engine.asked
        assert "estimate is ready" in screen_lines(app)[0]
        for refusal in ("n", "escape", "q"):
            await pilot.press("p")
            await pilot.pause()
            assert isinstance(app.screen, LeaveScreen)
            text = screen_text(app)
            assert "Send to openai/gpt-4o-mini?" in text and "about $0.0312" in text and "$2.50" in text
            await pilot.press("p", "enter", "space", refusal)
            await pilot.pause()
            assert not isinstance(app.screen, LeaveScreen) and current(app).phase == "waiting"
        assert app.is_running and not engine.asked
        await pilot.press("p", "y")
        await until(pilot, engine.deciding.is_set)
        assert len(engine.asked) == 1
        engine.gate.set()
        await settle(pilot)


async def test_the_warning_before_a_budget_that_is_too_small() -> None:
    engine = Engine()
    engine.preview = preview(dollars=9.0)
    async with opened(reports.small(), keys="9", probe=engine) as (app, pilot):
        await fill_in(pilot, app, model="openai/gpt-4o-mini")
        await pilot.press("p")
        await until(pilot, lambda: current(app).phase == "waiting")
        await pilot.press("p")
        await pilot.pause()
        assert "The run stops there" in screen_text(app)
        await pilot.press("n", "P")
        await settle(pilot)
        assert not engine.asked and "Stopped before anything was asked" in screen_text(app)


async def test_a_stop_keeps_the_result_and_works_from_every_tab() -> None:
    engine = Engine()
    async with opened(reports.small(), keys="9 p 2", probe=engine) as (app, pilot):
        await until(pilot, engine.deciding.is_set)
        assert "▸ probe" in screen_lines(app)[0]
        await pilot.press("P")
        await pilot.pause()
        assert current(app).cancelled and "stopping" in screen_lines(app)[0]
        engine.gate.set()
        await settle(pilot)
        assert "The probe is over." in toasts(app)
        await pilot.press("9")
        assert "Predicted, and below it measured" in screen_text(app)


@pytest.mark.slow
async def test_settings_are_changed_in_place() -> None:
    async with opened(reports.small(), keys="9", probe=Engine()) as (app, pilot):
        assert app.session is not None
        form = app.session.probing.form
        await pilot.press("j", "l", "l", "h")
        assert form["study"] == "decay" and "Decay: what more and more skills" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, ChoiceScreen) and "what two stages gain" in screen_text(app)
        await pilot.press("j", "enter")
        await pilot.pause()
        assert form["study"] == "competition"
        await pilot.press("enter", "j", "escape")
        assert form["study"] == "competition"
        await pilot.press("j", "l", "enter", "m", "enter")
        await pilot.pause()
        assert isinstance(app.screen, SettingScreen) and "'m' is not an amount" in screen_text(app)
        await pilot.press("escape")
        assert form["budget"] == "2.50"
        await fill_in(pilot, app, budget="0.10", limit="7")
        assert (form["budget"], form["limit"]) == ("0.10", "7")


async def test_settings_wait_for_the_end_of_a_run() -> None:
    engine = Engine()
    async with opened(reports.small(), keys="9 p", probe=engine) as (app, pilot):
        await until(pilot, engine.deciding.is_set)
        await pilot.press("enter", "l", "p")
        await pilot.pause()
        assert len(app.screen_stack) == 1 and len(engine.begun) == 1
        assert any("P stops it first" in toast for toast in toasts(app))
        engine.gate.set()
        await settle(pilot)


async def test_a_setting_drops_the_estimate_that_it_changes() -> None:
    engine = Engine()
    async with opened(reports.small(), keys="9", probe=engine) as (app, pilot):
        await fill_in(pilot, app, model="openai/gpt-4o-mini")
        await pilot.press("p")
        await until(pilot, lambda: current(app).phase == "waiting")
        waiting = current(app)
        await fill_in(pilot, app, budget="9")
        await settle(pilot)
        assert waiting.cancelled and not engine.asked and "not run" in screen_text(app)
        await pilot.press("p")
        await until(pilot, lambda: current(app).phase == "waiting")
        assert engine.begun[-1].budget == 9
        await pilot.press("P")
        await settle(pilot)


async def test_an_error_is_a_sentence_in_the_panel() -> None:
    engine = Engine()
    engine.early = UsageError("no request speaks for [/this] library; name a file with --requests")
    async with opened(reports.small(), keys="9 p", probe=engine) as (app, pilot):
        await settle(pilot)
        text = screen_text(app)
        assert (
            "No request speaks for [/this] library" in text and "--requests." in text and "failed !!" in text
        )
        engine.early = None
        engine.gate.set()
        await pilot.press("p")
        await settle(pilot)
        assert "Predicted, and below it measured" in screen_text(app)


async def test_the_result_is_copied_linked_and_kept_over_another_audit() -> None:
    engine = Engine()
    engine.gate.set()
    async with opened(reports.small(), keys="9 p", probe=engine) as (app, pilot):
        await settle(pilot)
        await pilot.press("y")
        assert app.clipboard == "--model local/hybrid"
        await pilot.press("Y")
        assert "| pdf-forms | 20.0% |" in app.clipboard
        await pilot.press("r")
        await settle(pilot)
        assert "Predicted, and below it measured" in screen_text(app)
        await pilot.press("tab", "n", "enter")
        await pilot.pause()
        assert app.current == "skills" and app.session is not None and app.session.selected == "pdf-split"


@pytest.mark.slow
async def test_another_setting_is_said_above_the_result_even_when_it_was_scrolled() -> None:
    engine = Engine()
    engine.gate.set()
    async with opened(reports.small(), NARROW, keys="9 p", probe=engine) as (app, pilot):
        await settle(pilot)
        await pilot.press("G", "escape", "j", "l", "tab")
        await pilot.pause()
        assert "This run had other settings" in screen_text(app)


async def test_a_result_of_another_library_is_said_to_be_one() -> None:
    found = [reports.small()]

    def load(progress: Progress) -> Report:
        return found[0]

    async def audited(report: Report) -> str:
        found[0] = report
        await pilot.press("r")
        await settle(pilot)
        return screen_text(app)

    engine, note = Engine(), "Begun before the last audit"
    engine.gate.set()
    async with opened(load, keys="9 p", probe=engine) as (app, pilot):
        await settle(pilot)
        assert note not in screen_text(app) and note not in await audited(reports.small())
        first, *rest = reports.small().skills
        reworded = msgspec.structs.replace(first, description="Another description.")
        changed = msgspec.structs.replace(reports.small(), skills=(reworded, *rest))
        text = await audited(changed)
        assert note in text and "Predicted, and below it measured" in text
        # It is said until the library is again as it was, or is probed as it is.
        assert note in await audited(changed)
        assert note not in await audited(reports.small())
        assert note in await audited(changed)
        await pilot.press("p")
        await settle(pilot)
        assert note not in screen_text(app) and note not in await audited(changed)


async def test_leaving_stops_the_run() -> None:
    engine = Engine()
    async with opened(reports.small(), keys="9 p", probe=engine) as (app, pilot):
        await until(pilot, engine.deciding.is_set)
        run = current(app)
        await pilot.press("q")
        assert run.cancelled
        engine.gate.set()


@pytest.mark.parametrize("size", [NARROW, TINY])
async def test_little_room_shows_the_run_first(size: tuple[int, int]) -> None:
    engine = Engine()
    async with opened(reports.small(), size, keys="9", probe=engine) as (app, pilot):
        assert "api-base" in screen_text(app)
        await fill_in(pilot, app, model="openai/gpt-4o-mini")
        await pilot.press("p")
        await until(pilot, lambda: current(app).phase == "waiting")
        await pilot.press("p")
        await pilot.pause()
        assert "y sends them" in screen_text(app) and "for about $0.0312" in screen_text(app)
        await pilot.press("y")
        await until(pilot, engine.deciding.is_set)
        app.watch_probe()
        await pilot.pause()
        assert "40 of 1,234" in screen_text(app)
        engine.gate.set()
        await settle(pilot)
        assert "Predicted, and below it measured" in screen_text(app)
        await pilot.press("escape", "j", "enter", "G", "enter")
        await pilot.pause()
        assert app.session is not None and app.session.probing.form["study"] == "rescue"


def lexical(source: Path) -> Probe:
    """The real engine on ten skills, with a scorer that needs no vectors."""
    return prober(
        [source], Config(scorer="lexical", use_cache=False, requests=(source.parent / "requests.jsonl",))
    )


@pytest.mark.slow
async def test_the_engine_behind_it(source: Path) -> None:
    async with opened(reports.small(), keys="9", probe=lexical(source)) as (app, pilot):
        await fill_in(pilot, app, model="local/lexical", repeats="1")
        await pilot.press("p")
        await settle(pilot)
        text = screen_text(app)
        assert "7 of 7" in text and "7 calls, 0 answers from the log" in text
        await pilot.press("p")
        await settle(pilot)
        assert "0 calls, 7 answers from the log" in screen_text(app)


@pytest.mark.slow
@pytest.mark.parametrize(
    "study", ["decay", "competition", "policy", "hierarchy", "anchors", "protocol", "rescue"]
)
async def test_every_study_shows_a_result_or_why_there_is_none(source: Path, study: str) -> None:
    async with opened(reports.small(), keys="9", probe=lexical(source)) as (app, pilot):
        assert app.session is not None
        app.session.probing.form.set("study", study)
        await fill_in(pilot, app, model="local/lexical", repeats="1")
        await pilot.press("p")
        await settle(pilot)
        assert current(app).error is None or isinstance(current(app).error, UsageError)
        text = screen_text(app)
        assert ("Measured" in text and "Fits" in text) if current(app).error is None else "failed !!" in text


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning:litellm.*")
async def test_a_server_is_asked_within_the_budget_stopped_and_asked_no_question_twice(source: Path) -> None:
    """One answer costs $0.0011; the budget is for seven of the 35, and sixteen can be in flight."""
    with Server(Rule(in_file, law)) as server:
        async with opened(reports.small(), keys="9", probe=lexical(source)) as (app, pilot):
            assert app.session is not None
            for name, value in (
                ("api-base", server.url),
                ("price", "1,10"),
                ("repeats", "5"),
                ("budget", "0.008"),
            ):
                app.session.probing.form.set(name, value)
            await fill_in(pilot, app, model="openai/known")
            await estimated(pilot, app)
            assert server.received == 0
            await pilot.press("p", "y")
            await over(pilot, app)
            assert 1 <= server.received <= 7 + 16 and "budget reached !" in screen_text(app)
            paid = server.received
            await fill_in(pilot, app, budget="2")
            await estimated(pilot, app)
            await pilot.press("p", "y")
            await until(pilot, lambda: current(app).decided > paid + 2)
            await pilot.press("P")
            await over(pilot, app)
            await estimated(pilot, app)
            await pilot.press("p", "y")
            await over(pilot, app)
            assert "35 of 35" in screen_text(app)
        assert server.received == len(server.answered) == len(set(server.answered)) == 35


async def estimated(pilot: Driver, app: SkillAuditApp) -> None:
    """Press for the estimate and wait for it, however long the first import takes."""
    await pilot.press("p")
    for _ in range(12):
        try:
            return await until(pilot, lambda: current(app).phase != "preparing")
        except AssertionError:
            continue
    raise AssertionError(screen_text(app))


async def over(pilot: Driver, app: SkillAuditApp) -> None:
    """Wait for the end of the run."""
    await settle(pilot)
    assert current(app).phase == "over"


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning:litellm.*")
@pytest.mark.parametrize(
    ("model", "faults", "says"),
    [
        ("openai/gpt-4o-mini", None, "OPENAI_API_KEY"),
        ("nosuch", None, "--model"),
        ("openai/known", ["401"] * 50, "OPENAI_API_KEY"),
        ("openai/unheard-of", [], "--model"),
        ("openai/known", ["reset"] * 500, "--api-base"),
    ],
)
async def test_what_is_wrong_is_one_sentence_that_says_what_to_change(
    source: Path, model: str, faults: list[str] | None, says: str
) -> None:
    with Server(Rule(in_file, law), faults or ()) as server:
        async with opened(reports.small(), keys="9", probe=lexical(source)) as (app, pilot):
            assert app.session is not None
            if faults is not None:
                app.session.probing.form.set("api-base", server.url)
                app.session.probing.form.set("price", "1,10")
            await fill_in(pilot, app, model=model)
            await estimated(pilot, app)
            if current(app).phase == "waiting":
                await pilot.press("p", "y")
            await over(pilot, app)
            text = " ".join(screen_text(app).split())
            assert (
                "failed !!" in text and says in text and "Traceback" not in text and "sk-abcdef" not in text
            )
