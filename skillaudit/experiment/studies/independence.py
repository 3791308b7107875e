"""F09: two steps alone, and planned together: is their joint accuracy the product?"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from skillaudit.asking.orders import shuffled
from skillaudit.asking.records import Decision, Plan, Trial
from skillaudit.experiment.inference import Drawn, Floats, Sample
from skillaudit.experiment.likeness import nearest_first
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings, Series
from skillaudit.experiment.synthetic import Template, pool, write_task
from skillaudit.experiment.tasks import Scope, entries, make_plan

SIZE = 30
PAIRS = 30
STEPS = ("A alone", "B alone", "A planned", "B planned")


def plan(scope: Scope) -> Plan:
    """Ask for both skills of 30 pairs alone and as steps of one plan, among their nearest neighbours."""
    skills = list(pool().skills)
    random.Random("independence").shuffle(skills)
    pairs = list(zip(skills[:PAIRS], skills[PAIRS : 2 * PAIRS], strict=True))
    trials = []
    for seed in range(scope.seeds):
        for at in range(max(PAIRS, scope.tasks)):
            pair, number = pairs[at % PAIRS], at // PAIRS
            both = [write_task(skill, seed, number) for skill in pair]
            offered = among(pair)
            whole = f"Step 1: {both[0]} Step 2: {both[1]}"
            for step in STEPS:
                which = step.startswith("B")
                task = (
                    "" if step.endswith("alone") else f"{whole} Select the skill for step {which + 1} only."
                )
                trials.append(
                    Trial(
                        condition=f"step={step.replace(' ', '-')}",
                        query=both[which],
                        task=task,
                        gold=(pair[which].id,),
                        offered=shuffled(offered, "independence", at, step, seed),
                        x=float(number),
                        group=f"{pair[0].id} > {pair[1].id}",
                        repeat=seed,
                    )
                )
    return make_plan("rescue", trials, {"": entries(skills)})


def among(pair: Sequence[Template]) -> list[str]:
    """Return both skills and the nearest others of each in turn, 30 ids."""
    near = [skill for both in zip(*map(nearest_first, pair), strict=True) for skill in both]
    return list(dict.fromkeys([*(skill.id for skill in pair), *(skill.id for skill in near)]))[:SIZE]


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on whether joint routing is the product of the steps (arXiv 2605.16508, F09)."""
    sample = Sample(decisions)
    found = {step: sample.accuracy(step=step.replace(" ", "-")) for step in STEPS}
    here = sample.where(step="A-planned")
    joint, product, apart = _tables(sample)
    together = sample.mean(joint, here)
    delta = sample.mean(joint - product, here)
    expected = sample.mean(product, here)
    ratio = Drawn(
        together.value / max(expected.value, 1e-9), together.draws / np.maximum(expected.draws, 1e-9)
    )
    fits = [sample.fit(step, found[step], f"accuracy of step {step}") for step in STEPS]
    fits += [
        sample.fit("joint", together, "both steps of a plan right"),
        sample.fit("product", expected, "P(A) P(B), pair by pair, of the steps alone"),
        sample.fit(
            "ratio", ratio, "joint accuracy for each part of the product; 1 where steps are independent"
        ),
        sample.fit("covariance", sample.mean(apart, here), "of the two steps inside plans of one pair"),
    ]
    verdict = sample.verdict(
        "two steps planned together lose more than the product of the steps alone",
        delta,
        "joint accuracy less P(A) P(B), pair by pair",
        f"not supported: {in_words('f09', 'joint less product')}",
        expected=-1,
    )
    points = tuple(sample.point(float(at), found[step]) for at, step in enumerate(STEPS))
    last = tuple(sample.point(4.0 + at, drawn) for at, drawn in enumerate((expected, together)))
    return Findings(
        fits=tuple(fits),
        verdicts=(verdict,),
        series=(Series(label="one step", points=points), Series(label="both steps", points=last)),
        x_label="step, and both",
        x_names=(*STEPS, "product", "joint"),
    )


def _tables(sample: Sample) -> tuple[Floats, Floats, Floats]:
    """Joint outcome of each plan, product of its pair's steps alone, and its part of the pair's covariance."""
    rates: dict[tuple[str, str], list[float]] = defaultdict(list)
    plans: dict[tuple[str, int, float], dict[str, float]] = defaultdict(dict)
    for decision, hit in zip(sample.decisions, sample.right.tolist(), strict=True):
        step = decision.condition.removeprefix("step=")
        rates[decision.group, step].append(hit)
        plans[decision.group, decision.repeat, decision.x][step] = hit
    mean = {at: float(np.mean(hits)) for at, hits in rates.items()}
    joint, product, apart = [], [], []
    for decision in sample.decisions:
        own, group = plans[decision.group, decision.repeat, decision.x], decision.group
        one, other = own.get("A-planned", 0.0), own.get("B-planned", 0.0)
        joint.append(one * other)
        product.append(mean.get((group, "A-alone"), 0.0) * mean.get((group, "B-alone"), 0.0))
        many = len(rates[group, "A-planned"])
        centred = (one - mean.get((group, "A-planned"), 0.0)) * (other - mean.get((group, "B-planned"), 0.0))
        apart.append(centred * many / max(1, many - 1))
    return np.array(joint), np.array(product), np.array(apart)
