"""From the evidence of a request and a profile's parameters to the probabilities of what happens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skillaudit.routing.evidence import Evidence
from skillaudit.routing.profiles import ChoiceFit

Floats = npt.NDArray[np.float64]

KAPPA = 90.0
"""Skills at which capacity starts to tell; the second paper fits 83.5 and 91.8 for two models."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Probabilities of R requests, parallel to their evidence; right + hijack + none = 1 where routed."""

    right: Floats
    """(R,) a right skill is chosen; 0 where none is on offer."""
    hijack: Floats
    """(R,) a wrong skill is chosen; on a request that should fire nothing, a false trigger.

    A request whose right skill is hidden meets the same list of strangers, so it fires as often."""
    shares: Floats
    """(R, M) which rival is taken, given that one is; rows sum to 1, or to 0 without rivals."""

    @property
    def none(self) -> Floats:
        """(R,) nothing, or an invalid id, is chosen."""
        return 1.0 - self.right - self.hijack


def logistic(values: Floats) -> Floats:
    """Logistic function, without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(values, dtype=np.float64)))


def regressors(clearance: Floats, sizes: Floats) -> Floats:
    """(R, 3) columns 1, clearance, and ln(1 + N / kappa), the capacity term of the second paper (eq. 10)."""
    return np.column_stack([np.ones(len(clearance)), clearance, np.log1p(sizes / KAPPA)])


def design(evidence: Evidence) -> Floats:
    """(R, 3) regressors of the choice model for requests against one library."""
    return regressors(evidence.clearance, np.full(len(evidence.gold), float(evidence.size)))


def choose(evidence: Evidence, fit: ChoiceFit) -> Outcome:
    """Apply a fitted choice model (DESIGN section 5)."""
    columns = design(evidence)
    right = logistic(columns @ np.array(fit.coefficients))
    wrong = logistic(columns @ np.array(fit.hijack))
    best = np.where(np.isneginf(evidence.best_rival), 0.0, evidence.best_rival)
    fires = logistic(fit.trigger[0] + fit.trigger[1] * best)
    shares = spread(evidence.rival_scores, fit.temperature)
    some = shares.sum(axis=1) > 0
    right = np.where(evidence.routed, right, 0.0)
    hijack = np.where(evidence.routed, (1.0 - right) * wrong, fires) * some
    return Outcome(right=right, hijack=hijack, shares=shares)


def rank_first(evidence: Evidence) -> Outcome:
    """Take the best score, as a local scorer does; ties go to each in equal parts."""
    tied = evidence.rival_scores >= evidence.best_rival[:, None]
    tied &= np.isfinite(evidence.rival_scores)
    count = tied.sum(axis=1)
    shares = tied / np.maximum(count, 1)[:, None]
    ahead = np.where(count > 0, evidence.gold_score - np.where(count > 0, evidence.best_rival, 0.0), np.inf)
    right = np.where(ahead > 0, 1.0, np.where(ahead == 0, 1.0 / (1.0 + count), 0.0))
    right = np.where(evidence.routed, right, 0.0)
    return Outcome(right=right, hijack=(1.0 - right) * (count > 0), shares=shares)


def spread(scores: Floats, temperature: float) -> Floats:
    """Softmax over each row's rivals; rows without any are zero."""
    if not scores.shape[1]:
        return scores.copy()
    peak = scores.max(axis=1, keepdims=True)
    peak = np.where(np.isneginf(peak), 0.0, peak)
    weight = np.exp(temperature * (scores - peak))
    total = weight.sum(axis=1, keepdims=True)
    return weight / np.where(total > 0, total, 1.0)
