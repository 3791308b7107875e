"""Decisions of routers whose parameters are known, made without asking anybody."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache

import msgspec

from skillaudit.asking.records import Decision, StudyPlan, Trial
from skillaudit.experiment.errands import Errand, decided
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.experiment.studies.pairs import partners
from skillaudit.experiment.tasks import Scope

Chance = Callable[[Trial], float]
Done = Callable[[Errand], float]
"""Chances of steps that are carried out."""


@cache
def planned(name: str, tasks: int = 60) -> StudyPlan:
    """Return an experiment's plan over three seeds, made once for all tests."""
    return EXPERIMENTS[name].plan(Scope(3, tasks))


def simulate(plan: StudyPlan, chance: Chance, seed: int = 0) -> tuple[Decision, ...]:
    """Decide every trial right with its chance."""
    rng = random.Random(seed)
    return tuple(_decided(plan, trial, rng.random() < chance(trial)) for trial in plan.trials)


@cache
def errands(name: str, tasks: int = 60) -> tuple[Errand, ...]:
    """Return an experiment's errands over three seeds, none where it has none."""
    make = EXPERIMENTS[name].errands
    return make(Scope(3, tasks)) if make else ()


def carry_out(made: Sequence[Errand], chance: Done, seed: int = 0) -> tuple[Decision, ...]:
    """Carry every errand out right with its chance."""
    rng = random.Random(seed)
    return tuple(
        decided(errand, "right" if rng.random() < chance(errand) else "invalid", "simulated", "rescue")
        for errand in made
    )


def everything(name: str, chance: Chance, done: Done, tasks: int = 60, seed: int = 0) -> tuple[Decision, ...]:
    """Decide all trials and errands of an experiment."""
    return (
        *carry_out(errands(name, tasks), done, seed),
        *simulate(planned(name, tasks), chance, seed + 1),
    )


def towed(decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """Let all wrong choices go to the other of the pair."""
    other = partners()
    return tuple(
        msgspec.structs.replace(d, chosen=other[d.gold[0]]) if d.offered and d.outcome == "hijack" else d
        for d in decisions
    )


def exactly(plan: StudyPlan, chance: Chance) -> tuple[Decision, ...]:
    """Decide just the share of each condition's trials right that its chance says, spread over the skills."""
    parts: dict[str, list[Trial]] = defaultdict(list)
    for trial in plan.trials:
        parts[trial.condition].append(trial)
    made = []
    for part in parts.values():
        share = sum(map(chance, part)) / len(part)
        due = 0.0
        for trial in sorted(part, key=lambda trial: (trial.group, trial.query)):
            due += share
            made.append(_decided(plan, trial, due >= 0.5))
            due -= due >= 0.5
    return tuple(made)


def shuffled(decisions: Sequence[Decision], seed: int = 0) -> tuple[Decision, ...]:
    """Return the decisions with their outcomes dealt out anew."""
    outcomes = [decision.outcome for decision in decisions]
    random.Random(seed).shuffle(outcomes)
    return tuple(
        msgspec.structs.replace(decision, outcome=outcome)
        for decision, outcome in zip(decisions, outcomes, strict=True)
    )


def blind(plan: StudyPlan) -> Chance:
    """Return the chance of a router that picks at random, stage by stage."""

    def chance(trial: Trial) -> float:
        if not trial.tree:
            return 1 / len(trial.offered)
        alive = [set(branch.skills).intersection(trial.offered) for branch in plan.trees[trial.tree]]
        mine = next(inside for inside in alive if trial.gold[0] in inside)
        return 1 / sum(map(bool, alive)) / len(mine)

    return chance


def _decided(plan: StudyPlan, trial: Trial, right: bool) -> Decision:
    return Decision(
        key="",
        study=plan.study,
        model="simulated",
        condition=trial.condition,
        x=trial.x,
        query=trial.query,
        gold=trial.gold,
        offered=trial.offered,
        outcome="right" if right else "hijack",
        chosen=trial.gold[0] if right else next(s for s in trial.offered if s not in trial.gold),
        position=1 + trial.offered.index(trial.gold[0]),
        repeat=trial.repeat,
        group=trial.group,
        answers=(),
    )
