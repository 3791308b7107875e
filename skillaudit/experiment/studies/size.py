"""H1 and F01: more and more skills on offer, with both laws fitted to what is left of the accuracy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from skillaudit.asking.curves import error_fits, size_fits
from skillaudit.asking.records import Decision, Fit, StudyPlan
from skillaudit.experiment.inference import ALPHA, TEST, Account
from skillaudit.experiment.libraries import library
from skillaudit.experiment.likeness import near
from skillaudit.experiment.published import in_words
from skillaudit.experiment.records import Findings, Judgement, Mark, Ruling, Series
from skillaudit.experiment.tasks import Scope, entries, make_plan, trial, turns
from skillaudit.laws.forms import evaluate
from skillaudit.laws.published import published

SIZES = (5, 10, 20, 25, 30, 40, 50, 75, 100, 150, 200)
F01_SIZES = (10, 20, 50, 100, 200)
"""The paper's grid as far as the pool goes; it ends at 500."""
_SLOPES = f"{TEST}, of the slope in ln N inside skills, of accuracy and of accuracy above chance"
_PARTLY = "Partly: accuracy falls as the library grows, but not in the form that the hypothesis says."
BETTER = 2.0
"""Difference of AICc from which one form is taken to fit better."""


def plan(scope: Scope, sizes: Sequence[int] = SIZES) -> StudyPlan:
    """Offer nested libraries of mixed similarity; every task is right for one of their skills."""
    trials, texts = [], {}
    for seed in range(scope.seeds):
        for size in sizes:
            skills = library(size, "mixed", seed)
            variant = f"size={size} seed={seed}"
            texts[variant] = entries(skills)
            trials += [
                trial(skill, query, skills, f"size={size}", seed, x=float(size), variant=variant)
                for skill, query in turns(skills, scope.tasks, seed)
            ]
    return make_plan("decay", trials, texts)


def plan_f01(scope: Scope) -> StudyPlan:
    """Offer the sizes of the first paper."""
    return plan(scope, F01_SIZES)


def conclude(decisions: Sequence[Decision]) -> Findings:
    """Fit both laws, and rule on whether there is a threshold (arXiv 2601.04748, section 5.2)."""
    curve = _Curve(decisions)
    fits = (*size_fits(curve.sample, curve.sizes, curve.at), *error_fits(decisions, near))
    gamma = next(f for f in fits if f.name == "gamma").value
    gain = next(f for f in fits if f.name == "AICc gain").value.value or 0.0
    ruling = curve.decay_ruling()
    if ruling == "supported" and not (gain >= BETTER and (gamma.low or 0.0) > 1.0):
        ruling = "partly"
    verdict = Judgement(
        hypothesis="accuracy holds up to a threshold and then falls steeply",
        ruling=ruling,
        effect=gamma,
        unit="gamma, steepness of the capacity form; above 1 means a threshold",
        p=curve.p,
        test=f"{_SLOPES}; for the threshold gamma > 1 and AICc at least {BETTER:g} better than the line",
        paper=in_words("h1", "kappa", "gamma"),
    )
    return curve.findings(fits, verdict, ("single-agent-gpt-4o-mini", "single-agent-gpt-4o"))


def conclude_f01(decisions: Sequence[Decision]) -> Findings:
    """Fit the line, and rule on whether accuracy falls with the logarithm of the size (arXiv 2605.16508)."""
    curve = _Curve(decisions)
    fits = (*size_fits(curve.sample, curve.sizes, curve.at), *error_fits(decisions, near))
    r_squared = next(f for f in fits if f.name == "R2").value.value
    ruling = curve.decay_ruling()
    if ruling == "supported" and (r_squared is None or r_squared < 0.9):
        ruling = "partly"
    verdict = Judgement(
        hypothesis="accuracy falls with the logarithm of the number of skills",
        ruling=ruling,
        effect=next(f for f in fits if f.name == "b").value,
        unit="b, accuracy lost per unit of ln N",
        p=curve.p,
        test=f"{_SLOPES}; R2 of the line at least 0.9",
        paper=in_words("f01", "a", "b", "R2"),
    )
    return curve.findings(fits, verdict, ("skill-laws-mean",))


class _Curve:
    """Accuracy by size, with draws."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self.sample = Account(decisions)
        self.sizes = [int(level) for level in self.sample.levels("size")]
        self.at = [self.sample.accuracy(size=size) for size in self.sizes]
        x = -np.log([len(decision.offered) for decision in self.sample.decisions])
        self._slope = self.sample.slope(self.sample.right, x)
        self._above = self.sample.slope(self.sample.above_chance, x)
        self.p = max(self.sample.p(self._slope), self.sample.p(self._above))

    def decay_ruling(self) -> Ruling:
        """Accuracy falls, and not only as that of a random choice among more skills does."""
        if self.p >= ALPHA or self._slope.value * self._above.value <= 0:
            return "no effect"
        return "supported" if self._slope.value > 0 else "opposite"

    def findings(self, fits: tuple[Fit, ...], verdict: Judgement, references: Sequence[str]) -> Findings:
        """Put fits, verdict and figure together."""
        measured = tuple(
            self.sample.point(float(size), at) for size, at in zip(self.sizes, self.at, strict=True)
        )
        series = [Series(label="measured", points=measured)]
        for law in published():
            if law.name in references:
                values = evaluate(law.law, self.sizes)
                series.append(
                    Series(
                        label=law.router,
                        points=tuple(
                            Mark(x=float(x), y=y, low=y, high=y)
                            for x, y in zip(self.sizes, values, strict=True)
                        ),
                        published=True,
                    )
                )
        notes = (_PARTLY,) if verdict.ruling == "partly" else ()
        return Findings(fits=fits, verdicts=(verdict,), series=tuple(series), log_x=True, notes=notes)
