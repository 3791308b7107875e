"""How likely a chain of skills is routed right from end to end (arXiv 2605.16508, execution law; DESIGN section 5).

Before any state exists each step is chosen on its own, so the chain succeeds with the product of its
steps; the paper's pessimistic variant raises each to gamma = 6.7 b + 1.09, for what a plan says less
clearly than a request. Once the step before has left a right result, the rescue is P(B | state) / P(B). The
paper prints one number of it, about four on difficult decisions, and no curve. Here a result multiplies the
odds of the next step by four: the ratio is four where a step is nearly always missed, and falls to one where
it never is. A router may have less of it, down to none, so every ratio has an interval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from skillaudit.schema import ChainReport, ChainSource, ChainStep, DepthBySize, Estimate, LawPoint, Record

LIFT = 4.0
"""How many times likelier a right result makes the hardest steps (abstract), and so by what it multiplies odds."""
DIFFICULTIES = (0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9)
"""Chances of a step alone that the curve of the rescue is drawn at."""
SAFE = 0.8
DEAD = 0.5
DEEPEST = 8


class Chain(Record):
    """Skills that are meant to run one after another."""

    skills: tuple[str, ...]
    """Ids, first to last."""
    source: ChainSource
    origin: str = ""
    """File and line of its first hand-off, or the system that it was compiled from."""


class Rescue(Record):
    """What a right result of the step before does to a step."""

    alone: float
    """P(B), its chance without that result."""
    ratio: Estimate
    """P(B | state) / P(B), with its 90% interval."""


def with_state(alone: float, odds: float = LIFT) -> float:
    """Return a step's chance once a right result of the step before has multiplied its odds."""
    return odds * alone / (1.0 - alone + odds * alone)


def rescue_curve() -> tuple[Rescue, ...]:
    """Return the published rescue of steps of every difficulty.

    The interval reaches from a router that state helps nothing to one that becomes four times as likely at everything.
    """
    curve = []
    for alone in DIFFICULTIES:
        ratio = Estimate(value=with_state(alone) / alone, low=1.0, high=min(LIFT, 1.0 / alone))
        curve.append(Rescue(alone=alone, ratio=ratio))
    return tuple(curve)


def joint(accuracies: Sequence[float], *, gamma: float = 1.0, odds: float = 1.0) -> float:
    """Return the chance that all steps are right; one step alone is not raised to gamma.

    `odds` is what the result of a step multiplies the odds of the next by; 1 is no state.
    """
    if not accuracies:
        return 1.0
    power = gamma if len(accuracies) > 1 else 1.0
    first, *later = (min(1.0, max(0.0, value)) ** power for value in accuracies)
    return float(first * math.prod(with_state(value, odds) for value in later))


def exposure(accuracy: float, place: int, steps: int) -> float:
    """Return a step's error weighted by its place: once at the ends, twice in the middle (the U-shape)."""
    x = place / (steps - 1) if steps > 1 else 0.0
    return (1.0 - accuracy) * (1.0 + 4.0 * x * (1.0 - x))


def forecast_chain(
    chain: Chain,
    chances: Mapping[str, Estimate],
    default: Estimate,
    *,
    b: float | None = None,
    shared: float = 0.0,
) -> ChainReport:
    """Return the forecast of one chain.

    `chances` maps skills to the chance that their own requests reach them, `default` stands in for a skill that no
    request judges, `b` is the library's own decay per unit of ln N; without it the published mean stands in. `shared`
    is as for `joint_interval`.
    """
    from skillaudit.laws.execution_intervals import joint_interval

    known = [chances.get(skill, default) for skill in chain.skills]
    values = [min(1.0, max(0.0, step.value or 0.0)) for step in known]
    count = len(values)
    gains = [_restating_gain(values, place) for place in range(count)]
    steps = tuple(
        ChainStep(
            skill=skill,
            accuracy=step,
            judged=skill in chances,
            with_state=value if place == 0 else with_state(value),
            exposure=exposure(value, place, count),
            restating_gains=gains[place],
        )
        for place, (skill, step, value) in enumerate(zip(chain.skills, known, values, strict=True))
    )
    weakest = min(range(count), key=values.__getitem__)
    others = sorted(value for place, value in enumerate(values) if place != weakest)
    target = max(values[weakest], others[len(others) // 2]) if others else values[weakest]
    ranked = sorted(range(1, count), key=lambda place: (-gains[place] * exposure(0.0, place, count), place))
    inner = range(1, count - 1)
    return ChainReport(
        steps=steps,
        source=chain.source,
        origin=chain.origin,
        success=joint_interval(known, shared),
        pessimistic=joint(values, gamma=gamma_of(b)),
        with_state=joint(values, odds=LIFT),
        weak_link=chain.skills[weakest],
        mended=joint([target if place == weakest else value for place, value in enumerate(values)]),
        dip=chain.skills[max(inner, key=lambda place: steps[place].exposure)] if inner else "",
        restate_before=tuple(chain.skills[place] for place in ranked[:2] if gains[place] > 0.01),
    )


def gamma_of(b: float | None) -> float:
    """Return the exponent for a decay of `b` per unit of ln N; the published mean stands in for None.

    A library that gets no worse with size has the exponent of no decay: the paper fits none below it.
    """
    from skillaudit.laws.published import execution, published

    return execution().gamma(max(0.0, b if b is not None else published()[0].law.b or 0.0))


def _restating_gain(values: Sequence[float], place: int) -> float:
    """What the product gains when one step gets its state; the first has no step before it."""
    if place == 0:
        return 0.0
    better = [with_state(value) if at == place else value for at, value in enumerate(values)]
    return joint(better) - joint(values)


def depth_by_size(
    points: Sequence[LawPoint], gamma: float, depths: Sequence[int] = tuple(range(1, DEEPEST + 1))
) -> DepthBySize:
    """Return the map of a measured curve of accuracy against size: chains of average steps, before any state.

    `points` are in order of size; those without an accuracy are left out.
    """
    known = [point for point in points if point.accuracy.value is not None]

    def table(values: Sequence[float], power: float = 1.0) -> tuple[tuple[float, ...], ...]:
        return tuple(tuple(joint([p] * depth, gamma=power) for p in values) for depth in depths)

    values = [point.accuracy.value or 0.0 for point in known]
    return DepthBySize(
        sizes=tuple(point.n for point in known),
        depths=tuple(depths),
        success=table(values),
        low=table([point.accuracy.low or 0.0 for point in known]),
        high=table([1.0 if point.accuracy.high is None else point.accuracy.high for point in known]),
        pessimistic=table(values, gamma),
        safe=SAFE,
        dead=DEAD,
    )
