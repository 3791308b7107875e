"""Forecast how requests will be routed over a library, for one router (DESIGN section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import numpy.typing as npt

from skillaudit.progress import SILENT, Progress
from skillaudit.routing.breadth import breadth, tail
from skillaudit.routing.evidence import Evidence, Remembered, from_descriptors, from_requests
from skillaudit.routing.flows import skill_flows, taxonomy, top_pairs, traffic
from skillaudit.routing.holes import black_holes
from skillaudit.routing.intervals import DRAWS, Clusters, drawn_rates, estimate
from skillaudit.routing.outcome import Outcome, choose, design, rank_first
from skillaudit.routing.profiles import ChoiceFit, Contrast, RouterProfile, find
from skillaudit.routing.records import Routing
from skillaudit.schema import BlackHole, Coverage, Estimate, Forecast, Request, ScorerName, Skill

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

Floats = npt.NDArray[np.float64]

UNKNOWN = Estimate(value=None, low=None, high=None)
DESCRIPTOR_SHIFT: dict[ScorerName, float] = {"hybrid": -1.81, "dense": -1.29, "lexical": -1.51}
"""Logits by which real requests are harder than descriptors that stand in for them: mean over eleven real
libraries that have both. Requests are noisier than the stand-in allows for."""
DESCRIPTOR_SD = 0.6
"""Extra standard deviation, in logits, of a forecast that no request supports; between those libraries the
shift varies by 0.3 to 0.5, and they are few."""
LOCAL: dict[ScorerName, tuple[float, float, float, float]] = {
    "hybrid": (0.63, 1.71, -0.86, 0.80),
    "dense": (0.48, 2.33, -0.74, 0.51),
    "lexical": (0.54, 0.76, -0.74, 0.88),
}
"""Coefficients of the chance that a scorer ranks a request right, read off its skill's descriptor, and how much the
level varies between libraries (in logits, each left out of its own fit): the same eleven."""
CALMER = 0.15
"""Accuracy by which a model's forecast must exceed what the scorer itself would reach before the gap is explained."""
RECOVERED: dict[ScorerName, float] = {"hybrid": 0.63, "dense": 0.65, "lexical": 0.79}
"""Share of right choices of five models on recorded requests that the scorer ranks wrong (650 to 1,131 decisions;
with up to 64 on offer 0.68, 0.70 and 0.85), as the validation benchmark prints them."""
ALWAYS = 20.0
"""Logits of what happens for sure: a local scorer always takes some skill."""


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
    which takes half the time.

    Raises `UsageError` when no profile is called `router`.
    """
    name: ScorerName = scorer.name
    scorer = Remembered(scorer, len(skills))
    profile = find(router, name)
    fit = profile.fits.get(name)
    contrast = fit.contrast if fit else Contrast(1.0)
    known = None if library is None else {skill.id for skill in library}
    evidence = from_requests(skills, requests, scorer, contrast, progress, known)
    supported = bool(evidence.judged.any())
    judged = evidence
    if (skills or library) and not supported:
        fit = _without_requests(fit, name)
        judged = from_descriptors(skills, scorer, fit.contrast, fit.gold_score, progress, library)
    outcome = choose(judged, fit) if fit else rank_first(judged)
    flow = traffic(judged, outcome)
    near = None if neighbors is None else np.asarray(neighbors, dtype=np.int64)
    holes: tuple[BlackHole, ...] = ()
    if not brief:
        wide = breadth(skills, requests, scorer)
        holes = black_holes(skills, flow, families, near, None if wide is None else tail(wide, name))
    row_of = {skill.id: row for row, skill in enumerate(skills)}
    rng = np.random.default_rng(seed)
    accuracy, hijack, none = _rates(judged, outcome, fit, rng)
    level_sd = _level_sd(hijack)
    return Routing(
        forecast=Forecast(
            router=profile.name,
            scorer=name,
            accuracy=accuracy,
            hijack=hijack,
            no_skill=none,
            false_trigger=_false_trigger(evidence, fit, rng),
            taxonomy=taxonomy(flow, families, labels, near, {row_of[hole.skill] for hole in holes}),
            coverage=coverage,
            source=_source(profile, name, supported, judged, accuracy),
            fit_range=_fit_range(profile),
            extrapolates=not profile.sizes[0] <= len(skills) <= profile.sizes[1] and bool(skills),
        ),
        flows=skill_flows(skills, requests, judged, outcome, flow, level_sd),
        pairs=() if brief else top_pairs(skills, requests, judged, flow),
        black_holes=holes,
    )


def _without_requests(fit: ChoiceFit | None, scorer: ScorerName) -> ChoiceFit:
    """A choice model for descriptors in the place of requests; of the scorer itself where `fit` is None."""
    if fit is None:
        *coefficients, spread = LOCAL[scorer]
        return msgspec.structs.replace(
            find(None, scorer).fits[scorer],
            coefficients=(coefficients[0], coefficients[1], coefficients[2]),
            covariance=((0.0,) * 3,) * 3,
            library_sd=spread,
            hijack=(ALWAYS, 0.0, 0.0),
            trigger=(ALWAYS, 0.0),
            trigger_sd=0.0,
        )
    intercept, clearance, capacity = fit.coefficients
    return msgspec.structs.replace(
        fit,
        coefficients=(intercept + DESCRIPTOR_SHIFT[scorer], clearance, capacity),
        library_sd=float(np.hypot(fit.library_sd, DESCRIPTOR_SD)),
    )


def _rates(
    evidence: Evidence, outcome: Outcome, fit: ChoiceFit | None, rng: np.random.Generator
) -> tuple[Estimate, Estimate, Estimate]:
    """Accuracy, hijack and no-skill rates with intervals; the three values sum to 1."""
    judged = evidence.judged
    if not judged.any():
        return UNKNOWN, UNKNOWN, UNKNOWN
    clusters = Clusters.of(evidence.owners[judged])
    offered = evidence.routed[judged]
    right, wrong = outcome.right[judged], outcome.hijack[judged]
    shares = np.divide(wrong, 1 - right, out=np.zeros_like(wrong), where=right < 1)
    one = np.ones(len(right))
    slopes = predictor = None
    if fit is not None and evidence.size:
        slopes = rng.multivariate_normal(fit.coefficients, np.array(fit.covariance), DRAWS, method="eigh")
        slopes[:, 0] += rng.standard_normal(DRAWS) * fit.library_sd
        predictor = design(evidence)[judged]
        if not offered.all():
            slopes, predictor = _with_hidden(evidence, fit, slopes, predictor, rng)
    state = rng.integers(2**32)
    found = []
    # (expected value, sign of the regressors on offer, sign of those that are hidden, weight): nothing but the
    # sign tells the chance of an event from that of its opposite.
    for point, sign, hidden_sign, weight in (
        (right, 1.0, 1.0, np.where(offered, 1.0, 0.0)),
        (np.where(offered, 1 - right, wrong), -1.0, 1.0, np.where(offered, shares, one)),
        (np.where(offered, 1 - right, 1 - wrong), -1.0, -1.0, np.where(offered, 1 - shares, one)),
    ):
        draws = drawn_rates(
            point,
            None if predictor is None else np.where(offered, sign, hidden_sign)[:, None] * predictor,
            np.zeros(DRAWS),
            slopes,
            weight,
            clusters,
            np.random.default_rng(state),
        )
        found.append((float((point * weight).mean()), draws))
    none = max(0.0, 1.0 - found[0][0] - found[1][0])
    return estimate(*found[0]), estimate(*found[1]), estimate(none, found[2][1])


def _with_hidden(
    evidence: Evidence, fit: ChoiceFit, slopes: Floats, predictor: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Slopes and regressors joined with those of the trigger, which the hidden requests follow."""
    judged = evidence.judged
    offered = evidence.routed[judged][:, None]
    trigger = np.tile(np.array(fit.trigger), (DRAWS, 1))
    trigger[:, 0] += rng.standard_normal(DRAWS) * fit.trigger_sd
    columns = np.column_stack([np.ones(int(judged.sum())), evidence.best_rival[judged]])
    return (
        np.hstack([slopes, trigger]),
        np.hstack([np.where(offered, predictor, 0.0), np.where(offered, 0.0, columns)]),
    )


