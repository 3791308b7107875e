"""Fit logistic choice models by maximum likelihood, one router at a time or a class of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PRIOR_WEIGHT = 5.0
"""Routers' worth of belief in `PRIOR_SPREAD` when the spread of a class is estimated."""
WEAK_PRECISION = 0.04
"""Precision of the prior of a fit that has nothing else to lean on: standard deviation 5."""


@dataclass(frozen=True, slots=True)
class Normal:
    """A normal distribution of coefficients."""

    mean: Floats
    covariance: Floats


PRIOR_SPREAD = np.diag([1.0, 2.0, 0.8]) ** 2
"""Weakly informative spread of (intercept, clearance, capacity) between routers, on the logit scale."""


def logistic(values: Floats) -> Floats:
    """Logistic function, without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(values, dtype=np.float64)))


def weak_prior(features: int) -> Normal:
    """A prior that only keeps separable data from running away."""
    return Normal(np.zeros(features), np.eye(features) / WEAK_PRECISION)


def fit_logistic(
    x: Floats,
    y: Floats,
    prior: Normal,
    weights: Floats | None = None,
    clusters: Ints | None = None,
    start: Floats | None = None,
) -> Normal:
    """Posterior mode and covariance of a logistic regression.

    `x` (R, F) regressors, `y` (R,) outcomes in [0, 1], `weights` (R,) counts. Newton's method with step
    halving; the objective is strictly concave, so it converges from any `start`, the prior's mean by default.
    The covariance is Laplace's; with `clusters` (R,), labels of outcomes that go together, it is the sandwich that
    counts each cluster once.
    """
    precision = np.linalg.inv(prior.covariance)
    w = np.ones(len(y)) if weights is None else weights
    theta = (prior.mean if start is None else start).astype(np.float64).copy()

    def objective(candidate: Floats) -> float:
        z = x @ candidate
        gap = candidate - prior.mean
        return float((w * (np.logaddexp(0.0, z) - y * z)).sum() + 0.5 * gap @ precision @ gap)

    value = objective(theta)
    curvature = precision
    for _ in range(100):
        p = logistic(x @ theta)
        gradient = x.T @ (w * (p - y)) + precision @ (theta - prior.mean)
        curvature = (x * (w * p * (1 - p))[:, None]).T @ x + precision
        step = np.linalg.solve(curvature, gradient)
        scale = 1.0
        while objective(theta - scale * step) > value + 1e-12 and scale > 1e-6:
            scale /= 2
        theta = theta - scale * step
        value = objective(theta)
        if np.abs(scale * step).max(initial=0.0) < 1e-9:
            break
    p = logistic(x @ theta)
    curvature = (x * (w * p * (1 - p))[:, None]).T @ x + precision
    covariance = np.linalg.inv(curvature)
    if clusters is not None and len(clusters):
        pull = np.zeros((int(clusters.max()) + 1, x.shape[1]))
        np.add.at(pull, clusters, x * (w * (y - p))[:, None])
        covariance = covariance @ (pull.T @ pull + precision) @ covariance
    return Normal(theta, covariance)


def fit_averaged(
    x: Floats, y: Floats, priors: Sequence[Normal], weights: Sequence[float], clusters: Ints
) -> tuple[Normal, Floats]:
    """Posterior under several priors, averaged by evidence, and the (K,) belief in each prior after the data.

    `weights` (K,) is the belief before. The evidence is Laplace's; outcomes of one cluster count as one there, since
    they err together. The average has the mixture's mean and covariance.
    """
    fits = [fit_logistic(x, y, prior, clusters=clusters) for prior in priors]
    share = len(np.unique(clusters)) / max(len(y), 1)
    evidence = np.log(weights) + [
        _log_evidence(x, y, prior, fit.mean, share) for prior, fit in zip(priors, fits, strict=True)
    ]
    belief: Floats = np.exp(evidence - evidence.max())
    belief /= belief.sum()
    mean = np.sum([p * fit.mean for p, fit in zip(belief, fits, strict=True)], axis=0)
    covariance = np.sum(
        [
            p * (fit.covariance + np.outer(fit.mean - mean, fit.mean - mean))
            for p, fit in zip(belief, fits, strict=True)
        ],
        axis=0,
    )
    return Normal(mean, covariance), belief


def _log_evidence(x: Floats, y: Floats, prior: Normal, mode: Floats, share: float) -> float:
    """Laplace's log evidence of outcomes that weigh `share` each, read at the posterior's mode."""
    z = x @ mode
    p = logistic(z)
    gap = mode - prior.mean
    precision = np.linalg.inv(prior.covariance)
    curvature = (x * (share * p * (1 - p))[:, None]).T @ x + precision
    fitted = share * float((y * z - np.logaddexp(0.0, z)).sum()) - 0.5 * float(gap @ precision @ gap)
    return fitted + 0.5 * float(np.linalg.slogdet(precision)[1] - np.linalg.slogdet(curvature)[1])


def fit_hierarchy(
    data: Sequence[tuple[Floats, Floats]],
    spread: Floats = PRIOR_SPREAD,
    clusters: Sequence[Ints] | None = None,
) -> Normal:
    """Return the coefficients of an unmeasured router of a class, by expectation maximisation with Laplace posteriors.

    `data` holds (x, y) per router, `clusters` the labels of outcomes that go together. Each router's coefficients
    are normal around the class's mean; the spread is estimated together with it, under an inverse-Wishart prior
    worth `PRIOR_WEIGHT` routers of `spread`. The covariance carries the uncertainty of its own mean.
    """
    features = data[0][0].shape[1]
    population = fit_logistic(
        np.vstack([x for x, _ in data]), np.concatenate([y for _, y in data]), weak_prior(features)
    )
    mean, covariance = population.mean, spread.copy()
    together = [None] * len(data) if clusters is None else list(clusters)
    members: list[Normal] = []
    for _ in range(200):
        members = [
            fit_logistic(x, y, Normal(mean, covariance), clusters=labels)
            for (x, y), labels in zip(data, together, strict=True)
        ]
        before = mean
        mean = np.mean([member.mean for member in members], axis=0)
        scatter = sum(
            (np.outer(member.mean - mean, member.mean - mean) + member.covariance for member in members),
            start=PRIOR_WEIGHT * spread,
        )
        covariance = scatter / (len(members) + PRIOR_WEIGHT)
        if np.abs(mean - before).max() < 1e-6:
            break
    total = covariance * (1.0 + 1.0 / len(members))
    return Normal(mean, total)


def fit_temperature(scores: Floats, chosen: npt.NDArray[np.int64], start: float = 20.0) -> float:
    """Sharpness of the softmax over rivals that best explains which one was taken.

    `scores` (W, M) of the rivals of each wrong decision, -inf pads; `chosen` (W,) column that was taken.
    """
    if not len(chosen):
        return start
    rows = np.arange(len(chosen))

    def loss(log_temperature: float) -> float:
        scaled = np.exp(log_temperature) * scores
        peak = scaled.max(axis=1)
        total = peak + np.log(np.exp(scaled - peak[:, None]).sum(axis=1))
        # A weak pull towards the start keeps a handful of decisions from running to infinity.
        return float((total - scaled[rows, chosen]).sum() + 0.5 * (log_temperature - np.log(start)) ** 2)

    from scipy.optimize import minimize_scalar

    found = minimize_scalar(loss, bounds=(np.log(0.5), np.log(500.0)), method="bounded")
    return float(np.exp(found.x))
