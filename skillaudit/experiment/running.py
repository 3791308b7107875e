"""Run experiments on a router: ask through the probe's engine, which logs, resumes and keeps a budget."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec

from skillaudit.errors import UsageError
from skillaudit.experiment.inference import factors
from skillaudit.experiment.records import Result, Row
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.experiment.tasks import Scope
from skillaudit.probe.asking import Asker, Router
from skillaudit.probe.log import ProbeLog
from skillaudit.probe.pacing import Budget, Pace
from skillaudit.probe.prompts import Prompts, corpus
from skillaudit.probe.records import Decision, Plan, Spending
from skillaudit.probe.routers import LiveRouter, LocalRouter
from skillaudit.probe.running import Outcomes, Runner
from skillaudit.progress import SILENT, Progress


async def decide(
    plan: Plan,
    router: Router,
    log: ProbeLog,
    *,
    budget: float | None = None,
    concurrency: int = 16,
    pace: Pace | None = None,
    before: Callable[[int, float | None], None] = lambda calls, dollars: None,
    progress: Progress = SILENT,
) -> tuple[Outcomes, Spending]:
    """Carry out a plan; what the log knows already is not asked again.

    `before` is told how many calls are coming and about what they cost, before the first one. Raises `UsageError` when
    a budget is given and the price is not known, `ModelError` when the router cannot be used.
    """
    if budget is not None and router.price is None:
        raise UsageError(
            f"the price of {router.name} is not known, so a budget cannot be kept; give --no-budget"
        )
    run = run_id(plan, router)
    asker = Asker(router, log, run, Budget(budget, log.spent(run)), pace or Pace())
    prompts = Prompts(plan, ())
    if isinstance(router, LocalRouter):
        router.prepare([trial.query for trial in plan.trials], corpus(plan))
    _announce(plan, prompts, asker, before)
    runner = Runner(plan, prompts, asker, concurrency=concurrency, progress=progress)
    found = await runner.run(plan.trials)
    spending = Spending(
        calls=asker.calls,
        known=asker.known,
        dollars=asker.budget.spent,
        priced=router.price is not None,
        failed=found.failed,
        stopped=found.stopped,
    )
    return found, spending


def run(
    name: str,
    router: Router,
    log: ProbeLog,
    scope: Scope,
    *,
    budget: float | None = None,
    concurrency: int = 16,
    before: Callable[[int, float | None], None] = lambda calls, dollars: None,
    progress: Progress = SILENT,
) -> Result:
    """Run one experiment and conclude from what was decided.

    Raises `UsageError` when the budget ends before every condition has a decision, and as `decide` does.
    """
    experiment = EXPERIMENTS[name]
    plan = experiment.plan(scope)
    found, spending = asyncio.run(_decide_and_close(plan, router, log, budget, concurrency, before, progress))
    wanted = {trial.condition for trial in plan.trials}
    missing = wanted - {decision.condition for decision in found.decisions}
    if missing:
        raise UsageError(
            f"{name} stopped after {len(found.decisions)} of {len(plan.trials)} decisions, with nothing asked under "
            f"{min(missing)!r}; with a higher --budget the same command goes on from there"
        )
    findings = experiment.conclude(found.decisions)
    if spending.stopped or spending.failed:
        note = f"Only {len(found.decisions)} of {len(plan.trials)} decisions were made; the same command asks the rest."
        findings = msgspec.structs.replace(findings, notes=(*findings.notes, note))
    return Result(
        name=name,
        title=experiment.title,
        router=router.name,
        seeds=scope.seeds,
        tasks=scope.tasks,
        findings=findings,
        rows=rows(name, found.decisions),
        planned=len(plan.trials),
        spending=spending,
    )


async def _decide_and_close(
    plan: Plan,
    router: Router,
    log: ProbeLog,
    budget: float | None,
    concurrency: int,
    before: Callable[[int, float | None], None],
    progress: Progress,
) -> tuple[Outcomes, Spending]:
    try:
        return await decide(
            plan, router, log, budget=budget, concurrency=concurrency, before=before, progress=progress
        )
    finally:
        if isinstance(router, LiveRouter):
            await router.aclose()


def rows(name: str, decisions: Sequence[Decision]) -> tuple[Row, ...]:
    """Count the outcomes of each condition and seed."""
    found: dict[tuple[str, int], list[Decision]] = defaultdict(list)
    for decision in decisions:
        found[decision.condition, decision.repeat].append(decision)
    return tuple(
        Row(
            experiment=name,
            router=part[0].model,
            seed=seed,
            factors=dict(factors(condition)),
            offered=sum(len(d.offered) for d in part) / len(part),
            decisions=len(part),
            right=sum(d.outcome == "right" for d in part),
            hijack=sum(d.outcome == "hijack" for d in part),
            no_skill=sum(d.outcome not in ("right", "hijack") for d in part),
        )
        for (condition, seed), part in sorted(found.items(), key=lambda item: (item[1][0].x, item[0]))
    )


def run_id(plan: Plan, router: Router) -> str:
    """Return the name of a run in the log: a hash of all that is asked, and of whom."""
    text = msgspec.json.encode([plan, router.name, dict(router.parameters)], order="deterministic")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _announce(
    plan: Plan, prompts: Prompts, asker: Asker, before: Callable[[int, float | None], None]
) -> None:
    """Look at some questions, and extrapolate; a second stage is taken to cost as much as the first."""
    seen = plan.trials[:: max(1, len(plan.trials) // 100)]
    calls, dollars = 0, 0.0
    for trial in seen:
        question = prompts.first(trial)
        if asker.log.answer(asker.key(question, trial.repeat)) is None:
            stages = 2 if trial.tree else 1
            calls += stages
            dollars += stages * asker.expected(question)
    scale = len(plan.trials) / max(1, len(seen))
    before(round(calls * scale), dollars * scale if asker.router.price is not None else None)
