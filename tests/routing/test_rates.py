"""Rates and their intervals: what widens them, and what a router that always or never takes a skill shows."""

from __future__ import annotations

import dataclasses

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from skillaudit.routing.evidence import Evidence, from_requests
from skillaudit.routing.outcome import choose
from skillaudit.routing.profiles import find
from skillaudit.routing.rates import (
    DIMENSIONS,
    DrawnRates,
    Rates,
    ShownRates,
    draw,
    false_trigger,
    with_intervals,
)
from skillaudit.schema import Estimate
from skillaudit.stats.draws import DRAWS, normals
from skillaudit.stats.intervals import UNKNOWN
from skillaudit.stats.logistic import logistic
from tests.routing.conftest import World

Z = normals(DIMENSIONS, 0)
FIT = find("frontier", "hybrid").fits["hybrid"]
RATES = ("accuracy", "hijack", "no_skill", "contested")


def always(value: float) -> npt.NDArray[np.float64]:
    return np.full(DRAWS, value)


def width(estimate: Estimate) -> float:
    assert estimate.low is not None and estimate.high is not None
    return estimate.high - estimate.low


def shown(
    right: list[float], hijack: list[float] | None = None, owners: list[int] | None = None
) -> ShownRates:
    count = len(right)
    return ShownRates(
        np.array(right),
        np.array(hijack if hijack is not None else [(1 - one) / 2 for one in right]),
        np.ones(count),
        np.array(owners if owners is not None else range(count)),
    )


def found(rates: ShownRates, skills: int = 0, drawn: DrawnRates | None = None) -> Rates:
    given = drawn or DrawnRates(always(float(rates.right.mean())), always(float(rates.hijack.mean())))
    return with_intervals(given, rates, 0.25, UNKNOWN, skills or len(rates.right), Z)


def test_rates_are_the_means_of_their_draws_and_add_up() -> None:
    drawn = DrawnRates(0.5 + 0.05 * Z[:, 0].clip(-2, 2), 0.3 + 0.02 * Z[:, 1].clip(-2, 2))
    rates = found(shown([0.5] * 40), drawn=drawn)
    assert rates.accuracy.value == pytest.approx(drawn.right.mean(), abs=1e-9)
    assert rates.hijack.value == pytest.approx(drawn.hijack.mean(), abs=1e-9)
    assert sum(getattr(rates, name).value or 0 for name in RATES[:3]) == pytest.approx(1)
    assert rates.contested.value == pytest.approx(0.25 * (rates.hijack.value or 0))
    sure = found(shown([0.5] * 40), drawn=DrawnRates(always(0.5), always(0.3)))
    assert width(rates.accuracy) > width(sure.accuracy) > 0


def test_sure_requests_leave_less_to_chance_than_even_ones() -> None:
    even, mixed = found(shown([0.5] * 40)), found(shown([0.02, 0.98] * 20))
    assert mixed.accuracy.value == even.accuracy.value == pytest.approx(0.5)
    assert width(mixed.accuracy) < 0.5 * width(even.accuracy)
    # Every share has a spread of its own: here only what is taken wrongly, or not at all, is open.
    halves = found(shown([0.5] * 40, [0.5, 0.0] * 20))
    assert width(halves.accuracy) == pytest.approx(width(even.accuracy), rel=0.05)
    assert width(halves.hijack) != pytest.approx(width(even.hijack), rel=0.05)


def test_more_requests_narrow_a_rate_and_heavy_ones_count_for_fewer() -> None:
    few, many = found(shown([0.5] * 20)), found(shown([0.5] * 80))
    for name in RATES:
        assert width(getattr(many, name)) < 0.7 * width(getattr(few, name))
    heavy = ShownRates(np.full(80, 0.5), np.full(80, 0.25), np.array([100.0] * 8 + [1.0] * 72), np.arange(80))
    assert heavy.count == pytest.approx((872**2) / (8 * 100**2 + 72)) and shown([0.5] * 80).count == 80
    assert width(found(heavy).accuracy) > width(few.accuracy)
    assert heavy.mean(np.array([1.0] * 8 + [0.0] * 72)) == pytest.approx(800 / 872)


def test_skills_that_no_request_judges_widen_what_differs_between_skills() -> None:
    apart = shown([0.9, 0.9, 0.1, 0.1] * 5, owners=[0, 0, 1, 1] * 5)
    alike = shown([0.9, 0.1, 0.9, 0.1] * 5, owners=[0, 0, 1, 1] * 5)
    for rates, grows in ((apart, True), (alike, False)):
        whole, part, most = (width(found(rates, skills).accuracy) for skills in (2, 3, 50))
        assert (whole < part < most) if grows else whole == part == most
    lone = shown([0.9, 0.1] * 5, owners=[0] * 10)
    assert width(found(lone, 50).accuracy) == width(found(lone, 1).accuracy), (
        "one skill says nothing of another"
    )


def evidence_of(world: World) -> Evidence:
    return from_requests(world.skills, world.requests, world.scorer, FIT.contrast)


def test_false_triggers_of_a_known_router_are_all_or_none() -> None:
    assert false_trigger(evidence_of(World(3, 1)), FIT, Z) == UNKNOWN
    for size, fires in ((3, 1.0), (0, 0.0)):
        idle = evidence_of(World(size, 0, idle=4))
        assert false_trigger(idle, None, Z) == Estimate(value=fires, low=fires, high=fires)
    assert false_trigger(evidence_of(World(0, 0, idle=4)), FIT, Z).value == 0.0


def test_false_triggers_are_read_off_the_best_score_and_what_claims_everything() -> None:
    sure = msgspec.structs.replace(FIT, trigger_sd=0.0)
    idle = evidence_of(World(6, 0, idle=5))
    a, b, c = sure.trigger
    for claimed in (0.0, 0.5):
        told = false_trigger(dataclasses.replace(idle, catch_all=claimed), sure, Z)
        assert told.value == pytest.approx(logistic(a + b * idle.best_rival + c * claimed).mean(), abs=2e-3)
    unsure = false_trigger(idle, msgspec.structs.replace(FIT, trigger_sd=1.5), Z)
    assert width(unsure) > width(false_trigger(idle, sure, Z)) > 0


@pytest.mark.parametrize("always_takes", [0.0, 1.0])
def test_draws_lie_around_what_the_requests_show(always_takes: float) -> None:
    fit = msgspec.structs.replace(FIT, always=always_takes)
    world = World(9, 3, noise=3.0)
    evidence = evidence_of(world)
    outcome = choose(evidence, fit)
    drawn = draw(evidence, outcome, fit, Z)
    assert drawn.right.mean() == pytest.approx(outcome.right.mean(), abs=0.01)
    assert drawn.hijack.mean() == pytest.approx(outcome.hijack.mean(), abs=0.02)
    assert drawn.right + drawn.hijack + drawn.none == pytest.approx(1)
    if always_takes:
        assert drawn.none == pytest.approx(0)
    wider = draw(evidence, outcome, fit, Z, 1.0)
    assert wider.right.std() > 1.2 * drawn.right.std()
