"""F12: a weak skill beside a strong one, when a request is routed, and when both are carried out."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from skillaudit.asking.records import Decision, Entry, StudyPlan
from skillaudit.asking.samples import Drawn, Floats, Mask, Sample
from skillaudit.experiment.errands import Errand
from skillaudit.experiment.handoffs import ANSWER, Handoff, Level, handoff
from skillaudit.experiment.inference import Account
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings
from skillaudit.experiment.studies.descriptions import describe, padded
from skillaudit.experiment.studies.pairs import closest, partners
from skillaudit.experiment.synthetic import pool, write_task
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial

SIZE = 20
RIVALS = ("weak", "long", "strong")
"""The other of the pair has one short line; that line and filler; a full description with an example."""
PARTS = ("A", "B", "joint")
LEVELS: tuple[Level, ...] = ("easy", "hard")
KINDS = 32
"""Pairs of steps: eight pairs of operations, each with easy and hard numbers in either place."""
MIDDLE, LARGE = 0.10, 0.30
"""Gaps from which the public code calls a pair of medium and of large gap."""


def plan(scope: Scope) -> StudyPlan:
    """Ask for the weak skill of each pair of most alike skills, with the other described in three ways."""
    pairs = [closest(subtype) for subtype in pool().subtypes]
    plain = entries(pool().skills)
    texts: dict[str, dict[str, Entry]] = {rival: dict(plain) for rival in RIVALS}
    for weak, other in pairs:
        for rival in RIVALS:
            texts[rival][weak.id] = describe(weak, "2", ())
        texts["weak"][other.id] = describe(other, "2", ())
        texts["strong"][other.id] = describe(other, "4", ())
        texts["long"][other.id] = padded(describe(other, "2", ()), len(texts["strong"][other.id].description))
    trials = []
    for seed in range(scope.seeds):
        for at in range(scope.tasks):
            weak, other = pairs[at % len(pairs)]
            inside = {weak.id, other.id}
            rng = random.Random(f"towing\0{seed}\0{at}")
            others = rng.sample([skill for skill in pool().skills if skill.id not in inside], SIZE - 2)
            query = write_task(weak, seed, at // len(pairs) + at % len(pairs))
            trials += [
                trial(
                    weak,
                    query,
                    [weak, other, *others],
                    f"rival={rival}",
                    seed,
                    x=float(number),
                    variant=rival,
                )
                for number, rival in enumerate(RIVALS)
            ]
    return make_plan("competition", trials, texts)


def errands(scope: Scope) -> tuple[Errand, ...]:
    """Have step A, step B on the right result, and both in one go carried out."""
    made = []
    for seed in range(scope.seeds):
        for at in range(max(KINDS, scope.tasks)):
            number, turn = at % KINDS, at // KINDS
            levels = (LEVELS[number // 4 % 2], LEVELS[number // 8 % 2])
            task = handoff(number % 4 + 4 * (number // 16), seed * 1000 + turn, "tight", levels)
            for part, (prompt, answer) in _parts(task).items():
                made.append(
                    Errand(
                        key=f"{seed}-{at}-{part}",
                        condition=f"part={part}",
                        prompt=f"{prompt} {ANSWER}",
                        answer=answer,
                        group=f"{number} {levels[0]} {levels[1]}",
                        repeat=seed,
                        x=float(turn),
                    )
                )
    return tuple(made)


def _parts(task: Handoff) -> dict[str, tuple[str, int]]:
    first, second = (f"{words[0].upper()}{words[1:]}." for words in (task.first, task.second))
    return {
        "A": (first, task.result),
        "B": (f"The result of step 1 is {task.result}. {second}", task.final),
        "joint": (
            f"{task.whole} Carry out both steps in your head, and give the result of step 2.",
            task.final,
        ),
    }


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on the tow of a strong neighbour, and on joint work against the product (arXiv 2605.16508, F12)."""
    sample = Account([decision for decision in decisions if decision.offered])
    other = partners()
    taken = sample.marks([d.outcome == "hijack" and d.chosen == other[d.gold[0]] for d in sample.decisions])
    right = {rival: sample.accuracy(rival=rival) for rival in RIVALS}
    took = {rival: sample.mean(taken, sample.where(rival=rival)) for rival in RIVALS}
    for rival in RIVALS:
        sample.tell(f"right, {rival}", right[rival], f"accuracy of weak skills beside {_SAID[rival]}")
    for rival in RIVALS:
        sample.tell(f"towed, {rival}", took[rival], f"share of their tasks that goes to {_SAID[rival]}")
    longer = took["strong"].less(took["long"])
    sample.tell("beyond length", longer, "what the words tow beyond their number")
    sample.rule(
        "a strong skill tows the tasks of a weak one beside it",
        took["strong"].less(took["weak"]),
        "share of the weak skill's tasks that its neighbour takes, strongly less weakly described",
        "measured in the code; the values are not public",
        expected=1,
    )
    sample.line("right", right.values())
    sample.line("towed to the other", took.values())
    carried = _execution([decision for decision in decisions if not decision.offered])
    return sample.findings(
        fits=(*sample.found.fits, *carried.fits),
        verdicts=(*sample.found.verdicts, *carried.verdicts),
        x_label="the other's text: as short, as long with filler, full with an example",
        x_names=RIVALS,
        y_label="share of the weak skill's tasks",
    )


