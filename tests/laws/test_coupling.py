"""The line of rescue against b finds what was planted, and nothing where nothing was."""

from __future__ import annotations

import numpy as np
import pytest

from skillaudit.laws.coupling import LEAST, Coupling, RouterLaws, _line, couple
from skillaudit.schema import Estimate

SEEDS = 40
B_SD, RESCUE_SD = 0.01, 0.25
"""What b and ln R of one router are uncertain by."""


def routers(slope: float, seed: int, count: int = 14) -> list[RouterLaws]:
    """Return routers with ln R = 0.5 + slope b and a little of their own, measured with noise."""
    rng = np.random.default_rng(seed)
    b = rng.uniform(0.01, 0.12, count)
    rescue = 0.5 + slope * b + rng.normal(0.0, 0.15, count)

    def around(value: float, sd: float) -> Estimate:
        return Estimate(value=value, low=value - 1.645 * sd, high=value + 1.645 * sd)

    return [
        RouterLaws(
            router=f"r{at:02d}",
            b=around(float(b[at] + rng.normal(0.0, B_SD)), B_SD),
            rescue=around(float(rescue[at] + rng.normal(0.0, RESCUE_SD)), RESCUE_SD),
        )
        for at in range(count)
    ]


def holds(found: Coupling, slope: float) -> bool:
    """Whether the interval of the slope holds a value."""
    assert found.slope.low is not None and found.slope.high is not None
    return found.slope.low <= slope <= found.slope.high


@pytest.mark.parametrize("slope", [15.0, -15.0, 30.0])
def test_a_planted_coupling_is_recovered(slope: float) -> None:
    found = [couple(routers(slope, seed)) for seed in range(SEEDS)]
    assert sum(holds(one, slope) for one in found) >= 32, "an interval of 90%, over 40 seeds"
    assert np.mean([one.slope.value for one in found]) == pytest.approx(slope, rel=0.12), (
        "not flattened by the noise"
    )
    assert sum(one.coupled for one in found) >= (20 if abs(slope) == 15 else 38)
    better = [one.error < one.error_without for one in found if one.error is not None and one.error_without]
    assert sum(better) >= 32


def test_what_noise_adds_to_the_spread_of_b_is_taken_out() -> None:
    """Noise of a fifth of what is seen flattens a line to four fifths of itself."""
    x = np.linspace(0.0, 1.0, 9)
    noise = np.full(9, 0.2 * x.var(ddof=1))
    assert _line(x, 1.0 + 2.0 * x, noise) == pytest.approx((2.5, 0.75))
    assert _line(x, 1.0 + 2.0 * x, np.zeros(9)) == pytest.approx((2.0, 1.0))
    assert _line(x, 1.0 + 2.0 * x, noise * 5) is None


def test_no_coupling_is_found_where_there_is_none() -> None:
    found = [couple(routers(0.0, seed)) for seed in range(SEEDS)]
    assert sum(holds(one, 0.0) for one in found) >= 32
    assert sum(one.coupled for one in found) <= 2


def test_a_router_is_predicted_from_the_others() -> None:
    made = routers(20.0, 1)
    found = couple(made)
    odd = couple(
        [
            made[0],
            *made[1:-1],
            RouterLaws(router="odd", b=made[-1].b, rescue=Estimate(value=9, low=9, high=9)),
        ]
    )
    assert found.left_out[-1].predicted == odd.left_out[-1].predicted
    assert found.left_out[0].predicted != odd.left_out[0].predicted


@pytest.mark.parametrize("count", [0, 1, LEAST - 1])
def test_a_line_needs_some_routers(count: int) -> None:
    found = couple(routers(15.0, 0, count))
    assert found.slope.value is None and f"{count} routers" in found.note and not found.coupled


def test_slopes_that_are_all_noise_carry_no_line() -> None:
    same = [
        RouterLaws(
            router=one.router, b=Estimate(value=0.05 + 0.001 * at, low=0.03, high=0.07), rescue=one.rescue
        )
        for at, one in enumerate(routers(15.0, 0))
    ]
    found = couple(same)
    assert (
        found.slope.value is None and "no more than they are uncertain" in found.note and found.left_out == ()
    )
