"""Every study finds the parameters of a rule that is known, and plans what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from skillaudit.asking.defaults import StudyName
from skillaudit.asking.records import Fit, StudyPlan
from skillaudit.errors import UsageError
from skillaudit.probe.ground import Ground
from skillaudit.probe.studies import STUDIES, decay
from skillaudit.probe.studies.anchors import strip_anchors
from skillaudit.schema import Estimate, Request, Skill
from tests.probe.cases import CASES, case, fits, policy
from tests.probe.libraries import make_ground

SEEDS = range(4)
WANTED = 2
"""A 90% interval holds the truth in two of four runs at least, but for one time in 270."""
MANY = range(40)
LEAST = 30
"""Of forty; 90% intervals hold the truth less often one time in 700."""


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_intervals_cover_nine_times_in_ten(name: str, tmp_path: Path) -> None:
    counts = case(name).recovered(tmp_path, MANY)
    assert all(count >= LEAST for count in counts.values()), counts
    # Intervals that are far too wide would hold it every time.
    assert sum(counts.values()) < len(MANY) * len(counts), counts


def test_accuracy_notices_that_the_place_in_the_list_matters(tmp_path: Path) -> None:
    value = fits(case("place").run(tmp_path)[0])["position"]
    assert value.high is not None and value.high < 0


def test_decay_tells_its_two_forms_apart(tmp_path: Path) -> None:
    assert (fits(case("line").run(tmp_path)[0])["R2"].value or 0) > 0.8
    found = fits(case("capacity").run(tmp_path, 1)[0])
    line, curve = (found[f"left-out error, {form}"].value for form in ("logarithmic", "capacity"))
    assert curve is not None and line is not None and curve < line


def test_policy_finds_no_effect_where_there_is_none(tmp_path: Path) -> None:
    counts = policy(slope=0.0).recovered(tmp_path, SEEDS)
    assert all(count >= WANTED for count in counts.values()), counts


def test_anchors_name_who_takes_the_vague_requests(tmp_path: Path) -> None:
    value = fits(case("anchors").run(tmp_path)[0])["absorbers, vague"].value
    assert value == pytest.approx(1.0)


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


def test_competition_offers_equal_sizes_and_what_it_says() -> None:
    ground = make_ground(100, 1, limit=20)
    for trial in STUDIES["competition"].plan(ground).trials:
        assert len(trial.offered) == 30 == len(set(trial.offered))
        noun = trial.gold[0].partition("-")[0]
        same = sum(skill.startswith(f"{noun}-") for skill in trial.offered) - 1
        expected = {"rivals=0": 0, "rivals=1": 1, "rivals=2": 2, "mid": 0, "high": 9}
        assert same == expected[trial.condition]


def test_policies_do_not_hold_the_requests_that_were_mined_from_them() -> None:
    ground = make_ground(20, 1)
    first = ground.skills[0]
    mined = Request(query="Turn the yearly figures into a chart", gold=(first.id,), source="mined")
    body = "Use it with care.\n- Turn the **yearly figures** into a chart\nThen stop."
    skills = (msgspec.structs.replace(first, body=body), *ground.skills[1:])
    plan = STUDIES["policy"].plan(replace(ground, skills=skills, requests=(mined,)))
    assert plan.texts["policy=300"][first.id].description.endswith("\n  Use it with care. Then stop.")
    assert plan.texts["policy=0"][first.id].description == first.description


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
    plans: list[StudyPlan] = [STUDIES[study].plan(make_ground(40, 2, repeats=2)) for _ in range(2)]
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
