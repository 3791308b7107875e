"""A form of the law fitted to accuracies at several sizes, with its draws and its error where it was not fitted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from skillaudit.laws.forms import Form, Law, evaluate, fit, fit_rows
from skillaudit.stats.descent import Floats

CAPACITY_DRAWS = 60
"""The capacity form is far dearer to fit than the line, so that fewer draws are refitted."""
LEFT_OUT = 2
"""Largest sizes that a form is judged on after a fit without them."""


class Fitted(NamedTuple):
    """A law, and what it is in each draw of the points."""

    law: Law
    draws: tuple[Law, ...]

    def values(self, name: str) -> tuple[float, Floats]:
        """Return a coefficient and its draws; for coefficients that the form has."""
        return float(getattr(self.law, name)), np.array([getattr(law, name) for law in self.draws])


def fit_draws(
    form: Form,
    sizes: Sequence[float],
    points: Sequence[float],
    draws: Floats,
    interference: Sequence[float] | None = None,
) -> Fitted:
    """Fit a form to `points` and to each column of `draws`, (sizes, B); `interference` as for `fit`."""
    law = fit(form, sizes, points, interference)
    kept = draws[:, :CAPACITY_DRAWS] if form == "capacity" else draws
    return Fitted(law, fit_rows(form, sizes, kept.T, interference, near=law))


def left_out_error(
    form: Form, sizes: Sequence[float], points: Sequence[float], interference: Sequence[float] | None = None
) -> float | None:
    """Return the root mean squared error on the largest sizes after a fit without them; None with too few sizes."""
    if len(sizes) < LEFT_OUT + 3:
        return None
    head, tail = slice(None, -LEFT_OUT), slice(-LEFT_OUT, None)
    part = None if interference is None else interference[head]
    law = fit(form, sizes[head], points[head], part)
    rest = None if interference is None else interference[tail]
    wrong = np.array(evaluate(law, sizes[tail], rest)) - np.array(points[tail])
    return float(np.sqrt((wrong**2).mean()))
