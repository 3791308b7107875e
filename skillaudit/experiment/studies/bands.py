"""F05 and F12: thirty skills on offer, more and less alike; and which measure of crowding tells who fails."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from skillaudit.experiment.inference import Drawn, Floats, Sample
from skillaudit.experiment.likeness import likeness, nearest_first, row_of
from skillaudit.experiment.records import Findings, Series
from skillaudit.experiment.synthetic import pool
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial, turns
from skillaudit.probe.records import Decision, Plan

SIZE = 30
BANDS = ("low", "mid", "high")
TOP = 3
_YARDSTICK = (
    "What is alike was measured by the words of the descriptors; the paper's bands are of another embedding model, so "
    "that its numbers cannot be carried over."
)


def plan(scope: Scope) -> Plan:
    """Offer each task's skill among the 29 least alike, among 29 in the middle, and among the 29 most alike."""
    trials = []
    for seed in range(scope.seeds):
        targets = list(pool().skills)
        random.Random(f"bands\0{seed}").shuffle(targets)
        for skill, query in turns(targets, scope.tasks, seed):
            order = nearest_first(skill)
            middle = (len(order) - SIZE) // 2
            offers = {"low": order[1 - SIZE :], "mid": order[middle:], "high": order}
            trials += [
                trial(skill, query, [skill, *offers[band][: SIZE - 1]], f"band={band}", seed, x=float(at))
                for at, band in enumerate(BANDS)
            ]
    return make_plan("competition", trials, {"": entries(pool().skills)})


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on likeness at one size of the library (arXiv 2605.16508, F05)."""
    sample = Sample(decisions)
    found = {band: sample.accuracy(band=band) for band in BANDS}
    fits = tuple(
        sample.fit(band, drawn, f"accuracy among 29 others of {band} likeness")
        for band, drawn in found.items()
    )
    verdict = sample.verdict(
        "more alike skills cost accuracy at the same number of skills",
        found["high"].plus(found["low"], -1.0),
        "accuracy among the most alike, less that among the least",
        "confirmed; the accuracies are not public",
        expected=-1,
    )
    points = tuple(sample.point(float(at), found[band]) for at, band in enumerate(BANDS))
    return Findings(
        fits=fits,
        verdicts=(verdict,),
        series=(Series(label="measured", points=points),),
        x_label="likeness: 0 low, 1 middle, 2 high",
        notes=(_YARDSTICK,),
    )


def plan_crowding(scope: Scope) -> Plan:
    """Offer each task's skill among 29 random others."""
    trials, everything = [], pool().skills
    for seed in range(scope.seeds):
        rng = random.Random(f"crowding\0{seed}")
        targets = list(everything)
        rng.shuffle(targets)
        for skill, query in turns(targets, scope.tasks * 2, seed):
            others = rng.sample([other for other in everything if other.id != skill.id], SIZE - 1)
            trials.append(trial(skill, query, [skill, *others], "crowd=random", seed))
    return make_plan("competition", trials, {"": entries(pool().skills)})


def conclude_crowding(decisions: Sequence[Decision]) -> Findings:
    """Rule on whether near neighbours tell more than the average skill does (arXiv 2605.16508, F05, F12)."""
    sample = Sample(decisions)
    near, far = _crowding(sample)
    parts = {
        "near": _correlation(sample, near),
        "average": _correlation(sample, far),
    }
    fits = (
        sample.fit("near", parts["near"], f"correlation of right choices with the {TOP} most alike on offer"),
        sample.fit(
            "average", parts["average"], "correlation of right choices with the likeness of all on offer"
        ),
    )
    verdict = sample.verdict(
        "the nearest skills on offer cost accuracy",
        parts["near"],
        f"correlation of right choices with the mean likeness of the {TOP} nearest",
        "the nearest few tell more than the average; the values are not public",
        expected=-1,
    )
    return Findings(fits=fits, verdicts=(verdict,), notes=(_YARDSTICK,))


def _crowding(sample: Sample) -> tuple[Floats, Floats]:
    near, far = [], []
    for decision in sample.decisions:
        rows = [row_of()[skill] for skill in decision.offered if skill not in decision.gold]
        found = np.sort(likeness()[row_of()[decision.gold[0]]][rows])
        near.append(found[-TOP:].mean())
        far.append(found.mean())
    return np.array(near), np.array(far)


def _correlation(sample: Sample, values: Floats) -> Drawn:
    """Correlation of ranks with right choices; draws vary the covariance and keep the scale."""
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(np.float64)
    scale = ranks.std() * sample.right.std()
    if scale < 1e-12:
        return Drawn(0.0, np.zeros(2))
    product = (ranks - ranks.mean()) * (sample.right - sample.right.mean()) / scale
    return sample.mean(product, np.ones(len(product), dtype=bool))
