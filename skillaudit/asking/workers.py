"""Many questions at once, each decided once, whatever is interrupted, refused or full."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from skillaudit.asking.asker import Asker, BudgetReachedError, GivenUpError
from skillaudit.asking.log import LEASE
from skillaudit.asking.records import Decision, Entry
from skillaudit.asking.store import NoRoomError
from skillaudit.errors import ModelError
from skillaudit.progress import SILENT, Cancelled, Progress

T = TypeVar("T")
Decide = Callable[[T], Awaitable[tuple[Decision, tuple[Entry, ...]]]]
"""Decides one item, and returns the texts that were on offer, parallel to `Decision.offered`."""

IN_A_ROW = 3
"""So many questions given up with no answer in between end a run: the provider is down."""
TICK = 0.25
"""Seconds between looks at whether the run is to stop."""
GRACE = 10.0
"""Seconds that calls in flight have to come back once a stop was asked for: their answers are paid for."""


@dataclass(slots=True)
class Outcomes:
    """What came of the items that were carried out."""

    decisions: list[Decision] = field(default_factory=list)
    """In the order of the items."""
    failed: int = 0
    stopped: str = ""
    last_failure: str = ""

    def add(self, more: Outcomes) -> None:
        """Take in what came of further items."""
        self.decisions += more.decisions
        self.failed += more.failed
        self.stopped = more.stopped
        self.last_failure = more.last_failure or self.last_failure


class Workers(Generic[T]):
    """Decide items of one kind."""

    def __init__(
        self,
        decide: Decide[T],
        asker: Asker,
        *,
        concurrency: int = 16,
        progress: Progress = SILENT,
        decided: Callable[[Decision], None] = lambda _: None,
    ) -> None:
        """Take what decides an item, and what it asks; `decided` hears of each decision."""
        self._decide, self._asker = decide, asker
        self._concurrency, self._progress, self._decided = concurrency, progress, decided
        self._found: dict[int, Decision] = {}
        self._state = Outcomes()
        self._total = self._in_a_row = 0
        self._no_room: NoRoomError | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self, items: Sequence[T]) -> Outcomes:
        """Decide the items and log each decision.

        Stops early, with what it has, when the budget is reached, or when `progress` raises `Cancelled`: calls in
        flight then have `GRACE` seconds to come back. Raises a `ModelError` when further questions are useless, and
        `NoRoomError` when answers cannot be kept any more; whatever was paid for is then in the log.
        """
        self._found, self._state, self._in_a_row = {}, Outcomes(), 0
        self._total, self._tasks = len(items), []
        queue = iter(enumerate(items))
        heart = asyncio.create_task(self._beat())
        watch = asyncio.create_task(self._watch())
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self._concurrency, max(1, len(items)))):
                    self._tasks.append(group.create_task(self._work(queue)))
        except BaseExceptionGroup as errors:
            raise _first(errors) from None
        finally:
            heart.cancel()
            watch.cancel()
            self._keep()
        if self._no_room is not None:
            raise self._without_room(self._no_room)
        self._state.decisions = [self._found[at] for at in sorted(self._found)]
        return self._state

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(LEASE / 4)
            with contextlib.suppress(NoRoomError):
                self._asker.log.beat()

    async def _watch(self) -> None:
        """Notice a stop even while no decision comes in, as between the attempts at a provider that is down."""
        while not self._state.stopped:
            await asyncio.sleep(TICK)
            self._tell()
        if self._state.stopped in {"cancelled", "full"}:
            await asyncio.sleep(GRACE)
            for task in self._tasks:
                task.cancel()

    def _tell(self) -> None:
        spent = self._asker.budget.spent
        try:
            self._progress.update("probe", len(self._found), self._total, f"${spent:.4f}" if spent else "")
        except Cancelled:
            self._stop("cancelled")

    def _stop(self, why: str) -> None:
        self._state.stopped = self._state.stopped or why

    def _keep(self) -> None:
        """Write what waits; where there is no room for it, let the calls in flight come back and ask nothing more."""
        try:
            self._asker.log.flush()
        except NoRoomError as error:
            self._no_room = error
            self._stop("full")

    def _without_room(self, error: NoRoomError) -> NoRoomError:
        lost = self._asker.log.save_rest()
        kept = f"{lost} answers that were paid for are lost" if lost else "what was paid for is kept"
        return NoRoomError(f"{error}; {kept}, and the same command goes on from there")

    async def _work(self, queue: Iterator[tuple[int, T]]) -> None:
        try:
            await self._take(queue)
        except NoRoomError as error:
            self._no_room = error
            self._stop("full")
        finally:
            self._keep()  # nobody's next claim will write the last answer of this worker

    async def _take(self, queue: Iterator[tuple[int, T]]) -> None:
        for at, item in queue:
            if self._state.stopped:
                return
            try:
                decision, entries = await self._decide(item)
            except BudgetReachedError:
                self._stop("budget")
                return
            except GivenUpError as error:
                self._give_up(error)
                continue
            self._in_a_row = 0
            self._found[at] = decision
            self._asker.log.record_decision(self._asker.run, decision, entries)
            self._decided(decision)
            self._tell()

    def _give_up(self, error: GivenUpError) -> None:
        self._state.failed += 1
        self._state.last_failure = str(error)
        self._in_a_row += 1
        if self._in_a_row >= IN_A_ROW:
            raise ModelError(
                f"{error}; answers so far are in {self._asker.log.path}, the same command goes on there"
            ) from error


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
