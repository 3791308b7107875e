"""Predict decisions that a fit never saw, and say how good the predictions are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skillaudit.routing.choice_fit import Start, fit_router
from skillaudit.routing.decisions import RIGHT, UNASKED, WRONG
from skillaudit.routing.profiles import Cell
from skillaudit.routing.table import DecisionTable
from skillaudit.schema import Record
from skillaudit.stats.intervals import TAIL
from skillaudit.stats.logistic import fit_logistic, logistic, weak_prior
from skillaudit.stats.measure import auc, brier, calibration_error, log_loss

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

DRAWS = 400
MAX_CELLS = 12
"""Distinct sizes that get a cell each; more are grouped by powers of two."""
ENOUGH = 10
"""Decisions of a cell that one held-out part must have to count for the coverage."""


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
    coverage: float | None = None
    """Share of the sizes in each held-out part whose accuracy lies in its 90% interval; None without any of
    `ENOUGH` decisions. The parts of a cell predict each other, so that whole cells lie inside more often."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Predictions for R requests, filled where they were held out."""

    right: Floats
    size_only: Floats
    hijack: Floats
    draws: Floats
    """(R, B) posterior draws of the probability of being right."""


def judge(
    table: DecisionTable,
    trial: DecisionTable,
    model: str,
    splits: Sequence[tuple[Mask, Mask]],
    starts: Sequence[Start],
    rng: np.random.Generator,
) -> HeldOut:
    """Predict the held-out rows of each (training, held out) split from a fit on its training rows."""
    count = len(trial.size)
    found = HeldOut(np.zeros(count), np.zeros(count), np.zeros(count), np.zeros((count, DRAWS)))
    outcome = table.outcomes[model]
    for train, held in splits:
        fit = fit_router(table, model, train, starts)
        known = train & table.routed & (outcome != UNASKED)
        line = np.column_stack([np.ones(len(table.size)), np.log(np.maximum(table.size, 1))])
        size_fit = fit_logistic(line[known], (outcome[known] == RIGHT).astype(np.float64), weak_prior(2))
        x = trial.x[held]
        found.right[held] = logistic(x @ fit.right.mean)
        found.hijack[held] = (1 - found.right[held]) * logistic(x @ fit.hijack) * (trial.size[held] > 1)
        sizes = np.log(np.maximum(trial.size[held], 1))
        found.size_only[held] = logistic(size_fit.mean[0] + size_fit.mean[1] * sizes)
        # Each part has a fit of its own, so its errors are drawn on their own.
        slopes = rng.multivariate_normal(fit.right.mean, fit.right.covariance, DRAWS, method="eigh")
        found.draws[held] = logistic(x @ slopes.T)
    return found


def model_fit(
    trial: DecisionTable, model: str, held: Mask, predicted: HeldOut, parts: Sequence[Mask]
) -> ModelFit:
    """Return how well the decisions at `held` were predicted; `parts` are those that had a fit each."""
    y = (trial.outcomes[model][held] == RIGHT).astype(np.float64)
    return ModelFit(
        model=model,
        decisions=int(held.sum()),
        log_loss=log_loss(y, predicted.right[held]),
        log_loss_size_only=log_loss(y, predicted.size_only[held]),
        brier=brier(y, predicted.right[held]),
        auc=auc(y, predicted.right[held]),
        calibration_error=calibration_error(y, predicted.right[held]),
        coverage=_coverage(trial, model, held, predicted, parts),
    )


def cells_of(trial: DecisionTable, model: str, held: Mask, predicted: HeldOut) -> list[Cell]:
    """Return predicted and measured rates by number of skills on offer."""
    key = _cell_of(trial, held)
    rng = np.random.default_rng(0)
    found = []
    for value in np.unique(key[held]).tolist():
        rows = held & (key == value)
        outcome = trial.outcomes[model][rows]
        right = predicted.right[rows]
        low, high = _range(predicted, rows, rng)
        accuracy = float(right.mean())
        found.append(
            Cell(
                model=model,
                n=int(np.median(trial.size[rows])),
                decisions=int(rows.sum()),
                predicted_accuracy=accuracy,
                low=low,
                high=high,
                measured_accuracy=float((outcome == RIGHT).mean()),
                predicted_hijack=float(predicted.hijack[rows].mean()),
                measured_hijack=float((outcome == WRONG).mean()),
            )
        )
    return found


def _cell_of(trial: DecisionTable, held: Mask) -> Ints:
    """(R,) cell that each decision belongs to: its number of skills on offer, by powers of two where many."""
    if len(np.unique(trial.size[held])) <= MAX_CELLS:
        return trial.size
    return np.exp2(np.round(np.log2(np.maximum(trial.size, 1)))).astype(np.int64)


def _range(predicted: HeldOut, rows: Mask, rng: np.random.Generator) -> tuple[float, float]:
    """90% interval of the accuracy that decisions at `rows` will show, around the predicted one.

    A count is discrete, and an interval from one count to another holds more than its share; each count is
    therefore spread evenly over the space between its neighbours (the mid-p interval).
    """
    draws, count = predicted.draws[rows], int(rows.sum())
    right = (rng.random(draws.shape) < draws).sum(axis=0) + rng.uniform(-0.5, 0.5, draws.shape[1])
    low, high = np.clip(np.quantile(right / count, [TAIL, 1 - TAIL]), 0.0, 1.0)
    expected = float(predicted.right[rows].mean())
    return min(float(low), expected), max(float(high), expected)


def _coverage(
    trial: DecisionTable, model: str, held: Mask, predicted: HeldOut, parts: Sequence[Mask]
) -> float | None:
    """Share of sizes within single parts whose measured accuracy lies in the predicted interval."""
    key = _cell_of(trial, held)
    rng = np.random.default_rng(1)
    inside = []
    for part in parts:
        for value in np.unique(key[held]).tolist():
            rows = held & part & (key == value)
            if rows.sum() >= ENOUGH:
                low, high = _range(predicted, rows, rng)
                inside.append(low <= float((trial.outcomes[model][rows] == RIGHT).mean()) <= high)
    return float(np.mean(inside)) if inside else None
