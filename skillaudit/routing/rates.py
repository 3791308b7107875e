"""Rates of a library's requests with 90% intervals, for one router."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skillaudit.routing.evidence import Evidence
from skillaudit.routing.outcome import Outcome, trigger_columns
from skillaudit.routing.profiles import ChoiceFit
from skillaudit.schema import Estimate, Forecast
from skillaudit.stats.draws import Clusters, estimate, grouped, measured, normals, root
from skillaudit.stats.intervals import UNKNOWN
from skillaudit.stats.logistic import logistic

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DIMENSIONS = 11
"""Columns of `normals`: three coefficients, hijack, trigger, the noise of what is counted, whether it always loads."""
HIJACK, TRIGGER, RIGHT, WRONG, NONE, FALSE, PART, ALWAYS = range(3, 11)


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of one router over one set of requests."""

    accuracy: Estimate
    hijack: Estimate
    no_skill: Estimate
    false_trigger: Estimate
    contested: Estimate


def shares(found: Rates | Forecast) -> dict[str, Estimate]:
    """What becomes of requests that have a right skill, under the names that records have for it."""
    return {name: getattr(found, name) for name in ("accuracy", "hijack", "no_skill", "contested")}


@dataclass(frozen=True, slots=True)
class DrawnRates:
    """(B,) draws of the expected rates; right + hijack + none = 1."""

    right: Floats
    hijack: Floats

    @property
    def none(self) -> Floats:
        """(B,) nothing is chosen."""
        return np.maximum(1.0 - self.right - self.hijack, 0.0)


@dataclass(frozen=True, slots=True)
class ShownRates:
    """What R requests that have a right skill show, (R,) each."""

    right: Floats
    hijack: Floats
    weight: Floats
    owners: Ints

    @property
    def count(self) -> float:
        """How many requests that come alike tell as much (Kish's effective number)."""
        return float(self.weight.sum() ** 2 / (self.weight**2).sum())

    def mean(self, values: Floats) -> float:
        """Mean of `values` (R,), each counted as often as it comes."""
        return float((values * self.weight).sum() / self.weight.sum())


def rates(
    evidence: Evidence,
    outcome: Outcome,
    fit: ChoiceFit | None,
    *,
    contested: npt.NDArray[np.bool_],
    skills: int,
    seed: int,
    extra_sd: float = 0.0,
    idle: Evidence | None = None,
) -> Rates:
    """Rates with intervals; the values of accuracy, hijack and no-skill sum to 1.

    `fit` is None for a router whose choice is known. `skills` is how many compete: where requests judge only
    some of them, the others add to the width. `contested` (R, M) marks rivals that answer a request as well;
    `idle` is the evidence of requests that should fire nothing.
    """
    z = normals(DIMENSIONS, seed)
    fired = false_trigger(evidence if idle is None else idle, fit, z)
    judged = evidence.judged
    if not judged.any():
        return Rates(UNKNOWN, UNKNOWN, UNKNOWN, fired, UNKNOWN)
    shown = ShownRates(
        outcome.right[judged], outcome.hijack[judged], evidence.weight[judged], evidence.owners[judged]
    )
    mass = shown.hijack * shown.weight
    share = (outcome.shares * contested).sum(axis=1)[judged]
    part = float((mass * share).sum() / max(mass.sum(), 1e-12))
    drawn = draw(evidence, outcome, fit, z, extra_sd)
    return with_intervals(drawn, shown, part, fired, skills, z)


def with_intervals(
    drawn: DrawnRates, shown: ShownRates, part: float, false_trigger: Estimate, skills: int, z: Floats
) -> Rates:
    """Rates whose expected values are `drawn`, as the requests of `shown` show them.

    `part` of the wrong choices answer the request as well. Skills beyond those that own a request add to the width.
    """
    weight, count = shown.weight, shown.count
    scales, unseen = _scales(shown), _unseen(shown, skills)
    parts = []
    for values, column, scale in zip(
        (drawn.right, drawn.hijack, drawn.none), (RIGHT, WRONG, NONE), scales, strict=True
    ):
        found = measured(values, z[:, column], count, scale, unseen)
        parts.append(estimate(float(values.mean()), found, _step(values, weight)))
    both = drawn.hijack * part
    found = measured(both, z[:, PART], count, scales[1])
    return Rates(
        accuracy=parts[0],
        hijack=parts[1],
        no_skill=parts[2],
        false_trigger=false_trigger,
        contested=estimate(float(both.mean()), found),
    )


def accuracy(right: Floats, shown: ShownRates, skills: int, z: Floats) -> Estimate:
    """The accuracy of `with_intervals`, of (B,) draws of it."""
    scale, *_ = _scales(shown)
    found = measured(right, z[:, RIGHT], shown.count, scale, _unseen(shown, skills))
    return estimate(float(right.mean()), found, _step(right, shown.weight))


def _step(values: Floats, weight: Floats) -> float:
    """Distance of two shares that can be measured; none where nothing is drawn."""
    return float(weight.min() / weight.sum()) if np.ptp(values) > 0 else 0.0


