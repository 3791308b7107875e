"""From the evidence of a request and a profile's parameters to the probabilities of what happens."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skillaudit.routing.evidence import Evidence
from skillaudit.routing.profiles import ChoiceFit
from skillaudit.stats.logistic import logistic

Floats = npt.NDArray[np.float64]

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(9)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Probabilities of R requests, parallel to their evidence; what is left of 1 is nothing, or an invalid id."""

    right: Floats
    """(R,) a right skill is chosen; 0 where none is on offer."""
    hijack: Floats
    """(R,) a wrong skill is chosen; on a request that should fire nothing, a false trigger.

    A request whose right skill is hidden meets the same list of strangers, so it fires as often."""
    shares: Floats
    """(R, M) which rival is taken, given that one is; rows sum to 1, or to 0 without rivals."""


def regressors(clearance: Floats, sizes: Floats, kappa: float) -> Floats:
    """(R, 3) columns 1, clearance, and ln(1 + N / kappa), the capacity term of the second paper (eq. 10)."""
    return np.column_stack([np.ones(len(clearance)), clearance, np.log1p(sizes / kappa)])


def design(evidence: Evidence, kappa: float) -> Floats:
    """(R, 3) regressors of the choice model for requests against one library."""
    return regressors(evidence.clearance, np.full(len(evidence.gold), float(evidence.size)), kappa)


def expected(level: Floats, variance: Floats) -> Floats:
    """Mean of the logistic of normal variables with these means and variances, elementwise."""
    spread = np.sqrt(variance)
    total = sum(weight * logistic(level + node * spread) for node, weight in zip(NODES, WEIGHTS, strict=True))
    return np.asarray(total / WEIGHTS.sum(), dtype=np.float64)


def chance_right(columns: Floats, fit: ChoiceFit, extra_sd: float = 0.0) -> Floats:
    """(R,) chance of a right choice, averaged over all that is not known of router, library and requests.

    `extra_sd` adds what is not known of a shift of the level, in logits.
    """
    covariance = np.array(fit.covariance)
    variance = np.einsum("ri,ij,rj->r", columns, covariance, columns)
    level = columns @ np.array(fit.coefficients)
    return expected(level, np.maximum(variance, 0.0) + fit.level_sd**2 + extra_sd**2)


def choose(evidence: Evidence, fit: ChoiceFit, extra_sd: float = 0.0) -> Outcome:
    """Apply a fitted choice model (DESIGN section 5)."""
    columns = design(evidence, fit.kappa)
    # A shift of the level is a step along the clearance, at the slope of the point.
    columns[:, 1] += evidence.shift / max(fit.coefficients[1], 1e-9)
    right = chance_right(columns, fit, extra_sd)
    one = np.ones(len(right))
    wrong = expected(columns @ np.array(fit.hijack), fit.hijack_sd**2 * one)
    wrong += fit.always * (1.0 - wrong)
    fires = expected(trigger_columns(evidence) @ np.array(fit.trigger), fit.trigger_sd**2 * one)
    shares = spread(evidence.rival_scores + fit.likeness * evidence.rival_likeness, fit.temperature)
    some = shares.sum(axis=1) > 0
    right = np.where(evidence.routed, right, 0.0)
    hijack = np.where(evidence.routed, (1.0 - right) * wrong, fires) * some
    return Outcome(right=right, hijack=hijack, shares=shares)


def trigger_columns(evidence: Evidence) -> Floats:
    """(R, 3) columns 1, best wrong score, catch-all: what a false trigger is read off."""
    best = np.where(np.isneginf(evidence.best_rival), 0.0, evidence.best_rival)
    return np.column_stack([np.ones(len(best)), best, np.full(len(best), evidence.catch_all)])


def ranked_right(ahead: Floats, tied: Floats) -> Floats:
    """Return the chance that a router which takes the best score takes the right skill.

    `ahead` is how far its score lies above the best rival's, `tied` how many rivals have that score: equals share.
    """
    return np.where(ahead > 0, 1.0, np.where(ahead == 0, 1.0 / (1.0 + tied), 0.0))


def rank_first(evidence: Evidence) -> Outcome:
    """Take the best score, as a local scorer does; equals share, see `ranked_right`."""
    tied = evidence.rival_scores >= evidence.best_rival[:, None]
    tied &= np.isfinite(evidence.rival_scores)
    count = tied.sum(axis=1)
    shares = tied / np.maximum(count, 1)[:, None]
    ahead = np.where(count > 0, evidence.gold_score - np.where(count > 0, evidence.best_rival, 0.0), np.inf)
    right = np.where(evidence.routed, ranked_right(ahead, count.astype(np.float64)), 0.0)
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
