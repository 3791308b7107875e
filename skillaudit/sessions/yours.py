"""The profile `yours`: how the user's own agents choose, fitted to decisions that the user judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from skillaudit.errors import UsageError
from skillaudit.routing.calibrate import calibrate
from skillaudit.routing.decisions import Decision, DecisionLog, judged
from skillaudit.routing.profiles import OWN, RouterProfile
from skillaudit.schema import Skill
from skillaudit.sessions.deciding import Evidence

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

LEAST = 8
"""Judged decisions with a right skill below which there is no profile of one's own."""
_MOST_COUNTED = 20


def decision_log(found: Sequence[Evidence], skills: Sequence[Skill]) -> DecisionLog:
    """Return the decisions that the user judged, as a log over a library; one that came often stands there as often.

    Corrections alone stay out: users correct what is wrong, so that they say nothing of what is right.
    """
    rows = {skill.id: row for row, skill in enumerate(skills)}
    everything = {skill: [row] for skill, row in rows.items()}
    decisions: list[Decision] = []
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


def fit(found: Sequence[Evidence], skills: Sequence[Skill], scorer: Scorer) -> RouterProfile:
    """Return the profile of the user's agents, at home in a library: elsewhere the spread between libraries is added.

    Raises UsageError where too few decisions are judged.
    """
    log = decision_log(found, skills)
    if missing := enough(log):
        raise UsageError(
            f"{missing} more judged decisions are needed for a profile of your own; run `skillaudit review`"
        )
    (profile, *_) = calibrate(log, scorer, name=OWN).profiles
    who = Counter(f"{one.model or 'a model'} in {one.client}" for one in found if one.gold_from == "review")
    named = " and ".join(name for name, _ in who.most_common(2))
    return msgspec.structs.replace(
        profile,
        description=f"your own agents ({named})",
        training="your sessions, as you judged them",
        date=log.date,
        libraries=1,
        home=tuple(sorted({skill.name for skill in skills})),
    )
