"""The part of the app that asks what was right: reads the transcripts in a thread, asks, and audits again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from skillaudit.errors import SkillAuditError
from skillaudit.page.lines import printable
from skillaudit.tui.loading import Meter, in_thread
from skillaudit.tui.review import ReviewScreen, Sitting
from skillaudit.tui.shell import Shell

if TYPE_CHECKING:
    from skillaudit.sessions.reviewing import Review, Reviewed


class ReviewShell(Shell):
    """Holds one review at a time."""

    open_review: Callable[..., Review] | None = None
    """Reads what a review needs, with `progress`; without it there is none."""

    def action_review(self) -> None:
        """Read the transcripts, then ask."""
        if self.open_review is not None:
            self.run_worker(
                self._review(self.open_review), group="review", exclusive=True, exit_on_error=False
            )

    async def _review(self, make: Callable[..., Review]) -> None:
        self.notify("Reading the transcripts of your agents.", timeout=3, markup=False)
        try:
            review = await in_thread(lambda meter: make(progress=meter), Meter())
            sitting = Sitting(review)
        except SkillAuditError as error:
            self.notify(printable(str(error)), severity="error", timeout=8, markup=False)
            return
        self.push_screen(ReviewScreen(sitting), partial(self._reviewed, review))

    def _reviewed(self, review: Review, answered: int | None) -> None:
        if answered:
            self.run_worker(self._settle(review), group="review", exclusive=True, exit_on_error=False)

    async def _settle(self, review: Review) -> None:
        try:
            found: Reviewed = await in_thread(lambda _: review.settle(), Meter())
        except SkillAuditError as error:
            self.notify(printable(str(error)), severity="error", timeout=8, markup=False)
            return
        if found.profile is None:
            text = f"Kept. {found.left} more requests with a right skill make a profile of your own."
            self.notify(text, timeout=8, markup=False)
            return
        self.notify(f"Kept. From now on: {printable(found.profile.description)}.", timeout=8, markup=False)
        self.start_audit()
