"""Decay: the same requests with more and more skills on offer, in nested random parts of the library."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillaudit.asking.rates import Bootstrap
from skillaudit.asking.records import Decision, Fit, Plan
from skillaudit.errors import UsageError
from skillaudit.laws import FORMS
from skillaudit.laws.both import Fitted, fit_draws, left_out_error
from skillaudit.laws.curve import nested_order
from skillaudit.probe.ground import Ground
from skillaudit.probe.studies.common import make_plan, routed_trial, with_rivals
from skillaudit.schema import Estimate
from skillaudit.stats.intervals import interval

SIZES = (5, 10, 20, 50, 100, 200, 500)
REQUESTS = 60
MIN_CURVE = 4
"""Sizes that the capacity form needs."""


def sizes_of(total: int) -> tuple[int, ...]:
    """Return the sizes below a library's own, and its own where it is at most the largest."""
    return tuple(size for size in SIZES if size < total) + ((total,) if total <= SIZES[-1] else ())


def plan(ground: Ground) -> Plan:
    """Ask the same requests at every size; each repeat draws the library in another order."""
    sizes = sizes_of(len(ground.skills))
    if len(sizes) < 2:
        raise UsageError(f"{len(ground.skills)} skills are too few for a decay study; it needs 6 at least")
    ids = [skill.id for skill in ground.skills]
    trials = []
    for repeat in range(ground.repeats):
        order = [ids[row] for row in nested_order(ground.skills, ground.seed + repeat)]
        for request in ground.sample(REQUESTS):
            gold = [skill for skill in request.gold if skill in set(ids)]
            trials += [
                routed_trial(
                    ground,
                    request,
                    with_rivals(gold, order, size),
                    f"n={size}",
                    repeat,
                    x=float(size),
                )
                for size in sizes
            ]
    return make_plan("decay", ground, trials)


def conclude(ground: Ground, decisions: Sequence[Decision]) -> tuple[Fit, ...]:
    """Fit both forms of the law, with intervals from resampled skills."""
    sizes = sorted({decision.x for decision in decisions if decision.gold})
    if len(sizes) < 2:
        return ()
    sample = Bootstrap(decisions)
    found = [sample.accuracy(lambda d, n=n: d.x == n) for n in sizes]  # type: ignore[misc]
    points = [value for value, _ in found]
    draws = np.stack([drawn for _, drawn in found])
    line = fit_draws("logarithmic", sizes, points, draws)
    fits = [
        _fit("a", line, "accuracy that the line a - b ln N starts from"),
        _fit("b", line, "accuracy lost per unit of ln N; times 0.69, per doubling"),
        _number("R2", line.law.r_squared, "share of the variance between sizes that the line explains"),
    ]
    if len(sizes) >= MIN_CURVE:
        curve = fit_draws("capacity", sizes, points, draws)
        fits += [
            _fit("kappa", curve, "size at which the capacity form has lost half"),
            _fit("gamma", curve, "steepness of the capacity form"),
            _number(
                "R2 capacity", curve.law.r_squared, "share of the variance that the capacity form explains"
            ),
        ]
    for form in FORMS:
        error = left_out_error(form, sizes, points)
        if error is not None:
            meaning = "on the two largest sizes, after a fit without"
            fits.append(_number(f"left-out error, {form}", error, meaning))
    return tuple(fits)


def _fit(name: str, fitted: Fitted, meaning: str) -> Fit:
    return Fit(name=name, value=interval(*fitted.values(name)), meaning=meaning)


def _number(name: str, value: float | None, meaning: str) -> Fit:
    return Fit(name=name, value=Estimate(value=value, low=value, high=value), meaning=meaning)
