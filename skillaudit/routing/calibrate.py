"""Fit a router profile to recorded decisions, and say how well it predicts decisions it never saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import numpy.typing as npt

from skillaudit.errors import UsageError
from skillaudit.routing.decisions import NONE, RIGHT, UNASKED, WRONG, DecisionLog
from skillaudit.routing.fitting import Normal, fit_hierarchy, fit_logistic, fit_temperature, weak_prior
from skillaudit.routing.intervals import DRAWS, TAIL
from skillaudit.routing.measure import auc, brier, calibration_error, log_loss
from skillaudit.routing.outcome import logistic
from skillaudit.routing.profiles import Cell, ChoiceFit, RouterProfile, check_name, find, user_folder
from skillaudit.routing.table import FOLDS, Table, tabulate
from skillaudit.schema import Record, ScorerName

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MAX_CELLS = 12
"""Distinct sizes that get a cell each; more are grouped by powers of two."""
HIJACK_SPREAD = np.diag([1.5, 4.0, 1.0]) ** 2
BLANK_SD = 5.0
"""Standard deviation of a coefficient that nothing is known of."""
TRIGGER_SPREAD = np.diag([2.0, 4.0]) ** 2


class ModelFit(Record):
    """How well held-out decisions of one model are predicted."""

    model: str
    decisions: int
    """Held-out decisions that were judged."""
    log_loss: float
    log_loss_size_only: float
    """Of a logistic regression on ln N alone, fitted and judged on the same requests."""
    brier: float
    auc: float | None
    calibration_error: float


class Calibration(Record):
    """Outcome of `calibrate`."""

    scorer: ScorerName
    held_out: str
    """One clause: how the decisions that are judged were kept from the fit."""
    start: str
    """Profile whose parameters the fits start from."""
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
        library_sd=0.0,
        hijack=(0.0, 0.0, 0.0),
        trigger=(0.0, 0.0),
        trigger_sd=1.0,
        temperature=20.0,
        gold_score=known.gold_score,
        offset=known.offset,
    )
    return RouterProfile(name="blank", kind="choice", description="nothing is known", fits={scorer: fit})


@dataclass(frozen=True, slots=True)
class RouterFit:
    """Posterior of one router's right-or-wrong and hijack-or-nothing regressions."""

    right: Normal
    hijack: Floats


def fit_router(table: Table, model: str, rows: Mask, prior: ChoiceFit) -> RouterFit:
    """Fit one model's decisions at `rows`, starting from the class it belongs to."""
    outcome = table.outcomes[model]
    judged = rows & table.routed & (outcome != UNASKED)
    right = fit_logistic(table.x[judged], (outcome[judged] == RIGHT).astype(np.float64), class_prior(prior))
    wrong = judged & (outcome != RIGHT) & (table.size > 1)
    hijack = fit_logistic(
        table.x[wrong],
        (outcome[wrong] == WRONG).astype(np.float64),
        Normal(np.array(prior.hijack), HIJACK_SPREAD),
    )
    return RouterFit(right, hijack.mean)


