"""Run experiments on a router: ask through the engine, which logs, resumes and keeps a budget."""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

import msgspec

from skillaudit.asking.asker import Router
from skillaudit.asking.deciding import Decider
from skillaudit.asking.engine import Engine, Limits, Preview, closing
from skillaudit.asking.log import ProbeLog
from skillaudit.asking.pacing import Pace
from skillaudit.asking.records import Decision, Spending, StudyPlan
from skillaudit.asking.routers import LocalRouter
from skillaudit.asking.samples import factors
from skillaudit.asking.workers import Outcomes
from skillaudit.errors import UsageError
from skillaudit.experiment.errands import Errand, carry_out, coming, key_of, quoted
from skillaudit.experiment.records import ConditionRow, Findings, Result
from skillaudit.experiment.simulated import SimulatedRouter
from skillaudit.experiment.studies import EXPERIMENTS, Experiment
from skillaudit.experiment.tasks import Scope
from skillaudit.progress import SILENT, Progress


async def decide(
    plan: StudyPlan,
    router: Router,
    log: ProbeLog,
    limits: Limits | None = None,
    *,
    errands: Sequence[Errand] = (),
    pace: Pace | None = None,
    before: Callable[[Preview], None] = lambda _: None,
    progress: Progress = SILENT,
) -> tuple[Outcomes, Spending]:
    """Carry out a plan, after the errands that its tasks may quote; what the log knows already is not asked again.

    `before` is told what is coming, before the first call. Raises `UsageError` when a budget is given and the price is
    not known, `ModelError` when the router cannot be used.
    """
    run = run_id(plan, router, errands)
    asked = Engine(router, log, run, limits or Limits(), pace=pace, progress=progress)
    decider = Decider(plan, asked.asker)
    before(asked.preview((plan.trials, decider.coming), (errands, coming)))
    found = Outcomes()
    if errands:
        found = await asked.carry_out(errands, partial(carry_out, study=plan.study, asker=asked.asker))
        plan = quoted(plan, {key_of(done): done.answers[0] for done in found.decisions})
    if not found.stopped:
        found.add(await asked.carry_out(plan.trials, Decider(plan, asked.asker).decide))
    return found, asked.spending(found)


def run(
    name: str,
    router: Router,
    log: ProbeLog,
    scope: Scope,
    limits: Limits | None = None,
    *,
    before: Callable[[Preview], None] = lambda _: None,
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
    if isinstance(router, SimulatedRouter):
        router.know(plan, errands)
    asked = decide(plan, router, log, limits, errands=errands, before=before, progress=progress)
    found, spending = asyncio.run(closing(router, asked))
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


def rows(name: str, decisions: Sequence[Decision]) -> tuple[ConditionRow, ...]:
    """Count the outcomes of each condition and seed."""
    found: dict[tuple[str, int], list[Decision]] = defaultdict(list)
    for decision in decisions:
        found[decision.condition, decision.repeat].append(decision)
    return tuple(
        ConditionRow(
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


def run_id(plan: StudyPlan, router: Router, errands: Sequence[Errand] = ()) -> str:
    """Return the name of a run in the log: a hash of all that is asked, and of whom."""
    asked = [plan, list(errands)] if errands else [plan]
    text = msgspec.json.encode([*asked, router.name, dict(router.parameters)], order="deterministic")
    return hashlib.blake2b(text, digest_size=16).hexdigest()
