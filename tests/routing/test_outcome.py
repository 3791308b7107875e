"""What evidence comes to: averages over what is not known, and who takes what where scores are equal."""

from __future__ import annotations

import dataclasses
import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from skillaudit.routing.evidence import Evidence, from_requests
from skillaudit.routing.outcome import (
    chance_right,
    choose,
    expected,
    rank_first,
    ranked_right,
    regressors,
    spread,
)
from skillaudit.routing.profiles import ChoiceFit, Contrast, find
from skillaudit.stats.logistic import logistic
from tests.routing.conftest import World

FIT = find("frontier", "hybrid").fits["hybrid"]
NOTHING = ((0.0,) * 3,) * 3
SURE = msgspec.structs.replace(FIT, covariance=NOTHING, library_sd=0.0, set_sd=0.0)


def evidence_of(world: World, fit: ChoiceFit = FIT) -> Evidence:
    return from_requests(world.skills, world.requests, world.scorer, fit.contrast)


@settings(max_examples=40, deadline=None)
@given(level=st.floats(-4, 4), deviation=st.floats(0.0, 2.0))
def test_the_mean_over_a_normal_level_is_its_integral(level: float, deviation: float) -> None:
    found = expected(np.array([level]), np.array([deviation**2]))[0]

    def weighed(z: float) -> float:
        return (
            float(logistic(np.array([level + deviation * z]))[0])
            * math.exp(-z * z / 2)
            / math.sqrt(2 * math.pi)
        )

    assert found == pytest.approx(quad(weighed, -9, 9)[0], abs=2e-3)


def test_a_chance_is_averaged_over_all_that_is_not_known() -> None:
    columns = regressors(np.array([-0.3, 0.0, 0.2]), np.array([10.0, 90.0, 400.0]), 90.0)
    assert columns[1].tolist() == [1.0, 0.0, math.log(2)]
    level = columns @ np.array(SURE.coefficients)
    assert chance_right(columns, SURE) == pytest.approx(logistic(level), abs=1e-9)
    rng = np.random.default_rng(0)
    known = msgspec.structs.replace(
        SURE, covariance=((0.3, 0.05, 0.02), (0.05, 4.0, 0.1), (0.02, 0.1, 0.06)), library_sd=0.5
    )
    slopes = rng.multivariate_normal(known.coefficients, known.covariance, 200_000)
    for extra in (0.0, 0.8):
        noise = math.hypot(0.5, extra) * rng.standard_normal(len(slopes))
        seen = logistic(columns @ slopes.T + noise).mean(axis=1)
        assert chance_right(columns, known, extra) == pytest.approx(seen, abs=4e-3)


def test_requests_of_an_easier_source_are_right_as_if_they_were_that_much_clearer() -> None:
    evidence = evidence_of(World(8, 2, noise=3.0))
    slope = FIT.coefficients[1]
    shifted = dataclasses.replace(evidence, shift=np.full(len(evidence.gold), 0.6))
    clearer = dataclasses.replace(evidence, clearance=evidence.clearance + 0.6 / slope)
    assert choose(shifted, FIT).right == pytest.approx(choose(clearer, FIT).right)
    assert (choose(shifted, FIT).right > choose(evidence, FIT).right).all()


def test_who_always_takes_something_leaves_nothing_untaken() -> None:
    evidence = evidence_of(World(8, 2, noise=3.0))
    greedy = choose(evidence, msgspec.structs.replace(FIT, always=1.0))
    assert greedy.right + greedy.hijack == pytest.approx(1.0)
    half = choose(evidence, msgspec.structs.replace(FIT, always=0.5))
    never = choose(evidence, msgspec.structs.replace(FIT, always=0.0))
    assert half.hijack == pytest.approx((greedy.hijack + never.hijack) / 2)


def test_a_list_of_one_hijacks_nothing() -> None:
    for found in (choose(evidence_of(World(1, 3)), FIT), rank_first(evidence_of(World(1, 3)))):
        assert found.hijack.tolist() == [0.0] * 3 and found.right.min() > 0


def test_the_only_skill_is_taken_however_badly_it_scores() -> None:
    world = World(1, 1)
    world.scorer.queries = {text: -vector for text, vector in world.scorer.queries.items()}
    evidence = evidence_of(world)
    assert evidence.gold_score[0] < 0 and rank_first(evidence).right.tolist() == [1.0]


@pytest.mark.parametrize(
    ("ahead", "tied", "chance"),
    [(0.1, 0, 1.0), (0.1, 3, 1.0), (-0.1, 1, 0.0), (0.0, 1, 1 / 2), (0.0, 3, 1 / 4), (np.inf, 0, 1.0)],
)
def test_equals_share(ahead: float, tied: float, chance: float) -> None:
    assert ranked_right(np.array([ahead]), np.array([float(tied)])) == pytest.approx([chance])


def test_the_best_score_takes_a_request_and_equals_take_it_in_turn() -> None:
    world = World(5, 1)
    world.scorer.skills = np.eye(5, 24, dtype=np.float32)
    asked = {
        "request 0 of 0": [1, 0, 0, 0, 0],
        "request 0 of 1": [0, 2, 2, 2, 1],
        "request 0 of 2": [3, 0, 1, 3, 2],
    }
    world.scorer.queries = {
        text: np.eye(5, 24, dtype=np.float32).T @ np.array(row, np.float32) for text, row in asked.items()
    }
    world.requests = world.requests[:3]
    evidence = from_requests(world.skills, world.requests, world.scorer, Contrast(20.0))
    found = rank_first(evidence)
    assert found.right == pytest.approx([1.0, 1 / 3, 0.0])
    assert found.hijack == pytest.approx([0.0, 2 / 3, 1.0])
    takers = [
        {skill: share for skill, share in zip(rivals, shares, strict=True) if share}
        for rivals, shares in zip(evidence.rivals.tolist(), found.shares.tolist(), strict=True)
    ]
    assert takers[1] == {2: 0.5, 3: 0.5} and takers[2] == {0: 0.5, 3: 0.5}


@settings(max_examples=50, deadline=None)
@given(
    scores=st.lists(
        st.lists(st.one_of(st.floats(-2, 2), st.just(-math.inf)), min_size=3, max_size=3), max_size=4
    ),
    temperature=st.floats(0.1, 60),
)
def test_rivals_share_by_their_scores(scores: list[list[float]], temperature: float) -> None:
    table = np.array(scores, dtype=np.float64).reshape(-1, 3)
    found = spread(table, temperature)
    for row, line in zip(scores, found.tolist(), strict=True):
        known = [score for score in row if score > -math.inf]
        assert sum(line) == pytest.approx(1.0 if known else 0.0)
        for score, share in zip(row, line, strict=True):
            peers = (
                sum(math.exp(temperature * (other - score)) for other in known)
                if score > -math.inf
                else math.inf
            )
            assert share == pytest.approx(1 / peers)
    assert spread(np.zeros((2, 0)), temperature).shape == (2, 0)
