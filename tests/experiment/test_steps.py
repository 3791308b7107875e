"""Experiments on two steps recover what simulated models do, and find nothing where nothing is."""

from __future__ import annotations

import itertools
import random

import msgspec
import pytest

from skillaudit.asking.records import Decision, Trial
from skillaudit.asking.samples import factors
from skillaudit.experiment.errands import Errand, mark, quoted
from skillaudit.experiment.handoffs import WEIGHTS, handoff
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.experiment.synthetic import pool
from skillaudit.experiment.tasks import Scope
from tests.experiment.simulated import carry_out, errands, everything, planned, simulate, towed
from tests.experiment.test_laws_of_skills import rulings
from tests.experiment.test_recovery import inside, value


def step(made: Trial | Errand) -> str:
    """Return the step that a trial or errand of F09 and F10 asks for."""
    return factors(made.condition)["step"]


@pytest.mark.parametrize("uneven", [False, True])
def test_f09_finds_independent_steps_independent(uneven: bool) -> None:
    def chance(trial: Trial) -> float:
        middle = 0.8 if step(trial).startswith("A") else 0.7
        # Both steps of a pair are easy or hard together, which makes no dependence inside pairs.
        return middle + (0.2 if hash_of(trial.group) else -0.2) * uneven

    found = EXPERIMENTS["f09"].conclude(simulate(planned("f09", 120), chance))
    assert inside(found, "A alone", 0.8) or uneven
    assert inside(found, "product", 0.56 + 0.04 * uneven) or uneven
    assert value(found, "joint") == pytest.approx(value(found, "product"), abs=0.07)
    assert value(found, "covariance") == pytest.approx(0.0, abs=0.03)
    assert [verdict.ruling for verdict in found.verdicts] == ["no effect"]


def hash_of(text: str) -> bool:
    """A coin that depends on a text alone."""
    return random.Random(text).random() < 0.5


def test_f09_recovers_what_planning_costs() -> None:
    made = simulate(planned("f09", 120), lambda trial: 0.8 if "alone" in trial.condition else 0.6)
    found = EXPERIMENTS["f09"].conclude(made)
    assert inside(found, "joint", 0.36) and inside(found, "product", 0.64)
    assert value(found, "ratio") == pytest.approx(0.36 / 0.64, abs=0.08)
    assert found.verdicts[0].ruling == "supported"
    assert found.verdicts[0].effect.value == pytest.approx(-0.28, abs=0.06)


def test_f09_sees_steps_that_stand_and_fall_together() -> None:
    def chance(trial: Trial) -> float:
        if "alone" in trial.condition:
            return 0.6
        return float(random.Random(f"{trial.group}{trial.repeat}{trial.x}").random() < 0.6)

    found = EXPERIMENTS["f09"].conclude(simulate(planned("f09", 120), chance))
    assert inside(found, "joint", 0.6) and inside(found, "covariance", 0.24)
    assert found.verdicts[0].ruling == "opposite"


def rescued(after: float, alone: dict[str, float], done: float = 0.8) -> tuple[Decision, ...]:
    """Decide F10: with a right result of A step B has the chance `after`, with a wrong one never."""
    carried = carry_out(errands("f10", 120), lambda errand: done)
    right = {(d.group, d.repeat, d.x) for d in carried if d.outcome == "right"}

    def chance(trial: Trial) -> float:
        if step(trial) == "B-after":
            return after if (trial.group, trial.repeat, trial.x) in right else 0.0
        return alone[factors(trial.condition)["kind"]] if step(trial).startswith("B") else 0.9

    return (*carried, *simulate(planned("f10", 120), chance, 1))


def test_f10_recovers_the_rescue() -> None:
    found = EXPERIMENTS["f10"].conclude(rescued(0.88, {"plain": 0.8, "branch": 0.22}))
    assert inside(found, "A done", 0.8) and inside(found, "A alone", 0.9)
    assert inside(found, "gain, plain", 0.08) and inside(found, "gain, branch", 0.66)
    assert inside(found, "B after", 0.88 * 0.8)
    assert value(found, "ratio, hard") == pytest.approx(4.0, abs=0.8)
    assert inside(found, "potential", 0.9 * 0.49)
    assert [verdict.ruling for verdict in found.verdicts] == ["supported", "supported"]


def test_f10_rules_on_no_handful_of_hard_pairs() -> None:
    """One pair that was hard in the first seed and right ever after has no spread: it would be certain."""
    first = min(d.group for d in rescued(1.0, {"plain": 1.0, "branch": 1.0}))
    made = [
        msgspec.structs.replace(d, outcome="hijack")
        if d.group == first and "step=B-alone" in d.condition and not (d.repeat and d.x == 0)
        else d
        for d in rescued(1.0, {"plain": 1.0, "branch": 1.0})
    ]
    found = EXPERIMENTS["f10"].conclude(made)
    assert len(found.verdicts) == 1 and any("first seed: 1." in note for note in found.notes)
    assert not [fit.name for fit in found.fits if fit.name in {"ratio, hard", "ratio, up to .4"}]


def test_f10_takes_no_luck_for_a_rescue() -> None:
    assert rulings("f10", rescued(0.5, {"plain": 0.5, "branch": 0.5})) == ["no effect", "no effect"]
    assert rulings("f10", rescued(0.2, {"plain": 0.5, "branch": 0.5})) == ["opposite", "opposite"]


