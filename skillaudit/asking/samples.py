"""Numbers that a study takes from its decisions, each with draws that resample whole groups of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from skillaudit.asking.rates import codes
from skillaudit.asking.records import Decision, Fit
from skillaudit.laws.both import Fitted
from skillaudit.schema import Estimate
from skillaudit.stats.draws import Clusters, resample
from skillaudit.stats.intervals import TAIL, Z, interval

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DRAWS = 400


@lru_cache(maxsize=4096)
def factors(condition: str) -> dict[str, str]:
    """Read a condition such as `size=20 rivals=1`; the caller must not change what it gets."""
    return dict(part.split("=", 1) for part in condition.split() if "=" in part)


class Drawn(NamedTuple):
    """A number and its bootstrap draws (B,); numbers of one sample are added and divided draw by draw."""

    value: float
    draws: Floats

    def plus(self, other: Drawn, weight: float = 1.0) -> Drawn:
        """Add another number, times a weight."""
        return Drawn(self.value + weight * other.value, self.draws + weight * other.draws)

    def less(self, other: Drawn) -> Drawn:
        """Take another number away."""
        return self.plus(other, -1.0)

    def times(self, other: Drawn) -> Drawn:
        """Multiply by another number."""
        return Drawn(self.value * other.value, self.draws * other.draws)

    def over(self, other: Drawn, least: float = 1e-9) -> Drawn:
        """Divide by another number, which counts as `least` where it is smaller."""
        return Drawn(self.value / max(other.value, least), self.draws / np.maximum(other.draws, least))

    @property
    def missing(self) -> Drawn:
        """What a chance lacks to 1."""
        return Drawn(1.0 - self.value, 1.0 - self.draws)


def combine(parts: Iterable[tuple[float, Drawn]]) -> Drawn:
    """Return the weighted sum of numbers of one sample."""
    total = Drawn(0.0, np.zeros(1))
    for weight, part in parts:
        total = total.plus(part, weight)
    return total


def mean_of(parts: Sequence[Drawn]) -> Drawn:
    """Return the plain mean of numbers of one sample."""
    return combine((1 / len(parts), part) for part in parts)


def slope_of(levels: Sequence[float], parts: Sequence[Drawn]) -> Drawn:
    """Return the slope of the least-squares line through numbers of one sample at several levels."""
    away = np.asarray(levels, dtype=np.float64) - np.mean(levels)
    return combine(zip((away / (away**2).sum()).tolist(), parts, strict=True))


def plain(name: str, value: float | None, meaning: str) -> Fit:
    """Return a number that has no interval."""
    return Fit(name=name, value=Estimate(value=value, low=value, high=value), meaning=meaning)


class Sample:
    """The decisions that had a right answer; draws resample the groups that share their chance."""

    def __init__(self, decisions: Sequence[Decision], seed: int = 0, draws: int = DRAWS) -> None:
        """Take the decisions of one study."""
        from scipy.special import stdtrit

        self.decisions = [decision for decision in decisions if decision.gold]
        self.right = self.marks([d.outcome == "right" for d in self.decisions])
        self._columns: dict[str, npt.NDArray[np.str_]] = {}
        self._clusters = Clusters.of(codes([d.group for d in self.decisions]))
        self.groups = len(self._clusters.starts)
        rng = np.random.default_rng(seed)
        # As many groups as there are tell a spread less surely than a normal distribution has it.
        self._wider = float(stdtrit(max(1, self.groups - 1), 1 - TAIL)) / Z
        self._picks = resample(self.groups, rng, draws) if self.groups else np.zeros((0, draws))

    def marks(self, values: Sequence[bool]) -> Floats:
        """Return something that holds of some decisions as numbers, 1 where it does."""
        return np.array(values, dtype=np.float64)

    def where(self, condition: str | None = None, x: float | None = None, **wanted: Any) -> Mask:
        """Which decisions have a condition, a level or these factors; a tuple allows several values of a factor."""
        mask = np.ones(len(self.decisions), dtype=bool)
        if condition is not None:
            mask &= np.array([d.condition == condition for d in self.decisions], dtype=bool)
        if x is not None:
            mask &= np.array([d.x == x for d in self.decisions], dtype=bool)
        for name, value in wanted.items():
            allowed = [str(v) for v in (value if isinstance(value, tuple) else (value,))]
            mask &= np.isin(self._column(name), allowed)
        return mask

    def _column(self, name: str) -> npt.NDArray[np.str_]:
        if name not in self._columns:
            self._columns[name] = np.array([factors(d.condition).get(name, "") for d in self.decisions])
        return self._columns[name]

    def levels(self, factor: str) -> list[str]:
        """Return the values that a factor has, numbers in their order."""
        found = set(self._column(factor).tolist()) - {""}
        return sorted(found, key=lambda v: (not v.isdigit(), int(v) if v.isdigit() else 0, v))

    def accuracy(self, condition: str | None = None, x: float | None = None, **wanted: Any) -> Drawn:
        """Return the share of right choices among decisions; they are picked as by `where`."""
        return self.mean(self.right, self.where(condition, x, **wanted))

    def mean(self, values: Floats, mask: Mask) -> Drawn:
        """Return the mean of `values`, (decisions,), where `mask` holds."""
        weight = mask.astype(np.float64)
        inside = self._clusters.sums(weight)
        total, count = self._clusters.sums(values * weight) @ self._picks, inside @ self._picks
        point = float((values * weight).sum() / max(weight.sum(), 1.0))
        drawn = np.where(count > 0, total / np.maximum(count, 1e-12), point)
        groups = int((inside > 0).sum())
        if groups < 2:
            return Drawn(point, drawn)
        # Resampled groups vary a little too little; the factor is exact for a mean, which stays among its values.
        spread = point + (drawn - point) * math.sqrt(groups / (groups - 1))
        return Drawn(point, np.clip(spread, values[mask].min(), values[mask].max()))

    def groups_of(self, mask: Mask) -> int:
        """Return how many groups have a decision where `mask` holds."""
        return int((self._clusters.sums(mask.astype(np.float64)) > 0).sum())

    def contrast(self, arm: str, against: str, name: str, meaning: str) -> Fit:
        """Return the accuracy under one condition less that under another, resampled in pairs."""
        return self.fit(name, self.accuracy(arm).less(self.accuracy(against)), meaning)

    def estimate(self, drawn: Drawn) -> Estimate:
        """Return a number with its 90% interval, by t over the groups."""
        wider = drawn.value + (drawn.draws - drawn.value) * self._wider
        return interval(drawn.value, np.clip(wider, drawn.draws.min(), drawn.draws.max()))

    def fit(self, name: str, drawn: Drawn, meaning: str) -> Fit:
        """Return a number as a fit."""
        return Fit(name=name, value=self.estimate(drawn), meaning=meaning)

    def coefficient(self, name: str, fitted: Fitted, meaning: str) -> Fit:
        """Return a coefficient of a law that was fitted to accuracies of this sample."""
        return self.fit(name, Drawn(*fitted.values(name)), meaning)
