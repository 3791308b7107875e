"""Whether b couples the laws: b of every router from F01, its rescue from F10, and the line between the two."""

from __future__ import annotations

import math
from collections.abc import Sequence

from msgspec.structs import replace

from skillaudit.asking.records import Fit, Spending
from skillaudit.experiment.records import Findings, Judgement, Mark, Result, Ruling, Series
from skillaudit.laws.coupling import LEAST, Coupling, RouterLaws, couple
from skillaudit.schema import Estimate

NAME = "coupling"
RESCUE = "ln odds"
"""Name of F10's number that the line predicts."""
HARD = 0.2
"""Chance of the step that the figure shows the rescue of."""
_CLAIM = "the slope b of a router's routing law tells how much a right result rescues its next step"
_PAPER = "routing-side fits predict execution-side rescue across models; no figure is printed"


def with_coupling(results: Sequence[Result]) -> tuple[Result, ...]:
    """Return the results, and one of the coupling where enough routers have done both F01 and F10."""
    kept = tuple(result for result in results if result.name != NAME)
    routers = measured(kept)
    if len(routers) < LEAST:
        return kept
    both = [result for result in kept if result.name in {"f01", "f10"}]
    return (*kept, _result(routers, couple(routers), both[0]))


def measured(results: Sequence[Result]) -> tuple[RouterLaws, ...]:
    """Return the routers that both F01 and F10 were run on, sorted by name."""
    slopes = {result.router: _fit(result, "b") for result in results if result.name == "f01"}
    rescues = {result.router: _fit(result, RESCUE) for result in results if result.name == "f10"}
    found = []
    for router in sorted(slopes.keys() & rescues.keys()):
        b, rescue = slopes[router], rescues[router]
        if b is not None and rescue is not None:
            found.append(RouterLaws(router=router, b=b, rescue=rescue))
    return tuple(found)


def _fit(result: Result, name: str) -> Estimate | None:
    return next((fit.value for fit in result.findings.fits if fit.name == name), None)


def _result(routers: Sequence[RouterLaws], line: Coupling, like: Result) -> Result:
    return Result(
        name=NAME,
        title="whether b couples the two laws",
        router=f"{len(routers)} routers",
        seeds=like.seeds,
        tasks=like.tasks,
        findings=Findings(
            fits=_fits(line),
            verdicts=() if line.p is None else (_verdict(line, line.p),),
            series=_series(routers, line),
            x_label="b, accuracy lost per unit of ln N",
            y_label=f"P(B | state) of a step of {HARD:g}",
            notes=(line.note,) if line.note else (),
            routers=_told(routers, line),
        ),
        rows=(),
        planned=0,
        spending=Spending(calls=0, known=0, dollars=0.0, priced=True),
    )


def _verdict(line: Coupling, p: float) -> Judgement:
    ruling: Ruling = "supported" if line.coupled else "no effect"
    return Judgement(
        hypothesis=_CLAIM,
        ruling=ruling,
        effect=line.slope,
        unit="change of ln R per unit of b, where R multiplies the odds of the next step",
        p=p,
        test="line through all routers, the noise of b taken out; jackknife over routers, two-sided t",
        paper=_PAPER,
    )


def _told(routers: Sequence[RouterLaws], line: Coupling) -> tuple[RouterLaws, ...]:
    predicted = {found.router: found.predicted for found in line.left_out}
    return tuple(replace(router, told=predicted.get(router.router)) for router in routers)


def _fits(line: Coupling) -> tuple[Fit, ...]:
    if line.p is None:
        return ()
    plain = {
        "c": (line.constant, "ln R of a router that loses nothing with size"),
        "left-out error": (line.error, "of ln R, each router told from the others' line"),
        "left-out error without b": (line.error_without, "the same, told from the others' mean"),
    }
    numbers = [
        Fit(name=name, value=Estimate(value=value, low=value, high=value), meaning=meaning)
        for name, (value, meaning) in plain.items()
    ]
    return (Fit(name="s", value=line.slope, meaning="change of ln R per unit of b"), *numbers)


def _series(routers: Sequence[RouterLaws], line: Coupling) -> tuple[Series, ...]:
    points = sorted(
        (_point(router.b.value or 0.0, router.rescue) for router in routers), key=lambda point: point.x
    )
    series = [Series(label="routers", points=tuple(points))]
    if line.constant is not None and line.slope.value is not None:
        drawn = []
        for b in (point.x for point in points):
            y = _rescued(line.constant + line.slope.value * b)
            drawn.append(Mark(x=b, y=y, low=y, high=y))
        series.append(Series(label="line", points=tuple(drawn)))
    return tuple(series)


def _point(b: float, rescue: Estimate) -> Mark:
    low, value, high = (_rescued(end or 0.0) for end in (rescue.low, rescue.value, rescue.high))
    return Mark(x=b, y=value, low=low, high=high)


def _rescued(ln_odds: float) -> float:
    """Chance of a step of `HARD` whose odds are multiplied."""
    odds = HARD / (1 - HARD) * math.exp(min(20.0, max(-20.0, ln_odds)))
    return odds / (1 + odds)
