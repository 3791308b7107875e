"""How alike the skills of the pool are, by their words: a yardstick that is the same for every router."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from skillaudit.experiment.synthetic import Template, pool
from skillaudit.scoring import make_scorer

Floats = npt.NDArray[np.float64]


@cache
def likeness() -> Floats:
    """Return the similarity of all descriptors of the pool, (200, 200), in [0, 1]; the caller must not change it."""
    scorer = make_scorer("lexical", [f"{skill.name}: {skill.description}" for skill in pool().skills])
    return np.asarray(scorer.similarities(0, len(pool().skills)), dtype=np.float64)


@cache
def row_of() -> dict[str, int]:
    """Return the row of each skill's id."""
    return {skill.id: row for row, skill in enumerate(pool().skills)}


def nearest_first(skill: Template) -> list[Template]:
    """Return all other skills of the pool, the most alike first."""
    skills, row = pool().skills, row_of()[skill.id]
    order = np.argsort(-np.round(likeness()[row], 6), kind="stable")
    return [skills[at] for at in order if at != row]
