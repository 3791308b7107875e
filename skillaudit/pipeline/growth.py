"""How a library's accuracy falls as it grows: one list as `laws.curve` walks it, a tree in stages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from skillaudit.laws.curve import (
    DRAWS,
    MIN_SKILLS,
    fitted_curve,
    forms_of,
    left_out,
    library_law,
    nested_order,
    sampled,
    sizes_of,
)
from skillaudit.pipeline.stages import led, lists_of, way_of
from skillaudit.progress import SILENT, Progress
from skillaudit.routing.profiles import RouterProfile, find
from skillaudit.routing.rates import DIMENSIONS, RIGHT, accuracy
from skillaudit.routing.reading import Reader
from skillaudit.routing.staged import Joint, Level, joint
from skillaudit.schema import LawPoint, LibraryCurve, Request, ScorerName, Skill
from skillaudit.scoring import Scorer
from skillaudit.scoring.part import Part
from skillaudit.stats.draws import measured, normals
from skillaudit.stats.intervals import interval

Floats = npt.NDArray[np.float64]
ORDERS = 3
NOTE = "Read in stages: every size keeps the gateways above its skills, and is asked the requests of those."


def law_of(
    shown: Sequence[Skill],
    requests: Sequence[Request],
    scorer: Scorer,
    parents: Mapping[str, str],
    *,
    router: str | None,
    floor: float | None,
    progress: Progress = SILENT,
) -> LibraryCurve:
    """Measure accuracy on nested random parts of a library; `parents` are its gateways, none for one list.

    Raises `UsageError` when no profile is called `router`.
    """
    if not parents:
        return library_law(shown, requests, scorer, router=router, floor=floor, progress=progress)
    profile = find(router, scorer.name).at([skill.name for skill in shown])
    doors = set(parents.values())
    leaves = [skill for skill in shown if skill.id not in doors]
    kept = [request for request, _ in sampled(leaves, requests)]
    if len(leaves) < MIN_SKILLS or not kept:
        why = "too few skills for a curve" if kept else "no request speaks for this library"
        return LibraryCurve(router=profile.name, points=(), forms=(), floor=floor, note=why)
    scorer = _Asked(scorer, [request.query for request in kept])
    local = find("local", scorer.name)
    z = normals(DIMENSIONS, 0, DRAWS)
    points: list[LawPoint] = []
    draws: list[Floats] = []
    for size in sizes_of(len(leaves)):
        progress.update("law", size, len(leaves))
        said, ranked, near = [], [], []
        for seed in range(ORDERS):
            inside = {leaves[row].id for row in nested_order(leaves, seed)[:size].tolist()}
            part = _Part(shown, kept, scorer, parents, inside)
            if (way := part.along(profile, z)) is None or (own := part.along(local, z)) is None:
                continue
            said.append(way)
            ranked.append(own)
            near.append(part.interference)
        if not said:
            continue
        drawn = _draws(said, z)
        draws.append(drawn)
        right, hijack = (
            float(np.mean([getattr(way.drawn, name) for way in said])) for name in ("right", "hijack")
        )
        known = interval(right, drawn)
        if size == len(leaves) and (way := part.along(profile, normals(DIMENSIONS, 0))) is not None:
            # In the whole tree all orders are one: that of the forecast.
            known = accuracy(way.drawn.right, way.shown, len(shown), normals(DIMENSIONS, 0))
            hijack = float(way.drawn.hijack.mean())
        points.append(
            LawPoint(
                n=size,
                accuracy=known,
                hijack=hijack,
                interference=float(np.mean(near)),
                measured=None
                if scorer.name not in profile.fits
                else interval(_mean(ranked), _draws(ranked, z)),
            )
        )
    told = " ".join(filter(None, (NOTE, left_out(requests, leaves, kept))))
    law = replace(fitted_curve(profile.name, tuple(points), np.stack(draws), floor), note=told)
    if scorer.name not in profile.fits:
        return replace(law, basis="scorer")
    values = [(point.measured.value if point.measured else None) or 0.0 for point in points]
    return replace(law, measured=forms_of([p.n for p in points], values, [p.interference for p in points]))


class _Asked:
    """A scorer that has scored every request once."""

    def __init__(self, scorer: Scorer, queries: Sequence[str]) -> None:
        self.name: ScorerName = scorer.name
        self._row = {query: row for row, query in enumerate(dict.fromkeys(queries))}
        self._scores = np.asarray(scorer.scores(list(self._row)), dtype=np.float32)
        self.similarities, self.pairs = scorer.similarities, scorer.pairs

    def scores(self, queries: Sequence[str]) -> npt.NDArray[np.float32]:
        """(len(queries), skills) of requests that are known."""
        return self._scores[[self._row[query] for query in queries]]


class _Part:
    """Some of the skills of a tree, the gateways above them, and the requests that they own."""

    def __init__(
        self,
        shown: Sequence[Skill],
        requests: Sequence[Request],
        scorer: Scorer,
        parents: Mapping[str, str],
        inside: set[str],
    ) -> None:
        kept = set(inside)
        for skill in inside:
            while skill := parents.get(skill, ""):
                kept.add(skill)
        rows = [row for row, skill in enumerate(shown) if skill.id in kept]
        some = [shown[row] for row in rows]
        asked = [replace(one, gold=tuple(g for g in one.gold if g in inside)) for one in requests]
        asked = [one for one in asked if one.gold]
        self._choices: dict[str, Level] = {}
        for door, places in lists_of(some, parents).items():
            which, here = led(asked, door, parents)
            reader = Reader([some[at] for at in places], here, Part(scorer, [rows[at] for at in places]))
            self._choices[door] = Level(reader, which)
        row_of = {skill.id: row for row, skill in enumerate(some)}
        ways = {at: way_of(request, parents, row_of) for at, request in enumerate(asked)}
        self._ways = {at: way for at, way in ways.items() if way is not None}

    def along(self, profile: RouterProfile, z: Floats) -> Joint | None:
        """Rates of one router over the whole way."""
        return joint(self._choices, self._ways, profile, z)

    @property
    def interference(self) -> float:
        """Mean score of the best rival in the first list, in [0, 1]."""
        reader = self._choices[""].reader
        best = reader.view(find("local", reader.scorer_name)).judged.best_rival
        return float(np.clip(np.where(np.isfinite(best), best, 0.0).mean(), 0.0, 1.0)) if len(best) else 0.0


def _mean(ways: Sequence[Joint]) -> float:
    return float(np.mean([way.drawn.right for way in ways]))


def _draws(ways: Sequence[Joint], z: Floats) -> Floats:
    """(B,) draws of the mean over orders, with what the requests leave open."""
    count = max(way.shown.count for way in ways)
    return measured(np.mean([way.drawn.right for way in ways], axis=0), z[:, RIGHT], count)[: len(z)]
