"""The classes of routers side by side, and agents at work beside bare choices."""

from __future__ import annotations

import numpy as np

from skillaudit.routing.activation import Activation, activations
from skillaudit.routing.profiles import CLASSES, RouterProfile, classes
from skillaudit.routing.rates import DIMENSIONS, FALSE, NONE, UNKNOWN, WRONG, Rates, draw
from skillaudit.routing.reading import Reader, View
from skillaudit.schema import ForecastRow, ScorerName
from skillaudit.stats.draws import estimate, measured, normals
from skillaudit.stats.logistic import logistic


def side_by_side(
    reader: Reader, profile: RouterProfile, found: Rates, name: ScorerName, seed: int
) -> tuple[ForecastRow, ...]:
    """One row a class, the named router first, then agents at work."""
    rows = []
    every = [other for other in classes() if name in other.fits]
    if profile.name not in CLASSES:
        every.insert(0, profile)
    for other in every:
        view = reader.view(other)
        values = found if other.name == profile.name else view.rates(seed)
        rows.append(
            ForecastRow(
                router=other.name,
                client=None,
                situation="asked",
                accuracy=values.accuracy,
                hijack=values.hijack,
                no_skill=values.no_skill,
                false_trigger=values.false_trigger,
                contested=values.contested,
                source=other.provenance,
                extrapolates=other.extrapolates(len(reader.skills)),
            )
        )
        rows += [
            _at_work(activation, view, seed)
            for activation in activations()
            if activation.router == other.name
        ]
    return tuple(rows)


def _at_work(activation: Activation, view: View, seed: int) -> ForecastRow:
    """Rates of agents that may start without any skill: what they load is chosen as when asked."""
    z = normals(DIMENSIONS, seed)
    count = view.judged.worth(view.judged.judged)
    values = [UNKNOWN] * 4
    if count:
        drawn = draw(view.judged, view.outcome, view.fit, z, view.extra_sd)
        share = drawn.right / np.maximum(drawn.right + drawn.hijack, 1e-9)
        loads = logistic(activation.recall[0] + activation.recall[1] * z[:, NONE])
        both = _part(view)
        parts = (loads * share, loads * (1 - share), 1 - loads, loads * (1 - share) * both)
        values = [estimate(float(part.mean()), measured(part, z[:, WRONG], count)) for part in parts]
    fires = logistic(activation.trigger[0] + activation.trigger[1] * z[:, FALSE])
    return ForecastRow(
        router=activation.router,
        client=activation.client,
        situation="at work",
        accuracy=values[0],
        hijack=values[1],
        no_skill=values[2],
        false_trigger=estimate(float(fires.mean()), fires),
        contested=values[3],
        source=activation.source,
        extrapolates=False,
    )


def _part(view: View) -> float:
    """Part of the wrong choices that go to a skill which answers the request as well."""
    mass = (view.outcome.hijack * view.judged.weight)[view.judged.judged]
    share = (view.outcome.shares * view.contested).sum(axis=1)[view.judged.judged]
    return float((mass * share).sum() / max(mass.sum(), 1e-12))
