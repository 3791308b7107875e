"""A library's own law: its accuracy at growing sizes, measured on nested random parts of itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from skillaudit.laws.both import Fitted, fit_draws, left_out_error
from skillaudit.laws.forms import FORMS, Form, Law, fit
from skillaudit.progress import SILENT, Progress
from skillaudit.routing.evidence import relative, strengths
from skillaudit.routing.outcome import chance_right, ranked_right, regressors
from skillaudit.routing.profiles import ChoiceFit, Contrast, find
from skillaudit.routing.rates import DIMENSIONS, ShownRates, accuracy, coefficients, drawn_at
from skillaudit.routing.reading import shifts
from skillaudit.schema import Estimate, LawForm, LawPoint, LibraryCurve, Request, ScorerName, Skill
from skillaudit.stats.draws import Clusters, normals, resample
from skillaudit.stats.intervals import TAIL, interval
from skillaudit.stats.logistic import logistic

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ORDERS = 6
"""Random orders of the library whose prefixes are the nested parts."""
DRAWS = 128
MAX_REQUESTS = 1000
MIN_SKILLS = 8
"""With fewer skills there are not enough sizes to tell a curve from a line."""
BLOCK_CELLS = 4_000_000
REACH = 100
"""Times as many skills as were measured: what a curve says of larger libraries nobody could check."""


def sizes_of(total: int) -> tuple[int, ...]:
    """Sizes of the nested parts: about half-octave steps from 5 up to the whole library."""
    steps = max(2, round(2 * np.log2(max(total, 2) / 5)) + 1)
    return tuple(
        sorted({*np.unique(np.geomspace(min(5, total), total, min(steps, 12)).round()).astype(int).tolist()})
    )


def nested_order(skills: Sequence[Skill], seed: int) -> Ints:
    """A random order of the skills by a hash of id and seed: a skill that joins or leaves moves no other."""
    keys = [hashlib.blake2b(f"{seed}\0{skill.id}".encode("utf-8", "replace")).digest() for skill in skills]
    return np.array(sorted(range(len(skills)), key=keys.__getitem__), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Walk:
    """Per request, order and size: the regressors' moving parts."""

    owner: Ints
    """(R,)"""
    weight: Floats
    """(R,) how often each request comes, with mean 1."""
    clearance: Floats
    """(R, orders, sizes)"""
    wins: Floats
    """(R, orders, sizes) 1 where the right skill has the best score (in parts on a tie)."""
    rival: Floats
    """(R, orders, sizes) best rival's score."""


def library_law(
    skills: Sequence[Skill],
    requests: Sequence[Request],
    scorer: Scorer,
    *,
    router: str | None = None,
    floor: float | None = None,
    seed: int = 0,
    progress: Progress = SILENT,
) -> LibraryCurve:
    """Measure A(n) on nested random parts of a library, fit both forms, and say how much room is left.

    Every request is asked at every size, its right skill always on offer beside the first n - 1 others of
    a random order, so that the curve moves by size alone. Intervals carry the draw of the skills (cluster
    bootstrap) and what is not known of the router. At most `MAX_REQUESTS` requests are read, chosen by hash.

    Raises `UsageError` when no profile is called `router`.
    """
    name: ScorerName = scorer.name
    profile = find(router, name).at([skill.name for skill in skills])
    choice = profile.fits.get(name)
    kept = sampled(skills, requests)
    if len(skills) < MIN_SKILLS or not kept:
        why = "too few skills for a curve" if kept else "no request speaks for this library"
        return LibraryCurve(router=profile.name, points=(), forms=(), floor=floor, note=why)
    sizes = sizes_of(len(skills))
    walk = _walk(skills, kept, scorer, choice.contrast if choice else Contrast(30.0), sizes, seed, progress)
    clusters = Clusters.of(walk.owner)
    picks = resample(len(clusters.starts), np.random.default_rng(seed), DRAWS)
    ranked = _ranked(walk, clusters, picks)
    rates = ranked
    if choice is not None:
        pairs = shifts([request for request, _ in kept], skills, choice)
        rates = _expected(walk, sizes, choice, clusters, picks, seed, pairs, len(skills))
    interference = np.clip(walk.rival.mean(axis=(0, 1)), 0.0, 1.0)
    points = tuple(
        LawPoint(
            n=n,
            accuracy=rates.accuracy[i],
            hijack=float(rates.hijack[i]),
            interference=float(interference[i]),
            measured=None if choice is None else ranked.accuracy[i],
        )
        for i, n in enumerate(sizes)
    )
    law = replace(
        fitted_curve(profile.name, points, rates.draws, floor), note=left_out(requests, skills, kept)
    )
    if choice is None:
        return replace(law, basis="scorer")
    return replace(law, measured=forms_of(sizes, ranked.right.tolist(), interference.tolist()))


