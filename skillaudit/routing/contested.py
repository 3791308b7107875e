"""Requests that two skills both answer: the other choice is no error, the library has no one owner for them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from skillaudit.routing.evidence import Evidence
from skillaudit.schema import ScorerName

LEAST: dict[ScorerName, tuple[float, float]] = {
    "hybrid": (0.9, 0.44),
    "dense": (1.05, 0.65),
    "lexical": (1.05, 0.27),
}
"""Least score of the other skill, as a part of the right one's, and least similarity of the two descriptors.

Chosen for the hybrid scorer on pairs of two real libraries that were read (14 of 16 kept ones are contested, of 40 that
a looser pair of bounds marked 23 were) and judged on two others (16 of 23); the other scorers mark as many pairs."""


def contested(evidence: Evidence, scorer: ScorerName) -> npt.NDArray[np.bool_]:
    """(R, M) which rivals answer a request as well as its own skill does, by name and text."""
    part, like = LEAST[scorer]
    gold = np.maximum(evidence.gold_score, 1e-9)[:, None]
    near = np.where(np.isfinite(evidence.rival_scores), evidence.rival_scores, -1.0) >= part * gold
    return np.asarray(
        evidence.routed[:, None] & (evidence.rivals >= 0) & near & (evidence.rival_likeness >= like)
    )
