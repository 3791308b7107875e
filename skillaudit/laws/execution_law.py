"""How likely a chain of skills is routed right from end to end (arXiv 2605.16508, execution law; DESIGN section 5).

Before any state exists each step is chosen on its own, so the chain succeeds with the product of its
steps; the paper's pessimistic variant raises each to gamma = 6.7 b + 1.09, for what a plan says less
clearly than a request. Once the step before has left a real result, a step that would have failed can be
rescued: of the mass (1 - P_B) P_A that can be, a share `rescue` is, and no step becomes more than about
four times as likely. The paper gives that bound and no share, so both ends are reported.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from skillaudit.laws.published import execution, published
from skillaudit.schema import ChainSource, DepthBySize, LawPoint, Record

LIFT = 4.0
"""Most times that realised state makes a hard step likelier."""
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


class StepForecast(Record):
    """One step of a chain."""

    skill: str
    alone: float
    """Chance that it is chosen for its own request."""
    with_state: float
    """The same at best, when the step before has left a right result."""
    exposure: float
    """Error weighted by place: middle steps err most, the first and the last least. It ranks steps, no more."""
    restating_gains: float
    """What the whole chain's chance gains at best when intent and state are restated before this step."""


class ChainForecast(Record):
    """What to expect of a chain; chances in [0, 1]."""

    chain: Chain
    steps: tuple[StepForecast, ...]
    product: float
    """All steps right, before any state, each on its own."""
    pessimistic: float
    """The same with the paper's exponent gamma."""
    realised: float
    """All steps right when each finds the real result of the one before, at best."""
    gamma: float
    weakest: str
    """The skill whose mending helps most."""
    mended: float
    """The product, were the weakest as good as the median of the other steps."""
    restate_at: tuple[str, ...]
    """Skills before which restating helps most, best first; the first step needs none."""
    dip: str
    """The most exposed of the steps between the first and the last; empty for a chain of two."""


def with_state(alone: float, rescue: float = 1.0) -> float:
    """Return a step's chance once the step before has left a right result.

    `rescue` is the share of failures that the state mends, in [0, 1]; at 1 only the lift of four bounds it.
    """
    return min(1.0, LIFT * alone, alone + rescue * (1.0 - alone))


def joint(accuracies: Sequence[float], *, gamma: float = 1.0, rescue: float = 0.0) -> float:
    """Return the chance that all steps are right; one step alone is not raised to gamma."""
    if not accuracies:
        return 1.0
    power = gamma if len(accuracies) > 1 else 1.0
    first, *later = (min(1.0, max(0.0, value)) ** power for value in accuracies)
    return float(first * math.prod(with_state(value, rescue) for value in later))


def exposure(accuracy: float, place: int, steps: int) -> float:
    """Return a step's error weighted by its place: once at the ends, twice in the middle (the U-shape)."""
    x = place / (steps - 1) if steps > 1 else 0.0
    return (1.0 - accuracy) * (1.0 + 4.0 * x * (1.0 - x))


def forecast_chain(
    chain: Chain, accuracies: Mapping[str, float], default: float, *, b: float | None = None
) -> ChainForecast:
    """Return the forecast of one chain.

    `accuracies` maps skills to the chance that their own requests reach them, `default` stands in for a
    skill that no request judges, `b` is the library's own decay per unit of ln N; without it the published
    mean stands in.
    """
    values = [min(1.0, max(0.0, accuracies.get(skill, default))) for skill in chain.skills]
    gamma = gamma_of(b)
    product = joint(values)
    gains = [_restating_gain(values, place) for place in range(len(values))]
    steps = tuple(
        StepForecast(
            skill=skill,
            alone=value,
            with_state=value if place == 0 else with_state(value),
            exposure=exposure(value, place, len(values)),
            restating_gains=gains[place],
        )
        for place, (skill, value) in enumerate(zip(chain.skills, values, strict=True))
    )
    weakest = min(range(len(values)), key=values.__getitem__)
    others = sorted(value for place, value in enumerate(values) if place != weakest)
    target = max(values[weakest], others[len(others) // 2]) if others else values[weakest]
    mended = [target if place == weakest else value for place, value in enumerate(values)]
    ranked = sorted(
        range(1, len(values)), key=lambda place: (-gains[place] * _middle(place, len(values)), place)
    )
    inner = range(1, len(values) - 1)
    return ChainForecast(
        chain=chain,
        steps=steps,
        product=product,
        pessimistic=joint(values, gamma=gamma),
        realised=joint(values, rescue=1.0),
        gamma=gamma,
        weakest=chain.skills[weakest],
        mended=joint(mended),
        restate_at=tuple(chain.skills[place] for place in ranked[:2] if gains[place] > 0.01),
        dip=chain.skills[max(inner, key=lambda place: steps[place].exposure)] if inner else "",
    )


def gamma_of(b: float | None) -> float:
    """Return the exponent for a decay of `b` per unit of ln N; the published mean stands in for None.

    A library that gets no worse with size has the exponent of no decay: the paper fits none below it.
    """
    return execution().gamma(max(0.0, b if b is not None else published()[0].law.b or 0.0))


def _middle(place: int, steps: int) -> float:
    """Weight of a place by the dip in the middle."""
    return exposure(0.0, place, steps)


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
