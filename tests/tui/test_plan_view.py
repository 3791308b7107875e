"""The Plan tab: made in a thread, accepted one by one, forecast anew, written where it is asked to.

Long because each action of the tab is walked through with its own keys.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from skillaudit.errors import UsageError
from skillaudit.optimize.apply.files import Unmade
from skillaudit.optimize.records import Edit, Optimisation
from skillaudit.page.lines import cells
from skillaudit.progress import Progress
from skillaudit.schema import Report
from skillaudit.tui.app import SkillAuditApp
from skillaudit.tui.plan_screens import NewFolderScreen
from skillaudit.tui.planning import PlanTab
from skillaudit.tui.widgets.row_list import RowList
from tests.tui import plans, reports
from tests.tui.driving import (
    NARROW,
    WIDE,
    Driver,
    opened,
    screen_lines,
    screen_text,
    settle,
    toasts,
    until,
    view,
)
from tests.tui.probe_stand_in import Engine
from tests.tui.test_what_if import Oracle

TINY = (60, 15)


@asynccontextmanager
async def planned(
    planner: plans.Planner, size: tuple[int, int] = WIDE, keys: str = ""
) -> AsyncIterator[tuple[SkillAuditApp, Driver]]:
    """Open the app, have the plan made, and press some keys."""
    async with opened(reports.small(), size, keys="8 i", planner=planner) as (app, pilot):
        await settle(pilot)
        if keys:
            await pilot.press(*keys.split())
            await settle(pilot)
        yield app, pilot


def plan_of(app: SkillAuditApp) -> PlanTab:
    assert app.plan is not None
    return app.plan


def row_keys(app: SkillAuditApp) -> list[str]:
    return [row.key for row in view(app).query_one(RowList).rows]


async def test_without_an_optimiser_there_is_no_tab_and_no_hint() -> None:
    async with opened(reports.small(), keys="8 i") as (app, pilot):
        assert app.current == "overview" and "Plan" not in screen_lines(app)[1]
        assert "improve" not in screen_lines(app)[-1]
        await pilot.press("2")
        assert "Proposed" not in screen_text(app)


async def test_the_tab_says_how_a_plan_is_made() -> None:
    async with opened(reports.small(), NARROW, keys="8", planner=plans.Planner()) as (app, pilot):
        text = screen_text(app)
        assert "No plan yet" in text and "Press i" in text
        assert "i improve" in screen_lines(app)[-1] and "/ filter" not in screen_lines(app)[-1]
        await pilot.press("slash", "a", "A", "space", "y", "tab", "j")
        await pilot.pause()
        assert plan_of(app).found is None and toasts(app) == ["Nothing to copy here."]


async def test_a_plan_is_made_in_a_thread_with_its_stages_on_show() -> None:
    planner = plans.Planner()
    planner.go.clear()
    async with opened(reports.small(), keys="8 i", planner=planner) as (app, pilot):
        assert await asyncio.to_thread(planner.reached.wait, 10)
        app.watch_audit()
        await pilot.pause()
        text = screen_text(app)
        assert "Making a plan" in text and "✓ requests" in text and "3 of 12" in text
        assert "▸ plan: optimize 3/12" in screen_lines(app)[0]
        await pilot.press("i", "2")
        assert planner.calls == 1 and "A plan is being made" in screen_text(app)
        planner.go.set()
        await settle(pilot)
        assert toasts(app) == ["The plan is made: 5 edits."]
        await pilot.press("8")
        await pilot.pause()
        text = screen_text(app)
        assert "8 Plan 5" in screen_lines(app)[1] and "Plan 5 · 3 accepted" in text
        assert "accuracy      71% (65 to 77)         → 81% (75 to 87)         +9.3 points" in text
        assert row_keys(app)[0] == "summary" and app.focused is view(app).query_one(RowList)


def falsely(before: float, after: float) -> plans.Planner:
    """A planner whose proof has requests that need no skill."""
    proof = plans.proof(3)
    first, then = (
        msgspec.structs.replace(rates, false_trigger=reports.estimate(value))
        for rates, value in ((proof.before, before), (proof.after, after))
    )
    proof = msgspec.structs.replace(proof, before=first, after=then)
    return plans.Planner(msgspec.structs.replace(plans.optimisation(), proof=proof))


async def test_false_triggers_stand_among_the_rates() -> None:
    async with planned(falsely(0.4, 0.3)) as (app, _):
        text = screen_text(app)
        assert "false trigger 40% (34 to 46)         → 30% (24 to 36)         -10.0 points" in text
        assert "no skill " in text
    async with planned(falsely(0.4, 0.3), NARROW) as (app, _):
        assert "false trigger 40% (34 to 46)         → 30% (24 to 36)         -10.0 points" in screen_text(
            app
        )
    async with planned(falsely(0.4, 0.3), TINY) as (app, _):
        line = next(line for line in screen_lines(app) if "accuracy 71.3%" in line)
        assert "false trigger" not in line, "a figure that has no room is left out, not cut"
    async with planned(plans.Planner()) as (app, _):
        assert "false trigger" not in screen_text(app)


async def test_both_rates_rest_on_the_same_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that an accepted edit quotes do not judge: with others accepted, other requests do."""

    def judge(_: plans.StandIn, edits: Sequence[Edit], __: Progress) -> Optimisation:
        rates = plans.rates(0.5)
        proof = msgspec.structs.replace(plans.proof(0), before=rates, after=rates)
        return msgspec.structs.replace(plans.optimisation(edits), proof=proof)

    monkeypatch.setattr(plans.StandIn, "judge", judge)
    async with planned(plans.Planner()) as (app, pilot):
        await pilot.press("A")
        await settle(pilot)
        assert "0 accepted" in screen_text(app)
        line = next(line for line in screen_lines(app) if "accuracy " in line and "→" in line)
        assert line.count("50%") == 2 and "71.3" not in line