def test_f11_recovers_the_line_of_losses_and_the_recovery() -> None:
    at_one, at_none = -0.5, 0.05

    def done(errand: Errand) -> float:
        has = factors(errand.condition)
        weight = WEIGHTS[has["dependency"]]  # type: ignore[index]  # a condition holds text
        loss = {
            "right": 0.0,
            "wrong": at_one * weight + at_none * (1 - weight),
            "wrong-blind": -0.8,
            "none": -0.3,
        }
        return 0.9 + loss[has["state"]]

    found = EXPERIMENTS["f11"].conclude(everything("f11", lambda trial: 0.0, done, 150))
    assert inside(found, "loss at k = 1", at_one) and inside(found, "loss at k = 0", at_none)
    assert inside(found, "loss, tight", at_one) and inside(found, "wrong-blind, tight", 0.1)
    assert inside(found, "recovered", 0.3 / 0.8)
    assert [verdict.ruling for verdict in found.verdicts] == ["supported", "supported"]


@pytest.mark.parametrize(("tilt", "ruling"), [(0.5, "supported"), (0.0, "no effect"), (-0.5, "opposite")])
def test_f12_recovers_tow_and_synergy(tilt: float, ruling: str) -> None:
    strength = {"easy": 0.9, "hard": 0.3}
    right = {"weak": 0.8, "long": 0.75, "strong": 0.5}

    def done(errand: Errand) -> float:
        _, *levels = errand.group.split()
        one, other = (strength[level] for level in levels)
        both = max(0.0, min(1.0, one * other + tilt * abs(one - other)))
        return {"A": one, "B": other, "joint": both}[factors(errand.condition)["part"]]

    made = everything("f12", lambda trial: right[factors(trial.condition)["rival"]], done, 480)
    found = EXPERIMENTS["f12"].conclude(towed(made))
    for rival, accuracy in right.items():
        assert inside(found, f"right, {rival}", accuracy) and inside(found, f"towed, {rival}", 1 - accuracy)
    assert inside(found, "S(A)", 0.6) and inside(found, "S(B)", 0.6)
    gap = 0.6
    assert value(found, "synergy, large") == pytest.approx(max(-0.27, tilt * gap), abs=0.07)
    ruled = [verdict.ruling for verdict in found.verdicts]
    assert ruled == ["supported", ruling]
    assert found.verdicts[1].effect.value == pytest.approx(max(-0.27 / gap, tilt), abs=0.15)


def test_f12_without_a_model_rules_on_the_tow_alone() -> None:
    made = simulate(planned("f12"), lambda trial: 0.7)
    assert len(EXPERIMENTS["f12"].conclude(made).verdicts) == 1


@pytest.mark.parametrize("dependency", WEIGHTS)
@pytest.mark.parametrize("number", range(24))
def test_handoffs_have_one_right_result_and_a_wrong_one_matters(dependency: str, number: int) -> None:
    for seed, levels in itertools.product(range(3), itertools.product(("easy", "hard"), repeat=2)):
        made = handoff(number, seed, dependency, levels)  # type: ignore[arg-type]  # a case of a table
        assert made == handoff(number, seed, dependency, levels)  # type: ignore[arg-type]  # a case of a table
        assert made.wrong != made.result > 0
        named = {skill.name for skill in pool().skills}
        assert {made.first_skill, made.second_skill} <= named
        assert ("result of step 1" in made.second) == (dependency != "independent")
        if dependency == "loose":
            bound = int(made.second.rpartition("over ")[2])
            assert (made.result > bound) != (made.wrong > bound)


def test_results_of_handoffs_are_what_their_words_say() -> None:
    for number in range(16):
        made = handoff(number, 1, "tight")
        values = [
            int(part) for part in made.second.replace(" and", ",").replace(",", " ").split() if part.isdigit()
        ]
        values.remove(1)  # of "step 1"
        whole = [*values, made.result]
        total = sum(whole) if made.second_skill == "Add Numbers" else whole[0] * whole[1]
        assert made.final == total
        assert handoff(number, 1, "independent").final != made.final


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("42", "right"),
        ("The result is 42.", "right"),
        ("6 times 7 makes **42**", "right"),
        ("<think>41? no</think> 42.0", "right"),
        ("41", "invalid"),
        ("42, or 41", "invalid"),
        ("-42", "invalid"),
        ("", "unparsable"),
        ("I cannot count.", "unparsable"),
    ],
)
def test_marks(said: str, outcome: str) -> None:
    errand = Errand(key="a", condition="", prompt="", answer=42, group="", repeat=0)
    assert mark(errand, said) == outcome
    assert mark(msgspec.structs.replace(errand, answer=1200), "1,200") == "right"


def test_tasks_quote_results_cleaned_and_cut() -> None:
    plan = EXPERIMENTS["f10"].plan(Scope(1, 30))
    asked = [trial for trial in plan.trials if "{{" in trial.task]
    assert len(asked) == 30
    made = quoted(plan, {"0-3": "<think>x</think> It is\n\n\x20" + "9" * 500})
    assert len(made.trials) == len(plan.trials) - 29
    (one,) = [trial for trial in made.trials if "B-after" in trial.condition]
    assert f"Its result: It is {'9' * 294} Now select" in one.task and "{" not in one.task
