"""How good a prediction of single decisions is: log-loss, Brier score, AUC, calibration error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

BINS = 10


def log_loss(outcome: Floats, predicted: Floats) -> float:
    """Mean negative log-likelihood of 0/1 outcomes, in nats."""
    p = np.clip(predicted, 1e-9, 1 - 1e-9)
    return float(-(outcome * np.log(p) + (1 - outcome) * np.log1p(-p)).mean())


def brier(outcome: Floats, predicted: Floats) -> float:
    """Mean squared error of the predicted probability."""
    return float(((predicted - outcome) ** 2).mean())


def auc(outcome: Floats, predicted: Floats) -> float | None:
    """Chance that a right decision was given a higher probability than a wrong one; None if all are alike."""
    from scipy.stats import rankdata

    ones = float(outcome.sum())
    zeros = len(outcome) - ones
    if not ones or not zeros:
        return None
    ranks = rankdata(predicted)
    return float((ranks[outcome > 0.5].sum() - ones * (ones + 1) / 2) / (ones * zeros))


def calibration_error(outcome: Floats, predicted: Floats) -> float:
    """Mean absolute gap between predicted and observed rate over ten bins of equal count."""
    order = np.argsort(predicted, kind="stable")
    gaps = [
        abs(float(outcome[part].mean() - predicted[part].mean())) * len(part)
        for part in np.array_split(order, min(BINS, len(order)))
        if len(part)
    ]
    return sum(gaps) / max(len(order), 1)