async def test_changes_and_words_are_those_of_the_text() -> None:
    """Figures that round apart have not moved, where request by request they have not."""
    proof = plans.proof(3)
    near = {"before": 0.0546, "after": 0.0544}
    rates = {
        side: msgspec.structs.replace(getattr(proof, side), hijack=reports.estimate(value))
        for side, value in near.items()
    }
    test = msgspec.structs.replace(proof.test, hijack=reports.estimate(-0.0002))
    found = msgspec.structs.replace(
        plans.optimisation(anchor="# Which"), proof=msgspec.structs.replace(proof, test=test, **rates)
    )
    async with planned(plans.Planner(found)) as (app, _):
        text = screen_text(app)
        line = next(line for line in screen_lines(app) if "hijack " in line and "→" in line)
        assert " 0.0 points" in line and "-0.1" not in line
        assert "3 accepted + paragraph" in text, "each tick is counted"
        steps = {edit.step for edit in found.edits}
        assert steps and all(step in text for step in steps)


async def test_a_shortened_text_has_no_gain_of_its_own() -> None:
    edit = msgspec.structs.replace(plans.EDITS[0], id="budget-1", kind="shorten", step="budget", into="")
    assert edit.effect is not None
    async with planned(plans.Planner(plans.optimisation((edit,)))) as (app, _):
        row = next(line for line in screen_lines(app) if "budget" in line)
        assert "room" in row and f"{edit.effect.expected:+.2f}" not in row


async def test_it_can_be_asked_for_anywhere() -> None:
    async with opened(reports.small(), keys="5 i", planner=plans.Planner()) as (app, pilot):
        await settle(pilot)
        assert app.current == "plan" and plan_of(app).found is not None
        await pilot.press("5", "i")
        assert app.current == "findings", "a plan that is there is not made again unasked"


async def test_esc_stops_it_and_i_makes_it_again() -> None:
    planner = plans.Planner()
    planner.go.clear()
    async with opened(reports.small(), keys="8 i", planner=planner) as (app, pilot):
        assert await asyncio.to_thread(planner.reached.wait, 10)
        await pilot.press("escape")
        assert "Stopping after this step" in screen_text(app)
        planner.go.set()
        await settle(pilot)
        assert "The plan was stopped" in screen_text(app) and plan_of(app).found is None
        await pilot.press("i")
        await settle(pilot)
        assert plan_of(app).found is not None
        planner.reached.clear()
        planner.go.clear()
        await pilot.press("i")
        assert await asyncio.to_thread(planner.reached.wait, 10)
        await pilot.press("escape")
        planner.go.set()
        await settle(pilot)
        assert "Stopped; the earlier plan is still on show." in toasts(app)
        assert "Plan 5 · 3 accepted" in screen_text(app)


