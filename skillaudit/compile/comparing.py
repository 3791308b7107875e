"""Run a system and its compiled form on the same tasks and set them side by side (table 3)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from skillaudit.compile.answers import TaskRow, is_right
from skillaudit.compile.compiler import Compilation
from skillaudit.compile.executors import Complete, TaskRun, run_agents, run_one_call, run_stepwise
from skillaudit.compile.system import System
from skillaudit.errors import MissingError, UsageError
from skillaudit.schema import Estimate, Record
from skillaudit.stats.intervals import share

SideName = Literal["agents", "one call", "stepwise"]
CONCURRENCY = 4


class SideResult(Record):
    """One side over all tasks; means are per task that was finished."""

    side: SideName
    tasks: int
    failed: int
    """Tasks that a model error ended; they count nowhere else."""
    accuracy: Estimate
    tokens: float
    seconds: float
    calls: float
    total_calls: int
    prompt_tokens: int
    answer_tokens: int


class SideComparison(Record):
    """All sides, and what compiling changes."""

    model: str
    sides: tuple[SideResult, ...]
    errors: tuple[str, ...] = ()
    """The first message of each kind of failure."""

    def side(self, name: SideName) -> SideResult:
        """Return one side."""
        return next(side for side in self.sides if side.side == name)

    def saved(self, what: Literal["tokens", "seconds", "calls"], name: SideName = "one call") -> float | None:
        """Return the share of tokens, seconds or calls that a compiled form saves; None without a base."""
        base = getattr(self.side("agents"), what)
        return 1.0 - getattr(self.side(name), what) / base if base else None


async def compare(
    system: System,
    compilation: Compilation,
    tasks: Sequence[TaskRow],
    complete: Complete,
    *,
    model: str = "",
    run_tests: bool = False,
    stepwise: bool = False,
    concurrency: int = CONCURRENCY,
    clock: Callable[[], float] = time.perf_counter,
    tick: Callable[[int, int], None] = lambda done, total: None,
) -> SideComparison:
    """Run every task on both sides with one completion function, the same backbone for all.

    `complete` raises a `MissingError` for a call that failed for good; its task is then counted as failed.
    Raises UsageError when the system is not compilable as a whole: half a system has nothing to compare.
    """
    if not compilation.verdict.compilable:
        raise UsageError(
            f"{compilation.system} is not compilable as a whole, so there is nothing to compare; "
            "`--check-only` says why"
        )
    runners: list[tuple[SideName, Callable[[str], Awaitable[TaskRun]]]] = [
        ("agents", lambda task: run_agents(system, task, complete, clock=clock)),
        ("one call", lambda task: run_one_call(compilation.skills, task, complete, clock=clock)),
    ]
    if stepwise:
        runners.append(
            ("stepwise", lambda task: run_stepwise(compilation.skills, task, complete, clock=clock))
        )
    slots = asyncio.Semaphore(concurrency)
    done = 0

    async def one(run: Callable[[str], Awaitable[TaskRun]], row: TaskRow) -> TaskRun | MissingError:
        nonlocal done
        async with slots:
            try:
                return await run(row.task)
            except MissingError as error:
                return error
            finally:
                done += 1
                tick(done, len(tasks) * len(runners))

    sides, errors = [], []
    for name, run in runners:
        results = await asyncio.gather(*(one(run, row) for row in tasks))
        sides.append(_measured(name, tasks, results, run_tests))
        errors += [str(result) for result in results if isinstance(result, MissingError)]
    return SideComparison(model=model, sides=tuple(sides), errors=tuple(dict.fromkeys(errors)))


def _measured(
    name: SideName, tasks: Sequence[TaskRow], results: Sequence[TaskRun | MissingError], run_tests: bool
) -> SideResult:
    runs = [(row, run) for row, run in zip(tasks, results, strict=True) if isinstance(run, TaskRun)]
    right = sum(is_right(row, run.answer, run_tests=run_tests) for row, run in runs)
    calls = [call for _, run in runs for call in run.calls]
    n = max(1, len(runs))
    return SideResult(
        side=name,
        tasks=len(tasks),
        failed=len(tasks) - len(runs),
        accuracy=share(right, len(runs)),
        tokens=sum(run.tokens for _, run in runs) / n,
        seconds=sum(run.seconds for _, run in runs) / n,
        calls=len(calls) / n,
        total_calls=len(calls),
        prompt_tokens=sum(call.prompt_tokens for call in calls),
        answer_tokens=sum(call.answer_tokens for call in calls),
    )
