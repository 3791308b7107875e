"""Run experiments on a router: ask through the probe's engine, which logs, resumes and keeps a budget."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence

import msgspec

from skillaudit.errors import UsageError
from skillaudit.experiment.errands import Errand, carry_out, quoted
from skillaudit.experiment.inference import factors
from skillaudit.experiment.records import Findings, Result, Row
from skillaudit.experiment.studies import EXPERIMENTS, Experiment
from skillaudit.experiment.tasks import Scope
from skillaudit.probe.asking import Asker, Router
from skillaudit.probe.log import ProbeLog
from skillaudit.probe.pacing import Budget, Pace
from skillaudit.probe.prompts import Prompts, corpus
from skillaudit.probe.records import Decision, Plan, Spending
from skillaudit.probe.routers import LiveRouter, LocalRouter
from skillaudit.probe.running import Outcomes, Runner
from skillaudit.progress import SILENT, Progress

_LOOKED_AT = 100
"""Questions that the estimate is made from."""


async def decide(
    plan: Plan,
    router: Router,
    log: ProbeLog,
    *,
    errands: Sequence[Errand] = (),
    budget: float | None = None,
    concurrency: int = 16,
    pace: Pace | None = None,
    before: Callable[[int, float | None], None] = lambda calls, dollars: None,
    progress: Progress = SILENT,
) -> tuple[Outcomes, Spending]:
    """Carry out a plan, after the errands that its tasks may quote; what the log knows already is not asked again.

    `before` is told how many calls are coming and about what they cost, before the first one. Raises `UsageError` when
    a budget is given and the price is not known, `ModelError` when the router cannot be used.
    """
    if budget is not None and router.price is None:
        raise UsageError(
            f"the price of {router.name} is not known, so a budget cannot be kept; give --no-budget"
        )
    run = run_id(plan, router, errands)
    asker = Asker(router, log, run, Budget(budget, log.spent(run)), pace or Pace())
    prompts = Prompts(plan, ())
    if isinstance(router, LocalRouter):
        router.prepare([trial.query for trial in plan.trials], corpus(plan))
    _announce(plan, prompts, errands, asker, before)
    carried = await carry_out(errands, plan.study, asker, concurrency=concurrency, progress=progress)
    found = Outcomes(decisions=[], stopped=carried.stopped)
    if not carried.stopped:
        plan = quoted(plan, carried.said)
        runner = Runner(plan, Prompts(plan, ()), asker, concurrency=concurrency, progress=progress)
        found = await runner.run(plan.trials)
    found.decisions[:0] = carried.decisions
    found.failed += carried.failed
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
    after: Callable[[Sequence[Decision]], None] = lambda decisions: None,
    progress: Progress = SILENT,
) -> Result:
    """Run one experiment and conclude from what was decided; `after` is told each decision.

    Raises `UsageError` when the budget ends before every condition has a decision, and as `decide` does.
    """
    experiment = EXPERIMENTS[name]
    local = isinstance(router, LocalRouter)
    if local and experiment.models_only:
        return _not_applicable(experiment, router.name, scope)
    plan = experiment.plan(scope)
    errands = experiment.errands(scope) if experiment.errands and not local else ()
    found, spending = asyncio.run(
        _decide_and_close(plan, errands, router, log, budget, concurrency, before, progress)
    )
    planned = len(plan.trials) + len(errands)
    wanted = {trial.condition for trial in plan.trials} | {errand.condition for errand in errands}
    missing = wanted - {decision.condition for decision in found.decisions}
    if missing:
        raise UsageError(
            f"{name} stopped after {len(found.decisions)} of {planned} decisions, with nothing asked under "
            f"{min(missing)!r}; with a higher --budget the same command goes on from there"
        )
    after(found.decisions)
    findings = experiment.conclude(found.decisions)
    if local and experiment.models_part:
        findings = msgspec.structs.replace(findings, notes=(*findings.notes, experiment.models_part))
    if spending.stopped or spending.failed:
        note = (
            f"Only {len(found.decisions)} of {planned} decisions were made; the same command asks the rest."
        )
        findings = msgspec.structs.replace(findings, notes=(*findings.notes, note))
    return Result(
        name=name,
        title=experiment.title,
        router=router.name,
        seeds=scope.seeds,
        tasks=scope.tasks,
        findings=findings,
        rows=rows(name, found.decisions),
        planned=planned,
        spending=spending,
    )


def _not_applicable(experiment: Experiment, router: str, scope: Scope) -> Result:
    return Result(
        name=experiment.name,
        title=experiment.title,
        router=router,
        seeds=scope.seeds,
        tasks=scope.tasks,
        findings=Findings(),
        rows=(),
        planned=0,
        spending=Spending(calls=0, known=0, dollars=0.0, priced=True),
        not_applicable=experiment.models_only,
    )


async def _decide_and_close(
    plan: Plan,
    errands: Sequence[Errand],
    router: Router,
    log: ProbeLog,
    budget: float | None,
    concurrency: int,
    before: Callable[[int, float | None], None],
    progress: Progress,
) -> tuple[Outcomes, Spending]:
    try:
        return await decide(
            plan,
            router,
            log,
            errands=errands,
            budget=budget,
            concurrency=concurrency,
            before=before,
            progress=progress,
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


def run_id(plan: Plan, router: Router, errands: Sequence[Errand] = ()) -> str:
    """Return the name of a run in the log: a hash of all that is asked, and of whom."""
    asked = [plan, list(errands)] if errands else [plan]
    text = msgspec.json.encode([*asked, router.name, dict(router.parameters)], order="deterministic")
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _announce(
    plan: Plan,
    prompts: Prompts,
    errands: Sequence[Errand],
    asker: Asker,
    before: Callable[[int, float | None], None],
) -> None:
    """Look at some questions, and extrapolate; a second stage is taken to cost as much as the first."""
    calls, dollars = 0.0, 0.0
    seen = plan.trials[:: max(1, len(plan.trials) // _LOOKED_AT)]
    for trial in seen:
        question = prompts.first(trial)
        if asker.log.answer(asker.key(question, trial.repeat)) is None:
            stages = (2 if trial.tree else 1) * len(plan.trials) / len(seen)
            calls += stages
            dollars += stages * asker.expected(question)
    looked_at = errands[:: max(1, len(errands) // _LOOKED_AT)]
    for errand in looked_at:
        if asker.log.answer(asker.key(errand.question, errand.repeat)) is None:
            calls += len(errands) / len(looked_at)
            dollars += len(errands) / len(looked_at) * asker.expected(errand.question)
    before(round(calls), dollars if asker.router.price is not None else None)
