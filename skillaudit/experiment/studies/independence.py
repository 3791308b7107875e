"""F09: two steps alone, and planned together: is their joint accuracy the product?"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from skillaudit.asking.records import Decision, StudyPlan
from skillaudit.asking.samples import Floats, Sample
from skillaudit.experiment.inference import Account
from skillaudit.experiment.likeness import nearest_first
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings
from skillaudit.experiment.synthetic import Template, pool, write_task
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial

SIZE = 30
PAIRS = 30
STEPS = ("A alone", "B alone", "A planned", "B planned")


def plan(scope: Scope) -> StudyPlan:
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
                    trial(
                        pair[which], both[which], offered, f"step={step.replace(' ', '-')}", seed, task=task,
                        order=("independence", at, step, seed), x=float(number), group=f"{pair[0].id} > {pair[1].id}",
                    )
                )  # fmt: skip
    return make_plan("rescue", trials, {"": entries(skills)})


def among(pair: Sequence[Template]) -> list[str]:
    """Return both skills and the nearest others of each in turn, 30 ids."""
    near = [skill for both in zip(*map(nearest_first, pair), strict=True) for skill in both]
    return list(dict.fromkeys([*(skill.id for skill in pair), *(skill.id for skill in near)]))[:SIZE]


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on whether joint routing is the product of the steps (arXiv 2605.16508, F09)."""
    sample = Account(decisions)
    found = {step: sample.accuracy(step=step.replace(" ", "-")) for step in STEPS}
    here = sample.where(step="A-planned")
    joint, product, apart = _tables(sample)
    together, expected = sample.mean(joint, here), sample.mean(product, here)
    for step in STEPS:
        sample.tell(step, found[step], f"accuracy of step {step}")
    sample.tell("joint", together, "both steps of a plan right")
    sample.tell("product", expected, "P(A) P(B), pair by pair, of the steps alone")
    said = "joint accuracy for each part of the product; 1 where steps are independent"
    sample.tell("ratio", together.over(expected), said)
    sample.tell("covariance", sample.mean(apart, here), "of the two steps inside plans of one pair")
    sample.rule(
        "two steps planned together lose more than the product of the steps alone",
        sample.mean(joint - product, here),
        "joint accuracy less P(A) P(B), pair by pair",
        f"not supported: {in_words('f09', 'joint less product')}",
        expected=-1,
    )
    sample.line("one step", found.values())
    sample.line("both steps", {4.0: expected, 5.0: together})
    return sample.findings(x_label="step, and both", x_names=(*STEPS, "product", "joint"))


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
