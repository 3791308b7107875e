"""The profile `yours`: how the user's own agents choose, fitted to decisions that the user judged."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from skillaudit.errors import UsageError
from skillaudit.routing.activation import activations
from skillaudit.routing.calibrate import calibrate
from skillaudit.routing.decisions import DecisionLog, Observation, judged
from skillaudit.routing.profiles import DEFAULT_ROUTER, OWN, RouterProfile, find
from skillaudit.schema import ScorerName, Skill
from skillaudit.sessions.deciding import Occasion

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

NOTHING = -1.0
"""Logits of the chance that a wrong choice of an agent at work is another skill: mostly it loads none."""
LEAST = 8
"""Judged decisions with a right skill below which there is no profile of one's own."""
ALWAYS = 0.1
"""Belief that an agent never leaves a request without a skill, before any decision: of ten recorded kinds it is the one
whose hook makes it look at every skill first."""
_MOST_COUNTED = 20


def decision_log(found: Sequence[Occasion], skills: Sequence[Skill]) -> DecisionLog:
    """Return the decisions that the user judged, as a log over a library; one that came often stands there as often.

    Corrections alone stay out: users correct what is wrong, so that they say nothing of what is right.
    """
    rows = {skill.id: row for row, skill in enumerate(skills)}
    everything = {skill: [row] for skill, row in rows.items()}
    decisions: list[Observation] = []
    for one in found:
        if one.gold is None or one.gold_from != "review" or not one.decided:
            continue
        choice = {OWN: one.fired[0] if one.fired else None}
        decision = judged(one.query, one.gold, choice, None, everything)
        if decision is not None:
            decisions += [decision] * min(one.count, _MOST_COUNTED)
    day = max((one.time[:10] for one in found if one.gold_from == "review"), default="")
    return DecisionLog(skills=tuple(skills), decisions=tuple(decisions), date=day)


def enough(log: DecisionLog) -> int:
    """Return how many judged requests with a right skill are missing to a profile; 0 where there are enough."""
    return max(0, LEAST - len({decision.query for decision in log.decisions if decision.gold}))


def at_work(scorer: ScorerName) -> RouterProfile:
    """Return what is believed of an agent at work before any of its decisions: the class, and how often agents load.

    The level and its spread are those measured of agents in clients, half of the variance between libraries; the
    distance of the skills counts half as much as for a bare choice, or not at all; what is not right is mostly nothing.
    """
    known = find(DEFAULT_ROUTER, scorer).fits[scorer]
    (level, spread), (_, fires) = next(
        (one.recall, one.trigger) for one in activations() if one.router == DEFAULT_ROUTER
    )
    slope, far = known.coefficients[1] / 2, spread / math.sqrt(2)
    covariance = ((far**2, 0.0, 0.0), (0.0, slope**2, 0.0), (0.0, 0.0, known.covariance[2][2]))
    prior = msgspec.structs.replace(
        known,
        coefficients=(level, slope, known.coefficients[2]),
        covariance=covariance,
        library_sd=math.sqrt(max(far**2 - known.set_sd**2, known.library_sd**2)),
        hijack=(NOTHING, 0.0, 0.0),
        hijack_sd=spread,
        trigger_sd=fires,
    )
    return RouterProfile(
        name="agents at work", kind="choice", description="agents that load skills", fits={scorer: prior}
    )


def always_loads(log: DecisionLog) -> float:
    """Return the belief that the agent loads some skill for every request, in [0, 1].

    None where one was left with nothing; else it grows with the different requests that were not, held against agents
    whose share of these nobody knows (Jeffreys' prior): one that leaves a request in forty looks the same for long.
    """
    asked = [one for one in log.decisions if one.gold]
    if any(one.chosen[OWN] < 0 for one in asked):
        return 0.0
    count = len({one.query for one in asked})
    other = (1 - ALWAYS) * math.prod((at + 0.5) / (at + 1) for at in range(count))
    return ALWAYS / (ALWAYS + other)


def fit(found: Sequence[Occasion], skills: Sequence[Skill], scorer: Scorer) -> RouterProfile:
    """Return the profile of the user's agents, at home in a library: elsewhere the spread between libraries is added.

    Raises UsageError where too few decisions are judged.
    """
    log = decision_log(found, skills)
    if missing := enough(log):
        raise UsageError(
            f"{missing} more judged decisions are needed for a profile of your own; run `skillaudit review`"
        )
    (profile, *_) = calibrate(log, scorer, prior=at_work(scorer.name), name=OWN).profiles
    made = msgspec.structs.replace(profile.fits[scorer.name], always=always_loads(log))
    who = Counter(f"{one.model or 'a model'} in {one.client}" for one in found if one.gold_from == "review")
    named = " and ".join(name for name, _ in who.most_common(2))
    return msgspec.structs.replace(
        profile,
        fits={scorer.name: made},
        description=f"your own agents ({named})",
        training="your sessions, as you judged them",
        date=log.date,
        home=tuple(sorted({skill.name for skill in skills})),
    )
