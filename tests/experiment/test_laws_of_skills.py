"""The first paper's experiments recover what simulated routers do, and find nothing where nothing is."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit.experiment import EXPERIMENTS, Scope
from skillaudit.experiment.inference import factors
from skillaudit.experiment.likeness import likeness, row_of
from skillaudit.experiment.studies.descriptions import LEVELS, describe
from skillaudit.experiment.studies.pairs import TEXTS
from skillaudit.experiment.synthetic import pool
from skillaudit.probe.records import Decision, Trial
from tests.experiment.simulated import blind, planned, shuffled, simulate
from tests.experiment.test_recovery import inside, value

NAMES = ("f02", "f03", "f04", "f05", "f06", "f12")


def rulings(name: str, decisions: tuple[Decision, ...]) -> list[str]:
    """Return the rulings of an experiment."""
    return [verdict.ruling for verdict in EXPERIMENTS[name].conclude(decisions).verdicts]


@pytest.mark.parametrize(("gamma", "ruling"), [(1.41, "supported"), (1.0, "no effect"), (0.6, "opposite")])
def test_f02_recovers_the_exponent(gamma: float, ruling: str) -> None:
    plan = planned("f02", 160)

    def chance(trial: Trial) -> float:
        single = 0.95 - 0.0006 * len(trial.offered)
        return float(single ** (gamma if " steps=1 " not in trial.condition else 1.0))

    found = EXPERIMENTS["f02"].conclude(simulate(plan, chance))
    assert inside(found, "gamma", gamma)
    assert value(found, "A(50)") == pytest.approx(0.92, abs=0.03)
    assert found.verdicts[0].ruling == ruling


@pytest.mark.parametrize(("dip", "ruling"), [(-0.2, "supported"), (0.2, "opposite")])
def test_f03_finds_the_step_that_fails(dip: float, ruling: str) -> None:
    def chance(trial: Trial) -> float:
        has = {name: int(level) for name, level in factors(trial.condition).items()}
        place = (has["step"] - 1) / (has["steps"] - 1)
        return 0.7 + (dip if 0.25 < place < 0.75 else 0.0)

    found = EXPERIMENTS["f03"].conclude(simulate(planned("f03"), chance))
    assert value(found, "middle") - value(found, "ends") == pytest.approx(dip, abs=0.05)
    assert [verdict.ruling for verdict in found.verdicts] == [ruling]


def test_f04_recovers_levels_and_the_worth_of_a_boundary() -> None:
    truth = {"1": 0.3, "2": 0.45, "3": 0.6, "4": 0.7, "5": 0.85, "control": 0.7}
    plan = planned("f04", 80)
    found = EXPERIMENTS["f04"].conclude(
        simulate(plan, lambda trial: truth[factors(trial.condition)["level"]])
    )
    for level, accuracy in truth.items():
        assert inside(found, f"L{level}" if level.isdigit() else level, accuracy)
    assert [verdict.ruling for verdict in found.verdicts] == ["supported", "supported"]


def test_f04_levels_say_more_and_more_and_the_control_is_as_long_as_the_boundary() -> None:
    subtype = pool().subtypes[0]
    skill, rivals = subtype.skills[0], subtype.skills[1:]
    texts = {level: describe(skill, level, rivals).description for level in LEVELS}
    assert texts["1"] == ""
    assert len(texts["2"]) < len(texts["3"]) < len(texts["4"]) < len(texts["5"])
    assert texts["5"].startswith(texts["4"]) and all(rival.name in texts["5"] for rival in rivals)
    assert abs(len(texts["control"]) - len(texts["5"])) < 20
    assert not any(rival.name in texts["control"] for rival in rivals)


def test_f05_bands_are_what_they_are_called() -> None:
    plan = EXPERIMENTS["f05"].plan(Scope(1, 20))
    mean: dict[str, list[float]] = {}
    for trial in plan.trials:
        assert len(trial.offered) == 30
        others = [row_of()[skill] for skill in trial.offered if skill not in trial.gold]
        row = float(likeness()[row_of()[trial.gold[0]]][others].mean())
        mean.setdefault(factors(trial.condition)["band"], []).append(row)
    assert max(mean["low"]) < min(mean["high"])
    assert sum(mean["low"]) < sum(mean["mid"]) < sum(mean["high"])
    drops = {"low": 0.9, "mid": 0.8, "high": 0.6}
    made = simulate(planned("f05"), lambda t: drops[factors(t.condition)["band"]])
    found = EXPERIMENTS["f05"].conclude(made)
    assert all(inside(found, band, accuracy) for band, accuracy in drops.items())
    assert found.verdicts[0].ruling == "supported"


def test_f06_sees_boundaries_and_the_direction_of_confusion() -> None:
    plan = planned("f06")
    partner: dict[str, set[str]] = {}
    for trial in plan.trials:
        (own,) = trial.gold
        kin = {s.id for sub in pool().subtypes if own in {k.id for k in sub.skills} for s in sub.skills}
        partner.setdefault(own, set(kin)).intersection_update(trial.offered)
    right = {"before": 0.6, "boundary": 0.8, "structured": 0.7}
    asked = {trial.gold[0] for trial in plan.trials}

    def chance(trial: Trial) -> float:
        return right[factors(trial.condition)["text"]] + (0.2 if "way=back" in trial.condition else -0.2)

    made = tuple(
        msgspec.structs.replace(d, chosen=next(iter(partner[d.gold[0]] & asked - set(d.gold))))
        if d.outcome == "hijack"
        else d
        for d in simulate(plan, chance)
    )
    found = EXPERIMENTS["f06"].conclude(made)
    for text in TEXTS:
        assert inside(found, text, right[text])
        assert inside(found, f"swapped, {text}", 1 - right[text])
    assert [verdict.ruling for verdict in found.verdicts] == ["supported"] * 3
    lopsided = found.verdicts[2].effect.value
    assert lopsided is not None and lopsided == pytest.approx(0.4, abs=0.1)


def test_f12_recovers_the_sign_of_crowding() -> None:
    plan = planned("f12")

    def chance(trial: Trial) -> float:
        rows = [row_of()[skill] for skill in trial.offered if skill not in trial.gold]
        return 1.0 - 1.2 * float(sorted(likeness()[row_of()[trial.gold[0]]][rows])[-1])

    assert rulings("f12", simulate(plan, chance)) == ["supported"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(2))
def test_shuffled_outcomes_have_no_effect(name: str, seed: int) -> None:
    made = simulate(planned(name), lambda trial: 0.7, seed)
    assert set(rulings(name, shuffled(made, seed))) == {"no effect"}


@pytest.mark.parametrize("name", NAMES)
def test_choices_at_random_have_no_effect(name: str) -> None:
    plan = planned(name)
    assert set(rulings(name, simulate(plan, blind(plan)))) == {"no effect"}
