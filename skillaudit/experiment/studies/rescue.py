"""F10: the second step of a plan, before the first is done, and with what the first really brought."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np

from skillaudit.asking.records import Decision, StudyPlan
from skillaudit.asking.samples import Drawn, Floats, Mask, Sample
from skillaudit.experiment.coupling import RESCUE
from skillaudit.experiment.errands import Errand
from skillaudit.experiment.handoffs import ANSWER, handoff
from skillaudit.experiment.inference import Account
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings
from skillaudit.experiment.studies.independence import SIZE, among
from skillaudit.experiment.synthetic import Template, pool, write_task
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial

PAIRS = 30
KINDS = ("plain", "branch")
STEPS = ("A-alone", "B-alone", "A-planned", "B-planned", "B-after")
HARD = 0.5
"""Accuracy of step B alone up to which a pair counts as hard."""
LEAST = 5
"""Pairs that a number needs: one pair that was right each time would else have an interval of no width, and p = 0."""
DIFFICULTY = {"up to .4": (0.0, 0.4), ".4 to .7": (0.4, 0.7), "above .7": (0.7, 1.01)}
"""P(B) of pairs that the rescue is told apart for."""


def errands(scope: Scope) -> tuple[Errand, ...]:
    """Have step A of every plan carried out."""
    return tuple(
        Errand(
            key=key,
            condition=f"step=A-done kind={KINDS[number % 2]}",
            prompt=f"{handoff(number, seed).first[0].upper()}{handoff(number, seed).first[1:]}. {ANSWER}",
            answer=handoff(number, seed).result,
            group=_group(number),
            repeat=seed,
            x=float(turn),
        )
        for key, number, turn, seed in _turns(scope)
    )


def plan(scope: Scope) -> StudyPlan:
    """Ask for step A and step B alone, in one plan, and for B with what came of A."""
    skills = pool().skills
    by_name = {skill.name: skill for skill in skills}
    trials = []
    for key, number, turn, seed in _turns(scope):
        task, (yes, no) = handoff(number, seed), _choices(number)
        owner = by_name[task.first_skill]
        one, other = (write_task(skill, seed, turn) for skill in (yes, no))
        bound = (task.result + task.wrong) // 2
        if KINDS[number % 2] == "plain":
            right, second = yes, one
        else:
            right = yes if task.result > bound else no
            second = f"If the result of step 1 is over {bound}: {one} Otherwise: {other}"
        start = f"{task.first[0].upper()}{task.first[1:]}."
        whole = f"Step 1: {start} Step 2: {second}"
        tasks = {
            "A-alone": "",
            "B-alone": "",
            "A-planned": f"{whole} Select the skill for step 1 only.",
            "B-planned": f"{whole} Select the skill for step 2 only.",
            "B-after": f"{whole} Step 1 is done. Its result: {{{{{key}}}}} Now select the skill for step 2.",
        }
        offered = list(dict.fromkeys([owner.id, yes.id, no.id, *among((owner, yes))]))[:SIZE]
        for step in STEPS:
            gold, query = (owner, start) if step[0] == "A" else (right, second)
            trials.append(
                trial(
                    gold, query, offered, f"step={step} kind={KINDS[number % 2]}", seed, task=tasks[step],
                    order=("rescue", key, step), x=float(turn), group=_group(number),
                )
            )  # fmt: skip
    return make_plan("rescue", trials, {"": entries(skills)})


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Rule on what a right result of step A does for the choice of step B (arXiv 2605.16508, F10)."""
    sample = Account(decisions)
    realised = realised_of(sample)

    def at(step: str, mask: Mask | None = None, **wanted: Any) -> Drawn:
        where = sample.where(step=step, **wanted)
        return sample.mean(sample.right, where if mask is None else where & mask)

    def gain(mask: Mask, **wanted: Any) -> Drawn:
        return at("B-after", mask, **wanted).less(at("B-alone", mask, **wanted))

    found = {step: at(step) for step in STEPS}
    sample.tell("A done", at("A-done"), "share of steps A that were carried out right")
    for step in STEPS:
        sample.tell(step.replace("-", " "), found[step], _SAID[step])
    for kind in KINDS:
        sample.tell(f"gain, {kind}", gain(realised, kind=kind), f"P(B | state) less P(B), {_KINDS[kind]}")
    sample.tell(RESCUE, ln_rescue(sample, realised), _LN_ODDS)
    _by_difficulty(sample, realised)
    said = "(1 - P(B)) P(A), what the companion code expects at most"
    sample.tell("potential", found["A-alone"].times(found["B-alone"].missing), said)
    sample.rule(
        "a right result of step A raises the choice of step B",
        gain(realised),
        "P(B | state) less P(B), where step A was carried out right",
        in_words("f10", "P(B | state) / P(B), hard steps"),
        expected=1,
    )
    hard, later = _hard(sample)
    inside = hard & later & realised
    few = sample.groups_of(inside)
    if few >= LEAST:
        ratio = at("B-after", inside).over(at("B-alone", inside))
        sample.tell("ratio, hard", ratio, "P(B | state) / P(B) of pairs that were hard in the first seed")
        sample.rule(
            "hard second steps are rescued",
            gain(inside),
            "P(B | state) less P(B) on later seeds, pairs with P(B) up to .5 in the first",
            in_words("f10", "P(B | state) / P(B), hard steps"),
            expected=1,
        )
    sample.line("measured", found.values())
    names = tuple(step.replace("-", " ") for step in STEPS)
    notes = (_READING,) if few >= LEAST else (_READING, _FEW.format(few=few, least=LEAST))
    return sample.findings(x_label="step", x_names=names, notes=notes)


