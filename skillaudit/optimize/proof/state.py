"""Figures of the half of the requests that no edit was chosen by: before, after, and a paired test."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from skillaudit.optimize.board import ABSENT, SHARPNESS, Embed, Floats, rows_for
from skillaudit.optimize.halves import renamed
from skillaudit.optimize.records import RoutingRates
from skillaudit.routing.evidence import from_requests
from skillaudit.routing.outcome import choose, rank_first
from skillaudit.routing.predict import forecast
from skillaudit.routing.profiles import Contrast, find
from skillaudit.routing.records import Routing
from skillaudit.schema import Coverage, Estimate, Request, ScorerName, Skill
from skillaudit.scoring import make_scorer

Doubles = NDArray[np.float64]

_NONE = Coverage(requests=0, no_skill_requests=0, judged_skills=0, unjudged=(), sources=(), leaked=0)


class Replay:
    """A scorer that gives out rows of a matrix made beforehand."""

    def __init__(self, name: ScorerName, queries: Sequence[str], scores: Floats) -> None:
        """Take (queries, skills) scores."""
        self._name = name
        self._row = {query: row for row, query in enumerate(queries)}
        self._scores = scores

    @property
    def name(self) -> ScorerName:
        """Which scorer made the scores."""
        return self._name

    def scores(self, queries: Sequence[str]) -> Floats:
        """Return the rows of these queries, (len(queries), skills)."""
        return self._scores[[self._row[query] for query in queries]]

    def similarities(self, start: int, stop: int) -> Floats:
        """Return zeros, (stop - start, skills): rates do not depend on how alike descriptors are."""
        return np.zeros((stop - start, self._scores.shape[1]), dtype=np.float32)

    def pairs(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> Floats:
        """Return zeros, (len(rows),), for the same reason."""
        return np.zeros(len(rows), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Chances:
    """What a router is expected to do with each request of a state."""

    right: Doubles
    """(requests,) chance of a right skill."""
    hijack: Doubles
    """(requests,) chance of a wrong one."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One state of the library against one set of requests."""

    skills: tuple[Skill, ...]
    """Those that compete or that requests belong to."""
    requests: tuple[Request, ...]
    """Their right skills renamed where a skill was folded into another."""
    scores: Floats
    """(requests, skills); a demoted skill scores `ABSENT`."""
    owner: tuple[str, ...]
    """Id of the skill that each request belongs to."""
    right: NDArray[np.bool_]
    """(requests,) by top rank, for tests that count requests won and lost: an equal is not yet told apart, so a tie
    is not right here, where `chances` shares it."""
    rival: NDArray[np.int64]
    """(requests,) column of the best wrong skill."""
    soft: Doubles
    """(requests,) chance of a right skill in a softmax of the scores: a smooth stand-in for any router."""
    replay: Replay
    """The scores as a scorer."""
    idle: tuple[Request, ...] = ()
    """Requests that no skill should answer; they count for false triggers alone."""
    chances: dict[str, Chances] = field(default_factory=dict)
    """By router, what has been asked of it before."""


def variant(
    name: ScorerName,
    skills: Sequence[Skill],
    gone: Collection[str],
    into: dict[str, str],
    requests: Sequence[Request],
    embed: Embed | None,
    idle: Sequence[Request] = (),
) -> Variant:
    """Score `requests` against a state of the library, with a scorer built anew for what is on the list.

    `gone` are ids that were demoted: they keep their requests, which nobody can win any more. `into`
    maps folded ids to the ones that stand in for them. `idle` are requests that no skill should answer.
    """
    present = [skill for skill in skills if skill.id not in into]
    listed = [skill for skill in present if skill.id not in gone]
    kept, _ = rows_for(skills, requests)
    texts = [skill.text for skill in listed]
    queries = [request.query for request in (*kept, *idle)]
    every = np.full((len(queries), len(present)), ABSENT, dtype=np.float32)
    if listed and queries:
        vectors = embed(texts) if embed is not None and name != "lexical" else None
        scorer = make_scorer(name, texts, vectors=vectors, embed=embed)
        columns = [at for at, skill in enumerate(present) if skill.id not in gone]
        step = max(1, 4_000_000 // len(texts))
        for start in range(0, len(queries), step):
            every[start : start + step, columns] = scorer.scores(queries[start : start + step])
    scores = every[: len(kept)]
    asked = tuple(renamed(kept, into))
    golds = rows_for(present, asked)[1]
    own = np.full(len(kept), -2, dtype=np.float32)
    rest = scores.copy()
    for row, gold in enumerate(golds):
        own[row] = scores[row, list(gold)].max()
        rest[row, list(gold)] = -2
    rival = rest.argmax(axis=1) if len(kept) else np.zeros(0, dtype=np.int64)
    best = rest[np.arange(len(kept)), rival]
    sharpness = SHARPNESS[name]
    mass = np.exp(sharpness * rest.astype(np.float64)).sum(axis=1) + 1.0
    lead = np.exp(sharpness * own.astype(np.float64))
    return Variant(
        skills=tuple(present),
        requests=asked,
        scores=scores,
        owner=tuple(present[gold[0]].id for gold in golds),
        right=(own > best) & (own > ABSENT),
        rival=rival.astype(np.int64),
        soft=np.asarray(lead / (lead + mass), dtype=np.float64),
        replay=Replay(name, queries, every),
        idle=tuple(idle),
    )


def rates(state: Variant, name: ScorerName, router: str | None) -> tuple[str, RoutingRates]:
    """Return the router's name and its forecast for a state; see `routing.forecast`."""
    found = _forecast(state, name, router, (*state.requests, *state.idle)).forecast
    return found.router, RoutingRates(
        accuracy=rounded(found.accuracy),
        hijack=rounded(found.hijack),
        no_skill=rounded(found.no_skill),
        requests=len(state.requests),
        false_trigger=rounded(found.false_trigger),
    )


def is_local(router: str | None) -> bool:
    """Say whether a router is the scorer itself."""
    return (router or "").split("/")[0] == "local"


def chances(state: Variant, name: ScorerName, router: str | None) -> Chances:
    """Return the router's expected choice for each request of a state, made once.

    What a choice model says of a request does not depend on the others, so a rate of any part of them is
    the mean over that part.
    """
    known = state.chances.get(router or "")
    if known is not None:
        return known
    fit = find(router, name).fits.get(name)
    evidence = from_requests(
        state.skills, state.requests, state.replay, fit.contrast if fit else Contrast(1.0)
    )
    outcome = choose(evidence, fit) if fit else rank_first(evidence)
    state.chances[router or ""] = made = Chances(outcome.right, outcome.hijack)
    return made


def expected(
    state: Variant, name: ScorerName, router: str | None, rows: Sequence[int]
) -> tuple[float, float]:
    """Return the router's expected accuracy and hijack rate on some of the requests of a state."""
    found = chances(state, name, router)
    chosen = list(rows)
    return float(found.right[chosen].mean()), float(found.hijack[chosen].mean())


def _forecast(state: Variant, name: ScorerName, router: str | None, requests: Sequence[Request]) -> Routing:
    size = len(state.skills)
    return forecast(
        state.skills,
        requests,
        state.replay,
        families=[""] * size,
        labels=[-1] * size,
        neighbors=None,
        router=router,
        coverage=_NONE,
        brief=True,
    )


def rounded(estimate: Estimate) -> Estimate:
    """Return a rate to four decimals, as the audit gives it."""

    def short(value: float | None) -> float | None:
        return None if value is None else round(value, 4) + 0.0

    return Estimate(value=short(estimate.value), low=short(estimate.low), high=short(estimate.high))
