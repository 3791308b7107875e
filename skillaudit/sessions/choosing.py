"""Which decisions to ask the user about: those after which the forecast would be narrowest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from skillaudit.routing.choice_fit import class_prior
from skillaudit.routing.decisions import Decision, DecisionLog, fold_of
from skillaudit.routing.outcome import logistic
from skillaudit.routing.profiles import ChoiceFit
from skillaudit.routing.table import tabulate
from skillaudit.schema import Record, Skill
from skillaudit.sessions.deciding import Evidence
from skillaudit.sessions.reviews import request_id

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

Floats = npt.NDArray[np.float64]

NEAR = 5
"""Skills that are offered as answers."""
MOST_COUNTED = 20.0
"""Times from which on a request counts no more for having come again."""
POOL = 2_000
"""Newest requests among which is chosen."""


class Question(Record):
    """One request to be judged by the user."""

    request: str
    evidence: Evidence
    near: tuple[str, ...]
    """Ids of the closest skills, closest first."""


def questions(
    found: Sequence[Evidence],
    skills: Sequence[Skill],
    scorer: Scorer,
    fit: ChoiceFit,
    asked: Collection[str] = (),
    count: int = 20,
) -> tuple[Question, ...]:
    """Return the requests whose judgement would narrow the forecast most, best first.

    Every other one is taken for what it would take off the variance of the mean accuracy over all requests, each
    weighed by how often it came, under `fit`; the others by their hash alone, so that the choice model is held to a
    fair sample too. What was loaded plays no part: a sample that knew the outcome would be no evidence.
    """
    pool: dict[str, Evidence] = {}
    for one in found:
        request = request_id(one.query)
        if one.decided and not one.carried and request not in asked and len(pool) < POOL:
            pool.setdefault(request, one)
    if not pool or not skills:
        return ()
    requests, kept = list(pool), list(pool.values())
    scores = np.asarray(scorer.scores([one.query for one in kept]), dtype=np.float64)
    nearest = np.argsort(-scores, axis=1, kind="stable")[:, :NEAR]
    x = _regressors(kept, skills, scorer, fit, nearest[:, 0])
    weights = np.array([min(one.count, MOST_COUNTED) for one in kept])
    gained = _gains(x, weights, fit)
    fair = sorted(range(len(kept)), key=lambda at: fold_of(requests[at], 1 << 30))
    chosen: dict[int, None] = {}
    while len(chosen) < min(count, len(kept)):
        order = gained if len(chosen) % 2 == 0 else fair
        chosen[next(at for at in order if at not in chosen)] = None
    return tuple(
        Question(
            request=requests[at],
            evidence=kept[at],
            near=tuple(skills[row].id for row in nearest[at]),
        )
        for at in chosen
    )


def _regressors(
    kept: Sequence[Evidence],
    skills: Sequence[Skill],
    scorer: Scorer,
    fit: ChoiceFit,
    nearest: npt.NDArray[np.int64],
) -> Floats:
    """(R, 3) regressors of the requests, the closest skill of each in the place of the right one."""
    decisions = tuple(
        Decision(query=one.query, gold=(int(row),), offered=None, chosen={})
        for one, row in zip(kept, nearest, strict=True)
    )
    log = DecisionLog(skills=tuple(skills), decisions=decisions)
    return tabulate(log, scorer, fit.contrast, fit.kappa).x


def _gains(x: Floats, weights: Floats, fit: ChoiceFit) -> list[int]:
    """Rows in the order in which they take most off the variance of the mean accuracy, each after those before."""
    prior = class_prior(fit)
    chance = logistic(x @ prior.mean)
    information = chance * (1 - chance)
    slope = (weights * information) @ x / weights.sum()
    covariance = prior.covariance.copy()
    order: list[int] = []
    left = np.ones(len(x), dtype=bool)
    for _ in range(min(len(x), 200)):
        pull = x @ covariance
        spread = (pull * x).sum(axis=1)
        gain = np.where(left, information * weights * (pull @ slope) ** 2 / (1 + information * spread), -1.0)
        best = int(np.argmax(gain))
        order.append(best)
        left[best] = False
        step = pull[best]
        covariance -= np.outer(step, step) * information[best] / (1 + information[best] * spread[best])
    return [*order, *np.flatnonzero(left).tolist()]
