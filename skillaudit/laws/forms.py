"""The two published forms of the law of accuracy against library size, and how they are fitted.

logarithmic   A(n) = a - b ln n                                            (arXiv 2605.16508)
capacity      A(n) = alpha / (1 + (n / kappa)^gamma) - epsilon I(S)        (arXiv 2601.04748, eq. 10)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from skillaudit.schema import LibraryCurve, Record
from skillaudit.stats.descent import Floats, descend

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
        if self.accuracy(1.0, interference) < floor:
            return 0.0
        if self.form == "logarithmic":
            return float(np.exp(((self.a or 0.0) - floor) / (self.b or 0.0)))
        alpha, kappa, gamma, epsilon = _theta(self)
        load = alpha / (floor + epsilon * interference) - 1.0
        return float(np.exp(kappa + np.log(load) / gamma))


def chosen_law(curve: LibraryCurve) -> Law | None:
    """Return the form that describes a library best; None where there is no curve."""
    return next((Law(form=one.form, **one.parameters) for one in curve.forms if one.chosen), None)


def _evaluate(law: Law, sizes: Floats, interference: Floats) -> Floats:
    if law.form == "logarithmic":
        return (law.a or 0.0) - (law.b or 0.0) * np.log(np.maximum(sizes, 1.0))
    values, _ = _capacity(_theta(law)[None], sizes, interference)
    return np.asarray(values[0], dtype=np.float64)


def _theta(law: Law) -> Floats:
    """What the capacity form is fitted by: alpha, ln kappa, gamma, epsilon."""
    kappa = float(np.log(max(law.kappa or 1.0, 1.0)))
    return np.array([law.alpha or 0.0, kappa, law.gamma or 1.0, law.epsilon or 0.0])


def _capacity(theta: Floats, sizes: Floats, interference: Floats) -> tuple[Floats, Floats]:
    """Values of the capacity form (B, S) for coefficients (B, 4), and their slopes (B, S, 4)."""
    alpha, kappa, gamma, epsilon = (column[:, None] for column in theta.T)
    over = np.log(np.maximum(sizes, 1.0)) - kappa
    load = np.exp(np.clip(gamma * over, -60, 60))
    left = 1.0 / (1.0 + load)
    bend = alpha * load * left**2
    slopes = (left, gamma * bend, -over * bend, np.broadcast_to(-interference, left.shape))
    return alpha * left - epsilon * interference, np.stack(slopes, axis=2)


def fit(
    form: Form,
    sizes: Sequence[float],
    accuracy: Sequence[float],
    interference: Sequence[float] | None = None,
) -> Law:
    """Fit one form by least squares; every point weighs the same.

    `interference` is I(S) at each point; without it epsilon is zero. Coefficients keep to what they mean:
    alpha in [0, 1], gamma in [0.05, 6], epsilon in [0, 2]. Raises ValueError with fewer than two sizes.
    """
    return fit_rows(form, sizes, np.array([accuracy], dtype=np.float64), interference)[0]


def fit_rows(
    form: Form,
    sizes: Sequence[float],
    rows: Floats,
    interference: Sequence[float] | None = None,
    near: Law | None = None,
) -> tuple[Law, ...]:
    """Fit one form to each of `rows`, (B, sizes), as `fit` does.

    `near` is a law of the same form that one start is taken from, in place of most of those all over.
    """
    n = np.asarray(sizes, dtype=np.float64)
    if len(np.unique(n)) < 2:
        raise ValueError("a law needs accuracies at two sizes at least")
    if form == "logarithmic":
        design = np.column_stack([np.ones(len(n)), -np.log(np.maximum(n, 1.0))])
        found = np.linalg.lstsq(design, rows.T, rcond=None)[0].T
        laws = [Law(form=form, a=a, b=b) for a, b in found.tolist()]
        errors = ((rows - found @ design.T) ** 2).sum(axis=1)
    else:
        theta, errors = _fit_capacity(n, rows, interference, near)
        theta[:, 1] = np.exp(theta[:, 1])
        names = ("alpha", "kappa", "gamma", "epsilon")
        laws = [Law(form=form, **dict(zip(names, row, strict=True))) for row in theta.tolist()]
    spread = ((rows - rows.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    explained = [
        1.0 - error / whole if whole > _EXPLAINS_NOTHING else None
        for error, whole in zip(errors.tolist(), spread.tolist(), strict=True)
    ]
    return tuple(
        msgspec.structs.replace(law, r_squared=share) for law, share in zip(laws, explained, strict=True)
    )


def _fit_capacity(
    n: Floats, rows: Floats, interference: Sequence[float] | None, near: Law | None
) -> tuple[Floats, Floats]:
    """Coefficients (B, 4) of the best of all starts for each of `rows`, and their squared errors (B,)."""
    extra = np.zeros(len(n)) if interference is None else np.asarray(interference, dtype=np.float64)
    lower, upper = np.array(_LOWER), np.array(_UPPER)
    if interference is None:
        upper[3] = 0.0
    starts = [_starts(n, row, near) for row in rows]
    each = len(starts[0])
    theta, errors = descend(
        lambda theta: _capacity(theta, n, extra),
        np.concatenate(starts),
        np.repeat(rows, each, axis=0),
        lower,
        upper,
    )
    best = np.arange(len(rows)) * each + errors.reshape(len(rows), each).argmin(axis=1)
    return theta[best], errors[best]


def _starts(n: Floats, y: Floats, near: Law | None) -> Floats:
    """Where a fit begins, (starts, 4)."""
    top = float(np.clip(y.max(), 0.05, 0.999))
    far = 3 * n.max()
    kappas = (np.median(n), far, 30 * n.max()) if near is None else (far,)
    starts = [np.array([top, np.log(kappa), gamma, 0.05]) for kappa in kappas for gamma in (0.6, 1.6)]
    return np.array(starts if near is None else [_theta(near), *starts])


def evaluate(
    law: Law, sizes: Sequence[float], interference: Sequence[float] | None = None
) -> tuple[float, ...]:
    """Accuracies of a law at several sizes, in [0, 1]."""
    extra = np.zeros(len(sizes)) if interference is None else np.asarray(interference, dtype=np.float64)
    values = np.clip(_evaluate(law, np.asarray(sizes, dtype=np.float64), extra), 0.0, 1.0)
    return tuple(float(value) for value in values)
