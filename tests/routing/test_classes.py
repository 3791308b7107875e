"""Agents at work beside bare choices: what they load is chosen as when asked, and some load nothing."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from skillaudit.routing.activation import Activation, activations
from skillaudit.routing.classes import at_work, side_by_side
from skillaudit.routing.profiles import CLASSES, classes, find
from skillaudit.routing.rates import DrawnRates
from skillaudit.routing.reading import Reader
from skillaudit.schema import Estimate, ForecastRow
from skillaudit.stats.draws import DRAWS
from tests.routing.conftest import World
from tests.routing.test_staged import twins

AGENT = Activation(
    router="frontier", client="codex", recall=(0.4, 0.0), trigger=(-2.0, 0.0), source="measured"
)
RATES = ("accuracy", "hijack", "no_skill", "contested")


def always(value: float) -> np.ndarray:
    return np.full(DRAWS, value)


def values(row: ForecastRow) -> list[float | None]:
    return [getattr(row, name).value for name in RATES]


def width(estimate: Estimate) -> float:
    assert estimate.low is not None and estimate.high is not None
    return estimate.high - estimate.low


def test_what_is_loaded_is_right_as_often_as_when_asked() -> None:
    loads = 1 / (1 + math.exp(-0.4))
    row = at_work(AGENT, DrawnRates(always(0.6), always(0.2)), 50.0, 0.25, 0)
    expected = [0.75 * loads, 0.25 * loads, 1 - loads, 0.25 * loads * 0.25]
    assert values(row) == pytest.approx(expected)
    fires = 1 / (1 + math.exp(2.0))
    told = row.false_trigger
    assert [told.value, told.low, told.high] == pytest.approx([fires] * 3)
    assert (row.router, row.client, row.situation, row.source) == ("frontier", "codex", "at work", "measured")
    assert row.extrapolates is False


def test_more_requests_and_a_measured_client_narrow_the_interval() -> None:
    drawn = DrawnRates(always(0.6), always(0.2))
    few, many = (at_work(AGENT, drawn, count, 0.0, 0) for count in (10.0, 1000.0))
    unsure = at_work(
        msgspec.structs.replace(AGENT, recall=(0.4, 1.0), trigger=(-2.0, 1.0)), drawn, 1000.0, 0.0, 0
    )
    for name in RATES[:3]:
        assert width(getattr(few, name)) > 3 * width(getattr(many, name)) > 0
        assert width(getattr(unsure, name)) > 3 * width(getattr(many, name))
    assert width(unsure.false_trigger) > 0.1


def test_without_requests_only_false_triggers_are_known() -> None:
    row = at_work(AGENT, None, 0.0, 0.0, 0)
    assert values(row) == [None] * 4 and row.false_trigger.value is not None
    nothing = at_work(AGENT, DrawnRates(always(0.0), always(0.0)), 9.0, 0.0, 0)
    assert nothing.accuracy.value == 0.0


def rows_of(world: World, router: str = "frontier", seed: int = 0) -> tuple[ForecastRow, ...]:
    reader = Reader(world.skills, world.requests, world.scorer)
    profile = find(router, "hybrid")
    return side_by_side(reader, profile, reader.view(profile).rates(seed), "hybrid", seed)


def test_every_class_has_a_row_and_each_client_one_below_its_class() -> None:
    world = twins(World(10, 3, noise=3.0))
    rows = rows_of(world)
    assert [row.router for row in rows if row.client is None] == [one.name for one in classes()]
    assert {(row.router, row.client) for row in rows if row.client} == {
        (a.router, a.client) for a in activations()
    }
    asked = {row.router: row for row in rows if row.client is None}
    for row in rows:
        accuracy, hijack, nothing, both = (value or 0.0 for value in values(row))
        assert accuracy + hijack + nothing == pytest.approx(1)
        assert row.situation == ("asked" if row.client is None else "at work")
        if row.client:
            one = asked[row.router]
            bare, wrong = one.accuracy.value or 0.0, one.hijack.value or 0.0
            assert accuracy / (accuracy + hijack) == pytest.approx(bare / (bare + wrong), abs=0.02)
            assert both / hijack == pytest.approx((one.contested.value or 0.0) / wrong, abs=0.01) and both > 0


def test_a_router_of_your_own_comes_first_and_a_class_only_once() -> None:
    world = World(10, 3, noise=3.0)
    own = rows_of(world, "local")
    assert own[0].router == "local/hybrid"
    assert [row.router for row in own[1:] if row.client is None] == list(CLASSES)


def test_the_seed_decides_and_hardly_matters() -> None:
    world = World(10, 3, noise=3.0)
    first, again, other = rows_of(world), rows_of(world), rows_of(world, seed=1)
    assert first == again != other
    for one, two in zip(first, other, strict=True):
        assert [v or 0 for v in values(one)] == pytest.approx([v or 0 for v in values(two)], abs=0.03)


def test_what_is_not_known_of_where_requests_come_from_widens_both_rows() -> None:
    world = World(10, 3, noise=3.0)
    fit = find("frontier", "hybrid").fits["hybrid"]
    unsure = max(fit.sources, key=lambda source: fit.sources[source][1])
    assert fit.sources[unsure][1] > 0
    plain = {(row.router, row.client): row for row in rows_of(world)}
    world.requests = tuple(msgspec.structs.replace(request, source=unsure) for request in world.requests)
    wide = {(row.router, row.client): row for row in rows_of(world)}
    share = [key for key in plain if key[0] == "frontier"]
    assert len(share) > 1
    for key in share:
        assert width(wide[key].hijack) > width(plain[key].hijack) > 0


def test_requests_that_come_more_often_count_so_at_work_too() -> None:
    world = World(10, 3, noise=3.0)
    even = rows_of(world)
    heavy = [1.0 + 500.0 * (at == 0) for at in range(30)]
    world.requests = tuple(
        msgspec.structs.replace(request, weight=weight)
        for request, weight in zip(world.requests, heavy, strict=True)
    )
    for one, two in zip(even, rows_of(world), strict=True):
        if one.client:
            assert width(two.accuracy) > 1.2 * width(one.accuracy), "one request tells as little as one"