def _execution(done: Sequence[Decision]) -> Findings:
    sample = Account(done)
    if not done:
        return sample.findings()
    product, gap, later = _pairs(sample)
    here = sample.where(part="joint")
    synergy = sample.right - product
    for part in PARTS:
        sample.tell(f"S({part})", sample.accuracy(part=part), _PARTS[part])
    sample.tell("synergy", sample.mean(synergy, here), "joint less S(A) S(B), pair by pair")
    here = here & later
    if not here.any():
        return sample.findings()
    for name, inside in (
        ("small", gap < MIDDLE),
        ("medium", (gap >= MIDDLE) & (gap <= LARGE)),
        ("large", gap > LARGE),
    ):
        if (here & inside).any():
            said = f"synergy of pairs whose steps differ in strength by a {name} gap"
            sample.tell(f"synergy, {name}", sample.mean(synergy, here & inside), said)
    spread = float(gap[here].std())
    tilt = Drawn(0.0, np.zeros(2))
    if spread > 1e-9:
        tilt = sample.mean((gap - gap[here].mean()) * (synergy - synergy[here].mean()) / spread**2, here)
    sample.rule(
        "two steps of unlike strength do better together than their product",
        tilt,
        "change of synergy for each unit of gap; the gap is told by the first seed, the synergy by the others",
        in_words("f12", "synergy, small gap", "synergy, large gap"),
        expected=1,
    )
    return sample.findings()


def _pairs(sample: Sample) -> tuple[Floats, Floats, Mask]:
    """Of each decision's pair: S(A) S(B) on later seeds, the gap on the first, and whether its seed is a later one.

    A gap and a product of the same decisions would make synergy out of noise.
    """
    rates: dict[tuple[str, str, bool], list[float]] = defaultdict(list)
    several = any(decision.repeat for decision in sample.decisions)
    for decision, hit in zip(sample.decisions, sample.right.tolist(), strict=True):
        part = decision.condition.removeprefix("part=")
        rates[decision.group, part, several and decision.repeat > 0].append(hit)
    mean = {at: float(np.mean(hits)) for at, hits in rates.items()}
    product = [
        mean.get((d.group, "A", several), 0.0) * mean.get((d.group, "B", several), 0.0)
        for d in sample.decisions
    ]
    gap = [
        abs(mean.get((d.group, "A", False), 0.0) - mean.get((d.group, "B", False), 0.0))
        for d in sample.decisions
    ]
    return np.array(product), np.array(gap), np.array([d.repeat > 0 for d in sample.decisions], dtype=bool)


_SAID = {
    "weak": "one with as short a line",
    "long": "one whose line is filled up to the length of a full text",
    "strong": "one with a full description and an example",
}
_PARTS = {
    "A": "step A carried out alone",
    "B": "step B carried out on the right result of A",
    "joint": "both steps carried out in one go",
}
