"""The two published forms of the law of accuracy against library size, and how they are fitted.

logarithmic   A(n) = a - b ln n                                            (arXiv 2605.16508)
capacity      A(n) = alpha / (1 + (n / kappa)^gamma) - epsilon I(S)        (arXiv 2601.04748, eq. 10)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
import numpy.typing as npt

from skillaudit.schema import LibraryCurve, Record

Floats = npt.NDArray[np.float64]
Form = Literal["logarithmic", "capacity"]
FORMS: tuple[Form, ...] = ("logarithmic", "capacity")

LARGEST = 10_000_000
"""Sizes beyond this are not told apart."""
_LOWER = (0.0, 0.0, 0.05, 0.0)
_UPPER = (1.0, np.log(LARGEST), 6.0, 2.0)
_EXPLAINS_NOTHING = 1e-12


class Law(Record):
    """One law with its coefficients; those of the other form are None."""

    form: Form
    a: float | None = None
    b: float | None = None
    alpha: float | None = None
    kappa: float | None = None
    gamma: float | None = None
    epsilon: float | None = None
    r_squared: float | None = None
    """Share of the variance of the fitted points that is explained; None where it was not fitted here."""

    def accuracy(self, n: float, interference: float = 0.0) -> float:
        """Accuracy at `n` skills, in [0, 1]; `interference` is I(S) of the capacity form, in [0, 1]."""
        return float(np.clip(_evaluate(self, np.array([float(n)]), np.array([interference]))[0], 0.0, 1.0))

    @property
    def parameters(self) -> dict[str, float]:
        """The coefficients that the form has, by name."""
        found = {name: getattr(self, name) for name in ("a", "b", "alpha", "kappa", "gamma", "epsilon")}
        return {name: value for name, value in found.items() if value is not None}

    def size_at(self, floor: float, interference: float = 0.0) -> float | None:
        """Largest size at which accuracy is still `floor`; None when it is not lost below `LARGEST`."""
        if self.accuracy(LARGEST, interference) >= floor:
            return None
        low, high = 0.0, float(np.log(LARGEST))
        if self.accuracy(1.0, interference) < floor:
            return 0.0
        for _ in range(80):
            middle = (low + high) / 2
            if self.accuracy(float(np.exp(middle)), interference) >= floor:
                low = middle
            else:
                high = middle
        return float(np.exp(low))


def chosen_law(curve: LibraryCurve) -> Law | None:
    """Return the form that describes a library best; None where there is no curve."""
    return next((Law(form=one.form, **one.parameters) for one in curve.forms if one.chosen), None)


def _evaluate(law: Law, sizes: Floats, interference: Floats) -> Floats:
    if law.form == "logarithmic":
        return (law.a or 0.0) - (law.b or 0.0) * np.log(np.maximum(sizes, 1.0))
    theta = np.array(
        [law.alpha or 0.0, np.log(max(law.kappa or 1.0, 1.0)), law.gamma or 1.0, law.epsilon or 0.0]
    )
    return _capacity(theta, sizes, interference)


def _capacity(theta: Floats, sizes: Floats, interference: Floats) -> Floats:
    load = np.exp(np.clip(theta[2] * (np.log(np.maximum(sizes, 1.0)) - theta[1]), -60, 60))
    return np.asarray(theta[0] / (1.0 + load) - theta[3] * interference, dtype=np.float64)


def fit(
    form: Form,
    sizes: Sequence[float],
    accuracy: Sequence[float],
    interference: Sequence[float] | None = None,
    near: Law | None = None,
) -> Law:
    """Fit one form by least squares; every point weighs the same.

    `interference` is I(S) at each point; without it epsilon is zero. `near` is a law of the same form to start
    from, in place of several starts all over. Coefficients keep to what they mean:
    alpha in [0, 1], gamma in [0.05, 6], epsilon in [0, 2]. Raises ValueError with fewer than two sizes.
    """
    n, y = np.asarray(sizes, dtype=np.float64), np.asarray(accuracy, dtype=np.float64)
    if len(np.unique(n)) < 2:
        raise ValueError("a law needs accuracies at two sizes at least")
    if form == "logarithmic":
        design = np.column_stack([np.ones(len(n)), -np.log(np.maximum(n, 1.0))])
        (a, b), *_ = np.linalg.lstsq(design, y, rcond=None)
        law = Law(form=form, a=float(a), b=float(b))
        predicted = _evaluate(law, n, np.zeros(len(n)))
    else:
        law, predicted = _fit_capacity(n, y, interference, near)
    spread = float(((y - y.mean()) ** 2).sum())
    error = float(((y - predicted) ** 2).sum())
    r_squared = 1.0 - error / spread if spread > _EXPLAINS_NOTHING else None
    return msgspec.structs.replace(law, r_squared=r_squared)


def _fit_capacity(
    n: Floats, y: Floats, interference: Sequence[float] | None, near: Law | None
) -> tuple[Law, Floats]:
    from scipy.optimize import least_squares

    extra = np.zeros(len(n)) if interference is None else np.asarray(interference, dtype=np.float64)
    free = 3 if interference is None else 4
    lower, upper = np.array(_LOWER[:free]), np.array(_UPPER[:free])

    def residuals(theta: Floats) -> Floats:
        return _capacity(np.append(theta, 0.0)[:4], n, extra) - y

    def slopes(theta: Floats) -> Floats:
        alpha, kappa, gamma = theta[:3]
        over = np.log(np.maximum(n, 1.0)) - kappa
        load = np.exp(np.clip(gamma * over, -60, 60))
        bend = alpha * load / (1.0 + load) ** 2
        return np.column_stack([1.0 / (1.0 + load), gamma * bend, -over * bend, -extra])[:, :free]

    best: tuple[float, Floats] | None = None
    for start in _starts(n, y, near):
        inner = np.clip(start[:free], lower + 1e-6, upper - 1e-6)
        found = least_squares(residuals, inner, slopes, bounds=(lower, upper), xtol=1e-10, ftol=1e-10)
        if best is None or found.cost < best[0] - 1e-15:
            best = (float(found.cost), np.append(found.x, 0.0)[:4])
    assert best is not None
    theta = best[1]
    law = Law(
        form="capacity",
        alpha=float(theta[0]),
        kappa=float(np.exp(theta[1])),
        gamma=float(theta[2]),
        epsilon=float(theta[3]),
    )
    return law, _capacity(theta, n, extra)


def _starts(n: Floats, y: Floats, near: Law | None) -> list[Floats]:
    if near is not None:
        kappa = np.log(max(near.kappa or 1.0, 1.0))
        return [np.array([near.alpha or 0.5, kappa, near.gamma or 1.0, near.epsilon or 0.0])]
    top = float(np.clip(y.max(), 0.05, 0.999))
    return [
        np.array([top, np.log(kappa), gamma, 0.05])
        for kappa in (np.median(n), 3 * n.max(), 30 * n.max())
        for gamma in (0.6, 1.6)
    ]


def evaluate(
    law: Law, sizes: Sequence[float], interference: Sequence[float] | None = None
) -> tuple[float, ...]:
    """Accuracies of a law at several sizes, in [0, 1]."""
    extra = np.zeros(len(sizes)) if interference is None else np.asarray(interference, dtype=np.float64)
    values = np.clip(_evaluate(law, np.asarray(sizes, dtype=np.float64), extra), 0.0, 1.0)
    return tuple(float(value) for value in values)
