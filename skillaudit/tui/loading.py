"""Runs an audit in a thread: stages with counts, a way to stop it, and how it ended."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar, cast

from skillaudit.progress import Cancelled, Progress
from skillaudit.schema import Report

if TYPE_CHECKING:
    from skillaudit.gate.verdict import Change

SETTLED = 0.5
"""Seconds of a stage before its pace says anything."""
Loader = Callable[[Progress], Report]


Basis = Literal["", "files", "words", "kept"]
"""What a report rests on that makes way for another: the files, words without vectors, the files of the last audit."""

BASES: dict[Basis, str] = {
    "": "", "files": "by its files alone", "words": "by words alone", "kept": "as last audited",
}  # fmt: skip
"""What the first line says of such a report."""


class EarlyReport(NamedTuple):
    """A report that is shown while the audit goes on."""

    report: Report
    basis: Basis


class Stage(NamedTuple):
    """Where one stage is; a `total` of 0 means that the end is not known."""

    name: str
    done: int
    total: int
    note: str = ""
    left: float | None = None
    """Seconds that the rest of the stage takes at the pace so far; None where that cannot be told."""


class Meter:
    """The progress object of one audit: written by its thread, read by the screen."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stages: dict[str, Stage] = {}
        self._begun: dict[str, tuple[float, int]] = {}
        self.early: EarlyReport | None = None
        """What can be said while the audit goes on."""
        self.change: Change | None = None
        """What changed since the last audit of the same sources."""
        self.latest: Stage | None = None
        """The stage heard of last, which may have begun long before others."""
        self._stop = threading.Event()

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Take the news of a stage; raises `Cancelled` once a stop was asked for."""
        # Assigning one key of a dict is atomic, so that neither side waits for the other.
        began, first = self._begun.setdefault(stage, (self._clock(), done))
        spent, made = self._clock() - began, done - first
        left = spent / made * (total - done) if made > 0 and total > done and spent >= SETTLED else None
        self._stages[stage] = self.latest = Stage(stage, done, total, note, left)
        if self._stop.is_set():
            raise Cancelled

    def cancel(self) -> None:
        """Ask the audit to stop at its next sign of life."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """True once a stop was asked for."""
        return self._stop.is_set()

    @property
    def stages(self) -> tuple[Stage, ...]:
        """All stages heard of, in the order in which they began."""
        return tuple(self._stages.copy().values())


class Ending(NamedTuple):
    """How an audit ended: with a report, with an error, or cancelled with what there was."""

    report: Report | None = None
    error: BaseException | None = None
    cancelled: bool = False


class StoppedAudit(Cancelled):
    """An audit that was stopped, with what could be said until then."""

    def __init__(self, report: Report) -> None:
        super().__init__()
        self.report = report


Result = TypeVar("Result")


def load_report(load: Loader, meter: Meter) -> Ending:
    """Run the loader and return how it ended; never raises.

    A `StoppedAudit` hands over the part that was finished.
    """
    try:
        report = load(meter)
    except StoppedAudit as stop:
        return Ending(report=stop.report, cancelled=True)
    except Cancelled:
        return Ending(cancelled=True)
    except BaseException as error:
        return Ending(error=error)
    return Ending(report=report)


SWITCH_INTERVAL = 0.001
"""Seconds that a thread may keep the interpreter while the screen waits for it.

One key press takes the interpreter back several times over; at Python's own 5 ms they add up to a
wait that is felt. Audits are worse, and have a process of their own: see `apart.py`.
"""


async def in_thread(work: Callable[[Meter], Result], meter: Meter) -> Result:
    """Run `work` in a daemon thread, so that quitting never waits for a step that cannot be stopped."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def deliver(result: Result | None, error: BaseException | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(cast("Result", result))

    def run() -> None:
        result, caught = None, None
        try:
            result = work(meter)
        except BaseException as error:
            caught = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(deliver, result, caught)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        threading.Thread(target=run, name="work", daemon=True).start()
        return await future
    finally:
        if interval > SWITCH_INTERVAL:  # else another thread's turn has set it, and sets it back
            sys.setswitchinterval(interval)
