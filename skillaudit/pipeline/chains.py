"""Chains of skills in an audit: where they come from, and what the routing forecast says of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np

from skillaudit.laws.execution_chains import mined_chains
from skillaudit.laws.execution_handoffs import HandOff, MissingTarget, hand_offs
from skillaudit.laws.execution_intervals import level_sd
from skillaudit.laws.execution_law import Chain, depth_by_size, forecast_chain, gamma_of
from skillaudit.laws.published import execution as execution_law
from skillaudit.laws.published import published
from skillaudit.schema import (
    Estimate,
    Execution,
    Forecast,
    Library,
    LibraryCurve,
    SkillReport,
)

STARTED = Estimate(value=1.0, low=1.0, high=1.0)
"""A skill that only a person can start is not chosen, and so is never missed."""
SPREAD_SKILLS = 8
"""Judged skills from which their spread says how far one that is not judged may be from the mean."""
HIDDEN = Estimate(value=0.0, low=0.0, high=0.0)
"""A skill that the client's list leaves out cannot be chosen."""


@dataclass(frozen=True, slots=True)
class FoundChains:
    """The chains of a library and the hand-offs behind them."""

    chains: tuple[Chain, ...]
    links: tuple[HandOff, ...]
    missing: tuple[MissingTarget, ...]
    cut: bool


def find_chains(library: Library, stated: Sequence[Chain]) -> FoundChains:
    """Return the stated chains and those in the skills' bodies; a chain inside another is told once."""
    links, missing = hand_offs(library.skills)
    mined, cut = mined_chains(library.skills, links)
    chains: dict[tuple[str, ...], Chain] = {}
    for chain in stated:
        chains.setdefault(chain.skills, chain)
    inside = {
        way[start:stop]
        for way in chains
        for start in range(len(way))
        for stop in range(start + 2, len(way) + 1)
    }
    chains.update({chain.skills: chain for chain in mined if chain.skills not in inside})
    return FoundChains(chains=tuple(chains.values()), links=links, missing=missing, cut=cut)


def execution_of(
    found: FoundChains,
    skills: Sequence[SkillReport],
    shown: Iterable[str],
    forecast: Forecast,
    law: LibraryCurve | None,
) -> Execution | None:
    """Return the forecast of the chains and the map of depth by size; None where there is neither.

    `shown` are the ids that the client's list holds; chains with a skill that does not compete have no forecast.
    A step's chance is 1 - the skill's victim rate, less the
    share of what nobody takes for which nothing is chosen at all: that share is known for the library only.
    """
    b = law.b.value if law is not None and law.b is not None else None
    gamma = gamma_of(b)
    depths = depth_by_size(law.points, gamma) if law is not None and law.points else None
    out = {skill.id for skill in skills if skill.out}
    chains = [chain for chain in found.chains if out.isdisjoint(chain.skills)]
    apart = len(found.chains) - len(chains)
    if forecast.accuracy.value is None:
        chains = []
    if not chains and depths is None:
        return None
    chances = _chances(skills, frozenset(shown), forecast)
    default = _default(chances, forecast)
    shared = level_sd(forecast.accuracy)
    reports = [forecast_chain(chain, chances, default, b=b, shared=shared) for chain in chains]
    reports.sort(key=lambda report: (report.success.value or 0.0, [step.skill for step in report.steps]))
    mean = published()[0]
    told = "this library's own curve" if b is not None else "the published mean"
    return Execution(
        chains=tuple(reports),
        cut=found.cut,
        depth_by_size=depths,
        gamma=gamma,
        source=f"Steps by the routing forecast ({forecast.router}); gamma = 6.7 b + 1.09 "
        f"({execution_law().source.partition(':')[0]}) with b of {told}."
        + (f" Chains of skills that are left out, not forecast: {apart:,}." if apart else ""),
        fit_range=f"{forecast.fit_range or 'no recorded decisions'}; gamma on libraries of {mean.sizes[0]} to "
        f"{mean.sizes[1]} skills, {mean.router}",
        judged=bool(forecast.coverage.requests),
    )


def _chances(skills: Sequence[SkillReport], shown: frozenset[str], forecast: Forecast) -> dict[str, Estimate]:
    """Return the chance of being chosen for each skill whose own is known."""
    right, none = forecast.accuracy.value or 0.0, forecast.no_skill.value or 0.0
    taken = right / (right + none) if right + none else 0.0
    chances: dict[str, Estimate] = {}
    for skill in skills:
        if skill.manual_only:
            chances[skill.id] = STARTED
        elif skill.id not in shown:
            chances[skill.id] = HIDDEN
        elif skill.victim_rate is not None:
            low = skill.victim_rate if skill.victim_low is None else skill.victim_low
            high = skill.victim_rate if skill.victim_high is None else skill.victim_high
            chances[skill.id] = Estimate(
                value=(1 - skill.victim_rate) * taken, low=(1 - high) * taken, high=(1 - low) * taken
            )
    return chances


def _default(chances: dict[str, Estimate], forecast: Forecast) -> Estimate:
    """Return the chance of a skill that no request judges: the library's accuracy, as uncertain as that is and
    as its skills differ."""
    known = [one.value or 0.0 for one in chances.values() if one is not STARTED and one is not HIDDEN]
    mean = forecast.accuracy
    value = mean.value or 0.0
    if len(known) < SPREAD_SKILLS:
        return mean
    worst, best = np.quantile(known, [0.05, 0.95])
    below = hypot(value - (value if mean.low is None else mean.low), max(0.0, value - float(worst)))
    above = hypot((value if mean.high is None else mean.high) - value, max(0.0, float(best) - value))
    return Estimate(value=value, low=max(0.0, value - below), high=min(1.0, value + above))
