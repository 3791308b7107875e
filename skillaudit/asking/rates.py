"""Outcome rates with intervals that know which decisions share their chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from skillaudit.asking.records import Arm, ArmRates, Decision, Outcome
from skillaudit.schema import Estimate
from skillaudit.stats.draws import Clusters
from skillaudit.stats.intervals import TAIL, UNKNOWN, Z, wilson

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def codes(names: Sequence[str]) -> Ints:
    """Return a number for each name, equal for equal names."""
    return np.unique(np.array(names, dtype=object).astype(str), return_inverse=True)[1].astype(np.int64)


def proportion(
    hits: npt.NDArray[np.bool_] | Floats,
    groups: Ints,
    weights: Floats | None = None,
    strata: Ints | None = None,
) -> Estimate:
    """Estimate a rate with a 90% interval: Wilson's, with the sample size that grouping and weights leave.

    Decisions of one group (one skill's requests, repeats of one question) are no independent trials; their
    variance around the rate tells how many independent ones they are worth, and with few groups the quantile
    is Student's. `weights` undo a sample that took some decisions more often than others; what `strata`, whose
    shares are fixed, differ by is then no uncertainty.
    """
    y = np.asarray(hits, dtype=np.float64)
    if not len(y):
        return UNKNOWN
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    clusters = Clusters.of(groups)
    many, p = len(clusters.starts), float((w * y).sum() / w.sum())
    layers = np.zeros(len(y), dtype=np.int64) if strata is None else strata
    quantile, effective = Z, float(len(y))
    if many > 1 and 0.0 < p < 1.0:
        from scipy.special import stdtrit

        mass, hit, count = (np.bincount(layers, weights=v) for v in (w, w * y, np.ones(len(y))))
        centre = hit / np.maximum(mass, 1e-12)
        between = float((clusters.sums(w * (y - centre[layers])) ** 2).sum()) * many / (many - 1)
        # Not less than independent trials would vary, where a small part happens to agree in everything.
        inside = (centre * count + 1) / (count + 2)
        apart = mass**2 * inside * (1 - inside) / np.maximum(count, 1)
        least = float(apart[count > 0].sum()) if len(mass) > 1 else w.sum() ** 2 * p * (1 - p) / len(y)
        effective = p * (1 - p) * w.sum() ** 2 / max(between, least)
        quantile = float(stdtrit(many - 1, 1 - TAIL))
    elif not 0.0 < p < 1.0:
        # All alike: how alike the groups are inside cannot be seen, so only the groups count.
        effective = min(effective, float(many))
    low, high = wilson(p * effective, effective, quantile)
    return Estimate(value=p, low=low, high=high)


def weights(decisions: Sequence[Decision]) -> Floats:
    """Return what each decision counts: as much as its part of the plan does, whatever its share of the sample."""
    taken = Counter((decision.stratum, decision.share) for decision in decisions)
    return np.array([(d.share or 1.0) / (taken[d.stratum, d.share] if d.share else 1) for d in decisions])


def rates(decisions: Sequence[Decision]) -> ArmRates:
    """Count the outcomes of decisions (DESIGN section 3), weighted as their sample needs."""
    routed = [decision for decision in decisions if decision.gold]
    idle = [decision for decision in decisions if not decision.gold]
    outcome = np.array([decision.outcome for decision in routed], dtype=object)

    def share(part: Sequence[Decision], hits: npt.NDArray[np.bool_]) -> Estimate:
        if not part:
            return UNKNOWN
        strata = np.array([d.stratum for d in part], dtype=np.int64)
        return proportion(hits, codes([d.group for d in part]), weights(part), strata)

    def of(*names: Outcome) -> Estimate:
        return share(routed, np.isin(outcome, names))

    return ArmRates(
        decisions=len(routed),
        requests=len({decision.query for decision in decisions}),
        accuracy=of("right"),
        hijack=of("hijack"),
        no_skill=of("none", "refusal", "invalid", "unparsable"),
        invalid=of("invalid"),
        refusal=of("refusal"),
        unparsable=of("unparsable"),
        false_trigger=share(idle, np.array([decision.outcome == "hijack" for decision in idle], dtype=bool)),
        no_skill_decisions=len(idle),
    )


def arms(decisions: Sequence[Decision]) -> tuple[Arm, ...]:
    """Return the rates of each condition, by its level, then by its first decision."""
    found: dict[str, list[Decision]] = {}
    for decision in decisions:
        found.setdefault(decision.condition, []).append(decision)
    made = [
        Arm(condition=name, x=float(np.median([d.x for d in part])), rates=rates(part))
        for name, part in found.items()
    ]
    return tuple(sorted(made, key=lambda arm: arm.x))