def drawn_at(
    moved: Floats, weight: Floats, size: int, fit: ChoiceFit, slopes: Floats, z: Floats
) -> DrawnRates:
    """Draws of the rates among `size` skills, at clearances `moved` (R,) with their shifts.

    `weight` (R,) sums to 1 where these are all requests; `slopes` (B, 3) are draws of the coefficients.
    """
    points, weight = grouped(moved, weight)
    capacity = np.log1p(size / fit.kappa)
    level = slopes[:, 0] + slopes[:, 2] * capacity
    chance = logistic(level[:, None] + slopes[:, 1:2] * points)
    other = logistic(
        fit.hijack[0]
        + fit.hijack[1] * points
        + fit.hijack[2] * capacity
        + (z[:, HIJACK] * fit.hijack_sd)[:, None]
    )
    other[_certain(fit.always, z)] = 1.0
    return DrawnRates(chance @ weight, ((1.0 - chance) * other) @ weight)


def draw(
    evidence: Evidence, outcome: Outcome, fit: ChoiceFit | None, z: Floats, extra_sd: float = 0.0
) -> DrawnRates:
    """Draws of the rates over the requests that have a right skill, on offer or not."""
    judged = evidence.judged
    offered, hidden = judged & evidence.routed, judged & ~evidence.routed
    total = float(evidence.weight[judged].sum())
    if fit is None:
        one = np.ones(len(z))
        return DrawnRates(
            one * evidence.mean(outcome.right, judged), one * evidence.mean(outcome.hijack, judged)
        )
    right, hijack = np.zeros(len(z)), np.zeros(len(z))
    if offered.any():
        slopes = coefficients(fit, z, extra_sd)
        # A shift of the level is a step along the clearance, at the slope of the point.
        moved = evidence.clearance[offered] + evidence.shift[offered] / max(fit.coefficients[1], 1e-9)
        found = drawn_at(moved, evidence.weight[offered] / total, evidence.size, fit, slopes, z)
        right, hijack = found.right, found.hijack * float(outcome.shares.any())
    if hidden.any():
        hijack = hijack + _fires(evidence, fit, z, hidden) * evidence.weight[hidden].sum() / total
    return DrawnRates(right, hijack)


def _certain(belief: float, z: Floats) -> npt.NDArray[np.bool_]:
    """(B,) the draws in which the router always takes some skill."""
    from scipy.special import ndtr

    return np.asarray(ndtr(z[:, ALWAYS]) < belief)


def coefficients(fit: ChoiceFit, z: Floats, extra_sd: float = 0.0) -> Floats:
    """(B, 3) draws of a router's coefficients on a library that nobody measured, from (B, 3 or more) normals."""
    covariance = np.array(fit.covariance)
    covariance[0, 0] += fit.level_sd**2 + extra_sd**2
    return np.asarray(np.array(fit.coefficients) + z[:, :3] @ root(covariance).T, dtype=np.float64)


def _fires(evidence: Evidence, fit: ChoiceFit, z: Floats, rows: npt.NDArray[np.bool_]) -> Floats:
    """(B,) draws of how often some skill is taken at `rows`, where none is right."""
    level = trigger_columns(evidence)[rows] @ np.array(fit.trigger)
    weight = evidence.weight[rows]
    points, weight = grouped(level, weight / weight.sum())
    found: Floats = logistic(points + (z[:, TRIGGER] * fit.trigger_sd)[:, None]) @ weight
    return found * float(evidence.rivals.shape[1] > 0)


def false_trigger(evidence: Evidence, fit: ChoiceFit | None, z: Floats) -> Estimate:
    """Rate of picks among the requests that should fire nothing; unknown when there are none."""
    rows = ~evidence.judged
    if not rows.any():
        return UNKNOWN
    if fit is None:
        always = float(evidence.rivals.shape[1] > 0)
        return Estimate(value=always, low=always, high=always)
    values = _fires(evidence, fit, z, rows)
    return estimate(float(values.mean()), measured(values, z[:, FALSE], evidence.worth(rows)))


def _scales(shown: ShownRates) -> tuple[float, float, float]:
    """Variance of each share over its binomial one: requests of mixed chances vary less than equal ones."""
    found = []
    for chances in (shown.right, shown.hijack, 1.0 - shown.right - shown.hijack):
        mean = shown.mean(chances)
        found.append(shown.mean(chances * (1 - chances)) / max(mean * (1 - mean), 1e-9))
    return found[0], found[1], found[2]


def _unseen(shown: ShownRates, skills: int) -> float:
    """Variance of a rate from skills that no request judges: none where all are there."""
    clusters = Clusters.of(shown.owners)
    count = len(clusters.starts)
    if count < 2 or count >= skills:
        return 0.0
    means = clusters.sums(shown.right * shown.weight) / clusters.sums(shown.weight)
    return float(means.var(ddof=1)) / count * (1.0 - count / skills)
