"""Requests count as often as they come: as many equal ones in the rates, but no more than one in what is known."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from skillaudit.routing.predict import forecast
from skillaudit.routing.rates import ShownRates
from skillaudit.routing.records import Routing
from skillaudit.schema import Estimate, Request
from tests.routing.conftest import World, coverage

WORLD = World(8, 4, idle=4, noise=3.0, seed=3)
COUNTS = tuple(1 + 20 * (at < 8) + at % 3 for at in range(len(WORLD.requests)))


def run(requests: tuple[Request, ...], router: str | None = None) -> Routing:
    return forecast(
        WORLD.skills,
        requests,
        WORLD.scorer,
        families=WORLD.families,
        labels=WORLD.labels,
        neighbors=WORLD.neighbors,
        router=router,
        coverage=coverage(requests),
    )


def weighed(counts: tuple[float, ...]) -> tuple[Request, ...]:
    return tuple(
        msgspec.structs.replace(request, weight=count)
        for request, count in zip(WORLD.requests, counts, strict=True)
    )


def repeated() -> tuple[Request, ...]:
    return tuple(request for request, count in zip(WORLD.requests, COUNTS, strict=True) for _ in range(count))


def width(estimate: Estimate) -> float:
    return (estimate.high or 0.0) - (estimate.low or 0.0)


@pytest.mark.parametrize("router", [None, "local"])
def test_what_comes_alike_changes_not_a_byte(router: str | None) -> None:
    plain = run(WORLD.requests, router)
    assert run(weighed((7.0,) * len(COUNTS)), router) == plain
    assert "as often as it came" not in plain.forecast.source


@pytest.mark.parametrize("router", [None, "local"])
def test_a_weight_counts_as_so_many_requests(router: str | None) -> None:
    found, many = run(weighed(COUNTS), router), run(repeated(), router)
    one, other = found.forecast, many.forecast
    for name in ("accuracy", "hijack", "no_skill", "false_trigger", "contested"):
        assert getattr(one, name).value == pytest.approx(getattr(other, name).value, abs=2e-3), name
    assert one.taxonomy.local == pytest.approx(other.taxonomy.local)
    assert one.accuracy.value != pytest.approx(run(WORLD.requests, router).forecast.accuracy.value, abs=2e-3)
    assert "each request counts as often as it came" in one.source
    for flow, same in zip(found.flows, many.flows, strict=True):
        assert flow.victim_rate == pytest.approx(same.victim_rate)
        assert flow.absorbed_share == pytest.approx(same.absorbed_share, abs=1e-9)
    shares = {(pair.a, pair.b): (pair.a_to_b, pair.b_to_a) for pair in many.pairs}
    assert {(pair.a, pair.b): (pair.a_to_b, pair.b_to_a) for pair in found.pairs} == {
        names: pytest.approx(values) for names, values in shares.items()
    }
    assert [hole.skill for hole in found.black_holes] == [hole.skill for hole in many.black_holes]
    for row, like in zip(found.rows, many.rows, strict=True):
        assert row.accuracy.value == pytest.approx(like.accuracy.value, abs=2e-3)


def test_a_request_that_came_often_is_still_one_request() -> None:
    found, many, plain = run(weighed(COUNTS)), run(repeated()), run(WORLD.requests)
    assert width(found.forecast.accuracy) > width(many.forecast.accuracy)
    assert [flow.requests for flow in found.flows] == [flow.requests for flow in plain.flows]
    alone = tuple(1e6 if at == 0 else 1.0 for at in range(len(COUNTS)))
    accuracy = run(weighed(alone)).forecast.accuracy
    assert width(accuracy) > width(plain.forecast.accuracy)
    assert accuracy.low is not None and accuracy.high is not None
    assert 0 <= accuracy.low <= (accuracy.value or 0.0) <= accuracy.high <= 1
    for flow in run(weighed(alone)).flows:
        assert np.isfinite([flow.absorbed, flow.absorbed_low, flow.absorbed_high]).all()
        assert flow.victim_low is None or 0 <= flow.victim_low <= (flow.victim_high or 0.0) <= 1


def test_requests_that_come_alike_often_tell_most() -> None:
    def count(*weights: float) -> float:
        some = np.array(weights)
        return ShownRates(right=some, hijack=some, weight=some, owners=np.zeros(len(some), np.int64)).count

    assert count(1, 1, 1, 1) == count(3, 3, 3, 3) == 4
    assert count(3, 1) == pytest.approx(1.6) and count(1000, 1) == pytest.approx(1, abs=0.01)
