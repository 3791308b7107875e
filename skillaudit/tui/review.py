"""The review as a screen: one question, one key."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from skillaudit.page.blocks import Block, Paragraph, Title
from skillaudit.page.figures import plural
from skillaudit.page.reviewing import question_blocks
from skillaudit.tui.widgets.detail import DetailPane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skillaudit.sessions.choosing import Unsure
    from skillaudit.sessions.reviewing import Review


class Sitting:
    """Where a user is among the questions of a review."""

    def __init__(self, review: Review, count: int = 20) -> None:
        """Ask at most `count` questions."""
        self._review = review
        self._descriptions = {skill.id: skill.description for skill in review.library.skills}
        self.questions = review.questions(count)
        self.at = 0

    @property
    def question(self) -> Unsure | None:
        """The one that is asked; None once all were."""
        return self.questions[self.at] if self.at < len(self.questions) else None

    def blocks(self) -> list[Block]:
        """What is on the screen."""
        if (question := self.question) is None:
            what = "No request of your agents waits for an answer."
            done = f"{plural(len(self.questions), 'question')} asked. u takes the last answer back, q leaves."
            return [Title("Review"), Paragraph(done if self.questions else what)]
        return list(question_blocks(question, self.at + 1, len(self.questions), self._descriptions))

    def answer(self, gold: Sequence[str] | None) -> None:
        """Keep an answer and go on; None passes over the question."""
        if (question := self.question) is not None:
            self._review.give(question, gold)
            self.at += 1

    def undo(self) -> None:
        """Take the last answer of this sitting back."""
        if self.at:
            self._review.reviews.undo()
            self.at -= 1


class ReviewScreen(ModalScreen[int]):
    """Asks one question after the other; the result is how many were answered or passed over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "right", "Right", show=False, priority=True),
        Binding("n", "none", "None needed", show=False, priority=True),
        *(Binding(str(at), f"near({at})", f"Skill {at}", show=False) for at in range(1, 6)),
        Binding("s", "skip", "Skip", show=False, priority=True),
        Binding("u", "undo", "Undo", show=False, priority=True),
        Binding("q,escape", "leave", "Leave", show=False, priority=True),
    ]

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self._sitting = sitting

    def compose(self) -> ComposeResult:
        """Lay out one pane."""
        yield DetailPane("Review")

    def on_mount(self) -> None:
        """Ask the first question."""
        self._show()
        self.query_one(DetailPane).focus()

    def _show(self) -> None:
        self.query_one(DetailPane).show(self._sitting.blocks())

    def action_right(self) -> None:
        """What was loaded is right."""
        if (question := self._sitting.question) is not None:
            self._answer(question.evidence.fired)

    def action_none(self) -> None:
        """No skill was needed."""
        self._answer(())

    def action_near(self, at: int) -> None:
        """Another skill is right."""
        question = self._sitting.question
        if question is not None and at <= len(question.near):
            self._answer((question.near[at - 1],))

    def action_skip(self) -> None:
        """Pass over the question."""
        self._answer(None)

    def _answer(self, gold: Sequence[str] | None) -> None:
        self._sitting.answer(gold)
        self._show()

    def action_undo(self) -> None:
        """Ask the last question again."""
        self._sitting.undo()
        self._show()

    def action_leave(self) -> None:
        """Leave; every answer is kept."""
        self.dismiss(self._sitting.at)


class ReviewApp(App[int]):
    """The review by itself, as `skillaudit review` opens it."""

    TITLE = "skillaudit review"

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self._sitting = sitting

    def on_mount(self) -> None:
        """Ask, and leave with the answers."""
        self.push_screen(ReviewScreen(self._sitting), self.exit)


def run(review: Review, count: int = 20) -> int:
    """Ask in the terminal; returns how many questions were answered or passed over."""
    return ReviewApp(Sitting(review, count)).run() or 0
