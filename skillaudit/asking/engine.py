"""One run from a plan to its decisions: estimate, ask, log, account."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from skillaudit.asking.asker import Asker, Router
from skillaudit.asking.deciding import Coming
from skillaudit.asking.defaults import CONCURRENCY
from skillaudit.asking.log import ProbeLog
from skillaudit.asking.pacing import Budget, Pace
from skillaudit.asking.records import Decision, Spending
from skillaudit.asking.routers import LiveRouter
from skillaudit.asking.workers import Decide, Outcomes, Workers
from skillaudit.errors import UsageError
from skillaudit.progress import SILENT, Progress

T = TypeVar("T")
SAMPLED = 100
"""Questions that the estimate is made from."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a run may ask and spend."""

    budget: float | None = None
    """Dollars for this run, interruptions included."""
    concurrency: int = CONCURRENCY
    attempts: int = 6


class Preview(msgspec.Struct, frozen=True):
    """What a run is about to do."""

    trials: int
    questions: int
    """Calls, at most, that the log has no answer for."""
    dollars: float | None
    """About what they cost; None where the price is not known."""
    budget: float | None
    spent: float
    """On this run before."""


class Engine:
    """Asks one router the questions of one run."""

    def __init__(
        self,
        router: Router,
        log: ProbeLog,
        run: str,
        limits: Limits,
        *,
        pace: Pace | None = None,
        progress: Progress = SILENT,
        decided: Callable[[Decision], None] = lambda _: None,
    ) -> None:
        """Take whom to ask, where answers are kept, and the limits; `decided` hears of each decision.

        Raises `UsageError` when a budget is given and the price is not known.
        """
        if limits.budget is not None and router.price is None:
            raise UsageError(
                f"the price of {router.name} is not known, so a budget cannot be kept; give --price, or --no-budget"
            )
        self.asker = Asker(
            router, log, run, Budget(limits.budget, log.spent(run)), pace or Pace(), limits.attempts
        )
        self._limits, self._progress, self._decided = limits, progress, decided

    def preview(self, *parts: tuple[Sequence[Any], Callable[[Any], Coming]]) -> Preview:
        """Say what the items of all parts will cost, from some of their questions."""
        questions = dollars = 0.0
        for items, of in parts:
            seen = items[:: max(1, len(items) // SAMPLED)]
            for item in seen:
                question, repeat, calls = of(item)
                if self.asker.log.answer(self.asker.key(question, repeat)) is None:
                    stands_for = calls * len(items) / len(seen)
                    questions += stands_for
                    dollars += stands_for * self.asker.expected(question)
        return Preview(
            trials=sum(len(items) for items, _ in parts),
            questions=round(questions),
            dollars=dollars if self.asker.router.price is not None else None,
            budget=self._limits.budget,
            spent=self.asker.budget.spent,
        )

    async def carry_out(self, items: Sequence[T], decide: Decide[T]) -> Outcomes:
        """Decide items of any kind; stops and raises as `Workers.run` does."""
        price = self.asker.router.price
        if price is None or price.prompt or price.completion:
            self.asker.log.hold_room()
        workers = Workers(
            decide,
            self.asker,
            concurrency=self._limits.concurrency,
            progress=self._progress,
            decided=self._decided,
        )
        return await workers.run(items)

    def spending(self, found: Outcomes) -> Spending:
        """Return what the run took."""
        return Spending(
            calls=self.asker.calls,
            known=self.asker.known,
            dollars=self.asker.budget.spent,
            priced=self.asker.router.price is not None,
            failed=found.failed,
            stopped=found.stopped,
        )


async def closing(router: Router, asked: Coroutine[Any, Any, T]) -> T:
    """Wait for what asks a router, and close its connections."""
    try:
        return await asked
    finally:
        if isinstance(router, LiveRouter):
            await router.aclose()
