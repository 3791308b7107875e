"""From decisions to numbers: rates and contrasts, with intervals and tests that resample whole skills."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from skillaudit.asking.rates import Bootstrap, codes
from skillaudit.asking.records import Decision, Fit
from skillaudit.experiment.records import Point, Ruling, Verdict
from skillaudit.routing.intervals import Clusters, resample
from skillaudit.schema import Estimate
from skillaudit.stats.intervals import interval

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

DRAWS = 600
ALPHA = 0.01
"""Below this p an effect is taken for real: an experiment tests several hypotheses on several routers."""
TEST = "cluster bootstrap over right skills, two-sided t"


@lru_cache(maxsize=4096)
def factors(condition: str) -> dict[str, str]:
    """Read a condition such as `size=20 rivals=1`; the caller must not change what it gets."""
    return dict(part.split("=", 1) for part in condition.split())


class Drawn(NamedTuple):
    """A number and its bootstrap draws (B,)."""

    value: float
    draws: Floats

    def plus(self, other: Drawn, weight: float = 1.0) -> Drawn:
        """Add another number of the same sample, draw by draw."""
        return Drawn(self.value + weight * other.value, self.draws + weight * other.draws)


def combine(parts: Iterable[tuple[float, Drawn]]) -> Drawn:
    """Return the weighted sum of numbers of one sample."""
    total = Drawn(0.0, np.zeros(1))
    for weight, part in parts:
        total = total.plus(part, weight)
    return total


def mean_of(parts: Sequence[Drawn]) -> Drawn:
    """Return the plain mean of numbers of one sample."""
    return combine((1 / len(parts), part) for part in parts)


class Sample:
    """Decisions that numbers are taken from; draws resample the skills that own the tasks."""

    def __init__(self, decisions: Sequence[Decision], seed: int = 0) -> None:
        """Take the decisions of one experiment."""
        self._bootstrap = Bootstrap(decisions, seed, DRAWS)
        self.decisions = self._bootstrap.decisions
        self.right: Floats = np.array([d.outcome == "right" for d in self.decisions], dtype=np.float64)
        chance = np.array([1 / max(2, len(d.offered)) for d in self.decisions], dtype=np.float64)
        self.above_chance: Floats = (self.right - chance) / (1 - chance)
        self._columns: dict[str, npt.NDArray[np.str_]] = {}
        self.groups = len({d.group for d in self.decisions})

    def where(self, **wanted: Any) -> Mask:
        """Which decisions have these factors; a tuple allows several values."""
        mask = np.ones(len(self.decisions), dtype=bool)
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

    def accuracy(self, **wanted: Any) -> Drawn:
        """Return the share of right choices among decisions with these factors."""
        return self.mean(self.right, self.where(**wanted))

    def mean(self, values: Floats, mask: Mask) -> Drawn:
        """Return the mean of `values`, (decisions,), where `mask` holds."""
        return Drawn(*self._bootstrap.means(values, mask))

    def slope(self, values: Floats, x: Floats) -> Drawn:
        """Return the slope of `values` in `x`, both (decisions,), inside skills: each skill is its own control.

        Skills of unlike difficulty then cannot pass for an effect of the conditions that they happen to be in.
        """
        clusters = Clusters.of(codes([decision.group for decision in self.decisions]))
        order, sizes = clusters.order, clusters.sizes
        mean = np.repeat(clusters.sums(x) / sizes, sizes)
        away = np.empty_like(x)
        away[order] = x[order] - mean
        moved, spread = clusters.sums(away * values), clusters.sums(away**2)
        picks = resample(len(sizes), np.random.default_rng(1), DRAWS)
        point = float(moved.sum() / max(spread.sum(), 1e-12))
        return Drawn(point, (moved @ picks) / np.maximum(spread @ picks, 1e-12))

    def correlation(self, values: Floats, x: Floats, mask: Mask | None = None) -> Drawn:
        """Return the correlation of `values` with the ranks of `x`; draws vary the covariance and keep the scale."""
        inside = np.ones(len(values), dtype=bool) if mask is None else mask
        ranks = _ranks(x[inside])
        scale = ranks.std() * values[inside].std() if inside.any() else 0.0
        if scale < 1e-12:
            return Drawn(0.0, np.zeros(2))
        product = np.zeros(len(values))
        product[inside] = (ranks - ranks.mean()) * (values[inside] - values[inside].mean()) / scale
        return self.mean(product, inside)

    def estimate(self, drawn: Drawn) -> Estimate:
        """Return a number with its 90% interval."""
        return interval(drawn.value, drawn.draws)

    def p(self, drawn: Drawn, least: float = 0.0) -> float:
        """Return the two-sided p of a number against zero.

        `least` is the standard error that it has at least: where hardly anything happened the draws show too little.
        """
        from scipy.special import stdtr

        spread = max(least, float(drawn.draws.std()))
        if spread < 1e-12:
            return 1.0 if abs(drawn.value) < 1e-12 else 0.0
        return float(2 * stdtr(max(1, self.groups - 1), -abs(drawn.value) / spread))

    def fit(self, name: str, drawn: Drawn, meaning: str) -> Fit:
        """Return a number as a fit."""
        return Fit(name=name, value=self.estimate(drawn), meaning=meaning)

    def point(self, x: float, drawn: Drawn) -> Point:
        """Return a mark of a figure."""
        found = self.estimate(drawn)
        return Point(x=x, y=drawn.value, low=found.low or 0.0, high=found.high or 0.0)

    def verdict(
        self, hypothesis: str, drawn: Drawn, unit: str, paper: str, *, expected: int, least: float = 0.0
    ) -> Verdict:
        """Rule on a hypothesis that a number is below (-1) or above (+1) zero; `least` as for `p`."""
        p = self.p(drawn, least)
        return Verdict(
            hypothesis=hypothesis,
            ruling=ruling(drawn.value * expected, p),
            effect=self.estimate(drawn),
            unit=unit,
            p=p,
            test=TEST,
            paper=paper,
        )


def _ranks(values: Floats) -> Floats:
    """Ranks, equal for equal values."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    upper = np.cumsum(count)
    return np.asarray((upper - (count - 1) / 2)[place], dtype=np.float64)


def ruling(agrees: float, p: float) -> Ruling:
    """Rule from the sign of an effect, positive where it is as expected, and its p."""
    if p >= ALPHA:
        return "no effect"
    return "supported" if agrees > 0 else "opposite"


def plain(name: str, value: float | None, meaning: str) -> Fit:
    """Return a number that has no interval."""
    return Fit(name=name, value=Estimate(value=value, low=value, high=value), meaning=meaning)
