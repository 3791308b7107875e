"""Requests that two skills both answer: the other choice is no error, the library has no one owner for them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from skillaudit.routing.evidence import Evidence
from skillaudit.schema import Skill

LIKE = 0.35
"""Least similarity of the two descriptors."""
NEAR = 0.75
"""Least score of the other skill, as a part of the right one's."""


def contested(evidence: Evidence, skills: Sequence[Skill]) -> npt.NDArray[np.bool_]:
    """(R, M) which rivals answer a request as well as its own skill does, by name and text."""
    gold = np.maximum(evidence.gold_score, 1e-9)[:, None]
    near = np.where(np.isfinite(evidence.rival_scores), evidence.rival_scores, -1.0) >= NEAR * gold
    return np.asarray(
        evidence.routed[:, None] & (evidence.rivals >= 0) & near & (evidence.rival_likeness >= LIKE)
    )