def sampled(skills: Sequence[Skill], requests: Sequence[Request]) -> list[tuple[Request, list[int]]]:
    """Requests with a right skill in the library, at most `MAX_REQUESTS`, and its rows."""
    row_of = {skill.id: row for row, skill in enumerate(skills)}
    known = []
    for request in requests:
        rows = [row_of[gold] for gold in request.gold if gold in row_of]
        if rows:
            known.append((request, rows))
    if len(known) > MAX_REQUESTS:
        keys = [hashlib.blake2b(request.query.encode("utf-8", "replace")).digest() for request, _ in known]
        order = sorted(range(len(known)), key=keys.__getitem__)[:MAX_REQUESTS]
        known = [known[row] for row in sorted(order)]
    return known


def left_out(requests: Sequence[Request], skills: Sequence[Skill], kept: Sequence[object]) -> str:
    """Say of which requests a curve is made where the forecast is of others as well; empty where both are of all."""
    known = {skill.id for skill in skills}
    asked = [request for request in requests if request.gold]
    there = sum(not known.isdisjoint(request.gold) for request in asked)
    said = []
    if len(kept) < there:
        said.append(f"The curve is of {len(kept):,} of {there:,} requests, the forecast of all.")
    if missing := len(asked) - there:
        one = missing == 1
        said.append(
            f"{missing:,} {'request' if one else 'requests'} for skills that are not shown {'is' if one else 'are'} "
            "not in the curve, and lost in the forecast."
        )
    return " ".join(said)


