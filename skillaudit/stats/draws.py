"""Intervals of rates: what is not known of router, library and requests, drawn evenly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from skillaudit.schema import Estimate
from skillaudit.stats.intervals import TAIL

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DRAWS = 8192
NOISES = 4
"""Values of its noise that every draw of a rate is counted with."""
LATTICE = (
    1, 182667, 469891, 498753, 110745, 446107, 250185, 118627, 245333, 283199, 408519,
)  # fmt: skip
"""Generating vector of a lattice whose points lie evenly in all pairs of dimensions (Cools, Kuo and Nuyens 2006): the
ends of an interval settle several times sooner than with random numbers."""
GROUPS = 32
"""Points that stand for any number of requests: a rate is a smooth function of a request's clearance."""


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


def resample(clusters: int, rng: np.random.Generator, draws: int = 400) -> Floats:
    """(K, B) how often each cluster is drawn in each bootstrap sample."""
    picks = rng.multinomial(clusters, np.full(clusters, 1.0 / clusters), size=draws)
    return picks.T.astype(np.float64)


@lru_cache(maxsize=8)
def normals(dimensions: int, seed: int, draws: int = DRAWS) -> Floats:
    """(draws, dimensions) standard normal numbers that fill the space evenly, shifted by a seed.

    A rank-1 lattice; `draws` is a power of two, `dimensions` at most the length of `LATTICE`. Every forecast asks for
    the same ones: they are made once, and nobody writes into them.
    """
    from scipy.special import ndtri

    shift = np.random.default_rng(seed).random(dimensions)
    even = (np.arange(draws)[:, None] * (np.array(LATTICE[:dimensions]) / draws) + shift) % 1.0
    made = np.asarray(ndtri(np.clip(even, 1e-9, 1 - 1e-9)), dtype=np.float64)
    made.setflags(write=False)
    return made


def root(covariance: Floats) -> Floats:
    """Symmetric square root A of a covariance, A A' = covariance, for normal draws z A'.

    It is the only one, while the signs of eigenvectors are the processor's choice.
    """
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T, dtype=np.float64)


def grouped(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """At most `GROUPS` points and weights that stand for rows: neighbours of equal count share their mean."""
    if len(values) <= GROUPS:
        return values, weights
    order = np.argsort(values, kind="stable")
    edges = np.linspace(0, len(values), GROUPS + 1).astype(np.int64)[:-1]
    total = np.add.reduceat(weights[order], edges)
    mean = np.add.reduceat((values * weights)[order], edges) / np.maximum(total, 1e-300)
    return mean, total


def measured(rates: Floats, noise: Floats, count: float, scale: float = 1.0, extra: float = 0.0) -> Floats:
    """(4 B,) shares that `count` decisions show whose true rates are `rates` (B,), in [0, 1].

    `noise` (B,) are normal, and each rate meets three more at even distances of its probability. A share is as
    skewed as a binomial one (Cornish and Fisher), its variance `scale` times that, with `extra` added for what was
    not asked.
    """
    noise, rates = _stepped(noise.tobytes()), np.tile(rates, NOISES)
    spread = np.sqrt(np.maximum(rates * (1.0 - rates) * scale / count + extra, 0.0))
    skew = (1.0 - 2.0 * rates) * (noise**2 - 1.0) / (6.0 * count)
    return np.clip(rates + noise * spread + np.where(spread > 0, skew, 0.0), 0.0, 1.0)


@lru_cache(maxsize=16)
def _stepped(noise: bytes) -> Floats:
    """(4 B,) each of the B normal numbers, and the three at even distances of its probability."""
    from scipy.special import ndtr, ndtri

    steps = (ndtr(np.frombuffer(noise)) + np.arange(NOISES)[:, None] / NOISES) % 1.0
    return np.asarray(ndtri(np.clip(steps, 1e-9, 1 - 1e-9)).ravel(), dtype=np.float64)


def estimate(value: float, draws: Floats, step: float = 0.0) -> Estimate:
    """A rate with the central 90% of its draws, which always holds the value itself.

    `step` is the distance between two shares that can be measured: half of it is added at each end, since a
    share counts as inside when it is nearer to the interval than to any other share.
    """
    low, high = np.quantile(draws, [TAIL, 1.0 - TAIL])
    value = float(np.clip(value, 0.0, 1.0))
    low, high = float(low) - step / 2, float(high) + step / 2
    return Estimate(value=value, low=max(0.0, min(low, value)), high=min(1.0, max(high, value)))


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
