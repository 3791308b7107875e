"""Many small least squares at once come out where one solver of repute puts each of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares

from skillaudit.stats.descent import Floats, descend

AT = np.linspace(0.0, 3.0, 9)
LOWER, UPPER = np.array([0.0, 0.1]), np.array([2.0, 3.0])


def decay(theta: Floats) -> tuple[Floats, Floats]:
    """Values and slopes of a exp(-b x)."""
    shape = np.exp(-theta[:, 1:] * AT)
    return theta[:, :1] * shape, np.stack([shape, -theta[:, :1] * AT * shape], axis=2)


def problems(count: int) -> tuple[Floats, Floats]:
    """Coefficients, some of them outside the bounds, and noisy values of them."""
    rng = np.random.default_rng(3)
    truth = np.column_stack([rng.uniform(0.2, 2.4, count), rng.uniform(0.05, 3.4, count)])
    return truth, decay(truth)[0] + rng.normal(0, 0.02, (count, len(AT)))


def test_each_comes_out_as_if_alone() -> None:
    truth, wanted = problems(40)
    start = np.tile([1.0, 1.0], (40, 1))
    found, errors = descend(decay, start, wanted, LOWER, UPPER)
    assert (truth > UPPER).any(axis=1).sum() > 5, "some end at a bound"
    for row in range(40):

        def wrong(theta: Floats, row: int = row) -> Floats:
            return np.asarray(decay(theta[None])[0][0] - wanted[row])

        alone = least_squares(wrong, start[row], bounds=(LOWER, UPPER), xtol=1e-12, ftol=1e-12, gtol=1e-12)
        assert errors[row] == pytest.approx(2 * alone.cost, rel=1e-6)
        assert found[row] == pytest.approx(alone.x, abs=2e-4)


def test_no_step_leaves_the_bounds_and_company_changes_nothing() -> None:
    _, wanted = problems(40)
    start = np.tile([9.0, -9.0], (40, 1))
    found, errors = descend(decay, start, wanted, LOWER, UPPER)
    assert (found >= LOWER).all() and (found <= UPPER).all()
    some, theirs = descend(decay, start[7:9], wanted[7:9], LOWER, UPPER)
    np.testing.assert_allclose(some, found[7:9], rtol=1e-9)
    np.testing.assert_allclose(theirs, errors[7:9], rtol=1e-9)


def test_what_is_met_exactly_stays() -> None:
    theta = np.array([[1.0, 0.5], [0.4, 2.0]])
    found, errors = descend(decay, theta, decay(theta)[0], LOWER, UPPER)
    assert (found == theta).all() and not errors.any()
    assert (theta == [[1.0, 0.5], [0.4, 2.0]]).all(), "the caller's array is not written to"
