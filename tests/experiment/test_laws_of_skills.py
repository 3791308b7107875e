"""The first paper's experiments recover what simulated routers do, and find nothing where nothing is."""

from __future__ import annotations

import random
from collections import Counter

import msgspec
import pytest

from skillaudit.asking.records import Decision, Entry, Trial
from skillaudit.asking.samples import factors
from skillaudit.experiment.likeness import by_clarity, clarity, likeness, row_of, sink
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.experiment.studies.descriptions import LEVELS, describe, padded
from skillaudit.experiment.studies.pairs import TEXTS
from skillaudit.experiment.synthetic import pool
from skillaudit.experiment.tasks import Scope
from tests.experiment.simulated import blind, everything, planned, shuffled, simulate
from tests.experiment.test_recovery import inside, value

NAMES = ("f02", "f03", "f04", "f05", "f06", "f07", "f08", "f09", "f10", "f11", "f12")


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


def test_a_padded_description_says_no_more() -> None:
    entry = Entry(name="Sort List", description="Sort.")
    assert padded(entry, 4) == padded(entry, 8) == entry
    for length in (20, 120, 400):
        made = padded(entry, length)
        assert made.name == "Sort List" and made.description.startswith("Sort. It")
        assert length - 20 < len(made.description) <= length + 1


def test_f05_bands_are_what_they_are_called() -> None:
    plan = EXPERIMENTS["f05"].plan(Scope(1, 20))
    mean: dict[str, list[float]] = {}
    for trial in plan.trials:
        assert len(trial.offered) == 30
        others = [row_of()[skill] for skill in trial.offered if skill not in trial.gold]
        if trial.condition == "band=random":
            continue
        row = float(likeness()[row_of()[trial.gold[0]]][others].mean())
        mean.setdefault(factors(trial.condition)["band"], []).append(row)
    assert max(mean["low"]) < min(mean["high"])
    assert sum(mean["low"]) < sum(mean["mid"]) < sum(mean["high"])
    drops = {"low": 0.9, "mid": 0.8, "high": 0.6, "random": 0.8}
    made = simulate(planned("f05"), lambda t: drops[factors(t.condition)["band"]])
    found = EXPERIMENTS["f05"].conclude(made)
    assert all(inside(found, band, drops[band]) for band in ("low", "mid", "high"))
    assert [verdict.ruling for verdict in found.verdicts] == ["supported", "no effect"]


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


def test_f05_recovers_the_sign_of_crowding() -> None:
    plan = planned("f05")

    def chance(trial: Trial) -> float:
        rows = [row_of()[skill] for skill in trial.offered if skill not in trial.gold]
        return 1.0 - 1.2 * float(sorted(likeness()[row_of()[trial.gold[0]]][rows])[-1])

    found = EXPERIMENTS["f05"].conclude(simulate(plan, chance))
    assert [verdict.ruling for verdict in found.verdicts] == ["supported", "supported"]
    assert abs(value(found, "near")) > abs(value(found, "average"))


def test_f07_recovers_what_abstract_skills_take() -> None:
    right = {"descriptor": 0.95, "close": 0.85, "paraphrase": 0.7, "vague": 0.3}
    takes = {"descriptor": 0.0, "close": 0.0, "paraphrase": 0.1, "vague": 0.5}
    plan = planned("f07")
    rng = random.Random(5)

    def captured(decision: Decision) -> Decision:
        if decision.outcome == "hijack" and rng.random() < takes[factors(decision.condition)["wording"]]:
            taker = next(s for s in decision.offered if s.startswith("general/"))
            return msgspec.structs.replace(decision, chosen=taker)
        others = [s for s in decision.offered if not s.startswith("general/") and s not in decision.gold]
        return (
            msgspec.structs.replace(decision, chosen=others[0]) if decision.outcome == "hijack" else decision
        )

    made = simulate(plan, lambda trial: right[factors(trial.condition)["wording"]])
    found = EXPERIMENTS["f07"].conclude([captured(decision) for decision in made])
    for wording in right:
        assert inside(found, wording, right[wording])
        assert inside(found, f"taken, {wording}", (1 - right[wording]) * takes[wording])
    assert [verdict.ruling for verdict in found.verdicts] == ["supported", "supported", "no effect"]


def test_f07_finds_that_clear_skills_are_found() -> None:
    clear = clarity()
    middle = sorted(clear.values())[len(clear) // 2]
    made = simulate(planned("f07"), lambda trial: 0.9 if clear[trial.gold[0]] > middle else 0.5)
    assert rulings("f07", made)[2] == "supported"


def test_f07_wordings_are_what_they_are_called() -> None:
    skills = {skill.id: skill for skill in pool().skills}
    for trial in EXPERIMENTS["f07"].plan(Scope(1, 30)).trials:
        assert len(trial.offered) == len(set(trial.offered)) == 100
        assert len([s for s in trial.offered if s.startswith("general/")]) == 8
        fitting = [skill.id for skill in skills.values() if skill.fits(trial.query)]
        wording = factors(trial.condition)["wording"]
        if wording == "descriptor":
            assert trial.query == skills[trial.gold[0]].description
        else:
            assert fitting == ([] if wording == "vague" else [trial.gold[0]])


def test_targets_come_from_every_fifth_of_clarity() -> None:
    clear = clarity()
    order = sorted(clear, key=lambda skill: (round(clear[skill], 6), skill))
    picked = by_clarity(50, 3)
    assert len({skill.id for skill in picked}) == 50
    assert Counter(order.index(skill.id) // 40 for skill in picked) == dict.fromkeys(range(5), 10)


def test_f08_recovers_forms_victims_and_sinks() -> None:
    worth = {"list": 0.8, "json": 0.8, "names": 0.5, "descriptions": 0.6}
    clear, pull = clarity(), sink()
    middle = sorted(clear.values())[len(clear) // 2]

    def chance(trial: Trial) -> float:
        return worth[trial.form] + (0.15 if clear[trial.gold[0]] > middle else -0.15)

    made = simulate(planned("f08"), chance)
    drawn = [
        msgspec.structs.replace(d, chosen=max(d.offered, key=lambda s: pull.get(s, 0.0) * (s not in d.gold)))
        if d.outcome == "hijack"
        else d
        for d in made
    ]
    found = EXPERIMENTS["f08"].conclude(drawn)
    for form in worth:
        assert value(found, form) == pytest.approx(worth[form], abs=0.07)
    ruled = [verdict.ruling for verdict in found.verdicts]
    assert ruled == ["no effect", "supported", "supported", "supported", "supported"]
    assert found.verdicts[1].effect.value == pytest.approx(-0.3, abs=0.04)
    assert rulings("f08", made)[4] == "no effect", "whoever is first in the list is no sink"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(2))
def test_shuffled_outcomes_have_no_effect(name: str, seed: int) -> None:
    made = everything(name, lambda trial: 0.7, lambda errand: 0.7, seed=seed)
    assert set(rulings(name, shuffled(made, seed))) == {"no effect"}


@pytest.mark.parametrize("name", NAMES)
def test_choices_at_random_have_no_effect(name: str) -> None:
    made = everything(name, blind(planned(name)), lambda errand: 0.0)
    assert set(rulings(name, made)) == {"no effect"}