def _false_trigger(evidence: Evidence, fit: ChoiceFit | None, rng: np.random.Generator) -> Estimate:
    """Rate of wrong picks among the requests that should fire nothing; unknown when there are none."""
    idle = ~evidence.judged
    if not idle.any():
        return UNKNOWN
    outcome = choose(evidence, fit) if fit else rank_first(evidence)
    point = outcome.hijack[idle]
    clusters = Clusters.of(np.arange(len(point), dtype=np.int64))
    if fit is None:
        draws = drawn_rates(point, None, np.zeros(DRAWS), None, np.ones(len(point)), clusters, rng)
        return estimate(float(point.mean()), draws)
    best = np.where(np.isneginf(evidence.best_rival), 0.0, evidence.best_rival)[idle]
    predictor = np.column_stack([np.ones(len(best)), best])
    slopes = np.tile(np.array(fit.trigger), (DRAWS, 1))
    shifts = rng.standard_normal(DRAWS) * fit.trigger_sd
    some = (outcome.shares.sum(axis=1) > 0)[idle].astype(np.float64)
    draws = drawn_rates(point, predictor, shifts, slopes, some, clusters, rng)
    return estimate(float(point.mean()), draws)


def _level_sd(hijack: Estimate) -> float:
    """Relative standard deviation of the whole hijack mass, read off its interval."""
    if hijack.value is None or hijack.low is None or hijack.high is None or hijack.value <= 0:
        return 0.0
    return (hijack.high - hijack.low) / (2 * 1.645) / hijack.value


def _source(
    profile: RouterProfile, scorer: ScorerName, supported: bool, evidence: Evidence, accuracy: Estimate
) -> str:
    """One sentence: what was fitted on what, and what stands in."""
    sentence = f"{profile.name}: {profile.description}"
    if profile.decisions:
        sentence += f", fitted on {profile.decisions:,} recorded decisions ({profile.training})"
    if not supported and evidence.judged.any():
        sentence += "; no request speaks for this library, so the skills' own descriptors stand in"
        if profile.kind == "local":
            sentence += "; on eleven other libraries they say how often it ranks real requests right"
    lost, total = int((evidence.hidden >= 0).sum()), int(evidence.judged.sum())
    if lost and supported:
        sentence += f"; the right skill of {lost:,} of {total:,} requests is not on offer"
    elif lost:
        sentence += f"; {lost:,} of {total:,} skills are not on offer"
    if supported and profile.kind == "choice":
        ranked = float(rank_first(evidence).right[evidence.judged].mean())
        if (accuracy.value or 0.0) - ranked >= CALMER:
            sentence += (
                f"; the scorer by itself would rank {ranked:.0%} of these requests right, but of recorded requests "
                f"that it ranks wrong, models got {RECOVERED[scorer]:.0%} right"
            )
    return sentence + "."


def _fit_range(profile: RouterProfile) -> str:
    if profile.kind == "local":
        return ""
    return f"{profile.sizes[0]:,} to {profile.sizes[1]:,} skills on offer"
