"""Forecast how requests will be routed over a library, for one router (DESIGN section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from skillaudit.progress import SILENT, Progress
from skillaudit.routing.breadth import breadth, tail
from skillaudit.routing.classes import side_by_side
from skillaudit.routing.contested import NAMED, contested
from skillaudit.routing.evidence import Remembered
from skillaudit.routing.flows import skill_flows, taxonomy, top_pairs, traffic
from skillaudit.routing.holes import MIN_SKILLS, black_holes, catch_alls, claiming, spared_by
from skillaudit.routing.outcome import rank_first
from skillaudit.routing.profiles import DEFAULT_ROUTER, RouterProfile, find
from skillaudit.routing.reading import Reader, RouterView
from skillaudit.routing.records import Routing
from skillaudit.routing.scripts import foreign
from skillaudit.routing.survey import TOP, TRIED, Survey
from skillaudit.schema import BlackHole, Coverage, Estimate, Forecast, Request, ScorerName, Skill

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

Floats = npt.NDArray[np.float64]

EVERYDAY = 3.8
"""How many times as often a frontier model lost requests in everyday words as exact ones: 19 and 5 of 320 each, over
eight libraries."""
CALMER = 0.15
"""Accuracy by which a model's forecast must exceed what the scorer itself would reach before the gap is explained."""


def forecast(
    skills: Sequence[Skill],
    requests: Sequence[Request],
    scorer: Scorer,
    *,
    families: Sequence[str],
    labels: Sequence[int],
    neighbors: npt.NDArray[Any] | None,
    router: str | None = None,
    coverage: Coverage,
    library: Sequence[Skill] | None = None,
    brief: bool = False,
    survey: Survey | None = None,
    seed: int = 0,
    progress: Progress = SILENT,
) -> Routing:
    """Say how often a router will pick right, pick another skill, pick nothing, and who takes from whom.

    `skills` are the routable ones, in the order of the scorer's columns; `families` and `labels` (cluster
    index, -1 for noise) run parallel to them, `neighbors` is (N, k) with rows of the nearest skills or None.
    A request whose right skills all are missing from `skills`, as where a client cuts its list, is never
    routed right: it is taken as often as a request that should fire nothing. `library` holds all routable skills
    with their whole text: it limits that to its own, and requests for other missing skills are ignored.
    Without requests the descriptors of `library` stand in, with a wider interval. Rates are in [0, 1] and
    never NaN; with nothing to judge they are None. With `brief` neither pairs nor black holes are looked for,
    nor other classes of routers, nor requests made that need nothing, which takes half the time. A `survey` of the
    same skills by the same scorer spares holding all against all.

    Raises `UsageError` when no profile is called `router`.
    """
    name: ScorerName = scorer.name
    scorer = Remembered(scorer, len(skills))
    profile = find(router, name).at([skill.name for skill in library or skills])
    known = None if library is None else {skill.id for skill in library}
    wide = None if brief else breadth(skills, requests, scorer, survey)
    width = None if wide is None else tail(wide, name)
    near = None if neighbors is None else np.asarray(neighbors, dtype=np.int64)
    reader = Reader(
        skills,
        requests,
        scorer,
        known=known,
        library=library,
        near=near,
        catch_all=claiming(skills, width),
        strangers=not brief,
        progress=progress,
        survey=survey,
    )
    view = reader.view(profile)
    judged, outcome = view.judged, view.outcome
    flow = traffic(judged, outcome)
    holes: tuple[BlackHole, ...] = ()
    if not brief:
        holes = black_holes(skills, flow, families, near, width, view.spared)
    row_of = {skill.id: row for row, skill in enumerate(skills)}
    found = view.rates(seed)
    return Routing(
        forecast=Forecast(
            router=profile.name,
            scorer=name,
            accuracy=found.accuracy,
            hijack=found.hijack,
            no_skill=found.no_skill,
            false_trigger=found.false_trigger,
            contested=found.contested,
            taxonomy=taxonomy(flow, families, labels, near, {row_of[hole.skill] for hole in holes}),
            coverage=coverage,
            source=_source(
                profile,
                view,
                found.accuracy,
                int(foreign(requests, skills).sum()),
                written=all(request.source in ("mined", "body") for request in requests),
                recall=survey.recall if survey else 1.0,
            ),
            fit_range=_fit_range(profile),
            extrapolates=profile.extrapolates(len(skills)),
            nearest_found=survey.recall if survey and survey.recall < 1 else None,
        ),
        flows=skill_flows(skills, requests, judged, outcome, flow, _level_sd(found.hijack)),
        pairs=() if brief else top_pairs(skills, requests, judged, flow, contested(judged, name, NAMED)),
        black_holes=holes,
        rows=() if brief else side_by_side(reader, profile, found, name, seed),
    )


