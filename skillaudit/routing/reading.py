"""What a router's profile makes of the requests for one library."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import numpy.typing as npt

from skillaudit.progress import SILENT, Progress
from skillaudit.routing.contested import contested
from skillaudit.routing.evidence import Evidence, from_requests, without
from skillaudit.routing.idle import made_idle
from skillaudit.routing.outcome import Outcome, choose, rank_first
from skillaudit.routing.profiles import ChoiceFit, Contrast, RouterProfile, find
from skillaudit.routing.rates import Rates, rates
from skillaudit.routing.scripts import SHIFT, foreign
from skillaudit.routing.stand_ins import from_descriptors
from skillaudit.routing.survey import Survey
from skillaudit.schema import Request, ScorerName, Skill

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LOCAL: dict[ScorerName, tuple[float, float, float, float]] = {
    "hybrid": (0.63, 1.71, -0.86, 0.80),
    "dense": (0.48, 2.33, -0.74, 0.51),
    "lexical": (0.54, 0.76, -0.74, 0.88),
}
"""Coefficients of the chance that a scorer ranks a request right, read off its skill's descriptor, and how much the
level varies between libraries (in logits, each left out of its own fit): the same eleven."""
ALWAYS = 20.0
"""Logits of what happens for sure: a local scorer always takes some skill."""


@dataclass(frozen=True, slots=True)
class RouterView:
    """What one router's profile makes of the requests."""

    profile: RouterProfile
    evidence: Evidence
    """Of the requests as they are."""
    judged: Evidence
    """The same, or of the descriptors that stand in for requests."""
    outcome: Outcome
    fit: ChoiceFit | None
    extra_sd: float
    """What is not known of the shifts of the requests' sources, in logits."""
    idle: Evidence
    """Of requests that should fire nothing."""
    contested: npt.NDArray[np.bool_]

    @property
    def supported(self) -> bool:
        """Whether any request speaks for the library."""
        return bool(self.evidence.judged.any())

    @property
    def contested_part(self) -> float:
        """Part of the wrong choices that go to a skill which answers the request as well."""
        judged = self.judged.judged
        mass = (self.outcome.hijack * self.judged.weight)[judged]
        share = (self.outcome.shares * self.contested).sum(axis=1)[judged]
        return float((mass * share).sum() / max(mass.sum(), 1e-12))

    def spared(self, row: int, catch_all: float) -> float | None:
        """Share of the requests that need nothing which no longer fire a skill when that of `row` goes.

        `catch_all` is how much of the list claims everything then. None where no such request is known.
        """
        if self.idle.judged.all() or not self.idle.rivals.shape[1]:
            return None
        return max(0.0, self._fires(self.idle) - self._fires(without(self.idle, row, catch_all)))

    def _fires(self, idle: Evidence) -> float:
        outcome = choose(idle, self.fit) if self.fit else rank_first(idle)
        return idle.mean(outcome.hijack, ~idle.judged)

    def rates(self, seed: int) -> Rates:
        """Rates with their intervals."""
        return rates(
            self.judged,
            self.outcome,
            self.fit,
            contested=self.contested,
            skills=self.judged.size + int(self.judged.hidden.max(initial=-1)) + 1,
            seed=seed,
            extra_sd=self.extra_sd,
            idle=self.idle,
        )


