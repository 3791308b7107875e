"""One study from plan to result: estimate, ask, log, conclude."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from skillaudit.errors import UsageError
from skillaudit.probe.asking import Asker, Router
from skillaudit.probe.comparing import absorbers
from skillaudit.probe.ground import Ground
from skillaudit.probe.log import ProbeLog
from skillaudit.probe.pacing import Budget, Pace
from skillaudit.probe.prompts import Prompts, corpus
from skillaudit.probe.rates import arms
from skillaudit.probe.records import Decision, Plan, ProbeResult, Spending, StudyName, StudyResult
from skillaudit.probe.routers import LocalRouter
from skillaudit.probe.running import Outcomes, Runner
from skillaudit.probe.sequential import Sampler
from skillaudit.probe.studies import STUDIES
from skillaudit.progress import SILENT, Progress

SAMPLED = 100
"""Questions that the estimate is made from."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a run may ask and spend."""

    budget: float | None = None
    """Dollars for this study of this library, interrupted runs included."""
    concurrency: int = 16
    attempts: int = 6
    precision: float | None = None
    """Half-width of the interval of accuracy and hijack at which the accuracy study stops; None asks everything."""
    resume: bool = False
    """True to go on only where the log has a run of this study."""


class Preview(msgspec.Struct, frozen=True):
    """What a run is about to do."""

    trials: int
    questions: int
    """Calls, at most, that the log has no answer for."""
    dollars: float | None
    """About what they cost; None where the price is not known."""
    budget: float | None
    spent: float
    """On this study before."""


async def probe(
    ground: Ground,
    study: StudyName,
    router: Router,
    log: ProbeLog,
    limits: Limits | None = None,
    *,
    doubt: Mapping[str, float] | None = None,
    pace: Pace | None = None,
    before: Callable[[Preview], None] = lambda _: None,
    decided: Callable[[Decision], None] = lambda _: None,
    progress: Progress = SILENT,
) -> tuple[ProbeResult, tuple[Decision, ...]]:
    """Run one study and return its result with the decisions that it rests on.

    `doubt` is, per skill, the standard deviation of the outcome that the forecast expects; the accuracy study
    spends its questions by it where `limits.precision` is set. `before` is told what is about to be asked, before the
    first call; what it raises ends the run. `decided` hears of each decision. A `Cancelled` that `progress` raises
    while questions are asked ends the run with the result of what was decided.

    Raises `UsageError` when nothing can be planned or the price needed for a budget is not known, `ModelError` when the
    model cannot be used; what was answered until then is in the log.
    """
    limits = limits or Limits()
    made = STUDIES[study].plan(ground)
    run = run_id(ground, study, router, limits.precision if study == "accuracy" else None)
    if limits.resume and not log.has(run):
        raise UsageError(
            f"{log.path} holds no run of this study to resume; check SOURCE, --model, --requests and --log, or leave "
            "--resume out"
        )
    if limits.budget is not None and router.price is None:
        raise UsageError(
            f"the price of {router.name} is not known, so a budget cannot be kept; give --price, or --no-budget"
        )
    budget = Budget(limits.budget, log.spent(run))
    asker = Asker(router, log, run, budget, pace or Pace(seed=ground.seed), limits.attempts)
    prompts = Prompts(made, ground.skills)
    if isinstance(router, LocalRouter):
        router.prepare([trial.task or trial.query for trial in made.trials], corpus(made))
    before(_preview(made, prompts, asker, log, limits.budget))
    runner = Runner(made, prompts, asker, concurrency=limits.concurrency, progress=progress, decided=decided)
    if study == "accuracy" and limits.precision is not None:
        sampler = Sampler(made.trials, doubt or {}, limits.precision)
        found = await _until_precise(runner, sampler, made)
    else:
        found = await runner.run(made.trials)
    decisions = tuple(found.decisions)
    result = StudyResult(
        study=study,
        model=router.name,
        arms=arms(decisions),
        fits=STUDIES[study].conclude(ground, decisions),
        absorbers=absorbers(decisions),
        notes=_notes(made, found),
    )
    spending = Spending(
        calls=asker.calls,
        known=asker.known,
        dollars=budget.spent,
        priced=router.price is not None,
        failed=found.failed,
        stopped=found.stopped,
    )
    return ProbeResult(
        result=result, spending=spending, planned=len(made.trials), log=str(log.path)
    ), decisions


def run_id(ground: Ground, study: StudyName, router: Router, precision: float | None = None) -> str:
    """Return the name of a run in the log: a hash of everything that decides what is asked, and of whom."""
    text = json.dumps([study, router.name, router.parameters, precision, ground.digest()], sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


async def _until_precise(runner: Runner, sampler: Sampler, made: Plan) -> Outcomes:
    found = Outcomes(decisions=[])
    while trials := sampler.next(found.decisions):
        part = await runner.run(trials)
        found.decisions += part.decisions
        found.failed += part.failed
        found.stopped, found.last_failure = part.stopped, part.last_failure or found.last_failure
        if part.stopped:
            break
    if not found.stopped and len(found.decisions) + found.failed < len(made.trials):
        found.stopped = "precision"
    return found


def _preview(made: Plan, prompts: Prompts, asker: Asker, log: ProbeLog, budget: float | None) -> Preview:
    """Look at some questions, and extrapolate; the second stage of a choice is taken to cost as much as the first."""
    trials = made.trials
    step = max(1, len(trials) // SAMPLED)
    seen = trials[::step]
    questions, dollars = 0, 0.0
    for trial in seen:
        question = prompts.first(trial)
        if log.answer(asker.key(question, trial.repeat)) is None:
            calls = 2 if trial.tree else 1
            questions += calls
            dollars += calls * asker.expected(question)
    scale = len(trials) / max(1, len(seen))
    return Preview(
        trials=len(trials),
        questions=round(questions * scale),
        dollars=dollars * scale if asker.router.price is not None else None,
        budget=budget,
        spent=asker.budget.spent,
    )


def _notes(made: Plan, found: Outcomes) -> tuple[str, ...]:
    notes = list(made.notes)
    if found.failed:
        notes.append(
            f"{found.failed} questions got no answer after every attempt ({found.last_failure}); the same command "
            "asks them again."
        )
    if found.stopped == "budget":
        notes.append(
            f"The budget was reached after {len(found.decisions)} of {len(made.trials)} decisions; with a higher "
            "--budget the same command goes on from there."
        )
    elif found.stopped == "cancelled":
        notes.append(
            f"Stopped after {len(found.decisions)} of {len(made.trials)} decisions; the same settings go on from there."
        )
    elif found.stopped == "precision":
        notes.append(
            f"{len(found.decisions)} of {len(made.trials)} decisions were enough for the wanted precision."
        )
    return tuple(notes)
