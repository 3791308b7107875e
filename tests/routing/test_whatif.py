"""What a change does: near copies hurt, removing them helps, and the same requests are compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from skillaudit.routing.predict import forecast
from skillaudit.routing.records import Routing
from skillaudit.routing.whatif import SkillChange, whatif
from skillaudit.schema import Request, Skill
from tests.routing.conftest import VectorScorer, World, coverage, unit


def runner(world: World, vectors: dict[str, np.ndarray]) -> Any:
    def run(skills: Sequence[Skill], requests: Sequence[Request]) -> Routing:
        shown = np.array([vectors[skill.id] for skill in skills], dtype=np.float32).reshape(-1, 24)
        scorer = VectorScorer(shown, world.scorer.queries)
        return forecast(
            skills,
            requests,
            scorer,
            families=["f"] * len(skills),
            labels=[-1] * len(skills),
            neighbors=None,
            coverage=coverage(requests),
        )

    return run


@pytest.fixture
def scene() -> Any:
    world = World(12, 4, noise=1.5)
    vectors = {skill.id: world.scorer.skills[row] for row, skill in enumerate(world.skills)}
    rng = np.random.default_rng(4)
    vectors["twin"] = unit(vectors["s3"] + 0.05 * rng.standard_normal(24))
    return world, runner(world, vectors), Skill(id="twin", name="twin", description="does 3 again")


def test_a_twin_hurts_its_original_most(scene: Any) -> None:
    world, run, twin = scene
    outcome = whatif(world.skills, world.requests, run, add=[twin])
    assert outcome.accuracy is not None and outcome.accuracy < 0
    assert outcome.hijack is not None and outcome.hijack > 0
    assert outcome.steps[0].kind == "add" and outcome.steps[0].hurt[0].id == "s3"
    assert outcome.steps[0].accuracy == pytest.approx(outcome.accuracy)
    assert {"twin", "s3"} <= {change.id for change in outcome.changes}
    added = next(change for change in outcome.changes if change.id == "twin")
    assert added.absorbed_before is None and (added.absorbed_after or 0) > 0


def test_removing_the_twin_undoes_it(scene: Any) -> None:
    world, run, twin = scene
    there = whatif(world.skills, world.requests, run, add=[twin])
    back = whatif((*world.skills, twin), world.requests, run, remove=["twin"])
    assert back.accuracy == pytest.approx(-(there.accuracy or 0))
    assert back.steps[0].helped[0].id == "s3" and not back.steps[0].hurt


def test_requests_of_a_removed_skill_do_not_shift_the_mix(scene: Any) -> None:
    world, run, _ = scene
    outcome = whatif(world.skills, world.requests, run, remove=["s0"])
    assert outcome.accuracy is not None and outcome.accuracy >= 0
    gone = next(change for change in outcome.changes if change.id == "s0")
    assert gone.victim_before is not None and gone.victim_after is None
    assert (outcome.after.accuracy.value or 0) > (outcome.before.accuracy.value or 0) - 0.03
    assert "not on offer" not in outcome.after.source


def test_nothing_changed_changes_nothing(scene: Any) -> None:
    world, run, _ = scene
    outcome = whatif(world.skills, world.requests, run)
    assert outcome.accuracy == 0 and outcome.changes == () and outcome.steps == ()


def test_a_stranger_cannot_be_removed(scene: Any) -> None:
    world, run, _ = scene
    with pytest.raises(ValueError, match="not in the library"):
        whatif(world.skills, world.requests, run, remove=["nobody"])


def test_an_outline_is_asked_for_all_but_what_needs_no_skill(scene: Any) -> None:
    world, run, twin = scene
    asked: list[str] = []

    def noted(name: str) -> Any:
        def call(skills: Sequence[Skill], requests: Sequence[Request]) -> Routing:
            asked.append(name)
            found: Routing = run(skills, requests)
            return found

        return call

    found = whatif(
        world.skills,
        world.requests,
        noted("whole"),
        outline=noted("outline"),
        add=[twin],
        remove=["s5"],
    )
    # Both libraries, and what each of two changes does alone to requests that need no skill.
    assert asked.count("whole") == 4 and asked.count("outline") == 6
    assert found == whatif(world.skills, world.requests, run, add=[twin], remove=["s5"])
    asked.clear()
    one = whatif(world.skills, world.requests, noted("whole"), outline=noted("outline"), add=[twin])
    assert asked.count("whole") == 2 and one.steps[0].false_trigger == one.false_trigger


@pytest.mark.parametrize("idle", [0, 6])
def test_a_catch_all_costs_what_the_rate_of_false_triggers_falls_by_without_it(idle: int) -> None:
    world = World(12, 4, noise=1.5, idle=idle)
    vectors = {skill.id: world.scorer.skills[row] for row, skill in enumerate(world.skills)}
    vectors["all"] = unit(world.scorer.skills.mean(axis=0))
    everything = Skill(id="all", name="all", description="Use this skill for any task and every question.")
    skills, run = (*world.skills, everything), runner(world, vectors)
    (hole,) = run(skills, world.requests).black_holes
    assert hole.skill == "all" and hole.idle is not None
    rates = [run(some, world.requests).forecast.false_trigger.value or 0.0 for some in (skills, world.skills)]
    assert rates[0] - rates[1] > 0.05
    assert hole.idle == pytest.approx(rates[0] - rates[1], abs=0.005)


def test_a_change_weighs_what_moved_either_way() -> None:
    def changed(victim: float | None, absorbed: float | None) -> SkillChange:
        return SkillChange(
            id="a", victim_before=victim, victim_after=0.5, absorbed_before=absorbed, absorbed_after=1.0
        )

    assert changed(0.25, 3.0).weight == pytest.approx(2.25)
    assert changed(None, None).weight == pytest.approx(1.5)


def test_who_leaves_with_all_that_was_asked_changes_no_rate_that_is_known(scene: Any) -> None:
    world, run, _ = scene
    own = [request for request in world.requests if request.gold == ("s3",)]
    found = whatif(world.skills, own, run, remove=["s3"])
    assert (found.accuracy, found.hijack, found.steps[0].accuracy, found.steps[0].hijack) == (None,) * 4
    assert "s3" in {change.id for change in found.changes}


def test_the_first_skill_of_a_library_changes_nothing_that_was_known(scene: Any) -> None:
    _, run, twin = scene
    found = whatif((), (), run, add=[twin])
    assert found.false_trigger is None and found.accuracy is None
    assert [change.id for change in found.changes] == ["twin"]


def test_a_change_weighs_what_a_skill_loses_and_takes_more_or_less() -> None:
    def weight(*found: float | None) -> float:
        names = ("victim_before", "victim_after", "absorbed_before", "absorbed_after")
        return SkillChange(id="a", **dict(zip(names, found, strict=True))).weight

    assert weight(0.1, 0.3, 2.0, 1.5) == pytest.approx(0.7)
    assert weight(None, 0.3, None, 1.5) == weight(0.3, None, 1.5, None) == pytest.approx(1.8)