def spared(
    skills: Sequence[Skill], requests: Sequence[Request], scorer: Scorer, router: str | None
) -> dict[int, float]:
    """Return by row of each catch-all the share of requests that need nothing which fire no skill without it.

    The figure of the black holes of `forecast`; empty for a library too small to have any.
    """
    if len(skills) < MIN_SKILLS:
        return {}
    scorer = Remembered(scorer, len(skills))
    wide = breadth(skills, requests, scorer)
    width = None if wide is None else tail(wide, scorer.name)
    if not catch_alls(skills, width):
        return {}
    reader = Reader(skills, requests, scorer, catch_all=claiming(skills, width), strangers=True)
    profile = find(router, scorer.name).at([skill.name for skill in skills])
    return spared_by(skills, width, reader.view(profile).spared)


def _level_sd(hijack: Estimate) -> float:
    """Relative standard deviation of the whole hijack mass, read off its interval."""
    if hijack.value is None or hijack.low is None or hijack.high is None or hijack.value <= 0:
        return 0.0
    return (hijack.high - hijack.low) / (2 * 1.645) / hijack.value


def _source(
    profile: RouterProfile,
    view: RouterView,
    accuracy: Estimate,
    strange: int,
    *,
    written: bool,
    recall: float,
) -> str:
    """One sentence: what was fitted on what, what stands in, and in whose words the requests are."""
    sentence = profile.provenance
    evidence, supported = view.judged, view.supported
    if not supported and evidence.judged.any():
        sentence += "; no request speaks for this library, so the skills' own descriptors stand in"
        if profile.kind == "local":
            sentence += "; on eleven other libraries they say how often it ranks real requests right"
    lost, total = int((evidence.hidden >= 0).sum()), int(evidence.judged.sum())
    if lost and supported:
        sentence += f"; the right skill of {lost:,} of {total:,} requests is not on offer"
    elif lost:
        sentence += f"; {lost:,} of {total:,} skills are not on offer"
    if supported and np.ptp(evidence.weight) > 0:
        sentence += "; each request counts as often as it came"
    if supported and view.fit is not None and view.fit.recovered:
        ranked = evidence.mean(rank_first(evidence).right, evidence.judged)
        if (accuracy.value or 0.0) - ranked >= CALMER:
            sentence += (
                f"; the scorer by itself would rank {ranked:.0%} of these requests right, but of recorded requests "
                f"that it ranks wrong, models got {view.fit.recovered:.0%} right"
            )
    if supported and written and profile.name == DEFAULT_ROUTER:
        sentence += (
            f"; the requests are in the words of the skills' authors, and everyday ones were lost {EVERYDAY:.1f} times "
            "as often over eight libraries"
        )
    if strange:
        sentence += (
            f"; {strange:,} of the requests are in a script that no descriptor is written in: the scorer cannot read "
            "them, so the forecast is lower and wider"
        )
    if recall < 1:
        sentence += (
            f"; of so many skills the nearest come from an index, which finds {recall:.1%} of the {TOP} nearest "
            f"({TRIED} skills tried)"
        )
    return sentence + "."


def _fit_range(profile: RouterProfile) -> str:
    if profile.kind == "local":
        return ""
    return f"{profile.sizes[0]:,} to {profile.sizes[1]:,} skills on offer"
