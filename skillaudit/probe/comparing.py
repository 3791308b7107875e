"""Predicted against measured, for the library and for each skill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from skillaudit.asking.rates import codes, proportion
from skillaudit.asking.records import Decision
from skillaudit.probe.records import Comparison, SideBySide
from skillaudit.routing.records import Routing
from skillaudit.schema import Estimate

MIN_RANKED = 5


def compare(routing: Routing, decisions: Sequence[Decision]) -> Comparison:
    """Put a forecast of the same requests beside decisions over the whole library."""
    forecast = routing.forecast
    rows = _rows(routing, decisions)
    pairs = [
        (row.predicted_victim, row.measured_victim.value)
        for row in rows
        if row.predicted_victim is not None and row.measured_victim.value is not None
    ]
    return Comparison(
        router=forecast.router,
        predicted_accuracy=forecast.accuracy,
        predicted_hijack=forecast.hijack,
        predicted_no_skill=forecast.no_skill,
        predicted_false_trigger=forecast.false_trigger,
        skills=rows,
        rank_correlation=_spearman(pairs),
    )


def absorbers(decisions: Sequence[Decision]) -> tuple[tuple[str, int], ...]:
    """Count how often each skill took another skill's request, most first."""
    taken = Counter(d.chosen for d in decisions if d.gold and d.outcome == "hijack" and d.chosen)
    return tuple(sorted(taken.items(), key=lambda pair: (-pair[1], pair[0])))


def _rows(routing: Routing, decisions: Sequence[Decision]) -> tuple[SideBySide, ...]:
    routed = [decision for decision in decisions if decision.gold]
    by_owner: dict[str, list[Decision]] = {}
    for decision in routed:
        by_owner.setdefault(decision.group, []).append(decision)
    took = dict(absorbers(routed))
    rows = []
    for flow in routing.flows:
        own = by_owner.get(flow.id, [])
        if not own and not took.get(flow.id):
            continue
        lost = np.array([decision.outcome == "hijack" for decision in own], dtype=bool)
        measured = proportion(lost, codes([decision.query for decision in own]))
        others = sum(flow.id not in decision.gold for decision in routed)
        rows.append(
            SideBySide(
                skill=flow.id,
                decisions=len(own),
                predicted_victim=flow.victim_rate,
                measured_victim=measured,
                predicted_absorbed=flow.absorbed_share,
                measured_absorbed=took.get(flow.id, 0) / max(1, others),
                agrees=_inside(flow.victim_rate, measured),
            )
        )
    rows.sort(key=lambda row: (-(row.measured_victim.value or 0.0) * row.decisions, row.skill))
    return tuple(rows)


def _inside(value: float | None, estimate: Estimate) -> bool:
    if value is None or estimate.low is None or estimate.high is None:
        return True
    return estimate.low - 1e-9 <= value <= estimate.high + 1e-9


def _spearman(pairs: Sequence[tuple[float, float]]) -> float | None:
    if len(pairs) < MIN_RANKED:
        return None
    from scipy.stats import rankdata

    one, other = (rankdata(values) for values in zip(*pairs, strict=True))
    if one.std() == 0 or other.std() == 0:
        return None
    return float(np.corrcoef(one, other)[0, 1])