async def test_an_error_says_why_what_helps_and_can_be_copied() -> None:
    planner = plans.Planner()
    planner.error = UsageError("no request speaks for this [library]; give some with --requests FILE.")
    async with opened(reports.small(), NARROW, keys="8 i", planner=planner) as (app, pilot):
        await settle(pilot)
        text = " ".join(screen_text(app).split())
        assert "The plan failed" in text and "give some with --requests FILE." in text
        await pilot.press("y")
        assert app.clipboard == str(planner.error)
        await pilot.press("Y")
        assert "UsageError" in app.clipboard and "Traceback" in app.clipboard
        planner.error = None
        await pilot.press("i")
        await settle(pilot)
        planner.error = KeyError("boom")
        await pilot.press("i")
        await settle(pilot)
        assert "fault in skillaudit" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "Plan 5 · 3 accepted" in screen_text(app), "the plan before is still there"
        await pilot.press("2", "i")
        assert app.current == "skills"


async def test_an_error_elsewhere_is_told_in_passing() -> None:
    planner = plans.Planner()
    planner.error = UsageError("no")
    planner.go.clear()
    async with opened(reports.small(), keys="8 i 2", planner=planner) as (app, pilot):
        planner.go.set()
        await settle(pilot)
        assert toasts(app) == ["No plan could be made; see Plan."]


async def test_accepting_and_refusing_moves_the_forecast() -> None:
    planner = plans.Planner()
    async with planned(planner, keys="j j j a") as (app, pilot):
        assert planner.proposal.judged == [("merge-1", "narrow-1")]
        text = screen_text(app)
        assert "→ 77% (" in text and "+6.2 points" in text and "Plan 5 · 2 accepted" in text
        assert "✗ refused by you" in text
        await pilot.press("space", "j", "space")
        await settle(pilot)
        assert planner.proposal.judged[-1] == ("merge-1", "narrow-1", "boundary-1", "boundary-2")
        text = screen_text(app)
        assert "→ 84% (" in text and "deploy-canary" in text and "Harmed all the same" in text
        await pilot.press("j", "a")
        assert "its author's work" in toasts(app)[-1]


async def test_what_was_forecast_before_is_not_forecast_again() -> None:
    planner = plans.Planner()
    async with planned(planner, keys="j a a a a") as (app, _):
        assert set(planner.proposal.judged) == {("narrow-1", "boundary-1")}
        assert plan_of(app).judged is plan_of(app).found


async def test_a_forecast_that_is_overtaken_gives_way() -> None:
    planner = plans.Planner()
    async with planned(planner) as (app, pilot):
        planner.proposal.go.clear()
        await pilot.press("j", "a")
        await until(pilot, lambda: planner.proposal.judged == [("narrow-1", "boundary-1")])
        app.watch_audit()
        await pilot.pause()
        assert "forecasting …" in screen_text(app) and "forecasting …" in screen_lines(app)[0]
        await pilot.press("j", "a", "j", "a")
        planner.proposal.go.set()
        await settle(pilot)
        assert planner.proposal.judged == [("narrow-1", "boundary-1"), ()]
        assert "→ 71% (65 to 77)         0.0 points" in screen_text(app)


async def test_all_off_and_back() -> None:
    planner = plans.Planner()
    async with planned(planner, keys="A") as (app, pilot):
        assert planner.proposal.judged == [()] and "Plan 5 · 0 accepted" in screen_text(app)
        await pilot.press("A")
        await settle(pilot)
        assert planner.proposal.judged == [()] and "Plan 5 · 3 accepted" in screen_text(app)
        assert toasts(app) == ["All edits are refused.", "Accepted as the plan proposes."]


