"""Fit the parameters of the choice model to decisions that are laid out as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from skillaudit.routing.decisions import NONE, RIGHT, UNASKED, WRONG
from skillaudit.routing.profiles import ChoiceFit
from skillaudit.routing.table import DecisionTable
from skillaudit.stats.logistic import Normal, fit_averaged, fit_logistic, fit_temperature

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

HIJACK_SPREAD = np.diag([1.5, 4.0, 1.0]) ** 2
TRIGGER_SPREAD = np.diag([2.0, 4.0, 1.0]) ** 2
FREEDOM = np.diag([0.0, 0.3, 0.2]) ** 2
"""What a single router may differ from its class by, beyond what the class says of it."""
ERRORS_SD = 0.3
"""Least standard deviation of the level of what errors go to."""


class Start(NamedTuple):
    """A class that a router may belong to."""

    name: str
    weight: float
    """Belief in it before any decision, positive."""
    fit: ChoiceFit


@dataclass(frozen=True, slots=True)
class RouterFit:
    """Posterior of one router's right-or-wrong and hijack-or-nothing regressions."""

    right: Normal
    hijack: Floats
    start: Start
    """The class that its decisions speak for most, its weight the belief in it after them, in [0, 1]."""


def fit_router(table: DecisionTable, model: str, rows: Mask, starts: Sequence[Start]) -> RouterFit:
    """Fit one model's decisions at `rows`, starting from every class that it may belong to.

    The fits are averaged by the evidence of the decisions for their starts: a few leave things as they were
    believed, many decide, so that a router whose accuracy falls is not held to a class whose does not.
    """
    outcome = table.outcomes[model]
    judged = rows & table.routed & (outcome != UNASKED)
    x, y = table.x[judged], (outcome[judged] == RIGHT).astype(np.float64)
    requests = table.request[judged]
    right, weights = fit_averaged(
        x, y, [class_prior(start.fit) for start in starts], [start.weight for start in starts], requests
    )
    best = int(np.argmax(weights))
    likeliest = starts[best]._replace(weight=float(weights[best]))
    wrong = judged & (outcome != RIGHT) & (table.size > 1)
    hijack = fit_logistic(
        table.x[wrong],
        (outcome[wrong] == WRONG).astype(np.float64),
        Normal(np.array(likeliest.fit.hijack), HIJACK_SPREAD),
    )
    return RouterFit(right, hijack.mean, likeliest)


def class_prior(fit: ChoiceFit) -> Normal:
    """Coefficients of an unmeasured router of the class, on an unmeasured library."""
    covariance = np.array(fit.covariance) + FREEDOM
    covariance[0, 0] += fit.level_sd**2
    return Normal(np.array(fit.coefficients), covariance)


def right_or_wrong(table: DecisionTable, model: str) -> tuple[Floats, Floats]:
    """Regressors of the decisions of a model that can be judged, and whether each was right."""
    judged = table.routed & (table.outcomes[model] != UNASKED)
    return table.x[judged], (table.outcomes[model][judged] == RIGHT).astype(np.float64)


def requests_of(table: DecisionTable, model: str) -> Ints:
    """Number of the request of each decision of `right_or_wrong`: those of one request go together."""
    judged: Mask = table.routed & (table.outcomes[model] != UNASKED)
    return table.request[judged]


def fit_choice(
    sources: Sequence[tuple[DecisionTable, str]],
    right: Normal,
    prior: ChoiceFit,
    *,
    trigger_sd: float | None = None,
) -> ChoiceFit:
    """Join the coefficients of being right with the other parameters, fitted on some models' decisions.

    `sources` are (table, model) pairs; what they leave open keeps the value of `prior`, and so do the spreads
    between libraries and request sets: one log says nothing of the next library.
    """
    wrong_x, wrong_y, scores, taken, best, fired = (
        np.concatenate(parts)
        for parts in zip(*(_errors(*source, prior.likeness) for source in sources), strict=True)
    )
    hijack = fit_logistic(wrong_x, wrong_y, Normal(np.array(prior.hijack), HIJACK_SPREAD))
    trigger = fit_logistic(best, fired, Normal(np.array(prior.trigger), TRIGGER_SPREAD))
    own = np.concatenate([table.gold_score[table.routed] for table, _ in sources])
    if trigger_sd is None:
        trigger_sd = min(prior.trigger_sd, float(np.sqrt(trigger.covariance[0, 0])))
    return msgspec.structs.replace(
        prior,
        coefficients=_triple(right.mean),
        covariance=tuple(tuple(float(value) for value in row) for row in right.covariance),
        hijack=_triple(hijack.mean),
        hijack_sd=min(prior.hijack_sd, float(np.hypot(ERRORS_SD, np.sqrt(hijack.covariance[0, 0])))),
        trigger=_triple(trigger.mean),
        trigger_sd=trigger_sd if len(best) else prior.trigger_sd,
        temperature=fit_temperature(scores, taken.astype(np.int64), prior.temperature),
        gold_score=float(np.median(own)) if len(own) else prior.gold_score,
    )


def _errors(
    table: DecisionTable, model: str, likeness: float
) -> tuple[Floats, Floats, Floats, Ints, Floats, Floats]:
    """Wrong decisions (regressors, hijack or not), which rival was taken, and false triggers."""
    outcome = table.outcomes[model]
    wrong = table.routed & (table.size > 1) & ((outcome == WRONG) | (outcome == NONE))
    hit = table.rivals == table.chosen[model][:, None]
    shown = table.routed & (outcome == WRONG) & hit.any(axis=1)
    idle = ~table.routed & (outcome != UNASKED)
    return (
        table.x[wrong],
        (outcome[wrong] == WRONG).astype(np.float64),
        table.rival_scores[shown] + likeness * table.rival_likeness[shown],
        hit[shown].argmax(axis=1).astype(np.int64),
        np.column_stack([np.ones(int(idle.sum())), table.best[idle], table.catch_all[idle]]),
        (table.chosen[model][idle] >= 0).astype(np.float64),
    )


def _triple(values: Floats) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
