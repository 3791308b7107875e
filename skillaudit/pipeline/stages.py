"""A library behind gateways: one choice among categories, then one inside each, and what both come to.

A gateway is a skill that declares itself as a router and has other skills in folders below its own, as an exported tree
has. A client that lists the gateways alone chooses in stages; their chances multiply (arXiv 2601.04748, section 5.5).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from skillaudit.laws.execution_intervals import joint_interval, level_sd
from skillaudit.routing import Routing, SkillFlow
from skillaudit.schema import Estimate, Forecast, ForecastRow, Request, Skill, Taxonomy

Part = Callable[[Sequence[int], Sequence[Request]], Routing]
"""Forecasts requests among some of the skills, given by row."""


def in_stages(
    skills: Sequence[Skill], requests: Sequence[Request], parents: Mapping[str, str], part: Part
) -> Routing:
    """Return the routing of a library by stages: `part` forecasts each choice, its requests led to what is on offer."""
    row_of = {skill.id: row for row, skill in enumerate(skills)}
    rows: dict[str, list[int]] = {"": []}
    for skill in skills:
        rows.setdefault(parents.get(skill.id, ""), []).append(row_of[skill.id])
    found = {door: part(inside, _led(requests, door, parents)) for door, inside in rows.items()}
    flows: dict[str, SkillFlow] = {}
    for door, routing in found.items():
        flows.update({skills[row].id: flow for row, flow in zip(rows[door], routing.flows, strict=True)})
    top = found[""]
    inner = {door: routing for door, routing in found.items() if door}
    weight = {door: float(flows[door].requests) for door in inner}
    direct = sum(flow.requests for flow in top.flows if flow.id not in inner)
    whole = sum(weight.values()) + direct
    share = {door: count / whole if whole else 0.0 for door, count in weight.items()}
    pairs = sorted((p for r in found.values() for p in r.pairs), key=lambda p: -max(p.a_to_b, p.b_to_a))
    told = f" Read in stages: {len(rows[''])} entries in the first list, then what stands behind each of {len(inner)}."
    forecast = _composed(top.forecast, {door: routing.forecast for door, routing in inner.items()}, share)
    return Routing(
        forecast=replace(forecast, source=top.forecast.source.rstrip() + told),
        flows=tuple(_along(skill.id, flows, parents) for skill in skills),
        pairs=tuple(pairs),
        black_holes=tuple(hole for routing in found.values() for hole in routing.black_holes),
        rows=tuple(_row(row, inner, share) for row in top.rows),
    )


def _led(requests: Sequence[Request], door: str, parents: Mapping[str, str]) -> list[Request]:
    """Requests as the choice behind a door sees them: what leads to a right skill is right there."""

    def here(skill: str) -> str | None:
        while (above := parents.get(skill, "")) != door:
            if not above or not skill:
                return None
            skill = above
        return skill

    made = []
    for request in requests:
        gold = tuple(dict.fromkeys(one for skill in request.gold if (one := here(skill)) is not None))
        if gold or (not request.gold and not door):
            made.append(replace(request, gold=gold, home=here(request.home) or ""))
    return made


def _along(skill: str, flows: Mapping[str, SkillFlow], parents: Mapping[str, str]) -> SkillFlow:
    """What a skill loses on the whole way to it."""
    own, above = flows[skill], parents.get(skill)
    if above is None or own.victim_rate is None:
        return own
    way = _along(above, flows, parents)
    ends = ("victim_rate", "victim_low", "victim_high")
    lost = {end: 1 - (1 - (getattr(own, end) or 0.0)) * (1 - (getattr(way, end) or 0.0)) for end in ends}
    return replace(own, **lost)


def _composed(top: Forecast, inner: Mapping[str, Forecast], share: Mapping[str, float]) -> Forecast:
    """Rates of the whole way: of what passes the first choice, the second loses its part."""
    passed = top.accuracy.value
    if passed is None:
        return top
    accuracy = _product(top.accuracy, {door: one.accuracy for door, one in inner.items()}, share)
    none = (top.no_skill.value or 0.0) + passed * sum(
        share[door] * (one.no_skill.value or 0.0) for door, one in inner.items()
    )
    lost = {
        kind: getattr(top.taxonomy, kind)
        + passed * sum(share[door] * getattr(one.taxonomy, kind) for door, one in inner.items())
        for kind in ("local", "drift", "capture")
    }
    contested = (top.contested.value or 0.0) + passed * sum(
        share[door] * (one.contested.value or 0.0) for door, one in inner.items()
    )
    return replace(
        top,
        accuracy=accuracy,
        no_skill=_shifted(top.no_skill, none),
        hijack=_rest(accuracy, none),
        contested=_shifted(top.contested, contested),
        taxonomy=Taxonomy(**lost),
        extrapolates=top.extrapolates or any(one.extrapolates for one in inner.values()),
    )


def _row(row: ForecastRow, inner: Mapping[str, Routing], share: Mapping[str, float]) -> ForecastRow:
    """The same for one class of routers, or one client."""
    # Whoever has started on a gateway reads on: only the first choice is one between starting and not.
    like = {
        door: next((one for one in r.rows if one.router == row.router and one.client is None), None)
        for door, r in inner.items()
    }
    known = {door: one.accuracy for door, one in like.items() if one is not None}
    accuracy = _product(row.accuracy, known, share)
    return replace(row, accuracy=accuracy, hijack=_rest(accuracy, row.no_skill.value or 0.0))


def _product(first: Estimate, inner: Mapping[str, Estimate], share: Mapping[str, float]) -> Estimate:
    """Chance of the first choice and of the one behind it, which only its own share of the requests meets."""
    if first.value is None:
        return first
    rest = 1.0 - sum(share[door] for door in inner)
    second = {
        end: rest
        + sum(share[door] * (1.0 if (v := getattr(one, end)) is None else v) for door, one in inner.items())
        for end in ("value", "low", "high")
    }
    return joint_interval([first, Estimate(**second)], level_sd(first))


def _rest(accuracy: Estimate, none: float) -> Estimate:
    """What neither the right skill nor nothing takes."""
    if accuracy.value is None:
        return accuracy
    value = max(0.0, 1.0 - accuracy.value - none)
    low, high = accuracy.low or 0.0, 1.0 if accuracy.high is None else accuracy.high
    return Estimate(
        value=value,
        low=max(0.0, value - (high - accuracy.value)),
        high=min(1.0, value + accuracy.value - low),
    )


def _shifted(estimate: Estimate, value: float) -> Estimate:
    """An estimate moved to another value, as wide as it was."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return replace(estimate, value=value, low=value, high=value)
    by = value - estimate.value
    return Estimate(value=value, low=max(0.0, estimate.low + by), high=min(1.0, estimate.high + by))
