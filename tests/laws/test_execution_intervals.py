"""The interval of a chain holds the truth nine times in ten, whether steps err alone or together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.laws.execution_intervals import joint_interval, level_sd
from skillaudit.schema import Estimate
from skillaudit.stats.draws import beta_bounds

CHANCE = st.floats(0.02, 0.98)


def test_one_step_keeps_its_interval() -> None:
    low, high = beta_bounds(np.array([0.8]), np.array([0.01]))
    step = Estimate(value=0.8, low=float(low[0]), high=float(high[0]))
    found = joint_interval([step])
    assert (found.value, found.low, found.high) == pytest.approx((0.8, step.low, step.high), abs=1e-4)


def test_sure_steps_make_a_sure_product() -> None:
    sure = Estimate(value=0.5, low=0.5, high=0.5)
    found = joint_interval([sure, sure])
    assert found.value == 0.25 and found.high is not None and found.low is not None
    assert found.high - found.low < 1e-3
    assert joint_interval([sure, Estimate(value=None, low=None, high=None)]).value is None


def test_what_all_steps_share_widens_the_interval() -> None:
    step = Estimate(value=0.8, low=0.7, high=0.88)
    alone, together = joint_interval([step] * 4), joint_interval([step] * 4, 0.4)
    assert alone.value == together.value == pytest.approx(0.8**4)
    assert together.low < alone.low and together.high > alone.high  # type: ignore[operator]  # both are known here


def test_the_shared_part_is_read_off_the_library() -> None:
    sd = level_sd(Estimate(value=0.8, low=0.7, high=0.9))
    assert sd == pytest.approx(0.2 / 3.29 / 0.16)
    assert level_sd(Estimate(value=1.0, low=0.9, high=1.0)) == 0.0
    assert level_sd(Estimate(value=None, low=None, high=None)) == 0.0


@settings(deadline=None)
@given(st.lists(st.tuples(CHANCE, CHANCE, CHANCE), min_size=1, max_size=6), st.floats(0.0, 2.0))
def test_the_value_lies_in_its_interval(rows: list[tuple[float, float, float]], shared: float) -> None:
    steps = [Estimate(value=b, low=a, high=c) for a, b, c in map(sorted, rows)]
    found = joint_interval(steps, shared)
    assert found.low is not None and found.value is not None and found.high is not None
    assert 0.0 <= found.low <= found.value <= found.high <= 1.0


@pytest.mark.parametrize("shared", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_the_interval_is_calibrated(count: int, shared: float) -> None:
    """Draw the true chances of the steps from what is known of them, and see how often the product is inside."""
    rng = np.random.default_rng(count)
    covered = []
    for _ in range(40):
        mean = rng.uniform(0.5, 0.95, count)
        own = rng.uniform(0.02, 0.3, count) * mean * (1 - mean)
        low, high = beta_bounds(mean, own + (mean * (1 - mean) * shared) ** 2)
        steps = [
            Estimate(value=float(m), low=float(a), high=float(b))
            for m, a, b in zip(mean, low, high, strict=True)
        ]
        found = joint_interval(steps, shared)
        odds = np.log(mean / (1 - mean)) + shared * rng.standard_normal((1_000, 1))
        moved = 1 / (1 + np.exp(-odds))
        mass = moved * (1 - moved) / np.minimum(own, 0.9 * moved * (1 - moved)) - 1
        truth = rng.beta(moved * mass, (1 - moved) * mass).prod(axis=1)
        covered.append(((found.low <= truth) & (truth <= found.high)).mean())
    assert np.mean(covered) == pytest.approx(0.9, abs=0.03)