def _walk(
    skills: Sequence[Skill],
    kept: Sequence[tuple[Request, list[int]]],
    scorer: Scorer,
    contrast: Contrast,
    sizes: Sequence[int],
    seed: int,
    progress: Progress,
) -> _Walk:
    """Follow each request through growing parts of the library."""
    count, total = len(kept), len(skills)
    shape = (count, ORDERS, len(sizes))
    clearance, wins, rival = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    orders = [nested_order(skills, seed + k) for k in range(ORDERS)]
    # A gold skill that stands inside the prefix is masked, so the prefix holds up to n rivals, not n - 1;
    # the difference is below the noise of one random skill. The whole library is the whole library.
    ends = np.array([size if size == total else size - 1 for size in sizes])
    step = max(1, BLOCK_CELLS // total)
    for start in range(0, count, step):
        progress.update("law", start, count)
        block = kept[start : start + step]
        scores = np.array(scorer.scores([request.query for request, _ in block]), dtype=np.float64)
        lines = np.repeat(np.arange(len(block)), [len(rows) for _, rows in block])
        columns = np.array([row for _, rows in block for row in rows])
        gold = np.full(len(block), -np.inf)
        np.maximum.at(gold, lines, scores[lines, columns])
        scores[lines, columns] = -np.inf
        strength = strengths(gold.copy(), contrast.offset)
        pull = strengths(scores.copy(), contrast.offset) - strength[:, None]
        pull[lines, columns] = -np.inf
        unrelated = strengths(np.zeros(1), contrast.offset)
        part = slice(start, start + len(block))
        for k, order in enumerate(orders):
            walked = scores[:, order]
            weight = np.cumsum(np.exp(contrast.beta * pull[:, order]), axis=1)
            best = np.maximum.accumulate(walked, axis=1)
            background = np.exp(contrast.beta * (unrelated - strength))[:, None]
            inside = np.where(ends > 0, weight[:, np.maximum(ends - 1, 0)], 0.0)
            clearance[part, k] = -np.log(inside + background) / contrast.beta
            top = np.where(ends > 0, best[:, np.maximum(ends - 1, 0)], -np.inf)
            equal = np.cumsum(walked == gold[:, None], axis=1, dtype=np.float64)
            tied = np.where(ends > 0, equal[:, np.maximum(ends - 1, 0)], 0.0)
            wins[part, k] = ranked_right(gold[:, None] - top, tied)
            rival[part, k] = np.where(np.isfinite(top), top, 0.0)
    progress.update("law", count, count)
    owner = np.array([rows[0] for _, rows in kept], dtype=np.int64)
    weight = relative(np.array([request.weight for request, _ in kept]), np.ones(count, dtype=bool))
    return _Walk(owner=owner, weight=weight, clearance=clearance, wins=wins, rival=rival)


class _Rates(NamedTuple):
    """Rates at S sizes."""

    right: Floats
    """(S,)"""
    hijack: Floats
    """(S,)"""
    draws: Floats
    """(S, B) bootstrap draws of `right`."""
    accuracy: tuple[Estimate, ...]
    """`right` with its intervals."""


def _ranked(walk: _Walk, clusters: Clusters, picks: Floats) -> _Rates:
    """How often the scorer ranks the right skill first."""
    weight = walk.weight[:, None]
    right = walk.wins.mean(axis=1)
    curve = (right * weight).mean(axis=0)
    draws = clusters.sums(right * weight).T @ picks / (clusters.sums(walk.weight) @ picks)
    return _Rates(curve, 1 - curve, draws, tuple(map(interval, curve.tolist(), draws)))


def _expected(
    walk: _Walk,
    sizes: Sequence[int],
    choice: ChoiceFit,
    clusters: Clusters,
    picks: Floats,
    seed: int,
    pairs: Floats,
    skills: int,
) -> _Rates:
    """What a profile expects, of the whole library just what its forecast does.

    `pairs` (R, 2) are the shifts of the requests, with their standard deviations.
    """
    weight = walk.weight
    total = clusters.sums(weight) @ picks
    extra_sd = float((pairs[:, 1] * weight).mean())
    slopes = coefficients(choice, normals(3, seed, DRAWS), extra_sd)
    z = normals(DIMENSIONS, seed)
    every = coefficients(choice, z, extra_sd)
    moved = walk.clearance + (pairs[:, 0] / max(choice.coefficients[1], 1e-9))[:, None, None]
    curve, hijack, draws = np.zeros(len(sizes)), np.zeros(len(sizes)), np.zeros((len(sizes), DRAWS))
    known: list[Estimate] = []
    for i, size in enumerate(sizes):
        # In the whole library all orders are one.
        part = moved[:, :1, i] if size == skills else moved[:, :, i]
        shape = part.shape
        x = regressors(part.ravel(), np.full(part.size, float(size)), choice.kappa)
        right = chance_right(x, choice, extra_sd).reshape(shape).mean(axis=1)
        asked = np.repeat(weight, shape[1]) / (weight.sum() * shape[1])
        drawn = drawn_at(part.ravel(), asked, size, choice, every, z)
        known.append(accuracy(drawn.right, ShownRates(right, 1 - right, weight, walk.owner), skills, z))
        curve[i], hijack[i] = drawn.right.mean(), drawn.hijack.mean() * (size > 1)
        # The orders are averaged before the draws: they share their requests, and only their mean is wanted.
        mean = regressors(part.mean(axis=1), np.full(shape[0], float(size)), choice.kappa)
        shifted = logistic(mean @ slopes.T) + (right - chance_right(mean, choice, extra_sd))[:, None]
        draws[i] = np.einsum("kb,kb->b", clusters.sums(shifted * weight[:, None]), picks) / total
    return _Rates(curve, hijack, np.clip(draws, 0.0, 1.0), tuple(known))


def forms_of(
    sizes: Sequence[float],
    values: Sequence[float],
    interference: Sequence[float] | None,
    laws: Mapping[Form, Law] | None = None,
) -> tuple[LawForm, ...]:
    """Both forms, fitted unless `laws` has them, the one with the smaller left-out error chosen."""
    extra = {"logarithmic": None, "capacity": interference}
    laws = laws or {form: fit(form, sizes, values, extra[form]) for form in FORMS}
    errors = {form: left_out_error(form, sizes, values, extra[form]) for form in FORMS}
    chosen = min(FORMS, key=lambda form: (errors[form] is None, errors[form] or 0.0))
    return tuple(
        LawForm(
            form=form,
            parameters=laws[form].parameters,
            r_squared=laws[form].r_squared,
            left_out_error=errors[form],
            chosen=form == chosen,
        )
        for form in FORMS
    )


def fitted_curve(
    router: str, points: tuple[LawPoint, ...], draws: Floats, floor: float | None
) -> LibraryCurve:
    """Fit both forms to points and to their draws, (sizes, B); where the floor is crossed, and the room up to there."""
    sizes = [point.n for point in points]
    values = [point.accuracy.value or 0.0 for point in points]
    known = [point.interference for point in points]
    interference = known if any(known) else None
    line = fit_draws("logarithmic", sizes, values, draws)
    curve = fit_draws("capacity", sizes, values, draws, interference)
    forms = forms_of(sizes, values, interference, {"logarithmic": line.law, "capacity": curve.law})
    crossing = room = None
    if floor is not None:
        fitted = line if forms[0].chosen else curve
        crossing = _size_estimate(fitted, floor, points[-1].interference, REACH * sizes[-1])
        ends = (crossing.value, crossing.low, crossing.high)
        value, low, high = (_room(end, sizes[-1]) for end in ends)
        room = Estimate(value=value, low=low, high=high)
    return LibraryCurve(
        router=router,
        points=points,
        forms=forms,
        a=interval(*line.values("a")),
        b=interval(*line.values("b")),
        kappa=interval(*curve.values("kappa")),
        gamma=interval(*curve.values("gamma")),
        floor=floor,
        crossing=crossing,
        room=room,
    )


def _room(crossing: float | None, total: int) -> float | None:
    """Whole skills between the library and a crossing, never below zero."""
    return None if crossing is None else max(0.0, float(np.floor(crossing)) - total)


def _size_estimate(fitted: Fitted, floor: float, interference: float, most: int) -> Estimate:
    """Where the floor is crossed; None stands for a size beyond `most`, on either end."""
    found = [law.size_at(floor, interference) for law in (fitted.law, *fitted.draws)]
    value, *draws = (np.inf if size is None or size > most else size for size in found)
    low, high = np.quantile(draws, [TAIL, 1 - TAIL], method="nearest")
    ends = (value, min(low, value), max(high, value))
    known = [float(end) if np.isfinite(end) else None for end in ends]
    return Estimate(value=known[0], low=known[1], high=known[2])
