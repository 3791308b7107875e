"""Both forms of the law of accuracy against size, fitted to what a study measured."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillaudit.asking.records import Decision, Fit
from skillaudit.asking.samples import Drawn, Sample, plain
from skillaudit.laws.both import fit_draws, left_out_error
from skillaudit.laws.forms import FORMS, Form, evaluate, fit
from skillaudit.laws.stages import Near, Pick, progress_of

MIN_CURVE = 4
"""Sizes that the capacity form needs."""


def size_fits(sample: Sample, sizes: Sequence[float], found: Sequence[Drawn]) -> tuple[Fit, ...]:
    """Return the coefficients of both forms with their intervals, and how well each describes the accuracies."""
    points, draws = [drawn.value for drawn in found], np.stack([drawn.draws for drawn in found])
    line = fit_draws("logarithmic", sizes, points, draws)
    fits = [
        sample.coefficient("a", line, "accuracy that the line a - b ln N starts from"),
        sample.coefficient("b", line, "accuracy lost per unit of ln N; times 0.69, per doubling"),
        plain("R2", line.law.r_squared, "share of the variance between sizes that the line explains"),
    ]
    if len(sizes) >= MIN_CURVE:
        curve = fit_draws("capacity", sizes, points, draws)
        explained = "share of the variance between sizes that the capacity form explains"
        gain = _aicc("logarithmic", 2, sizes, points) - _aicc("capacity", 3, sizes, points)
        fits += [
            sample.coefficient("alpha", curve, "accuracy that the capacity form starts from"),
            sample.coefficient("kappa", curve, "size at which the capacity form has lost half"),
            sample.coefficient("gamma", curve, "steepness of the capacity form"),
            plain("R2 capacity", curve.law.r_squared, explained),
            plain(
                "AICc gain",
                gain,
                "how much better the capacity form fits than the line, its extra coefficient paid for",
            ),
        ]
    errors = {form: left_out_error(form, sizes, points) for form in FORMS}
    said = "on the two largest sizes, after a fit without them"
    return (
        *fits,
        *(plain(f"left-out error, {form}", e, said) for form, e in errors.items() if e is not None),
    )


def _aicc(form: Form, coefficients: int, sizes: Sequence[float], points: Sequence[float]) -> float:
    wrong = np.array(evaluate(fit(form, sizes, points), sizes)) - np.array(points)
    # Points are known no better than to about a hundredth; a perfect fit is no infinitely good one.
    count, free = len(wrong), coefficients + 1
    squares = max(float((wrong**2).sum()), 1e-6 * count)
    return count * float(np.log(squares / count)) + 2 * free * count / max(1, count - free - 1)


def error_fits(decisions: Sequence[Decision], near: Near) -> tuple[Fit, ...]:
    """Return what becomes of requests at the largest size, and how each kind of error rises; see `laws.stages`."""
    picks = [Pick(d.query, d.gold, d.chosen, d.offered) for d in decisions]
    found = progress_of("", picks, near)
    if len(found.stages) < 2:
        return ()
    last = found.stages[-1]
    said = {
        "local": "to one of the five most alike",
        "drift": "to another",
        "capture": "to one that takes from many",
    }
    at = (
        Fit(name=f"{kind} at {last.size}", value=getattr(last, kind), meaning=f"lost {said[kind]}")
        for kind in said
    )
    rise = (
        Fit(name=f"{kind} rise", value=found.rise[kind], meaning=f"per unit of ln N, lost {said[kind]}")
        for kind in said
    )
    idle = Fit(
        name=f"idle at {last.size}", value=last.idle_taken, meaning="requests for nothing that a skill takes"
    )
    return (*at, *rise, *((idle,) if last.idle else ()))
