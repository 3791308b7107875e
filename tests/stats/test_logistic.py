"""Fits find known parameters again, and their uncertainty is the right size."""

from __future__ import annotations

import numpy as np
import pytest

from skillaudit.stats.draws import (
    beta_bounds,
    estimate,
    gamma_bounds,
    grouped,
    measured,
    normals,
    root,
)
from skillaudit.stats.logistic import (
    Normal,
    fit_hierarchy,
    fit_logistic,
    fit_temperature,
    logistic,
    weak_prior,
)
from skillaudit.stats.measure import auc, brier, calibration_error, log_loss

TRUTH = np.array([2.0, 5.0, -1.0])


def sample(count: int, truth: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(count), rng.normal(0, 0.3, count), rng.uniform(0, 2, count)])
    return x, (rng.random(count) < logistic(x @ truth)).astype(np.float64)


def test_outcomes_that_go_together_count_once() -> None:
    rng = np.random.default_rng(5)
    x = np.column_stack([np.ones(300), rng.standard_normal(300)])
    y = (rng.random(300) < 1 / (1 + np.exp(-x @ [0.5, 1.0]))).astype(np.float64)
    alone = fit_logistic(x, y, weak_prior(2))
    apart = fit_logistic(x, y, weak_prior(2), clusters=np.arange(300))
    # The same outcomes seven times over say no more than once.
    often = fit_logistic(
        np.tile(x, (7, 1)), np.tile(y, 7), weak_prior(2), clusters=np.tile(np.arange(300), 7)
    )
    naive = fit_logistic(np.tile(x, (7, 1)), np.tile(y, 7), weak_prior(2))
    assert often.mean == pytest.approx(alone.mean, abs=0.01)
    assert np.diag(often.covariance) == pytest.approx(np.diag(alone.covariance), rel=0.2)
    assert np.diag(apart.covariance) == pytest.approx(np.diag(alone.covariance), rel=0.2)
    assert (np.diag(naive.covariance) < np.diag(alone.covariance) / 5).all()


def test_logistic_fit_finds_the_truth_within_its_own_error() -> None:
    fits = [fit_logistic(*sample(400, TRUTH, seed), weak_prior(3)) for seed in range(60)]
    standard = np.array([(fit.mean - TRUTH) / np.sqrt(np.diag(fit.covariance)) for fit in fits])
    assert np.abs(standard.mean(axis=0)).max() < 0.5
    assert 0.75 < standard.std() < 1.3


def test_a_prior_holds_until_data_move_it() -> None:
    prior = Normal(np.zeros(3), np.eye(3) * 1e-6)
    assert np.allclose(fit_logistic(*sample(50, TRUTH, 1), prior).mean, 0, atol=0.01)
    nothing = fit_logistic(np.zeros((0, 3)), np.zeros(0), Normal(TRUTH, np.eye(3)))
    assert np.allclose(nothing.mean, TRUTH) and np.allclose(nothing.covariance, np.eye(3))


def test_separable_data_do_not_run_away() -> None:
    x = np.column_stack([np.ones(20), np.linspace(-1, 1, 20)])
    fit = fit_logistic(x, (x[:, 1] > 0).astype(np.float64), weak_prior(2))
    assert np.isfinite(fit.mean).all() and abs(fit.mean[1]) < 20


def test_a_class_is_as_wide_as_its_members_differ() -> None:
    rng = np.random.default_rng(3)
    spread = np.array([0.2, 0.2, 0.2])
    close = [sample(1500, TRUTH + 0.1 * rng.standard_normal(3), s) for s in range(8)]
    apart = [sample(1500, TRUTH + 1.5 * rng.standard_normal(3), s) for s in range(8)]
    narrow, wide = (fit_hierarchy(data, np.diag(spread) ** 2) for data in (close, apart))
    assert np.trace(wide.covariance) > 4 * np.trace(narrow.covariance)
    assert np.abs(narrow.mean - TRUTH).max() < 0.6


@pytest.mark.parametrize("truth", [5.0, 25.0, 90.0])
def test_temperature_is_found_again(truth: float) -> None:
    rng = np.random.default_rng(5)
    scores = rng.uniform(0, 0.6, (3000, 6))
    weight = np.exp(truth * scores)
    weight /= weight.sum(axis=1, keepdims=True)
    taken = np.array([rng.choice(6, p=row) for row in weight])
    assert fit_temperature(scores, taken, 20.0) == pytest.approx(truth, rel=0.1)
    assert fit_temperature(np.zeros((0, 6)), np.zeros(0, dtype=np.int64), 17.0) == 17.0


