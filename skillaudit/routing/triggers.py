"""False triggers of a list: how often a router takes some skill where none is meant."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from skillaudit.routing.breadth import breadth, tail
from skillaudit.routing.evidence import from_requests
from skillaudit.routing.holes import catch_alls, claiming
from skillaudit.routing.idle import made_idle
from skillaudit.routing.profiles import find
from skillaudit.routing.rates import DIMENSIONS, false_trigger
from skillaudit.schema import Estimate, Request, Skill
from skillaudit.stats.draws import normals
from skillaudit.stats.intervals import UNKNOWN

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer


def false_triggers(
    skills: Sequence[Skill],
    requests: Sequence[Request],
    idle: Sequence[Request],
    scorer: Scorer,
    router: str | None = None,
    seed: int = 0,
) -> Estimate:
    """Return how often a router takes one of `skills` at requests that need none, as a whole forecast does.

    `requests` tell with the descriptions which skills claim everything. Unknown for a router that always takes one.
    """
    profile = find(router, scorer.name).at([skill.name for skill in skills])
    fit = profile.fits.get(scorer.name)
    if fit is None or not skills or not idle:
        return UNKNOWN
    wide = breadth(skills, requests, scorer)
    read = from_requests(skills, idle, scorer, fit.contrast)
    claimed = claiming(skills, None if wide is None else tail(wide, scorer.name))
    return false_trigger(dataclasses.replace(read, catch_all=claimed), fit, normals(DIMENSIONS, seed))


def claim_everything(skills: Sequence[Skill], requests: Sequence[Request], scorer: Scorer) -> frozenset[str]:
    """Return the ids of the skills whose descriptions claim everything, in so many words or by where they lie."""
    wide = breadth(skills, requests, scorer)
    found = catch_alls(skills, None if wide is None else tail(wide, scorer.name))
    return frozenset(skills[row].id for row in found)


def needless(skills: Sequence[Skill], given: Sequence[Request], scorer: Scorer) -> tuple[Request, ...]:
    """Return requests that need none of `skills`: those `given`, else some that suit the library."""
    return tuple(given) or made_idle(skills, scorer)
