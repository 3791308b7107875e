"""Fit a router profile to recorded decisions, and say how well it predicts decisions it never saw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from skillaudit.disk.names import same
from skillaudit.disk.writing import replace, reported
from skillaudit.errors import UsageError
from skillaudit.routing.choice_fit import Start, fit_choice, fit_router, requests_of, right_or_wrong
from skillaudit.routing.decisions import UNASKED, DecisionLog
from skillaudit.routing.judging import ModelFit, cells_of, judge, model_fit
from skillaudit.routing.profiles import (
    Cell,
    ChoiceFit,
    RouterProfile,
    check_name,
    classes,
    find,
    user_folder,
)
from skillaudit.routing.table import FOLDS, DecisionTable, tabulate
from skillaudit.schema import Record, ScorerName
from skillaudit.stats.logistic import fit_hierarchy

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

BLANK_SD = 5.0
"""Standard deviation of a coefficient that nothing is known of."""
BELIEF = {"frontier": 0.6, "fast": 0.25, "older": 0.1, "blank": 0.05}
"""Which class a router that somebody calibrates may belong to, before its decisions speak; `blank` is none of them."""


class Calibration(Record):
    """Outcome of `calibrate`."""

    scorer: ScorerName
    held_out: str
    """One clause: how the decisions that are judged were kept from the fit."""
    start: str
    """Profiles whose parameters the fits start from."""
    models: tuple[ModelFit, ...]
    cells: tuple[Cell, ...]
    profiles: tuple[RouterProfile, ...]
    """One per model, fitted on all decisions; with several models, their class comes first."""


def blank_prior(scorer: ScorerName) -> RouterProfile:
    """A class of routers that nothing is known of; its clearance is as sharp as the default profile's."""
    known = find(None, scorer).fits[scorer]
    wide = tuple(tuple(float(value) for value in row) for row in np.eye(3) * BLANK_SD**2)
    fit = ChoiceFit(
        beta=known.beta,
        coefficients=(0.0, 0.0, 0.0),
        covariance=wide,
        library_sd=known.library_sd,
        set_sd=known.set_sd,
        hijack=(0.0, 0.0, 0.0),
        hijack_sd=1.0,
        trigger=(0.0, 0.0, 0.0),
        trigger_sd=1.0,
        temperature=20.0,
        gold_score=known.gold_score,
        offset=known.offset,
        kappa=known.kappa,
        likeness=known.likeness,
        descriptor=known.descriptor,
        sources=known.sources,
    )
    return RouterProfile(name="blank", kind="choice", description="nothing is known", fits={scorer: fit})


def starts_of(scorer: ScorerName) -> tuple[Start, ...]:
    """Every class that a router may belong to, and none of them, with the belief in each."""
    found = [profile for profile in (*classes(), blank_prior(scorer)) if scorer in profile.fits]
    return tuple(Start(profile.name, BELIEF[profile.name], profile.fits[scorer]) for profile in found)


def calibrate(
    log: DecisionLog,
    scorer: Scorer,
    test: DecisionLog | None = None,
    *,
    prior: RouterProfile | None = None,
    name: str = "calibrated",
    seed: int = 0,
) -> Calibration:
    """Fit every model of `log` and judge the fits on decisions they never saw.

    The scorer's columns are the log's skills. With `test` (over the same skills) the fits on `log` are judged
    there; without, by cross-fitting over five parts split by a hash of the request, so that one request never
    stands on both sides. `prior` is a profile to start from; by default fits start from every class and from
    nothing, and the decisions say how much each counts.

    Raises `UsageError` when no decision can be judged.
    """
    scorer_name: ScorerName = scorer.name
    starts = starts_of(scorer_name) if prior is None else (Start(prior.name, 1.0, prior.fits[scorer_name]),)
    first = starts[0].fit
    table = tabulate(log, scorer, first.contrast, first.kappa)
    trial = table if test is None else tabulate(test, scorer, first.contrast, first.kappa)
    everything = np.ones(len(table.size), dtype=bool)
    models, cells = [], []
    for index, model in enumerate(log.models):
        if model not in trial.outcomes:
            continue
        held = (trial.outcomes[model] != UNASKED) & trial.routed
        if not held.any():
            continue
        splits = (
            [(everything, held)]
            if test is not None
            else [(table.fold != fold, held & (trial.fold == fold)) for fold in range(FOLDS)]
        )
        held_out = judge(table, trial, model, splits, starts, np.random.default_rng([seed, index]))
        models.append(model_fit(trial, model, held, held_out, [rows for _, rows in splits]))
        cells.extend(cells_of(trial, model, held, held_out))
    if not models:
        raise UsageError("no decision can be judged: no line has a gold skill on offer and a recorded choice")
    how = "a file of its own" if test is not None else f"{FOLDS} parts, split by a hash of the request"
    return Calibration(
        scorer=scorer_name,
        held_out=how,
        start=_named(starts),
        models=tuple(models),
        cells=tuple(cells),
        profiles=_with_figures(
            _profiles(table, tuple(fit.model for fit in models), starts, name, scorer_name), models, cells
        ),
    )