def class_prior(fit: ChoiceFit) -> Normal:
    """Coefficients of an unmeasured router of the class, on an unmeasured library."""
    covariance = np.array(fit.covariance)
    covariance[0, 0] += fit.library_sd**2
    return Normal(np.array(fit.coefficients), covariance)


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
    stands on both sides. `prior` is a class profile to start from, by default the one for language models.

    Raises `UsageError` when no decision can be judged.
    """
    scorer_name: ScorerName = scorer.name
    origin = prior or find(None, scorer_name)
    start = origin.fits[scorer_name]
    table = tabulate(log, scorer, start.contrast)
    trial = table if test is None else tabulate(test, scorer, start.contrast)
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
        held_out = _judge(table, trial, model, splits, start, np.random.default_rng([seed, index]))
        models.append(_model_fit(trial, model, held, held_out))
        cells.extend(_cells(trial, model, held, held_out))
    if not models:
        raise UsageError("no decision can be judged: no line has a gold skill on offer and a recorded choice")
    how = "a file of its own" if test is not None else f"{FOLDS} parts, split by a hash of the request"
    return Calibration(
        scorer=scorer_name,
        held_out=how,
        start=origin.name,
        models=tuple(models),
        cells=tuple(cells),
        profiles=_with_figures(
            _profiles(table, tuple(fit.model for fit in models), start, name, scorer_name), models, cells
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
        own = tuple(cell for cell in cells if len(group) == 1 and cell.model == group[0].model)
        found.append(msgspec.structs.replace(profile, metrics=metrics, cells=own))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """Predictions for R requests, filled where they were held out."""

    right: Floats
    size_only: Floats
    hijack: Floats
    draws: Floats
    """(R, B) posterior draws of the probability of being right."""


def _judge(
    table: Table,
    trial: Table,
    model: str,
    splits: Sequence[tuple[Mask, Mask]],
    prior: ChoiceFit,
    rng: np.random.Generator,
) -> _HeldOut:
    """Predict the held-out rows of each split from a fit on its training rows."""
    count = len(trial.size)
    found = _HeldOut(np.zeros(count), np.zeros(count), np.zeros(count), np.zeros((count, DRAWS)))
    state = int(rng.integers(2**32))
    outcome = table.outcomes[model]
    for train, held in splits:
        fit = fit_router(table, model, train, prior)
        known = train & table.routed & (outcome != UNASKED)
        line = np.column_stack([np.ones(len(table.size)), np.log(np.maximum(table.size, 1))])
        size_fit = fit_logistic(line[known], (outcome[known] == RIGHT).astype(np.float64), weak_prior(2))
        x = trial.x[held]
        found.right[held] = logistic(x @ fit.right.mean)
        found.hijack[held] = (1 - found.right[held]) * logistic(x @ fit.hijack) * (trial.size[held] > 1)
        sizes = np.log(np.maximum(trial.size[held], 1))
        found.size_only[held] = logistic(size_fit.mean[0] + size_fit.mean[1] * sizes)
        slopes = np.random.default_rng(state).multivariate_normal(
            fit.right.mean, fit.right.covariance, DRAWS, method="eigh"
        )
        found.draws[held] = logistic(x @ slopes.T)
    return found


def _model_fit(trial: Table, model: str, held: Mask, predicted: _HeldOut) -> ModelFit:
    y = (trial.outcomes[model][held] == RIGHT).astype(np.float64)
    return ModelFit(
        model=model,
        decisions=int(held.sum()),
        log_loss=log_loss(y, predicted.right[held]),
        log_loss_size_only=log_loss(y, predicted.size_only[held]),
        brier=brier(y, predicted.right[held]),
        auc=auc(y, predicted.right[held]),
        calibration_error=calibration_error(y, predicted.right[held]),
    )


def _cells(trial: Table, model: str, held: Mask, predicted: _HeldOut) -> list[Cell]:
    """Rates by number of skills on offer."""
    key = trial.size
    if len(np.unique(key[held])) > MAX_CELLS:
        key = np.exp2(np.round(np.log2(np.maximum(key, 1)))).astype(np.int64)
    rng = np.random.default_rng(0)
    cells = []
    for value in np.unique(key[held]).tolist():
        rows = held & (key == value)
        outcome = trial.outcomes[model][rows]
        right = predicted.right[rows]
        shown = rng.binomial(len(right), predicted.draws[rows].mean(axis=0)) / len(right)
        low, high = np.quantile(shown, [TAIL, 1 - TAIL])
        accuracy = float(right.mean())
        cells.append(
            Cell(
                model=model,
                n=int(np.median(trial.size[rows])),
                decisions=int(rows.sum()),
                predicted_accuracy=accuracy,
                low=float(np.clip(min(low, accuracy), 0, 1)),
                high=float(np.clip(max(high, accuracy), 0, 1)),
                measured_accuracy=float((outcome == RIGHT).mean()),
                predicted_hijack=float(predicted.hijack[rows].mean()),
                measured_hijack=float((outcome == WRONG).mean()),
            )
        )
    return cells


def _profiles(
    table: Table, models: Sequence[str], prior: ChoiceFit, name: str, scorer: ScorerName
) -> tuple[RouterProfile, ...]:
    """A profile per model on all its decisions, and with several models one for their class."""
    single = [
        _profile(table, (model,), prior, name if len(models) == 1 else f"{name}/{_slug(model)}", scorer)
        for model in models
    ]
    return tuple(single) if len(models) == 1 else (_profile(table, models, prior, name, scorer), *single)


def _slug(model: str) -> str:
    """A model's name as a file may be called."""
    return "".join(c if c.isalnum() or c in "._@+-" else "-" for c in model)


