"""Intervals of rates: a cluster bootstrap over skills, joined with what is not known of the router."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skillaudit.routing.outcome import logistic
from skillaudit.schema import Estimate

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DRAWS = 400
TAIL = 0.05
"""Mass left out on either side of a 90% interval."""
BLOCK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Clusters:
    """Requests grouped by the skill that owns them."""

    order: Ints
    """(R,) rows sorted by cluster."""
    starts: Ints
    """(K,) first position of each cluster in `order`."""

    @classmethod
    def of(cls, labels: Ints) -> Clusters:
        """Group equal labels."""
        order = np.argsort(labels, kind="stable").astype(np.int64)
        _, starts = np.unique(labels[order], return_index=True)
        return cls(order=order, starts=starts.astype(np.int64))

    @property
    def sizes(self) -> Ints:
        """(K,) requests per cluster."""
        return np.diff(np.append(self.starts, len(self.order))).astype(np.int64)

    def sums(self, values: Floats) -> Floats:
        """(K, ...) sum of `values` (R, ...) over each cluster."""
        if not len(self.order):
            return np.zeros((0, *values.shape[1:]))
        return np.add.reduceat(values[self.order], self.starts, axis=0)


def resample(clusters: int, rng: np.random.Generator, draws: int = DRAWS) -> Floats:
    """(K, B) how often each cluster is drawn in each bootstrap sample."""
    picks = rng.multinomial(clusters, np.full(clusters, 1.0 / clusters), size=draws)
    return picks.T.astype(np.float64)


def drawn_rates(
    point: Floats,
    predictor: Floats | None,
    shifts: Floats,
    slopes: Floats | None,
    weight: Floats,
    clusters: Clusters,
    rng: np.random.Generator,
) -> Floats:
    """(B,) bootstrap draws of the mean of `weight * rate` over requests.

    `point` (R,) are the expected values, used for the noise of single decisions. With `predictor` (R, F) and
    `slopes` (B, F) the rate is logistic(predictor . slope + shift) in each draw; without, it is `point`.
    """
    draws = len(shifts)
    picks = resample(len(clusters.starts), rng, draws)
    sizes = clusters.sizes.astype(np.float64) @ picks
    if predictor is None or slopes is None:
        totals = clusters.sums(point * weight) @ picks
    else:
        totals = np.zeros(draws)
        step = max(1, BLOCK_CELLS // max(len(point), 1))
        for start in range(0, draws, step):
            part = slice(start, start + step)
            rate = logistic(predictor @ slopes[part].T + shifts[part]) * weight[:, None]
            totals[part] = np.einsum("kb,kb->b", clusters.sums(rate), picks[:, part])
    mean = point * weight
    variance = clusters.sums(mean * (1.0 - mean)) @ picks
    noise = rng.standard_normal(draws) * np.sqrt(np.maximum(variance, 0.0))
    return np.clip((totals + noise) / np.maximum(sizes, 1.0), 0.0, 1.0)


def estimate(value: float, draws: Floats) -> Estimate:
    """A rate with the central 90% of its draws, which always holds the value itself."""
    low, high = np.quantile(draws, [TAIL, 1.0 - TAIL])
    value = float(np.clip(value, 0.0, 1.0))
    return Estimate(value=value, low=float(max(0.0, min(low, value))), high=float(min(1.0, max(high, value))))


def beta_bounds(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Central 90% of the beta distributions with these means and variances; both in [0, 1]."""
    from scipy.special import betaincinv

    inner = np.clip(mean, 1e-6, 1 - 1e-6)
    spread = np.clip(variance, 1e-9, 0.98 * inner * (1 - inner))
    mass = inner * (1 - inner) / spread - 1.0
    low = betaincinv(inner * mass, (1 - inner) * mass, TAIL)
    high = betaincinv(inner * mass, (1 - inner) * mass, 1.0 - TAIL)
    return np.minimum(low, mean), np.maximum(high, mean)


def gamma_bounds(mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Central 90% of the gamma distributions with these means and variances; zero where the mean is."""
    from scipy.special import gammaincinv

    some = mean > 1e-9
    inner = np.where(some, mean, 1.0)
    spread = np.where(some, np.maximum(variance, 1e-12), 1.0)
    shape = np.maximum(inner**2 / spread, 1e-3)
    low = np.where(some, gammaincinv(shape, TAIL) * inner / shape, 0.0)
    high = np.where(some, gammaincinv(shape, 1.0 - TAIL) * inner / shape, 0.0)
    return np.minimum(low, mean), np.maximum(high, mean)
