"""A review in the terminal: one question, one key, and every answer kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillaudit.tui.review import ReviewApp, Sitting
from skillaudit.tui.widgets.detail import DetailPane
from tests.sessions.test_review import home as home
from tests.sessions.test_review import library as library
from tests.sessions.test_review import review


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