def _profile(
    table: Table, models: Sequence[str], prior: ChoiceFit, name: str, scorer: ScorerName
) -> RouterProfile:
    sources = [(table, model) for model in models]
    if len(models) == 1:
        right = fit_router(table, models[0], np.ones(len(table.size), dtype=bool), prior).right
    else:
        right = fit_hierarchy([right_or_wrong(table, model) for model in models]).population
    fit = fit_choice(sources, right, prior, library_sd=0.0)
    sizes = table.size[table.routed] if table.routed.any() else table.size
    decisions = sum(int((table.outcomes[model] != UNASKED).sum()) for model in models)
    who = models[0] if len(models) == 1 else f"{len(models)} models"
    return RouterProfile(
        name=name,
        kind="choice",
        description=f"choice model of {who}",
        fits={scorer: fit},
        sizes=(int(sizes.min()), int(sizes.max())),
        training=f"a log of decisions over {len(np.unique(table.rivals)) - 1:,} skills",
        decisions=decisions,
    )


def right_or_wrong(table: Table, model: str) -> tuple[Floats, Floats]:
    """Regressors of the decisions of a model that can be judged, and whether each was right."""
    judged = table.routed & (table.outcomes[model] != UNASKED)
    return table.x[judged], (table.outcomes[model][judged] == RIGHT).astype(np.float64)


def fit_choice(
    sources: Sequence[tuple[Table, str]],
    right: Normal,
    prior: ChoiceFit,
    *,
    library_sd: float,
    trigger_sd: float | None = None,
) -> ChoiceFit:
    """Join the coefficients of being right with the other parameters, fitted on some models' decisions.

    `sources` are (table, model) pairs; what they leave open keeps the value of `prior`.
    """
    wrong_x, wrong_y, scores, taken, best, fired = (
        np.concatenate(parts) for parts in zip(*(_errors(*source) for source in sources), strict=True)
    )
    hijack = fit_logistic(wrong_x, wrong_y, Normal(np.array(prior.hijack), HIJACK_SPREAD)).mean
    trigger = fit_logistic(
        np.column_stack([np.ones(len(best)), best]), fired, Normal(np.array(prior.trigger), TRIGGER_SPREAD)
    )
    own = np.concatenate([table.gold_score[table.routed] for table, _ in sources])
    if trigger_sd is None:
        trigger_sd = min(prior.trigger_sd, float(np.sqrt(trigger.covariance[0, 0])))
    return ChoiceFit(
        beta=prior.beta,
        coefficients=_triple(right.mean),
        covariance=tuple(tuple(float(value) for value in row) for row in right.covariance),
        library_sd=library_sd,
        hijack=_triple(hijack),
        trigger=(float(trigger.mean[0]), float(trigger.mean[1])),
        trigger_sd=trigger_sd if len(best) else prior.trigger_sd,
        temperature=fit_temperature(scores, taken.astype(np.int64), prior.temperature),
        gold_score=float(np.median(own)) if len(own) else prior.gold_score,
        offset=prior.offset,
    )


def _errors(table: Table, model: str) -> tuple[Floats, Floats, Floats, Ints, Floats, Floats]:
    """Wrong decisions (regressors, hijack or not), which rival was taken, and false triggers."""
    outcome = table.outcomes[model]
    wrong = table.routed & (table.size > 1) & ((outcome == WRONG) | (outcome == NONE))
    hit = table.rivals == table.chosen[model][:, None]
    shown = table.routed & (outcome == WRONG) & hit.any(axis=1)
    idle = ~table.routed & (outcome != UNASKED)
    return (
        table.x[wrong],
        (outcome[wrong] == WRONG).astype(np.float64),
        table.rival_scores[shown],
        hit[shown].argmax(axis=1).astype(np.int64),
        table.best[idle],
        (table.chosen[model][idle] >= 0).astype(np.float64),
    )


def _triple(values: Floats) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def save(profile: RouterProfile, folder: Path | None = None) -> Path:
    """Write a profile to the user's folder, where `forecast(router=name)` finds it; returns its path.

    Raises `UsageError` for a name that cannot be a file's.
    """
    where = user_folder() if folder is None else folder
    stem = check_name(profile.name)
    where.mkdir(parents=True, exist_ok=True)
    path = where / f"{stem}.json"
    part = path.with_suffix(".json.part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(profile), indent=1) + b"\n")
    part.replace(path)
    return path