class Reader:
    """Reads the evidence off a scorer, once for all profiles that hold scores against each other alike."""

    def __init__(
        self,
        skills: Sequence[Skill],
        requests: Sequence[Request],
        scorer: Scorer,
        *,
        known: set[str] | None = None,
        library: Sequence[Skill] | None = None,
        near: Ints | None = None,
        catch_all: float = 0.0,
        strangers: bool = False,
        progress: Progress = SILENT,
        survey: Survey | None = None,
    ) -> None:
        """Take a library and its requests; `strangers` makes some that need nothing where none is given.

        `near` (N, k) are the skills nearest to each, or None.
        """
        self.skills = skills
        self._requests = requests
        self._scorer = scorer
        self._known = known
        self._library = library
        self._near = near
        self._catch_all = catch_all
        self._strangers = strangers
        self._progress = progress
        self._survey = survey
        self._asked: dict[Contrast, tuple[Evidence, Evidence]] = {}
        self._stand_ins: dict[tuple[Contrast, float], Evidence] = {}

    @property
    def scorer_name(self) -> ScorerName:
        """Which scorer the evidence is read off."""
        return self._scorer.name

    def view(self, profile: RouterProfile) -> RouterView:
        """Apply a profile; descriptors stand in where no request speaks for the library."""
        name: ScorerName = self._scorer.name
        fit = profile.fits.get(name)
        evidence, idle = self._evidence(fit.contrast if fit else Contrast(1.0))
        judged, extra_sd = evidence, 0.0
        if (self.skills or self._library) and not evidence.judged.any():
            fit = _without_requests(fit, name)
            judged = self._descriptors(fit)
        elif fit is not None:
            judged, extra_sd = _shifted(evidence, self._requests, self.skills, fit)
        return RouterView(
            profile=profile,
            evidence=evidence,
            judged=judged,
            outcome=choose(judged, fit, extra_sd) if fit else rank_first(judged),
            fit=fit,
            extra_sd=extra_sd,
            idle=idle,
            contested=contested(judged, name),
        )

    def _evidence(self, contrast: Contrast) -> tuple[Evidence, Evidence]:
        if contrast not in self._asked:
            read = from_requests(
                self.skills,
                self._requests,
                self._scorer,
                contrast,
                self._progress,
                self._known,
                self._near,
            )
            read = dataclasses.replace(read, catch_all=self._catch_all)
            idle = read
            if self._strangers and self.skills and read.judged.all():
                made = from_requests(
                    self.skills, made_idle(self.skills, self._scorer), self._scorer, contrast
                )
                idle = dataclasses.replace(made, catch_all=self._catch_all)
            self._asked[contrast] = read, idle
        return self._asked[contrast]

    def _descriptors(self, fit: ChoiceFit) -> Evidence:
        key = fit.contrast, fit.gold_score
        if key not in self._stand_ins:
            self._stand_ins[key] = from_descriptors(
                self.skills,
                self._scorer,
                fit.contrast,
                fit.gold_score,
                self._progress,
                self._library,
                self._survey,
            )
        return self._stand_ins[key]


def shifts(requests: Sequence[Request], skills: Sequence[Skill], fit: ChoiceFit) -> Floats:
    """(R, 2) logits by which the source and the script of each request make it easier, and how sure that is."""
    pairs = np.array([fit.sources.get(request.source, (0.0, 0.0)) for request in requests]).reshape(-1, 2)
    pairs[foreign(requests, skills)] += SHIFT
    return pairs


def _shifted(
    evidence: Evidence, requests: Sequence[Request], skills: Sequence[Skill], fit: ChoiceFit
) -> tuple[Evidence, float]:
    """Evidence with the shift of each row's source and script, and the standard deviation of their mean."""
    pairs = shifts(requests, skills, fit)
    if not evidence.judged.any() or not pairs.any():
        return evidence, 0.0
    rows = pairs[evidence.request]
    return dataclasses.replace(evidence, shift=rows[:, 0]), evidence.mean(rows[:, 1], evidence.judged)


def _without_requests(fit: ChoiceFit | None, scorer: ScorerName) -> ChoiceFit:
    """A choice model for descriptors in the place of requests; of the scorer itself where `fit` is None."""
    if fit is None:
        *coefficients, spread = LOCAL[scorer]
        return msgspec.structs.replace(
            find(None, scorer).fits[scorer],
            coefficients=(coefficients[0], coefficients[1], coefficients[2]),
            covariance=((0.0,) * 3,) * 3,
            library_sd=spread,
            set_sd=0.0,
            hijack=(ALWAYS, 0.0, 0.0),
            hijack_sd=0.0,
            trigger=(ALWAYS, 0.0, 0.0),
            trigger_sd=0.0,
        )
    intercept, clearance, capacity = fit.coefficients
    shift, deviation = fit.descriptor
    return msgspec.structs.replace(
        fit,
        coefficients=(intercept + shift, clearance, capacity),
        library_sd=math.hypot(fit.library_sd, deviation),
    )
