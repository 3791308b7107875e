"""The classes of routers side by side, and agents at work beside bare choices."""

from __future__ import annotations

import numpy as np

from skillaudit.routing.activation import Activation, activations
from skillaudit.routing.profiles import CLASSES, RouterProfile, classes
from skillaudit.routing.rates import DIMENSIONS, FALSE, NONE, WRONG, DrawnRates, Rates, draw, shares
from skillaudit.routing.reading import Reader, RouterView
from skillaudit.schema import ForecastRow, ScorerName
from skillaudit.stats.draws import estimate, measured, normals
from skillaudit.stats.intervals import UNKNOWN
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
                false_trigger=values.false_trigger,
                **shares(values),
                source=other.provenance,
                extrapolates=other.extrapolates(len(reader.skills)),
            )
        )
        rows += [
            at_work(activation, *_drawn(view, seed), seed)
            for activation in activations()
            if activation.router == other.name
        ]
    return tuple(rows)


def _drawn(view: RouterView, seed: int) -> tuple[DrawnRates | None, float, float]:
    judged = view.judged
    if not (count := judged.worth(judged.judged)):
        return None, 0.0, 0.0
    drawn = draw(judged, view.outcome, view.fit, normals(DIMENSIONS, seed), view.extra_sd)
    return drawn, count, view.contested_part


def at_work(
    activation: Activation, drawn: DrawnRates | None, count: float, both: float, seed: int
) -> ForecastRow:
    """Rates of agents that may start without any skill: what they load is chosen as when asked.

    `count` requests are judged, and `both` is the part of the wrong choices that answer them as well.
    """
    z = normals(DIMENSIONS, seed)
    values = [UNKNOWN] * 4
    if drawn is not None:
        share = drawn.right / np.maximum(drawn.right + drawn.hijack, 1e-9)
        loads = logistic(activation.recall[0] + activation.recall[1] * z[:, NONE])
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
