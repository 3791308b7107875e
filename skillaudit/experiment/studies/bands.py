"""F05: thirty skills on offer, more and less alike; and which measure of crowding tells who fails."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from skillaudit.asking.records import Decision, StudyPlan
from skillaudit.asking.samples import Floats, Sample
from skillaudit.experiment.inference import Account
from skillaudit.experiment.likeness import likeness, nearest_first, row_of
from skillaudit.experiment.records import Findings
from skillaudit.experiment.synthetic import pool
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial, turns

SIZE = 30
BANDS = ("low", "mid", "high")
TOP = 3
_YARDSTICK = (
    "What is alike was measured by the words of the descriptors; the paper's bands are of another embedding model, so "
    "that its numbers cannot be carried over."
)


def plan(scope: Scope) -> StudyPlan:
    """Offer each task's skill among the 29 least alike, 29 in the middle, the 29 most alike, and 29 random others."""
    trials, everything = [], pool().skills
    for seed in range(scope.seeds):
        targets = list(everything)
        random.Random(f"bands\0{seed}").shuffle(targets)
        rng = random.Random(f"crowding\0{seed}")
        for number, (skill, query) in enumerate(turns(targets, scope.tasks * 2, seed)):
            order = nearest_first(skill)
            middle = (len(order) - SIZE) // 2
            offers = {"low": order[1 - SIZE :], "mid": order[middle:], "high": order}
            if number < scope.tasks:
                trials += [
                    trial(skill, query, [skill, *offers[band][: SIZE - 1]], f"band={band}", seed, x=float(at))
                    for at, band in enumerate(BANDS)
                ]
            trials.append(
                trial(skill, query, [skill, *rng.sample(order, SIZE - 1)], "band=random", seed, x=3.0)
            )
    return make_plan("competition", trials, {"": entries(everything)})


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on likeness at one size, and on whether near neighbours tell who fails (arXiv 2605.16508, F05)."""
    sample = Account(decisions)
    found = {band: sample.accuracy(band=band) for band in BANDS}
    here = sample.where(band="random")
    near, far = (sample.correlation(sample.right, values, here) for values in _crowding(sample))
    for band, drawn in found.items():
        sample.tell(band, drawn, f"accuracy among 29 others of {band} likeness")
    sample.tell("near", near, f"correlation of right choices with the {TOP} most alike on offer")
    sample.tell("average", far, "correlation of right choices with the likeness of all on offer")
    sample.rule(
        "more alike skills cost accuracy at the same number of skills",
        found["high"].less(found["low"]),
        "accuracy among the most alike, less that among the least",
        "confirmed; the accuracies are not public",
        expected=-1,
    )
    sample.rule(
        "the nearest skills on offer cost accuracy",
        near,
        f"rank correlation of right choices with the mean likeness of the {TOP} nearest of 29 random others",
        "the nearest few tell more than the average; the values are not public",
        expected=-1,
    )
    sample.line("measured", found.values())
    return sample.findings(
        x_label="likeness of the others", x_names=("low", "middle", "high"), notes=(_YARDSTICK,)
    )


def _crowding(sample: Sample) -> tuple[Floats, Floats]:
    near, far = [], []
    for decision in sample.decisions:
        rows = [row_of()[skill] for skill in decision.offered if skill not in decision.gold]
        found = np.sort(likeness()[row_of()[decision.gold[0]]][rows])
        near.append(found[-TOP:].mean())
        far.append(found.mean())
    return np.array(near), np.array(far)
