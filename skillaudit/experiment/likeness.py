"""How alike the skills of the pool are, by their words: a yardstick that is the same for every router."""

from __future__ import annotations

import random
from collections.abc import Hashable, Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from skillaudit.experiment.synthetic import Template, pool
from skillaudit.laws.stages import NEAR
from skillaudit.scoring import make_scorer

Floats = npt.NDArray[np.float64]

_TOP = 10


@cache
def likeness() -> Floats:
    """Return the similarity of all descriptors of the pool, (200, 200), in [0, 1]; the caller must not change it."""
    scorer = make_scorer("lexical", [f"{skill.name}: {skill.description}" for skill in pool().skills])
    return np.asarray(scorer.similarities(0, len(pool().skills)), dtype=np.float64)


@cache
def row_of() -> dict[str, int]:
    """Return the row of each skill's id."""
    return {skill.id: row for row, skill in enumerate(pool().skills)}


@cache
def clarity() -> dict[str, float]:
    """Return how far each skill stands from the ten most alike, 1 less their mean similarity (arXiv 2605.16508)."""
    near = np.sort(likeness(), axis=1)[:, -_TOP - 1 : -1]
    return dict(zip(row_of(), (1.0 - near.mean(axis=1)).tolist(), strict=True))


@cache
def sink() -> dict[str, float]:
    """Return the mean similarity of each skill to all others (arXiv 2605.16508)."""
    found = likeness()
    return dict(
        zip(row_of(), ((found.sum(axis=1) - found.diagonal()) / (len(found) - 1)).tolist(), strict=True)
    )


def by_clarity(count: int, seed: int) -> list[Template]:
    """Return `count` skills, as many from each fifth of the pool by clarity, in a seeded order inside the fifths."""
    clear = clarity()
    ranked = sorted(pool().skills, key=lambda skill: (round(clear[skill.id], 6), skill.id))
    fifth = len(ranked) // 5
    fifths = [ranked[at * fifth : (at + 1) * fifth] for at in range(5)]
    for at, part in enumerate(fifths):
        random.Random(f"clarity\0{seed}\0{at}").shuffle(part)
    return [fifths[at % 5][at // 5 % fifth] for at in range(count)]


def nearest_first(skill: Template) -> list[Template]:
    """Return all other skills of the pool, the most alike first."""
    skills, row = pool().skills, row_of()[skill.id]
    order = np.argsort(-np.round(likeness()[row], 6), kind="stable")
    return [skills[at] for at in order if at != row]


def near(skill: Hashable, offered: Sequence[Hashable]) -> set[Hashable]:
    """Return the ids of the five skills on offer that are most alike a skill."""
    rows = row_of()
    like = likeness()[rows[str(skill)]]
    others = [other for other in offered if other != skill and other in rows]
    return set(
        sorted(others, key=lambda other: (-round(float(like[rows[str(other)]]), 6), str(other)))[:NEAR]
    )