async def test_a_forecast_that_fails_says_why() -> None:
    planner = plans.Planner()
    planner.proposal.error = ValueError("no [weights]")
    async with planned(planner, keys="j a") as (app, pilot):
        assert "no forecast: no [weights]" in screen_text(app)
        planner.proposal.error = None
        await pilot.press("j", "a")
        await settle(pilot)
        assert "no forecast" not in screen_text(app) and "→ 74% (" in screen_text(app)


async def test_the_tree_folds_and_unfolds_in_the_list() -> None:
    async with planned(plans.Planner(), keys="G k l") as (app, pilot):
        assert "hierarchy/shipping" in row_keys(app)
        await pilot.press("j", "enter", "j")
        await pilot.pause()
        assert view(app).skill() == "pdf-forms" and "Fill in forms." in screen_text(app)
        await pilot.press("h")
        await pilot.pause()
        row = view(app).plan_row()
        assert row is not None and row.key == "hierarchy/pdf-files"
        await pilot.press("h", "h", "h")
        assert "hierarchy/pdf-files" not in row_keys(app)
        await pilot.press("a")
        assert plan_of(app).accepts("hierarchy")


async def test_filter_selection_and_the_ways_out() -> None:
    async with planned(plans.Planner(), keys="slash p d f minus s i g n enter") as (app, pilot):
        assert row_keys(app) == ["boundary-1"]
        await pilot.press("o")
        await pilot.pause()
        assert app.current == "skills" and app.session is not None and app.session.selected == "pdf-forms"
        text = screen_text(app)
        assert "Proposed rewrite" in text and "use pdf-sign" in text
        await pilot.press("escape", "slash", "d", "e", "p", "l", "o", "y", "minus", "p", "r", "enter", "8")
        await pilot.press("escape")
        await pilot.pause()
        row = view(app).plan_row()
        assert row is not None and row.key == "boundary-2", "the skill chosen in another tab"
        await pilot.press("M")
        assert app.current == "map"


async def test_edits_are_sorted_by_gain_and_back() -> None:
    async with planned(plans.Planner(), keys="j s") as (app, pilot):
        assert row_keys(app)[1:4] == ["narrow-1", "boundary-1", "merge-1"]
        assert "by gain ↓" in screen_text(app)
        row = view(app).plan_row()
        assert row is not None and row.key == "merge-1", "the cursor stays on its edit"
        await pilot.press("s")
        assert row_keys(app)[1] == "merge-1"


async def test_copying_takes_the_row_or_the_detail() -> None:
    async with planned(plans.Planner(), keys="j j j y") as (app, pilot):
        after = plans.EDITS[2].after
        assert app.clipboard == f"boundary-1\taccepted\tboundary\tpdf-forms\t{after}"
        await pilot.press("Y")
        assert "```diff" in app.clipboard and f"+ {after}" in app.clipboard
        await pilot.press("g", "y")
        assert app.clipboard == "all figures, step by step"


async def test_export_asks_for_a_new_folder_and_writes_what_is_accepted(tmp_path: Path) -> None:
    planner = plans.Planner()
    planner.proposal.problems = [Unmade("pdf-forms", "no frontmatter")]
    async with planned(planner, keys="j j j a G k a e") as (app, pilot):
        assert isinstance(app.screen, NewFolderScreen)
        assert "Write the library with 2 edits and the tree to" in screen_text(app)
        assert planner.proposal.written == []
        await pilot.press(*"/taken")
        await pilot.press("enter")
        await settle(pilot)
        assert "exists; name a new folder" in " ".join(screen_text(app).split())
        await pilot.press("ctrl+u", *"new", "enter")
        await settle(pilot)
        assert planner.proposal.written == [(("merge-1", "narrow-1"), True, True, Path("new"))]
        assert toasts(app) == ["Wrote new; 1 skill not changed."]
        await pilot.press("g")
        await pilot.pause()
        assert "Not changed: pdf-forms: no frontmatter" in screen_text(app)
        assert list(tmp_path.iterdir()) == []


async def test_export_can_be_left() -> None:
    planner = plans.Planner()
    async with planned(planner, keys="e escape e ctrl+u enter escape") as (app, _):
        assert len(app.screen_stack) == 1 and planner.proposal.written == []