def _with_figures(
    profiles: Sequence[RouterProfile], models: Sequence[ModelFit], cells: Sequence[Cell]
) -> tuple[RouterProfile, ...]:
    """The profiles with their held-out figures; those of a class are the means of its members."""
    groups = [[fit] for fit in models] if len(models) == 1 else [list(models), *([fit] for fit in models)]
    found = []
    for profile, group in zip(profiles, groups, strict=True):
        aucs = [fit.auc for fit in group if fit.auc is not None]
        metrics = {
            name: float(np.mean([getattr(fit, name) for fit in group]))
            for name in ("log_loss", "log_loss_size_only", "brier", "calibration_error")
        }
        if aucs:
            metrics["auc"] = float(np.mean(aucs))
        covered = [fit.coverage for fit in group if fit.coverage is not None]
        if covered:
            metrics["coverage"] = float(np.mean(covered))
        own = tuple(cell for cell in cells if len(group) == 1 and cell.model == group[0].model)
        found.append(msgspec.structs.replace(profile, metrics=metrics, cells=own))
    return tuple(found)


def _profiles(
    table: DecisionTable, models: Sequence[str], starts: Sequence[Start], name: str, scorer: ScorerName
) -> tuple[RouterProfile, ...]:
    """A profile per model on all its decisions, and with several models one for their class."""
    single = [
        _profile(table, (model,), starts, name if len(models) == 1 else f"{name}/{slug}", scorer)
        for model, slug in zip(models, _slugs(models), strict=True)
    ]
    return tuple(single) if len(models) == 1 else (_profile(table, models, starts, name, scorer), *single)


def _named(starts: Sequence[Start]) -> str:
    """The names of the classes that fits start from; `blank` where there is none."""
    *names, last = [start.name for start in starts if start.name != "blank" or len(starts) == 1]
    return f"{', '.join(names)} and {last}" if names else last


def _slugs(models: Sequence[str]) -> list[str]:
    """The names of models as files may be called, each another on every system."""
    slugs = ["".join(c if c.isalnum() or c in "._@+-" else "-" for c in model[:80]) for model in models]
    times = Counter(map(same, slugs))
    codes = [blake2b(model.encode("utf-8", "replace"), digest_size=3).hexdigest() for model in models]
    return [
        slug if times[same(slug)] == 1 else f"{slug}-{code}" for slug, code in zip(slugs, codes, strict=True)
    ]


def _profile(
    table: DecisionTable, models: Sequence[str], starts: Sequence[Start], name: str, scorer: ScorerName
) -> RouterProfile:
    sources = [(table, model) for model in models]
    everything = np.ones(len(table.size), dtype=bool)
    likeliest = [fit_router(table, model, everything, starts) for model in models]
    prior = likeliest[0].start.fit
    if len(models) == 1:
        right = likeliest[0].right
    else:
        right = fit_hierarchy(
            [right_or_wrong(table, model) for model in models],
            clusters=[requests_of(table, model) for model in models],
        )
    fit = fit_choice(sources, right, prior)
    sizes = table.size[table.routed] if table.routed.any() else table.size
    decisions = sum(int((table.outcomes[model] != UNASKED).sum()) for model in models)
    who = models[0] if len(models) == 1 else f"{len(models)} models"
    like = {fit.start.name for fit in likeliest} - {"blank"}
    if len(like) == 1 and len(starts) > 1:
        who += f", most like `{like.pop()}`"
    return RouterProfile(
        name=name,
        kind="choice",
        description=f"choice model of {who}",
        fits={scorer: fit},
        sizes=(int(sizes.min()), int(sizes.max())),
        training=f"a log of decisions over {len(np.unique(table.rivals)) - 1:,} skills",
        decisions=decisions,
    )


def save(profile: RouterProfile, folder: Path | None = None) -> Path:
    """Write a profile to the user's folder, where `forecast(router=name)` finds it; returns its path.

    Raises `UsageError` for a name that cannot be a file's, and where the file cannot be written.
    """
    where = user_folder() if folder is None else folder
    stem = check_name(profile.name)
    path = where / f"{stem}.json"
    with reported(path):
        where.mkdir(parents=True, exist_ok=True)
        replace(path, msgspec.json.format(msgspec.json.encode(profile), indent=1) + b"\n")
    return path
