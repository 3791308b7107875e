"""Which decisions to ask the user about: those after which the forecast would be narrowest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from skillaudit.routing.choice_fit import class_prior
from skillaudit.routing.decisions import DecisionLog, Observation
from skillaudit.routing.profiles import ChoiceFit
from skillaudit.routing.table import tabulate
from skillaudit.schema import Record, Skill
from skillaudit.sessions.deciding import Occasion
from skillaudit.sessions.reviews import request_id
from skillaudit.stats.logistic import logistic

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

Floats = npt.NDArray[np.float64]

NEAR = 5
"""Skills that are offered as answers."""
MOST_COUNTED = 20.0
"""Times from which on a request counts no more for having come again."""
POOL = 2_000
"""Newest requests among which is chosen."""


class Unsure(Record):
    """One request to be judged by the user."""

    request: str
    evidence: Occasion
    near: tuple[str, ...]
    """Ids of the closest skills, closest first."""


def questions(
    found: Sequence[Occasion],
    skills: Sequence[Skill],
    scorer: Scorer,
    fit: ChoiceFit,
    asked: Collection[str] = (),
    count: int = 20,
) -> tuple[Unsure, ...]:
    """Return the requests whose judgement narrows the forecast most, in an order of which every part is a fair one.

    Requests are laid out by how far the closest skill stands apart from the next, each as wide as it came often and
    as the forecast of `fit` is unsure of it, and taken at equal steps: the allocation of Neyman (1934). What was loaded
    plays no part: a sample that knew the outcome would be no evidence.
    """
    pool: dict[str, Occasion] = {}
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
    prior = class_prior(fit)
    chance = logistic(x @ prior.mean)
    chosen = _steps(x[:, 1], weights * np.sqrt(chance * (1 - chance)), min(count, len(kept)))
    return tuple(
        Unsure(
            request=requests[at],
            evidence=kept[at],
            near=tuple(skills[row].id for row in nearest[at]),
        )
        for at in chosen
    )


def _regressors(
    kept: Sequence[Occasion],
    skills: Sequence[Skill],
    scorer: Scorer,
    fit: ChoiceFit,
    nearest: npt.NDArray[np.int64],
) -> Floats:
    """(R, 3) regressors of the requests, the closest skill of each in the place of the right one."""
    decisions = tuple(
        Observation(query=one.query, gold=(int(row),), offered=None, chosen={})
        for one, row in zip(kept, nearest, strict=True)
    )
    log = DecisionLog(skills=tuple(skills), decisions=decisions)
    return tabulate(log, scorer, fit.contrast, fit.kappa).x


def _steps(place: Floats, mass: Floats, count: int) -> list[int]:
    """Rows at equal steps of the mass along their places, in an order whose every beginning is spread out."""
    order = np.argsort(place, kind="stable")
    ends = np.cumsum(mass[order]) / max(float(mass.sum()), 1e-300)
    taken: dict[int, None] = {}
    for step in sorted(range(count), key=lambda at: int(f"{at:032b}"[::-1], 2)):
        at = min(int(np.searchsorted(ends, (step + 0.5) / count)), len(order) - 1)
        taken.setdefault(int(order[at]))
    # A request that came very often may be hit by several steps; the heaviest others take the places left.
    rest = (int(row) for row in np.argsort(-mass, kind="stable"))
    while len(taken) < count:
        taken.setdefault(next(rest))
    return list(taken)
