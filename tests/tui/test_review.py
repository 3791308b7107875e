"""A review in the terminal: one question, one key, and every answer kept."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from skillaudit.routing.profiles import find
from skillaudit.schema import Report, SkillUse, Use
from skillaudit.tui.app import SkillAuditApp
from skillaudit.tui.palette import Commands
from skillaudit.tui.review import ReviewApp, ReviewScreen, Sitting
from skillaudit.tui.widgets.detail import DetailPane
from tests.reports import small_report
from tests.sessions.test_review import home as home
from tests.sessions.test_review import library as library
from tests.sessions.test_review import review
from tests.tui.driving import screen_text, toasts, until


@pytest.fixture
def sitting(library: Path, home: Path, tmp_path: Path) -> Sitting:
    return Sitting(review(library, home, tmp_path), 5)


async def test_keys_answer_skip_and_take_back(
    sitting: Sitting, library: Path, home: Path, tmp_path: Path
) -> None:
    app = ReviewApp(sitting)
    asked = sitting.questions
    async with app.run_test(size=(90, 30)) as pilot:
        await pilot.pause()
        shown = "\n".join(app.screen.query_one(DetailPane).render_line(y).text for y in range(28))
        assert "Was this the right skill?" in shown and asked[0].evidence.query in shown
        await pilot.press("y", "n", "u", "n", "2", "s", "9")
        assert sitting.at == 4
        await pilot.press("q")
    assert app.return_value == 4
    given = review(library, home, tmp_path).reviews.answers
    assert given == {
        asked[0].request: asked[0].evidence.fired,
        asked[1].request: (),
        asked[2].request: (asked[2].near[1],),
    }
    again = Sitting(review(library, home, tmp_path), 20)
    assert not {one.request for one in again.questions} & {one.request for one in asked[:4]}


def test_after_the_last_question_it_says_so(sitting: Sitting) -> None:
    for _ in sitting.questions:
        sitting.answer(None)
    assert sitting.question is None
    assert "5 questions asked" in str(sitting.blocks())


async def test_the_app_asks_and_audits_again_for_ones_own_agents(
    library: Path, home: Path, tmp_path: Path
) -> None:
    loaded: list[int] = []

    def load(meter: object) -> Report:
        loaded.append(1)
        return small_report()

    app = SkillAuditApp(load)
    async with app.run_test(size=(90, 30)) as pilot:
        await until(pilot, lambda: app.session is not None)
        assert "review: judge what your agents chose" not in offered(app)
        app.open_review = lambda progress: review(library, home, tmp_path)
        assert "review: judge what your agents chose" in offered(app)
        app.action_review()
        await until(pilot, lambda: isinstance(app.screen, ReviewScreen))
        for _ in range(12):
            await pilot.press("1")
        await pilot.press("q")
        await until(pilot, lambda: len(loaded) == 2)
        assert any("your own agents (claude-sonnet-4-5 in claude-code)" in told for told in toasts(app))
    assert find("yours", "lexical").decisions == 12


def offered(app: SkillAuditApp) -> list[str]:
    return [name for name, _, _ in Commands(app.screen).commands()]


async def test_skills_show_their_use_once_it_is_known(library: Path, home: Path, tmp_path: Path) -> None:
    report = small_report()
    rows = tuple(SkillUse(name=skill.id, by_model=at) for at, skill in enumerate(report.skills))
    use = Use(first="", last="", transcripts=1, requests=1, labelled=0, reviewed=0, routers=(), skills=rows)
    app = SkillAuditApp(lambda meter: report)
    async with app.run_test(size=(150, 40)) as pilot:
        await until(pilot, lambda: app.session is not None)
        await pilot.press("2")
        await until(pilot, lambda: "takes" in screen_text(app))
        assert " used" not in screen_text(app)
        report = msgspec.structs.replace(report, use=use)
        app.action_rerun()
        await until(pilot, lambda: " used" in screen_text(app))
