"""What an experiment concludes: fits, rulings with tests that resample whole skills, and a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from msgspec.structs import replace

from skillaudit.asking.records import Decision
from skillaudit.asking.samples import Drawn, Floats, Mask, Sample
from skillaudit.experiment.records import Findings, Judgement, Mark, Ruling, Series
from skillaudit.stats.draws import resample

DRAWS = 600
ALPHA = 0.01
"""Below this p an effect is taken for real: an experiment tests several hypotheses on several routers."""
TEST = "cluster bootstrap over right skills, two-sided t"


class Account(Sample):
    """Decisions of an experiment, and what is concluded from them, in the order in which it is said."""

    def __init__(self, decisions: Sequence[Decision], seed: int = 0) -> None:
        """Take the decisions; their groups are the right skills."""
        super().__init__(decisions, seed, DRAWS)
        chance = np.array([1 / max(2, len(d.offered)) for d in self.decisions], dtype=np.float64)
        self.above_chance: Floats = (self.right - chance) / (1 - chance)
        self.found = Findings()

    def findings(self, **more: Any) -> Findings:
        """Return all that was concluded; `more` are fields of the record beside it."""
        return replace(self.found, **more)

    def tell(self, name: str, drawn: Drawn, meaning: str) -> None:
        """Conclude a number."""
        self.found = replace(self.found, fits=(*self.found.fits, self.fit(name, drawn, meaning)))

    def line(self, label: str, drawn: Iterable[Drawn] | Mapping[Any, Drawn]) -> None:
        """Conclude a line of the figure: numbers at their x, else at 0, 1, 2 and so on."""
        at = drawn.items() if isinstance(drawn, Mapping) else enumerate(drawn)
        points = tuple(self.point(float(x), one) for x, one in at)
        self.found = replace(self.found, series=(*self.found.series, Series(label=label, points=points)))

    def rule(
        self, hypothesis: str, drawn: Drawn, unit: str, paper: str, *, expected: int, least: float = 0.0
    ) -> None:
        """Rule on a hypothesis that a number is below (-1) or above (+1) zero; `least` as for `p`."""
        p = self.p(drawn, least)
        verdict = Judgement(
            hypothesis=hypothesis,
            ruling=ruling(drawn.value * expected, p),
            effect=self.estimate(drawn),
            unit=unit,
            p=p,
            test=TEST,
            paper=paper,
        )
        self.found = replace(self.found, verdicts=(*self.found.verdicts, verdict))

    def slope(self, values: Floats, x: Floats) -> Drawn:
        """Return the slope of `values` in `x`, both (decisions,), inside skills: each skill is its own control.

        Skills of unlike difficulty then cannot pass for an effect of the conditions that they happen to be in.
        """
        clusters = self._clusters
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

    def p(self, drawn: Drawn, least: float = 0.0) -> float:
        """Return the two-sided p of a number against zero.

        `least` is the standard error that it has at least: where hardly anything happened the draws show too little.
        """
        from scipy.special import stdtr

        spread = max(least, float(drawn.draws.std()))
        if spread < 1e-12:
            return 1.0 if abs(drawn.value) < 1e-12 else 0.0
        return float(2 * stdtr(max(1, self.groups - 1), -abs(drawn.value) / spread))

    def point(self, x: float, drawn: Drawn) -> Mark:
        """Return a mark of a figure."""
        found = self.estimate(drawn)
        return Mark(x=x, y=drawn.value, low=found.low or 0.0, high=found.high or 0.0)


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