def realised_of(sample: Sample) -> Mask:
    """Say which decisions belong to a plan whose step A was carried out right."""
    done = {
        (d.group, d.repeat, d.x)
        for d, hit in zip(sample.decisions, sample.right, strict=True)
        if hit and "step=A-done" in d.condition
    }
    return np.array([(d.group, d.repeat, d.x) in done for d in sample.decisions], dtype=bool)


def ln_rescue(sample: Sample, realised: Mask) -> Drawn:
    """Return the logarithm of the ratio of the odds of step B; chances of 0 and 1 are moved in by a hundredth."""

    def logit(chance: Drawn) -> Drawn:
        inside = np.clip(np.append(chance.draws, chance.value), 0.01, 0.99)
        found: Floats = np.log(inside / (1 - inside))
        return Drawn(float(found[-1]), found[:-1])

    after, before = (
        sample.mean(sample.right, sample.where(step=step) & realised) for step in ("B-after", "B-alone")
    )
    return logit(after).less(logit(before))


def _by_difficulty(sample: Account, realised: Mask) -> None:
    """The rescue ratio of hard, middling and easy second steps, as the first seed tells them, on later seeds."""
    alone = _alone(sample)
    later: Mask = np.array([d.repeat > 0 for d in sample.decisions], dtype=bool)
    level = np.array([alone.get(d.group, np.nan) for d in sample.decisions], dtype=np.float64)
    for name, (least, most) in DIFFICULTY.items():
        inside = realised & later & (level >= least) & (level < most)
        after, before = (
            sample.mean(sample.right, sample.where(step=step) & inside) for step in ("B-after", "B-alone")
        )
        if sample.groups_of(inside) >= LEAST and before.value > 0:
            said = f"P(B | state) / P(B) of pairs whose P(B) was {name} in the first seed"
            sample.tell(f"ratio, {name}", after.over(before, 0.01), said)


_LN_ODDS = "natural logarithm of how many times a right result of A multiplies the odds of B"
_READING = (
    "Step A is carried out by the model itself and its own words are quoted; trials in which it was wrong are left out "
    "of the rescue. In every other pair the result of A decides which skill step B needs."
)
_FEW = (
    "Second steps that were hard in the first seed: {few}. Whether such steps are rescued is said of {least} or more; "
    "more seeds or tasks, or a weaker router, find them."
)
_SAID = {
    "A-alone": "accuracy of step A asked alone",
    "B-alone": "accuracy of step B asked alone",
    "A-planned": "accuracy of step A in a plan of both",
    "B-planned": "accuracy of step B in a plan of both, before A is done",
    "B-after": "accuracy of step B with what came of A, right or wrong",
}
_KINDS = {
    "plain": "where B is the same whatever A brings",
    "branch": "where the result of A decides what B is",
}


def _hard(sample: Sample) -> tuple[Mask, Mask]:
    """Pairs with a hard step B, told by the first seed, and the decisions of later seeds.

    A pair picked and measured on the same decisions would look rescued by chance.
    """
    hard = {group for group, chance in _alone(sample).items() if chance <= HARD}
    return (
        np.array([d.group in hard for d in sample.decisions], dtype=bool),
        np.array([d.repeat > 0 for d in sample.decisions], dtype=bool),
    )


def _alone(sample: Sample) -> dict[str, float]:
    """P(B) of every pair in the first seed."""
    hits: dict[str, list[float]] = {}
    for decision, hit in zip(sample.decisions, sample.right.tolist(), strict=True):
        if decision.repeat == 0 and "step=B-alone" in decision.condition:
            hits.setdefault(decision.group, []).append(hit)
    return {group: float(np.mean(found)) for group, found in hits.items()}


def _turns(scope: Scope) -> list[tuple[str, int, int, int]]:
    """(key of the errand, number, turn, seed) of every plan; pairs take turns, every other one branches."""
    return [
        (f"{seed}-{number}", number, number // PAIRS, seed)
        for seed in range(scope.seeds)
        for number in range(max(PAIRS, scope.tasks))
    ]


def _choices(number: int) -> tuple[Template, Template]:
    """Two skills of unlike domains, the same for a pair in every turn."""
    skills = [skill for skill in pool().skills if skill.domain != "Mathematics"]
    random.Random("rescue").shuffle(skills)
    at = number % PAIRS
    return skills[2 * at], skills[2 * at + 1]


def _group(number: int) -> str:
    yes, no = _choices(number)
    return f"{yes.id} | {no.id}"