def test_measures_on_a_table_by_hand() -> None:
    y, p = np.array([1.0, 0.0, 1.0, 1.0]), np.array([0.9, 0.4, 0.3, 0.8])
    assert log_loss(y, p) == pytest.approx(-np.log([0.9, 0.6, 0.3, 0.8]).mean())
    assert brier(y, p) == pytest.approx((0.01 + 0.16 + 0.49 + 0.04) / 4)
    assert auc(y, p) == pytest.approx(2 / 3)
    assert auc(np.ones(3), np.ones(3)) is None
    assert auc(np.array([1.0, 0.0]), np.array([0.5, 0.5])) == 0.5
    assert calibration_error(np.array([1.0, 0.0] * 50), np.full(100, 0.5)) == pytest.approx(0)
    assert calibration_error(np.ones(100), np.full(100, 0.7)) == pytest.approx(0.3)


def test_even_draws_are_normal_and_settle_between_seeds() -> None:
    ends = []
    for seed in range(8):
        z = normals(6, seed)
        assert np.abs(z.mean(axis=0)).max() < 0.02 and np.abs(z.std(axis=0) - 1).max() < 0.03
        assert np.abs(np.corrcoef(z.T) - np.eye(6)).max() < 0.06
        ends.append(np.quantile(z[:, 0] + z[:, 3], 0.05))
    assert max(ends) - min(ends) < 0.08 and ends[0] == pytest.approx(-1.645 * np.sqrt(2), abs=0.05)
    assert not np.array_equal(normals(3, 0), normals(3, 1))


def test_the_root_of_a_covariance_gives_it_back() -> None:
    covariance = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 0.0]])
    assert root(covariance) @ root(covariance).T == pytest.approx(covariance)


def test_few_points_stand_for_many_requests() -> None:
    values = np.random.default_rng(3).normal(0, 0.5, 5000)
    points, weight = grouped(values, np.full(5000, 1 / 5000))
    assert len(points) == 32 and weight.sum() == pytest.approx(1)
    for slope in (1.0, 8.0):
        assert logistic(slope * points) @ weight == pytest.approx(logistic(slope * values).mean(), abs=1e-3)
    assert grouped(values[:5], np.ones(5))[0] is not None and len(grouped(values[:5], np.ones(5))[0]) == 5


def test_a_share_of_few_decisions_is_binomial() -> None:
    z = normals(1, 0)[:, 0]
    rate, count = 0.9, 50
    shown = measured(np.full(len(z), rate), z, count)
    low, high = np.quantile(shown, [0.05, 0.95])
    exact = np.quantile(np.random.default_rng(0).binomial(count, rate, 200_000) / count, [0.05, 0.95])
    assert abs(low - exact[0]) <= 0.5 / count and abs(high - exact[1]) <= 0.5 / count
    assert np.all(measured(np.ones(9), np.arange(9.0), 5) == 1), "what is sure shows no noise"
    wide = measured(np.full(len(z), rate), z, count, extra=0.01)
    assert np.quantile(wide, 0.05) < low - 0.05


def test_an_interval_holds_its_value_and_reaches_half_a_step_further() -> None:
    draws = np.linspace(0.4, 0.6, 1001)
    found = estimate(0.5, draws)
    assert [found.low, found.high] == pytest.approx([0.41, 0.59])
    wider = estimate(0.5, draws, 0.02)
    assert [wider.low, wider.high] == pytest.approx([0.40, 0.60])
    assert estimate(0.9, draws).high == 0.9


def test_bounds_hold_their_mean_and_cover() -> None:
    mean = np.array([0.0, 0.02, 0.5, 0.99, 1.0])
    low, high = beta_bounds(mean, np.full(5, 0.01))
    assert np.all(low <= mean) and np.all(mean <= high) and low.min() >= 0 and high.max() <= 1
    assert high[2] - low[2] == pytest.approx(2 * 1.645 * 0.1, rel=0.05)
    low, high = gamma_bounds(np.array([0.0, 4.0]), np.array([1.0, 1.0]))
    assert low[0] == high[0] == 0.0
    assert 2.3 < low[1] < 2.6 and 5.6 < high[1] < 5.9
