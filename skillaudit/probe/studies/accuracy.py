"""Accuracy: every request against the whole library, as the client lists it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillaudit.asking.records import Decision, Fit, StudyPlan
from skillaudit.asking.samples import Sample
from skillaudit.probe.ground import Ground
from skillaudit.probe.studies.common import idle_trial, make_plan, routed_trial

MIN_POSITIONS = 9


def plan(ground: Ground) -> StudyPlan:
    """Ask every request, no-skill ones included, `repeats` times, the list shuffled anew each time."""
    everything = [skill.id for skill in ground.skills]
    trials = []
    for repeat in range(ground.repeats):
        trials += [
            routed_trial(ground, request, everything, "all", repeat=repeat, abstain=True)
            for request in ground.sample()
        ]
        trials += [idle_trial(ground, request, everything, "all", repeat=repeat) for request in ground.idle]
    notes = []
    if not ground.idle:
        notes.append(
            "No request says that nothing should fire, so the rate of false triggers was not measured."
        )
    return make_plan("accuracy", ground, trials, notes)


def conclude(ground: Ground, decisions: Sequence[Decision]) -> tuple[Fit, ...]:
    """Say how much it matters where in the list the right skill stands."""
    shown = [d for d in decisions if d.gold and d.position and len(d.offered) >= MIN_POSITIONS]
    if len(shown) < MIN_POSITIONS:
        return ()
    sample = Sample(shown)
    place = np.array([(d.position - 1) / max(1, len(d.offered) - 1) for d in sample.decisions])
    first, last = (sample.mean(sample.right, part) for part in (place < 1 / 3, place > 2 / 3))
    meaning = "accuracy with the right skill in the last third of the list, less that in the first"
    return (sample.fit("position", last.less(first), meaning),)
