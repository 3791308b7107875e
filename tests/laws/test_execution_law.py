"""Chains: their arithmetic, and their calibration against a simulator with known steps and dependence."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.laws.execution_law import (
    DIFFICULTIES,
    Chain,
    depth_by_size,
    exposure,
    forecast_chain,
    gamma_of,
    joint,
    rescue_curve,
    with_state,
)
from skillaudit.laws.published import execution
from skillaudit.schema import ChainReport, Estimate, LawPoint

CHANCE = st.floats(0.01, 0.99)
CHANCES = st.lists(CHANCE, min_size=1, max_size=8)
RNG = np.random.default_rng(7)


def chain(*skills: str) -> Chain:
    return Chain(skills=skills, source="declared")


def forecast(
    chain: Chain, chances: Mapping[str, float], default: float, b: float | None = None
) -> ChainReport:
    known = {skill: Estimate(value=p, low=p, high=p) for skill, p in chances.items()}
    return forecast_chain(chain, known, Estimate(value=default, low=default, high=default), b=b)


# --- arithmetic ---------------------------------------------------------------------------------


def test_before_state_the_steps_multiply() -> None:
    assert joint([0.9, 0.8, 0.5]) == pytest.approx(0.36)
    assert joint([0.9]) == joint([0.9], gamma=3.0) == 0.9
    assert joint([]) == 1.0


def test_the_pessimistic_variant_is_the_published_one() -> None:
    found = forecast(chain("a", "b", "c"), {}, 0.706, b=0.042)
    assert gamma_of(0.042) == pytest.approx(6.7 * 0.042 + 1.09)
    assert found.pessimistic == pytest.approx(execution().accuracy(0.706, 3, b=0.042))
    # (a - b ln N)^(gamma K) with the paper's means, and its code's gamma of 1.41.
    at = {n: joint([0.834 - 0.042 * math.log(n)] * 3, gamma=1.41) for n in (20, 100, 500)}
    assert {n: round(value, 2) for n, value in at.items()} == {20: 0.23, 100: 0.15, 500: 0.09}


def test_state_rescues_hard_steps_most_and_none_for_certain() -> None:
    assert with_state(0.001) / 0.001 == pytest.approx(4.0, rel=0.01)
    assert with_state(0.5) == pytest.approx(0.8) and with_state(0.8) == pytest.approx(16 / 17)
    assert with_state(0.0) == 0.0 and with_state(1.0) == 1.0 and with_state(0.6, 1.0) == pytest.approx(0.6)
    ratios = [with_state(p) / p for p in DIFFICULTIES]
    assert ratios == sorted(ratios, reverse=True) and 4.0 > ratios[0] > ratios[-1] > 1.0


def test_a_chain_with_state_is_not_as_good_as_its_first_step() -> None:
    found = forecast(chain("a", "b", "c"), {"a": 0.9, "b": 0.7, "c": 0.6}, 0.7)
    assert found.with_state == pytest.approx(0.9 * with_state(0.7) * with_state(0.6))
    assert (found.success.value or 1.0) < found.with_state < 0.8


def test_the_published_curve_runs_from_no_rescue_to_four_times() -> None:
    assert [at.alone for at in rescue_curve()] == list(DIFFICULTIES)
    for at in rescue_curve():
        value, low, high = at.ratio.value, at.ratio.low, at.ratio.high
        assert value is not None and high is not None
        assert low == 1.0 < value < high == min(4.0, 1 / at.alone)


@settings(deadline=None)
@given(CHANCES, st.floats(1.0, 3.0), st.floats(1.0, 4.0))
def test_the_bounds_are_in_order(values: list[float], gamma: float, odds: float) -> None:
    plain = joint(values)
    assert joint(values, gamma=gamma) <= plain + 1e-12
    assert plain <= joint(values, odds=odds) + 1e-12 <= joint(values, odds=4.0) + 2e-12
    assert joint([*values, 0.9]) <= plain


def test_middle_steps_are_the_most_exposed() -> None:
    weights = [exposure(0.8, place, 5) for place in range(5)]
    assert weights == pytest.approx([0.2, 0.35, 0.4, 0.35, 0.2])
    assert exposure(0.8, 0, 1) == pytest.approx(0.2)


# --- forecast of a chain ------------------------------------------------------------------------

ACCURACY = {"a": 0.95, "b": 0.9, "c": 0.5, "d": 0.9}


def test_the_weak_link_and_what_its_mending_gives() -> None:
    found = forecast(chain("a", "b", "c", "d"), ACCURACY, 0.7)
    assert found.weak_link == "c" and found.success.value == pytest.approx(0.95 * 0.9 * 0.5 * 0.9)
    assert found.mended == pytest.approx(0.95 * 0.9 * 0.9 * 0.9)
    assert found.restate_before[0] == "c"
    assert [step.accuracy.value for step in found.steps] == [0.95, 0.9, 0.5, 0.9]
    assert found.steps[0].restating_gains == 0.0
    assert found.steps[2].restating_gains == pytest.approx(0.95 * 0.9 * (with_state(0.5) - 0.5) * 0.9)


def test_an_unjudged_skill_takes_the_librarys_accuracy() -> None:
    found = forecast(chain("a", "x"), ACCURACY, 0.7)
    assert [step.accuracy.value for step in found.steps] == [0.95, 0.7]


def test_the_first_step_is_never_to_be_restated() -> None:
    found = forecast(chain("c", "a", "b"), ACCURACY, 0.7)
    assert "c" not in found.restate_before and found.weak_link == "c"
    assert forecast(chain("x", "y"), {"x": 1.0, "y": 1.0}, 0.7).restate_before == ()


def test_of_equal_steps_the_middle_one_is_restated_first() -> None:
    found = forecast(chain("p", "q", "r", "s", "t"), {}, 0.8)
    assert found.restate_before[0] == "r" and found.dip == "r"


def test_the_dip_is_never_at_an_end() -> None:
    assert forecast(chain("c", "a", "b", "c"), {"c": 0.1, "a": 0.9, "b": 0.95}, 0.7).dip == "a"
    assert forecast(chain("a", "b"), {}, 0.7).dip == ""


# --- depth by size ------------------------------------------------------------------------------


def curve(*values: float | None) -> list[LawPoint]:
    return [
        LawPoint(
            n=10**place,
            accuracy=Estimate(value=value, low=value and value - 0.1, high=value and value + 0.05),
            hijack=0.0,
        )
        for place, value in enumerate(values)
    ]


def test_the_map_is_the_power_of_the_curve_and_has_zones() -> None:
    found = depth_by_size(curve(0.95, 0.9, 0.7), 1.4, (1, 2, 6))
    assert found.sizes == (1, 10, 100) and found.depths == (1, 2, 6)
    assert found.success[1] == pytest.approx((0.95**2, 0.9**2, 0.7**2))
    assert found.low[2][1] == pytest.approx(0.8**6) and found.high[2][1] == pytest.approx(0.95**6)
    assert found.pessimistic[1][2] == pytest.approx(0.7 ** (2 * 1.4))
    assert found.pessimistic[0] == found.success[0]
    assert (found.zone(0, 0), found.zone(1, 2), found.zone(2, 2)) == ("safe", "dead", "dead")
    assert (found.zone(1, 0), found.zone(1, 1), found.zone(2, 0)) == ("safe", "between", "between")


def test_a_size_without_accuracy_is_left_out() -> None:
    found = depth_by_size(curve(0.95, None, 0.7), 1.4)
    assert found.sizes == (1, 100) and found.depths == tuple(range(1, 9))
    assert {len(row) for row in found.success} == {2}


def test_gamma_rests_on_the_library_or_on_the_published_mean() -> None:
    assert gamma_of(0.05) == pytest.approx(6.7 * 0.05 + 1.09)
    assert gamma_of(None) == pytest.approx(6.7 * 0.042 + 1.09)
    assert gamma_of(-0.3) == pytest.approx(1.09)


# --- calibration against a simulator ------------------------------------------------------------


def simulate(
    steps: npt.ArrayLike, runs: int, *, gamma: float = 1.0, odds: float = 1.0, shared: float = 0.0
) -> npt.NDArray[np.bool_]:
    """Run chains: a step's chance alone is known, and so is how steps hang together.

    `steps` are the chances of one chain, to be run many times, or one row of them for each run.

    `gamma` makes each step harder when it is read off a plan; a right step multiplies the `odds` of the next;
    `shared` is the correlation of a run's luck across steps, on the scale of a normal.
    """
    from scipy.stats import norm

    alone = np.broadcast_to(np.asarray(steps, dtype=float) ** gamma, (runs, np.shape(steps)[-1]))
    luck = RNG.standard_normal((runs, 1)) * math.sqrt(shared)
    own = RNG.standard_normal(alone.shape) * math.sqrt(1 - shared)
    right = luck + own < norm.ppf(alone)
    told = luck + own < norm.ppf(odds * alone / (1 - alone + odds * alone))
    result = right.copy()
    for place in range(1, alone.shape[1]):
        result[:, place] = np.where(result[:, place - 1], told[:, place], right[:, place])
    return np.asarray(result.all(axis=1), dtype=np.bool_)


CHAINS = [(0.9, 0.8), (0.95, 0.6, 0.9), (0.8, 0.8, 0.8, 0.8), (0.5, 0.9, 0.7, 0.95, 0.85)]
RUNS = 40_000


def close(predicted: float, observed: npt.NDArray[np.bool_]) -> bool:
    """Within four standard errors of the simulated share."""
    error = math.sqrt(max(predicted * (1 - predicted), 1e-6) / len(observed))
    return bool(abs(predicted - observed.mean()) < 4 * error)


@pytest.mark.parametrize("steps", CHAINS)
def test_independent_steps_have_the_product(steps: tuple[float, ...]) -> None:
    assert close(joint(steps), simulate(steps, RUNS))


@pytest.mark.parametrize("steps", CHAINS)
@pytest.mark.parametrize("gamma", [1.2, 1.6])
def test_plans_have_the_power(steps: tuple[float, ...], gamma: float) -> None:
    assert close(joint(steps, gamma=gamma), simulate(steps, RUNS, gamma=gamma))


@pytest.mark.parametrize("steps", CHAINS)
@pytest.mark.parametrize("odds", [1.5, 4.0])
def test_realised_state_has_the_rescue(steps: tuple[float, ...], odds: float) -> None:
    assert close(joint(steps, odds=odds), simulate(steps, RUNS, odds=odds))


def test_shared_luck_lies_between_the_bounds() -> None:
    # Positive dependence makes chains better than the product: the product errs on the safe side.
    steps = (0.8, 0.8, 0.8, 0.8)
    observed = simulate(steps, RUNS, shared=0.4).mean()
    assert joint(steps) < observed < joint(steps, odds=4.0)
