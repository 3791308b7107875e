"""One study from plan to result: estimate, ask, log, conclude."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from skillaudit.asking import engine
from skillaudit.asking.asker import Router
from skillaudit.asking.deciding import Decider
from skillaudit.asking.defaults import StudyName
from skillaudit.asking.log import ProbeLog, under_way
from skillaudit.asking.pacing import Pace
from skillaudit.asking.rates import arms
from skillaudit.asking.records import Decision, StudyPlan
from skillaudit.asking.workers import Outcomes
from skillaudit.errors import UsageError
from skillaudit.probe.comparing import absorbers
from skillaudit.probe.ground import Ground
from skillaudit.probe.records import ProbeResult, StudyResult
from skillaudit.probe.sequential import Sampler
from skillaudit.probe.studies import STUDIES
from skillaudit.progress import SILENT, Progress


@dataclass(frozen=True, slots=True)
class ProbeLimits(engine.Limits):
    """How much a study may ask and spend."""

    precision: float | None = None
    """Half-width of the interval of accuracy and hijack at which the accuracy study stops; None asks everything."""
    resume: bool = False
    """True to go on only where the log has a run of this study."""


async def probe(
    ground: Ground,
    study: StudyName,
    router: Router,
    log: ProbeLog,
    limits: ProbeLimits | None = None,
    *,
    doubt: Mapping[str, float] | None = None,
    pace: Pace | None = None,
    before: Callable[[engine.Preview], None] = lambda _: None,
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
    limits = limits or ProbeLimits()
    made = STUDIES[study].plan(ground)
    run = run_id(ground, study, router, limits.precision if study == "accuracy" else None)
    if limits.resume and not log.has(run):
        raise UsageError(
            f"{log.path} holds no run of this study to resume; check SOURCE, --model, --requests and --log, or leave "
            "--resume out"
        )
    pace = pace or Pace(seed=ground.seed)
    asked = engine.Engine(router, log, run, limits, pace=pace, progress=progress, decided=decided)
    decider = Decider(made, asked.asker, ground.skills)
    before(asked.preview((made.trials, decider.coming)))
    if study == "accuracy" and limits.precision is not None:
        sampler = Sampler(made.trials, doubt or {}, limits.precision)
        found = await _until_precise(asked, decider, sampler, made)
    else:
        found = await asked.carry_out(made.trials, decider.decide)
    decisions = tuple(found.decisions)
    result = StudyResult(
        study=study,
        model=router.name,
        arms=arms(decisions),
        fits=STUDIES[study].conclude(ground, decisions),
        absorbers=absorbers(decisions),
        notes=_notes(made, found, log),
    )
    return ProbeResult(
        result=result, spending=asked.spending(found), planned=len(made.trials), log=str(log.path)
    ), decisions


def run_id(ground: Ground, study: StudyName, router: Router, precision: float | None = None) -> str:
    """Return the name of a run in the log: a hash of everything that decides what is asked, and of whom."""
    text = json.dumps([study, router.name, router.parameters, precision, ground.digest()], sort_keys=True)
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


async def _until_precise(
    asked: engine.Engine, decider: Decider, sampler: Sampler, made: StudyPlan
) -> Outcomes:
    found = Outcomes()
    while trials := sampler.next(found.decisions):
        found.add(await asked.carry_out(trials, decider.decide))
        if found.stopped:
            break
    if not found.stopped and len(found.decisions) + found.failed < len(made.trials):
        found.stopped = "precision"
    return found


def _notes(made: StudyPlan, found: Outcomes, log: ProbeLog) -> tuple[str, ...]:
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
        if log.left:
            notes.append(f"{under_way(log.left)}.")
    elif found.stopped == "precision":
        notes.append(
            f"{len(found.decisions)} of {len(made.trials)} decisions were enough for the wanted precision."
        )
    return tuple(notes)
