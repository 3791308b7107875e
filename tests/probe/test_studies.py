"""Every study finds the parameters of a rule that is known.

Long because all studies share one simulated router and its grounds.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from skillaudit.errors import UsageError
from skillaudit.probe.ground import Ground
from skillaudit.probe.log import ProbeLog
from skillaudit.probe.probing import probe
from skillaudit.probe.records import Decision, Fit, Plan, StudyName, StudyResult
from skillaudit.probe.studies import STUDIES, decay
from skillaudit.probe.studies.anchors import abstract_skills, strip_anchors
from skillaudit.schema import Estimate, Request, Skill
from tests.probe.libraries import is_right, make_ground
from tests.probe.rule import Asked, Chances, Law, Rule, RuleRouter

SEEDS = range(4)
WANTED = 2
"""A 90% interval holds the truth in two of four runs at least, but for one time in 270."""
MANY = range(40)


def holds(estimate: Estimate, value: float) -> bool:
    """Whether an interval holds a value."""
    assert estimate.low is not None and estimate.high is not None
    return estimate.low - 1e-9 <= value <= estimate.high + 1e-9


def run(
    study: StudyName, ground: Ground, law: Law, folder: Path, seed: int = 0
) -> tuple[StudyResult, tuple[Decision, ...]]:
    """Run a study on a rule."""
    router = RuleRouter(Rule(is_right, law, seed))
    with ProbeLog(folder / f"{study}-{seed}.sqlite") as log:
        found, decisions = asyncio.run(probe(ground, study, router, log))
    return found.result, decisions


def fits(result: StudyResult) -> dict[str, Estimate]:
    """Return the fits by name."""
    return {fit.name: fit.value for fit in result.fits}


def recovered(
    study: StudyName,
    ground: Ground,
    law: Law,
    folder: Path,
    truth: dict[str, float],
    seeds: Iterable[int] = SEEDS,
) -> dict[str, int]:
    """Count over several seeds how often each parameter lies in its interval."""
    counts = dict.fromkeys(truth, 0)
    for seed in seeds:
        result, _ = run(study, ground, law, folder, seed)
        found = fits(result)
        for arm in result.arms:
            found[f"accuracy {arm.condition}"] = arm.rates.accuracy
            found[f"hijack {arm.condition}"] = arm.rates.hijack
            found[f"no skill {arm.condition}"] = arm.rates.no_skill
            found[f"invalid {arm.condition}"] = arm.rates.invalid
            found[f"refusal {arm.condition}"] = arm.rates.refusal
            found[f"false trigger {arm.condition}"] = arm.rates.false_trigger
        for name, value in truth.items():
            counts[name] += holds(found[name], value)
    return counts


def constant(right: float, **more: float) -> Law:
    """A rule that is right with one chance."""
    return lambda asked, has: Chances(right, **more) if has else Chances(0.0, none=0.7)  # type: ignore[arg-type]


def test_accuracy_finds_every_rate(tmp_path: Path) -> None:
    law = constant(0.7, none=0.08, invalid=0.05, refusal=0.03)
    truth = {
        "accuracy all": 0.7, "hijack all": 0.14, "no skill all": 0.16, "invalid all": 0.05, "refusal all": 0.03,
        "false trigger all": 0.3, "position": 0.0,
    }  # fmt: skip
    counts = recovered("accuracy", make_ground(40, 5, idle=60), law, tmp_path, truth)
    assert all(count >= WANTED for count in counts.values()), counts


def test_accuracy_notices_that_the_place_in_the_list_matters(tmp_path: Path) -> None:
    def law(asked: Asked, has: bool) -> Chances:
        name = asked.task.partition("[")[2].partition("]")[0]
        place = next((at for at, (_, text) in enumerate(asked.options) if text.startswith(f"{name}:")), 0)
        return Chances(0.9 if place < asked.size / 3 else 0.6)

    counts = recovered("accuracy", make_ground(40, 10), law, tmp_path, {"position": -0.3})
    assert counts["position"] >= WANTED
    value = fits(run("accuracy", make_ground(40, 10), law, tmp_path)[0])["position"]
    assert value.high is not None and value.high < 0


def test_decay_finds_the_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decay, "CAPACITY_DRAWS", 2)
    a, b = 1.02, 0.09
    law: Law = lambda asked, has: Chances(a - b * math.log(asked.size))  # noqa: E731
    ground = make_ground(110, 1, limit=80)
    counts = recovered("decay", ground, law, tmp_path, {"a": a, "b": b})
    assert all(count >= WANTED for count in counts.values()), counts
    found = fits(run("decay", ground, law, tmp_path)[0])
    assert (found["R2"].value or 0) > 0.8


def test_decay_finds_the_capacity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decay, "CAPACITY_DRAWS", 30)
    kappa, gamma = 60.0, 1.7
    law: Law = lambda asked, has: Chances(0.97 / (1 + (asked.size / kappa) ** gamma))  # noqa: E731
    ground = make_ground(110, 1, limit=80)
    counts = recovered("decay", ground, law, tmp_path, {"kappa": kappa, "gamma": gamma})
    assert all(count >= WANTED for count in counts.values()), counts
    found = fits(run("decay", ground, law, tmp_path)[0])
    line, curve = (found[f"left-out error, {form}"].value for form in ("logarithmic", "capacity"))
    assert curve is not None and line is not None and curve < line


@pytest.mark.slow
def test_intervals_cover_nine_times_in_ten(tmp_path: Path) -> None:
    steep: Law = lambda asked, has: Chances(0.97 / (1 + (asked.size / 60.0) ** 1.7))  # noqa: E731
    rival: Law = lambda asked, has: Chances(max(0.3, 0.95 - 0.15 * rivals_of(asked)[0]))  # noqa: E731
    cases: list[tuple[StudyName, Ground, Law, dict[str, float]]] = [
        (
            "accuracy",
            make_ground(40, 5, idle=60),
            constant(0.7, none=0.1),
            {"accuracy all": 0.7, "hijack all": 0.2},
        ),
        ("decay", make_ground(150, 1, limit=100), steep, {"kappa": 60.0, "gamma": 1.7}),
        ("competition", make_ground(150, 1, limit=100), rival, {"per rival": -0.15, "two rivals": -0.3}),
    ]
    for study, ground, law, truth in cases:
        counts = recovered(study, ground, law, tmp_path, truth, MANY)
        assert all(count >= 0.8 * len(MANY) for count in counts.values()), (study, counts)


def test_decay_nests_its_parts_and_keeps_the_right_skill() -> None:
    ground = make_ground(120, 1, repeats=2, limit=10)
    plan = STUDIES["decay"].plan(ground)
    assert {t.condition for t in plan.trials} == {f"n={n}" for n in (5, 10, 20, 50, 100, 120)}
    by_request: dict[tuple[str, int], dict[float, set[str]]] = {}
    for trial in plan.trials:
        assert len(trial.offered) == trial.x and trial.gold[0] in trial.offered
        by_request.setdefault((trial.query, trial.repeat), {})[trial.x] = set(trial.offered)
    for offers in by_request.values():
        sizes = sorted(offers)
        assert all(offers[a] <= offers[b] for a, b in pairwise(sizes))
    assert decay.sizes_of(900) == (5, 10, 20, 50, 100, 200, 500)
    assert decay.sizes_of(500)[-1] == 500 and decay.sizes_of(48) == (5, 10, 20, 48)


def rivals_of(asked: Asked) -> tuple[int, int]:
    """How many options share the noun of the right skill, and how many there are."""
    noun = asked.task.partition("[")[2].partition("-")[0]
    return sum(text.startswith(f"{noun}-") for _, text in asked.options) - 1, asked.size


def test_competition_finds_the_price_of_a_rival(tmp_path: Path) -> None:
    law: Law = lambda asked, has: Chances(max(0.3, 0.95 - 0.15 * rivals_of(asked)[0]))  # noqa: E731
    truth = {"per rival": -0.15, "one rival": -0.15, "two rivals": -0.30, "accuracy rivals=0": 0.95}
    counts = recovered("competition", make_ground(150, 1, limit=100), law, tmp_path, truth)
    assert all(count >= WANTED for count in counts.values()), counts


def test_competition_offers_equal_sizes_and_what_it_says() -> None:
    ground = make_ground(100, 1, limit=20)
    for trial in STUDIES["competition"].plan(ground).trials:
        assert len(trial.offered) == 30 == len(set(trial.offered))
        noun = trial.gold[0].partition("-")[0]
        same = sum(skill.startswith(f"{noun}-") for skill in trial.offered) - 1
        expected = {"rivals=0": 0, "rivals=1": 1, "rivals=2": 2, "mid": 0, "high": 9}
        assert same == expected[trial.condition]


@pytest.mark.parametrize("slope", [0.0, -0.08])
def test_policy_finds_the_effect_of_length_or_none(tmp_path: Path, slope: float) -> None:
    def law(asked: Asked, has: bool) -> Chances:
        shown = asked.prompt.count("Step ") / asked.size  # lines of the body that fit in
        tokens = min((0, 30, 100, 300), key=lambda t: abs(t * 4 / 50 - shown))
        return Chances(0.85 + slope * tokens / 100)

    truth = {"per 100 tokens": slope, "longest": 3 * slope, "accuracy policy=0": 0.85}
    counts = recovered("policy", make_ground(60, 2, limit=100), law, tmp_path, truth)
    assert all(count >= WANTED for count in counts.values()), counts


def test_policies_do_not_hold_the_requests_that_were_mined_from_them() -> None:
    ground = make_ground(20, 1)
    first = ground.skills[0]
    mined = Request(query="Turn the yearly figures into a chart", gold=(first.id,), source="mined")
    body = "Use it with care.\n- Turn the **yearly figures** into a chart\nThen stop."
    skills = (msgspec.structs.replace(first, body=body), *ground.skills[1:])
    plan = STUDIES["policy"].plan(replace(ground, skills=skills, requests=(mined,)))
    assert plan.texts["policy=300"][first.id].description.endswith("\n  Use it with care. Then stop.")
    assert plan.texts["policy=0"][first.id].description == first.description


def test_hierarchy_finds_what_two_stages_gain(tmp_path: Path) -> None:
    def law(asked: Asked, has: bool) -> Chances:
        return Chances(0.95 if asked.kind == "category" else 0.9 if asked.in_category else 0.6)

    def right(asked: Asked, label: str, text: str) -> bool:
        name = asked.task.partition("[")[2].partition("]")[0]
        if asked.kind == "category":
            return name in members[label]
        return text.startswith(f"{name}:")

    ground = make_ground(60, 2, limit=120)
    plan = STUDIES["hierarchy"].plan(ground)
    members = {branch.label: set(branch.skills) for tree in plan.trees.values() for branch in tree}
    both = 0.95 * 0.9
    counts: dict[str, int] = {}
    for seed in SEEDS:
        with ProbeLog(tmp_path / f"{seed}.sqlite") as log:
            found, _ = asyncio.run(probe(ground, "hierarchy", RuleRouter(Rule(right, law, seed)), log))
        values = fits(found.result)
        for tree in ("folder", "confusable"):
            counts[tree] = counts.get(tree, 0) + holds(values[f"{tree} gain"], both - 0.6)
            counts[f"{tree} level"] = counts.get(f"{tree} level", 0) + holds(values[f"{tree} accuracy"], both)
    assert all(count >= WANTED for count in counts.values()), counts


def test_trees_hold_every_skill_once_and_keep_the_alike_together() -> None:
    ground = make_ground(60, 1)
    plan = STUDIES["hierarchy"].plan(ground)
    assert set(plan.trees) == {"folder", "confusable"}
    for tree in plan.trees.values():
        assert sorted(skill for branch in tree for skill in branch.skills) == sorted(
            s.id for s in ground.skills
        )
        labels = [branch.label.casefold() for branch in tree]
        assert len(set(labels)) == len(labels)
    nouns = [{skill.partition("-")[0] for skill in branch.skills} for branch in plan.trees["folder"]]
    assert all(len(group) == 1 for group in nouns)


def test_anchors_finds_what_abstract_skills_take(tmp_path: Path) -> None:
    ground = make_ground(60, 2, limit=100)
    abstract = abstract_skills(ground)
    vague_chance, concrete_chance = 0.3, 0.05

    def law(asked: Asked, has: bool) -> Chances:
        taken = concrete_chance if "[" in asked.task else vague_chance
        return Chances(1 - taken, taker=abstract[0] + ":")

    def right(asked: Asked, label: str, text: str) -> bool:
        if "[" in asked.task:
            return is_right(asked, label, text)
        return text.startswith(f"{named[asked.task, frozenset(t for _, t in asked.options)]}:")

    named = {}
    for trial in STUDIES["anchors"].plan(ground).trials:
        entries = ground.entries
        offered = frozenset(entries[skill].text for skill in trial.offered)
        if trial.task:
            named[trial.task, offered] = trial.gold[0]
    counts: dict[str, int] = {}
    for seed in SEEDS:
        with ProbeLog(tmp_path / f"{seed}.sqlite") as log:
            found, _ = asyncio.run(probe(ground, "anchors", RuleRouter(Rule(right, law, seed)), log))
        values = fits(found.result)
        truth = {
            "taken, vague": vague_chance, "taken, concrete": concrete_chance,
            "black-hole effect": vague_chance - concrete_chance, "accuracy": concrete_chance - vague_chance,
        }  # fmt: skip
        for name, value in truth.items():
            counts[name] = counts.get(name, 0) + holds(values[name], value)
        assert values["absorbers, vague"].value == pytest.approx(1.0)
    assert all(count >= WANTED for count in counts.values()), counts


def test_anchors_are_taken_out_and_runs_of_them_become_one_word() -> None:
    common = frozenset({"convert", "document", "file"})
    assert (
        strip_anchors("Convert report.docx from Acme Corp to the file", common)
        == "Convert this from this to the file"
    )
    assert strip_anchors("convert the document", common) == "convert the document"
    assert (
        strip_anchors("Convert one.md, two.md, three.md, four.md", common, every=2)
        == "Convert one.md, this three.md, this"
    )


def test_protocol_finds_what_each_form_changes(tmp_path: Path) -> None:
    levels = {"list": 0.9, "json": 0.8, "names": 0.5, "descriptions": 0.75}

    def form(asked: Asked) -> str:
        if '"id"' in asked.prompt:
            return "json"
        text = asked.options[0][1]
        if ":" in text:
            return "list"
        return "descriptions" if text.endswith(".") else "names"

    def right(asked: Asked, label: str, text: str) -> bool:
        name = asked.task.partition("[")[2].partition("]")[0]
        return text in {name, entries[name].text, entries[name].description}

    ground = make_ground(60, 2, limit=100)
    entries = ground.entries
    law: Law = lambda asked, has: Chances(levels[form(asked)])  # noqa: E731
    counts: dict[str, int] = {}
    for seed in SEEDS:
        with ProbeLog(tmp_path / f"{seed}.sqlite") as log:
            found, _ = asyncio.run(probe(ground, "protocol", RuleRouter(Rule(right, law, seed)), log))
        for name, value in fits(found.result).items():
            counts[name] = counts.get(name, 0) + holds(value, levels[name] - levels["list"])
    assert set(counts) == {"json", "names", "descriptions"}
    assert all(count >= WANTED for count in counts.values()), counts


def test_rescue_finds_independence_and_the_worth_of_a_finished_step(tmp_path: Path) -> None:
    chances = {"A": 0.85, "B": 0.6, "A planned": 0.8, "B planned": 0.5, "B after A": 0.9}

    def kind(task: str) -> str:
        if task.startswith("Step 1 ("):
            return "B after A"
        if task.startswith("Step 1:"):
            return "A planned" if "step 1 only" in task else "B planned"
        return "alone"

    def right(asked: Asked, label: str, text: str) -> bool:
        names = [part.partition("]")[0] for part in asked.task.split("[")[1:]]
        wanted = {"A planned": names[0], "B planned": names[-1], "B after A": names[-1], "alone": names[0]}
        return text.startswith(f"{wanted[kind(asked.task)]}:")

    def law(asked: Asked, has: bool) -> Chances:
        # A request stands for A in one pair and for B in another: alone, both have one chance.
        return Chances({"alone": 0.7, **chances}[kind(asked.task)])

    ground = make_ground(60, 1, limit=60)
    truth = {
        "P(A)": 0.7, "P(B)": 0.7, "joint": 0.8 * 0.5, "joint - P(A) P(B)": 0.4 - 0.49, "gain": 0.4, "rescued": 0.8,
        "potential": 0.3 * 0.7,
    }  # fmt: skip
    counts: dict[str, int] = {}
    for seed in SEEDS:
        with ProbeLog(tmp_path / f"{seed}.sqlite") as log:
            found, _ = asyncio.run(probe(ground, "rescue", RuleRouter(Rule(right, law, seed)), log))
        values = fits(found.result)
        for name, value in truth.items():
            counts[name] = counts.get(name, 0) + holds(values[name], value)
    assert all(count >= WANTED for count in counts.values()), counts


def test_rescue_takes_declared_hand_offs_first() -> None:
    ground = make_ground(20, 1)
    first, second = ground.skills[0], ground.skills[7]
    body = f"When it is done, hand over to `{second.name}`."
    skills = (msgspec.structs.replace(first, body=body), *ground.skills[1:])
    ground = Ground(skills=skills, requests=ground.requests, scorer=ground.scorer, repeats=1, limit=1)
    plan = STUDIES["rescue"].plan(ground)
    assert {t.gold for t in plan.trials} == {(first.id,), (second.id,)}
    assert "1 of 1 pairs are hand-offs" in plan.notes[0]


@pytest.mark.parametrize("study", STUDIES)
def test_plans_are_the_same_each_time_and_offer_the_right_skill(study: StudyName) -> None:
    plans: list[Plan] = [STUDIES[study].plan(make_ground(40, 2, repeats=2)) for _ in range(2)]
    assert plans[0] == plans[1] != STUDIES[study].plan(make_ground(40, 2, repeats=2, seed=1))
    for trial in plans[0].trials:
        assert set(trial.gold) & set(trial.offered) and len(set(trial.offered)) == len(trial.offered)


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize(
    "ground",
    [
        lambda: make_ground(40, 0),
        lambda: make_ground(2, 1),
    ],
)
def test_a_library_that_does_not_allow_a_study_is_told_why_or_asked_all_the_same(
    study: StudyName, ground: Callable[[], Ground]
) -> None:
    try:
        plan = STUDIES[study].plan(ground())
    except UsageError as error:
        assert str(error)
    else:
        assert plan.trials or study == "anchors"
        assert isinstance(STUDIES[study].conclude(ground(), []), tuple)


def test_requests_are_spread_over_the_skills() -> None:
    ground = make_ground(30, 4, limit=30)
    assert {request.gold[0] for request in ground.sample()} == {skill.id for skill in ground.skills}


def test_no_skill_requests_are_limited_too() -> None:
    ground = make_ground(10, 1, idle=30, limit=4)
    assert len(ground.idle) == 4 and set(ground.idle) <= set(ground.requests)
    assert sum(not trial.gold for trial in STUDIES["accuracy"].plan(ground).trials) == 4


def test_gold_outside_the_library_does_not_count() -> None:
    ground = make_ground(5, 1)
    stranger = Request(query="who?", gold=("nobody",), source="file")
    both = Request(query="both", gold=("nobody", ground.skills[0].id), source="file")
    wider = Ground(skills=ground.skills, requests=(stranger, both), scorer=ground.scorer, repeats=1)
    (trial,) = STUDIES["accuracy"].plan(wider).trials
    assert trial.gold == (ground.skills[0].id,)


def test_fits_are_worded() -> None:
    for study in STUDIES.values():
        assert study.title
    assert Fit(name="n", value=Estimate(value=1.0, low=0.0, high=2.0), meaning="m").meaning
    assert Skill(id="a", name="a", description="b").text == "a: b"
