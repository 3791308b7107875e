"""Before against after on the same requests: exact McNemar, a paired bootstrap, and who is harmed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from skillaudit.optimize.proof.state import Variant, expected
from skillaudit.optimize.records import Harm, PairedTest
from skillaudit.schema import Estimate, ScorerName
from skillaudit.stats.intervals import TAIL, UNKNOWN

Doubles = NDArray[np.float64]

HARM = 0.05
"""Largest fall of a skill's own proof accuracy that passes."""
CHANCE = 1.0
"""Requests that a skill may lose whatever their share: a single one that changes hands is chance."""
DRAWS = 2000
GROUPS = 24
"""Most groups of skills that the bootstrap draws from."""


def mcnemar(gained: int, lost: int) -> float | None:
    """Two-sided exact McNemar test: the binomial chance of a split at least as uneven; None without any."""
    if not gained + lost:
        return None
    from scipy.stats import binomtest

    return float(binomtest(gained, gained + lost, 0.5).pvalue)


def paired(before: Variant, after: Variant, name: ScorerName, router: str | None) -> PairedTest:
    """Test the change of routing between two states, on the same requests in the same order.

    Hard decisions are the scorer's top ranks, whatever the router. Expected rates are the router's, drawn by
    whole skills (or groups of them, at most `GROUPS`), because requests of one skill rise and fall together.
    """
    gained = int((after.right & ~before.right).sum())
    lost = int((before.right & ~after.right).sum())
    groups = _groups(before.owner)
    weight, accuracy, hijack = [], [], []
    for rows in groups:
        first, second = expected(before, name, router, rows), expected(after, name, router, rows)
        weight.append(len(rows))
        accuracy.append(second[0] - first[0])
        hijack.append(second[1] - first[1])
    weights = np.array(weight, dtype=np.float64)
    return PairedTest(
        gained=gained,
        lost=lost,
        p_value=mcnemar(gained, lost),
        difference=_bootstrap(np.array(accuracy), weights),
        hijack=_bootstrap(np.array(hijack), weights),
    )


def by_owner(owners: Sequence[str], differences: Doubles) -> Estimate:
    """Mean of the differences of single requests, with a 90% interval by a bootstrap over their skills."""
    groups = _groups(owners)
    return _bootstrap(
        np.array([differences[rows].mean() for rows in groups]),
        np.array([len(rows) for rows in groups], dtype=np.float64),
    )


def _groups(owners: Sequence[str]) -> list[list[int]]:
    """Return the requests of each skill; skills share a group by a hash of their id when there are many."""
    names = sorted(set(owners))
    several = len(names) > GROUPS
    group = {
        name: int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big") % GROUPS
        if several
        else at
        for at, name in enumerate(names)
    }
    found: dict[int, list[int]] = {}
    for row, owner in enumerate(owners):
        found.setdefault(group[owner], []).append(row)
    return [found[key] for key in sorted(found)]


def _bootstrap(differences: Doubles, weights: Doubles) -> Estimate:
    """Weighted mean of group differences with a 90% percentile interval."""
    if not len(differences):
        return UNKNOWN
    value = float((differences * weights).sum() / weights.sum())
    drawn = np.random.default_rng(0).integers(0, len(differences), (DRAWS, len(differences)))
    means = (differences * weights)[drawn].sum(axis=1) / weights[drawn].sum(axis=1)
    low, high = np.quantile(means, (TAIL, 1 - TAIL))
    return Estimate(
        value=round(value, 4) + 0.0,
        low=round(min(float(low), value), 4) + 0.0,
        high=round(max(float(high), value), 4) + 0.0,
    )


def harmed(
    before: Variant,
    after: Variant,
    name: ScorerName,
    router: str | None,
    touching: Mapping[str, Sequence[str]],
) -> tuple[Harm, ...]:
    """Return the skills whose own proof accuracy falls by more than `HARM`, and by more than a request, worst first.

    `touching` gives the ids of the edits of each skill; with a harm stand those of the skill itself and of
    the skills that take its requests now.
    """
    rows_of: dict[str, list[int]] = {}
    for row, owner in enumerate(after.owner):  # a folded skill is judged as one with the skill it went into
        rows_of.setdefault(owner, []).append(row)
    fallen = before.soft - after.soft
    found = []
    for owner, rows in rows_of.items():
        first, second = (expected(state, name, router, rows)[0] for state in (before, after))
        if first - second <= max(HARM, CHANCE / len(rows)) + 1e-9:
            continue
        worse = [row for row in rows if fallen[row] > 0.01 or (before.right[row] and not after.right[row])]
        takers = dict.fromkeys([owner, *(after.skills[after.rival[row]].id for row in worse)])
        found.append(
            Harm(
                skill=owner,
                requests=len(rows),
                before=round(first, 4),
                after=round(second, 4),
                edits=tuple(dict.fromkeys(edit for skill in takers for edit in touching.get(skill, ()))),
            )
        )
    return tuple(sorted(found, key=lambda harm: (harm.after - harm.before, harm.skill)))
