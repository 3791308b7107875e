"""A library behind gateways: one choice among categories, then one inside each, and what both come to.

A gateway is a skill that declares itself as a router and has other skills in folders below its own, as an exported tree
has. A client that lists the gateways alone chooses in stages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy.typing as npt
from msgspec.structs import replace

from skillaudit.pipeline.structure import Structure
from skillaudit.progress import SILENT, Progress
from skillaudit.routing.activation import activations
from skillaudit.routing.classes import at_work
from skillaudit.routing.predict import forecast
from skillaudit.routing.profiles import RouterProfile, find
from skillaudit.routing.rates import DIMENSIONS, Rates, shares, with_intervals
from skillaudit.routing.reading import Reader
from skillaudit.routing.records import Routing, SkillFlow
from skillaudit.routing.staged import Joint, Level, Way, joint
from skillaudit.routing.survey import Survey
from skillaudit.schema import Coverage, Forecast, ForecastRow, Request, Skill, Taxonomy
from skillaudit.scoring import Scorer
from skillaudit.scoring.part import Part
from skillaudit.stats.draws import normals


class Around(NamedTuple):
    """What is known of the surroundings of each skill, parallel to the skills."""

    families: Sequence[str]
    labels: Sequence[int]
    neighbors: npt.NDArray[Any] | None

    @classmethod
    def of(cls, structure: Structure) -> Around:
        """Take what `examine` found."""
        return cls(structure.families, structure.labels, structure.surroundings)

    def some(self, rows: Sequence[int]) -> Around:
        """The same for some of the skills; who is near is not known among them."""
        return Around([self.families[row] for row in rows], [self.labels[row] for row in rows], None)


def routed(
    shown: Sequence[Skill],
    requests: Sequence[Request],
    scorer: Scorer,
    parents: Mapping[str, str],
    around: Around,
    *,
    router: str | None,
    coverage: Coverage,
    library: Sequence[Skill],
    survey: Survey | None = None,
    brief: bool = False,
    progress: Progress = SILENT,
) -> Routing:
    """Forecast one choice among all that is shown, or, where some stand behind gateways, every choice on the way."""

    def told(
        skills: Sequence[Skill],
        asked: Sequence[Request],
        ranks: Scorer,
        near: Around,
        whole: Sequence[Skill] | None,
    ) -> Routing:
        return forecast(
            skills,
            asked,
            ranks,
            families=near.families,
            labels=near.labels,
            neighbors=near.neighbors,
            router=router,
            coverage=coverage,
            library=whole,
            survey=None if parents else survey,
            brief=brief,
            progress=progress,
        )

    if not parents:
        return told(shown, requests, scorer, around, library)

    def part(rows: Sequence[int], here: Sequence[Request]) -> tuple[Routing, Reader]:
        inside, ranks = [shown[row] for row in rows], Part(scorer, rows)
        found = told(inside, here, ranks, around.some(rows), None if requests else inside)
        return found, Reader(inside, here, ranks)

    return in_stages(shown, requests, parents, part)


Forecasts = Callable[[Sequence[int], Sequence[Request]], tuple[Routing, Reader]]
"""Forecasts requests among some of the skills, given by row; and what that is read off."""


def in_stages(
    skills: Sequence[Skill],
    requests: Sequence[Request],
    parents: Mapping[str, str],
    part: Forecasts,
) -> Routing:
    """Return the routing of a library by stages: `part` forecasts each choice, its requests led to what is on offer."""
    row_of = {skill.id: row for row, skill in enumerate(skills)}
    rows = lists_of(skills, parents)
    found: dict[str, Routing] = {}
    choices: dict[str, Level] = {}
    for door, inside in rows.items():
        asked, here = led(requests, door, parents)
        found[door], reader = part(inside, here)
        choices[door] = Level(reader, asked)
    flows: dict[str, SkillFlow] = {}
    for door, routing in found.items():
        flows.update({skills[row].id: flow for row, flow in zip(rows[door], routing.flows, strict=True)})
    top = found[""]
    ways = {at: way_of(request, parents, row_of) for at, request in enumerate(requests) if request.gold}
    kept = {at: way for at, way in ways.items() if way is not None}
    z = normals(DIMENSIONS, 0)

    def whole(profile: RouterProfile) -> Joint | None:
        return joint(choices, kept, profile, z)

    def rated(way: Joint, row: Forecast | ForecastRow) -> Rates:
        return with_intervals(way.drawn, way.shown, way.part, row.false_trigger, len(skills), z)

    whole_way, classes = top.forecast, list(top.rows)
    own = find(top.forecast.router, top.forecast.scorer)
    if (way := whole(own.at([skill.name for skill in skills]))) is not None:
        whole_way = _composed(
            top.forecast,
            rated(way, top.forecast),
            [(found[door].forecast, len(choices[door].asked)) for door in found],
        )
        classes = []
        for row in top.rows:
            if row.client is None and row.router == top.forecast.router:
                classes.append(replace(row, **shares(rated(way, row))))
            elif (by := whole(find(row.router, top.forecast.scorer))) is None:
                classes.append(row)
            elif row.client is None:
                classes.append(replace(row, **shares(rated(by, row))))
            else:
                # Whoever has started on a gateway reads on: only the first choice is one between starting and not.
                known = next(a for a in activations() if (a.router, a.client) == (row.router, row.client))
                classes.append(at_work(known, by.drawn, by.shown.count, by.part, 0))
    first, behind = len(rows[""]), len(found) - 1
    told = f" Read in stages: {first} entries in the first list, then what stands behind each of {behind}."
    pairs = sorted((p for r in found.values() for p in r.pairs), key=lambda p: -max(p.a_to_b, p.b_to_a))
    return Routing(
        forecast=replace(whole_way, source=top.forecast.source.rstrip() + told),
        flows=tuple(_along(skill.id, flows, parents) for skill in skills),
        pairs=tuple(pairs),
        # Only the first list is on offer to a request that needs nothing.
        black_holes=tuple(
            replace(hole, idle=None) if door else hole
            for door, routing in found.items()
            for hole in routing.black_holes
        ),
        rows=tuple(classes),
    )


def lists_of(skills: Sequence[Skill], parents: Mapping[str, str]) -> dict[str, list[int]]:
    """Return what each list holds, by row: that of the client, `""`, and that behind each gateway."""
    rows: dict[str, list[int]] = {"": []}
    for row, skill in enumerate(skills):
        rows.setdefault(parents.get(skill.id, ""), []).append(row)
    return rows


def way_of(request: Request, parents: Mapping[str, str], row_of: Mapping[str, int]) -> Way | None:
    """The choices that a request meets on the way to the skill that owns it."""
    known = [skill for skill in request.gold if skill in row_of]
    if not known:
        return None
    owner = request.home if request.home in known else known[0]
    doors = [parents.get(owner, "")]
    while doors[-1]:
        doors.append(parents.get(doors[-1], ""))
    return Way(tuple(reversed(doors)), row_of[owner])


def led(
    requests: Sequence[Request], door: str, parents: Mapping[str, str]
) -> tuple[list[int], list[Request]]:
    """Which requests the choice behind a door sees, and how: what leads to a right skill is right there."""

    def here(skill: str) -> str | None:
        while (above := parents.get(skill, "")) != door:
            if not above or not skill:
                return None
            skill = above
        return skill

    asked, made = [], []
    for at, request in enumerate(requests):
        gold = tuple(dict.fromkeys(one for skill in request.gold if (one := here(skill)) is not None))
        if gold or (not request.gold and not door):
            asked.append(at)
            made.append(replace(request, gold=gold, home=here(request.home) or ""))
    return asked, made


def _along(skill: str, flows: Mapping[str, SkillFlow], parents: Mapping[str, str]) -> SkillFlow:
    """What a skill loses on the whole way to it."""
    own, above = flows[skill], parents.get(skill)
    if above is None or own.victim_rate is None:
        return own
    way = _along(above, flows, parents)
    ends = ("victim_rate", "victim_low", "victim_high")
    lost = {end: 1 - (1 - (getattr(own, end) or 0.0)) * (1 - (getattr(way, end) or 0.0)) for end in ends}
    return replace(own, **lost)


def _composed(top: Forecast, found: Rates, parts: Sequence[tuple[Forecast, int]]) -> Forecast:
    """The forecast of the whole way; its errors are of the kinds that the choices on it have, by what each loses.

    `parts` are the forecasts of the choices, each with how many requests meet it.
    """
    kinds = ("local", "drift", "capture")
    lost = {kind: sum(getattr(one.taxonomy, kind) * count for one, count in parts) for kind in kinds}
    scale = (found.hijack.value or 0.0) / max(sum(lost.values()), 1e-12)
    return replace(
        top,
        **shares(found),
        taxonomy=Taxonomy(**{kind: value * scale for kind, value in lost.items()}),
        extrapolates=any(one.extrapolates for one, _ in parts),
    )
