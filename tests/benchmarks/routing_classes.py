"""One hierarchical fit for all classes of routers: what they share, what is their own, and what varies.

For decision i of model m, of class c, on request set s of library l, with N skills on offer:

    logit P(right) = level_c + slope * clearance_i + capacity_c * ln(1 + N / kappa)
                     + level_m + capacity_m * ln(1 + N / kappa) + level_l + level_s

One slope serves every router that was measured; level and capacity are a class's own, shrunk where little is
known. The effects of models, libraries and request sets are normal around zero; their spreads are
estimated with them, under a prior that keeps them from zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skillaudit.stats.logistic import Normal, fit_logistic

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SLOPE = (5.0, 5.0)
"""Mean and standard deviation of the prior of the slope: next to nothing."""
LEVEL = (3.0, 1.5)
"""The same of a class's level."""
SPREADS = ("model", "capacity", "library", "set")
PRIOR: dict[str, tuple[float, float]] = {
    "model": (0.2, 4.0),
    "capacity": (0.5, 2.0),
    "library": (0.5, 2.0),
    "set": (0.5, 2.0),
}
"""Per spread a guess in logits and how many effects it is worth: two current models say nothing of how models
differ, twelve libraries say nearly all of how libraries do."""
ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Decisions:
    """R decisions in parallel arrays; labels count from zero."""

    clearance: Floats
    capacity: Floats
    """ln(1 + N / kappa)."""
    right: Floats
    weight: Floats
    """Decisions that share a request and a model share one unit of weight: they err together."""
    group: Ints
    """Class of the router."""
    model: Ints
    library: Ints
    request_set: Ints

    def rows(self, mask: npt.NDArray[np.bool_]) -> Decisions:
        """Some of the decisions, with the same labels."""
        return Decisions(*(getattr(self, name)[mask] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class ClassFit:
    """What the fit says of every class."""

    classes: tuple[Normal, ...]
    """Per class (level, slope, capacity) of a router that nobody measured, its spread in the covariance."""
    spread: dict[str, float]
    """Standard deviations, in logits, by the names of `SPREADS`."""


def fit_classes(data: Decisions, capacity_prior: Sequence[tuple[float, float]]) -> ClassFit:
    """Fit every class at once by expectation maximisation with a Laplace posterior.

    `capacity_prior` has mean and standard deviation per class; a class whose capacity has a standard deviation of
    zero keeps the mean. Classes without decisions come out as their priors.
    """
    columns, means, fixed, owner = _design(data, capacity_prior)
    guess = np.array([PRIOR[name][0] ** 2 for name in SPREADS])
    worth = np.array([PRIOR[name][1] for name in SPREADS])
    variance = guess.copy()
    posterior = Normal(means, np.diag(fixed))
    for _ in range(ROUNDS):
        prior = np.where(owner < 0, fixed, variance[np.maximum(owner, 0)])
        posterior = fit_logistic(
            columns, data.right, Normal(means, np.diag(prior)), data.weight, start=posterior.mean
        )
        before = variance
        second = (posterior.mean - means) ** 2 + np.diag(posterior.covariance)
        own = [second[owner == spread] for spread in range(len(SPREADS))]
        variance = np.array(
            [(o.sum() + w * g) / (len(o) + w) for o, w, g in zip(own, worth, guess, strict=True)]
        )
        if np.abs(np.sqrt(variance) - np.sqrt(before)).max() < 1e-3:
            break
    spread = np.sqrt(variance)
    groups = len(capacity_prior)
    classes = []
    for group in range(groups):
        index = [1 + group, 0, 1 + groups + group]
        covariance = posterior.covariance[np.ix_(index, index)].copy()
        covariance[0, 0] += variance[0]
        if capacity_prior[group][1] > 0:
            covariance[2, 2] += variance[1] * _has_models(data, group)
        classes.append(Normal(posterior.mean[index], covariance))
    return ClassFit(tuple(classes), dict(zip(SPREADS, spread.tolist(), strict=True)))


def _has_models(data: Decisions, group: int) -> bool:
    """Whether a class has models enough to say that their capacities differ."""
    return len(np.unique(data.model[data.group == group])) > 2


def _design(
    data: Decisions, capacity_prior: Sequence[tuple[float, float]]
) -> tuple[Floats, Floats, Floats, Ints]:
    """Columns of every coefficient, its prior mean and variance, and which spread an effect has (-1: none)."""
    groups = len(capacity_prior)
    one_hot = np.eye(groups)[data.group]
    parts = [data.clearance[:, None], one_hot, one_hot * data.capacity[:, None]]
    means = [SLOPE[0], *[LEVEL[0]] * groups, *(mean for mean, _ in capacity_prior)]
    fixed = [
        SLOPE[1] ** 2,
        *[LEVEL[1] ** 2] * groups,
        *(max(deviation, 1e-4) ** 2 for _, deviation in capacity_prior),
    ]
    owner = [-1] * len(means)
    crowded = np.array([_has_models(data, group) for group in range(groups)])
    for spread, labels in enumerate((data.model, data.model, data.library, data.request_set)):
        names = np.unique(labels)
        effect = (labels[:, None] == names[None, :]).astype(np.float64)
        if spread == 1:
            effect *= (data.capacity * crowded[data.group])[:, None]
        parts.append(effect)
        means += [0.0] * len(names)
        fixed += [1.0] * len(names)
        owner += [spread] * len(names)
    return np.hstack(parts), np.array(means), np.array(fixed), np.array(owner, dtype=np.int64)