async def test_a_fault_of_an_export_is_shown_as_one() -> None:
    planner = plans.Planner()
    planner.proposal.export = lambda *_: 1 / 0  # type: ignore[method-assign,assignment]  # stands in
    async with planned(planner, keys="e enter") as (app, _):
        assert "ZeroDivisionError" in screen_text(app)


async def test_an_audit_that_finds_the_same_library_keeps_the_plan() -> None:
    found = [reports.small()]

    def load(progress: Progress) -> Report:
        return found[0]

    planner = plans.Planner()
    async with opened(load, keys="8 i", planner=planner) as (app, pilot):
        await settle(pilot)
        await pilot.press("j", "a", "r")
        await settle(pilot)
        assert "Plan 5 · 2 accepted" in screen_text(app) and toasts(app) == []
        found[0] = reports.one()
        await pilot.press("r")
        await settle(pilot)
        assert "No plan yet" in screen_text(app)
        assert toasts(app) == ["The library has changed: its plan was dropped."]


async def test_an_empty_plan_says_so() -> None:
    nothing = msgspec.structs.replace(plans.optimisation((), None), planned=None)
    async with planned(plans.Planner(nothing), NARROW) as (app, pilot):
        assert row_keys(app) == ["summary"] and "Plan 0 · 0 accepted" in screen_text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "No edit is proposed" in screen_text(app)
        await pilot.press("a", "A", "escape")
        assert "nothing to accept" in toasts(app)[0]


async def test_a_plan_without_a_proof_says_so() -> None:
    unproved = msgspec.structs.replace(plans.optimisation(), proof=None, planned=None)
    async with planned(plans.Planner(unproved), NARROW) as (app, _):
        assert "nothing is proved" in screen_text(app)


@pytest.mark.slow
@pytest.mark.parametrize("size", [WIDE, NARROW, TINY])
async def test_hostile_texts_are_harmless_in_every_row(size: tuple[int, int]) -> None:
    planner = plans.Planner(plans.hostile())
    async with opened(reports.hostile(), size, keys="8 i", planner=planner) as (app, pilot):
        await settle(pilot)
        await pilot.press("j", "a", "G", "k", "l", "j", "l", "g", "enter")
        await settle(pilot)
        for _ in row_keys(app):
            text = screen_text(app)
            assert "\x1b" not in text and "\u202e" not in text
            assert all(cells(line) == size[0] for line in screen_lines(app))
            await pilot.press("J")
        await pilot.press("escape", "2", "enter", "question_mark")
        assert all(cells(line) == size[0] for line in screen_lines(app))


async def test_every_row_fits_a_tiny_window() -> None:
    async with planned(plans.Planner(), TINY, "G k l g") as (app, pilot):
        assert all(cells(line) == TINY[0] for line in screen_lines(app))
        await pilot.press("enter")
        for _ in row_keys(app):
            assert all(cells(line) == TINY[0] for line in screen_lines(app))
            await pilot.press("J")


async def test_a_short_window_has_the_forecast_in_one_line() -> None:
    async with planned(plans.Planner(), TINY) as (app, pilot):
        assert "accuracy 71.3% → 80.6% +9.3  hijack 25.8% → 17.5% -8.4" in screen_lines(app)[2]
        assert "8 Plan" in screen_lines(app)[1]
        await pilot.press("j", "a")
        await settle(pilot)
        assert "→ 77.5% +6.2" in screen_lines(app)[2]


async def test_all_nine_tabs_have_their_number_in_the_narrowest_window() -> None:
    everything = opened(
        reports.small(), TINY, keys="8", planner=plans.Planner(), probe=Engine(), imagine=Oracle()
    )
    async with everything as (app, _):
        assert screen_lines(app)[1].split() == [*"1234567", "8", "Plan", "9"]
        assert view(app).id == "plan"


async def test_quitting_does_not_wait_for_a_plan() -> None:
    planner = plans.Planner()
    planner.go.clear()
    async with opened(reports.small(), keys="8 i", planner=planner) as (app, pilot):
        assert await asyncio.to_thread(planner.reached.wait, 10)
        meter = plan_of(app).meter
        await pilot.press("q")
        assert meter is not None and meter.cancelled
    planner.go.set()
