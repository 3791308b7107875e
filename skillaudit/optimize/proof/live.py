"""The proof on a live model: the same requests before and after, on lists in the same order, paired."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from skillaudit.asking.deciding import Decider
from skillaudit.asking.engine import Engine, Preview, closing
from skillaudit.asking.log import ProbeLog, default_path
from skillaudit.asking.orders import hash_of, shuffled
from skillaudit.asking.pacing import Pace
from skillaudit.asking.records import Decision, Entry, StudyPlan, Trial
from skillaudit.asking.scorers import Scorers
from skillaudit.asking.terms import Terms
from skillaudit.config import Config
from skillaudit.errors import UsageError
from skillaudit.optimize.budget import as_shown
from skillaudit.optimize.edits import applied
from skillaudit.optimize.halves import Halves, renamed
from skillaudit.optimize.proof.paired import by_owner, mcnemar
from skillaudit.optimize.proof.prove import Prove
from skillaudit.optimize.records import Edit, LiveProof
from skillaudit.progress import SILENT, Progress
from skillaudit.schema import Request, Skill
from skillaudit.stats.intervals import share

AGAIN = 40
"""Requests that are put twice before any edit, the list in another order: what an order alone changes."""
BEFORE, AFTER, ORDER = "before", "after", "order"


def prover(
    model: str,
    terms: Terms,
    *,
    log: Path | None = None,
    pace: Pace | None = None,
    before: Callable[[Preview], None] = lambda _: None,
    progress: Progress = SILENT,
) -> Prove:
    """Return what proves edits on `model`; raises `UsageError` or `ModelError` for one that cannot be asked."""

    def prove(halves: Halves, edits: Sequence[Edit], config: Config) -> LiveProof:
        plan = plan_of(halves, edits, config)
        scorers = Scorers(config.embedder, config.device)
        router = terms.router(model, scorers, config.engine)
        with ProbeLog(log or default_path()) as opened:
            run = hashlib.blake2b(
                json.dumps([router.name, [trial.query for trial in plan.trials]]).encode("utf-8", "replace"),
                digest_size=16,
            ).hexdigest()
            engine = Engine(router, opened, run, terms.limits(router), pace=pace or Pace(), progress=progress)
            decider = Decider(plan, engine.asker, halves.skills)
            before(engine.preview((plan.trials, decider.coming)))
            found = asyncio.run(closing(router, engine.carry_out(plan.trials, decider.decide)))
            spent = engine.spending(found)
        return concluded(router.name, plan, found.decisions, spent.dollars if spent.priced else None)

    return prove


def plan_of(halves: Halves, edits: Sequence[Edit], config: Config, seed: int = 0) -> StudyPlan:
    """Return what to ask: every request of the proof half before and after, the skills in one random order.

    The two trials of a request stand side by side, so that a budget that ends in between costs one pair.
    Raises UsageError when there is no edit to prove or no request to prove it on.
    """
    if not any(edit.accept for edit in edits):
        raise UsageError("no edit is accepted, so there is nothing to prove; see the plan with --all.")
    if not halves.proof:
        raise UsageError("no request of the proof half judges this library; give some with --requests FILE.")
    after, gone, into = applied(halves.skills, edits)
    listed = [skill for skill in after if skill.id not in gone and skill.id not in into]
    texts = {BEFORE: _shown(halves.skills, config), AFTER: _shown(listed, config)}
    trials: list[Trial] = []
    asked = [*halves.proof, *halves.idle]
    asked.sort(key=lambda request: hash_of(request.query, seed))
    then = renamed(asked, into)
    for at, (first, second) in enumerate(zip(asked, then, strict=True)):
        order = shuffled(list(texts[BEFORE]), seed, first.query)
        trials.append(_trial(BEFORE, BEFORE, first, order))
        trials.append(_trial(AFTER, AFTER, second, [skill for skill in order if skill in texts[AFTER]]))
        if at < AGAIN:
            other = shuffled(list(texts[BEFORE]), seed, first.query, ORDER)
            trials.append(_trial(ORDER, BEFORE, first, other, repeat=1))
    return StudyPlan(study="accuracy", trials=tuple(trials), texts=texts)


def concluded(model: str, plan: StudyPlan, decisions: Sequence[Decision], dollars: float | None) -> LiveProof:
    """Say what decisions come to; a request counts where it was decided before and after."""
    found: dict[str, dict[str, Decision]] = {BEFORE: {}, AFTER: {}, ORDER: {}}
    for decision in decisions:
        found[decision.condition][decision.query] = decision
    both = [query for query in found[BEFORE] if query in found[AFTER]]
    routed = [query for query in both if found[BEFORE][query].gold]
    idle = [query for query in both if not found[BEFORE][query].gold]
    first, second = (
        np.array([found[when][query].outcome == "right" for query in routed], dtype=bool)
        for when in (BEFORE, AFTER)
    )
    gained, lost = int((second & ~first).sum()), int((first & ~second).sum())
    again = [query for query in found[ORDER] if query in found[BEFORE]]
    swayed = sum(found[ORDER][query].chosen != found[BEFORE][query].chosen for query in again)
    return LiveProof(
        model=model,
        planned=sum(trial.condition == BEFORE for trial in plan.trials),
        pairs=len(both),
        before=share(int(first.sum()), len(routed)),
        after=share(int(second.sum()), len(routed)),
        silent_before=share(_silent(found[BEFORE], routed), len(routed)),
        silent_after=share(_silent(found[AFTER], routed), len(routed)),
        fired_before=share(len(idle) - _silent(found[BEFORE], idle), len(idle)),
        fired_after=share(len(idle) - _silent(found[AFTER], idle), len(idle)),
        gained=gained,
        lost=lost,
        p_value=mcnemar(gained, lost),
        difference=by_owner(
            [found[BEFORE][query].group for query in routed], second.astype(np.float64) - first
        ),
        order_noise=share(swayed, len(again)),
        dollars=dollars,
    )


def _silent(found: Mapping[str, Decision], queries: Sequence[str]) -> int:
    return sum(found[query].chosen is None for query in queries)


def _shown(skills: Sequence[Skill], config: Config) -> dict[str, Entry]:
    if config.client is not None:
        cut, hidden = as_shown(skills, config)
        skills = [skill for skill in cut if skill.id not in hidden]
    return {skill.id: Entry(name=skill.name, description=skill.description) for skill in skills}


def _trial(condition: str, variant: str, request: Request, offered: Sequence[str], repeat: int = 0) -> Trial:
    gold = tuple(skill for skill in request.gold if skill in set(offered))
    return Trial(
        condition=condition,
        query=request.query,
        gold=gold,
        offered=tuple(offered),
        group=request.home or (request.gold[0] if request.gold else request.query),
        abstain=True,
        variant=variant,
        repeat=repeat,
    )
