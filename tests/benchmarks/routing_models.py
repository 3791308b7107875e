"""Compare forms of the choice model on held-out decisions, and on libraries that they never saw.

    python -m tests.benchmarks.routing_models --data ../shared/data [--scorer hybrid]

Every model is fitted by maximum likelihood on bfcl_pool, cross-fitted over five parts by request; `order` counts
the libraries (of five) whose listings as names only, cut at 40, cut at 80 and in full come out in that order.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from skillaudit.routing.decisions import RIGHT, DecisionLog
from skillaudit.routing.table import FOLDS, DecisionTable
from skillaudit.schema import ScorerName
from skillaudit.stats.logistic import logistic
from skillaudit.stats.measure import auc, brier, calibration_error, log_loss
from tests.benchmarks.routing_data import (
    DIFFERENCES,
    LABELS,
    LISTINGS,
    SCORERS,
    arguments,
    cut,
    log_of,
    routed,
    scorer_of,
    table_of,
)

Floats = npt.NDArray[np.float64]
BETAS = (8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0)
CAPACITY = 90.0
"""Size from which a list costs accuracy, in skills."""
NEAR = 0.4
"""Similarity to the right skill from which a rival belongs to its nest."""
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(15)


@dataclass(frozen=True, slots=True)
class Features:
    """Numbers of R decisions that the models draw on."""

    gold: Floats
    margin: Floats
    clearance: Floats
    difference: Floats
    """Clearance of differences of scores, in the place of ratios."""
    log_size: Floats
    capacity: Floats
    crowding: Floats
    """Similarity of the nearest rival's descriptor to the right one's."""
    near: Floats
    """(betas, R) log competition index of rivals inside the nest of the right skill."""
    far: Floats
    """(betas, R) and of those outside."""

    def rows(self, mask: npt.NDArray[np.bool_]) -> Features:
        """Some of the decisions."""
        return Features(*(getattr(self, name)[..., mask] for name in self.__slots__))


def features(log: DecisionLog, name: ScorerName, table: DecisionTable) -> Features:
    """Read every model's numbers off the scores of all skills on offer."""
    scorer = scorer_of(name, log.skills)
    count = len(log.decisions)
    queries = list(dict.fromkeys(decision.query for decision in log.decisions))
    lines = {query: i for i, query in enumerate(queries)}
    scores = np.concatenate([scorer.scores(queries[i : i + 256]) for i in range(0, len(queries), 256)])
    margin, crowding = np.zeros(count), np.zeros(count)
    near, far = np.full((len(BETAS), count), -30.0), np.full((len(BETAS), count), -30.0)
    everything = np.arange(len(log.skills))
    for row, decision in enumerate(log.decisions):
        line = scores[lines[decision.query]].astype(np.float64)
        offered = everything if decision.offered is None else decision.offered
        best = decision.gold[int(np.argmax(line[list(decision.gold)]))]
        rivals = np.setdiff1d(offered, decision.gold)
        margin[row] = line[best]
        if not len(rivals):
            continue
        similar = scorer.similarities(best, best + 1)[0][rivals]
        gap = line[rivals] - line[best]
        margin[row], crowding[row] = -gap.max(), similar.max()
        inside = similar >= NEAR
        for index, beta in enumerate(BETAS):
            for part, target in ((inside, near), (~inside, far)):
                if part.any():
                    target[index, row] = max(-30.0, np.logaddexp.reduce(beta * gap[part]))
    return Features(
        gold=table.gold_score,
        margin=margin,
        clearance=table.x[:, 1],
        difference=table_of(log, name, DIFFERENCES[name]).x[:, 1],
        log_size=np.log(np.maximum(table.size, 1)),
        capacity=np.log1p(table.size / CAPACITY),
        crowding=crowding,
        near=near,
        far=far,
    )


@dataclass(frozen=True, slots=True)
class Model:
    """A choice model: probability of being right, its starting values, and whether it has a sharpness."""

    name: str
    predict: Callable[[Features, Floats, int], Floats]
    start: tuple[float, ...]
    sharp: bool = False


def _linear(*names: str) -> Callable[[Features, Floats, int], Floats]:
    def predict(f: Features, theta: Floats, beta: int) -> Floats:
        return logistic(
            theta[0] + sum(t * getattr(f, name) for t, name in zip(theta[1:], names, strict=True))
        )

    return predict


def _conditional(f: Features, theta: Floats, beta: int) -> Floats:
    rivals = np.logaddexp(f.near[beta], f.far[beta])
    return logistic(-np.logaddexp(rivals, theta[0] - BETAS[beta] * f.gold))


def _shared_noise(f: Features, theta: Floats, beta: int) -> Floats:
    rivals = np.logaddexp(f.near[beta], f.far[beta])
    level = theta[0] - rivals - theta[1] * f.capacity
    spread = np.exp(np.clip(theta[2], -4, 4))
    return np.asarray(
        sum(w * logistic(level + spread * z) for z, w in zip(NODES, WEIGHTS, strict=True)) / WEIGHTS.sum()
    )


def _nested(f: Features, theta: Floats, beta: int) -> Floats:
    inside = np.exp(np.clip(theta[1], -3, 3))
    kin = f.near[beta] * inside
    nest = np.logaddexp(0.0, kin) / inside
    return logistic(-kin + theta[2]) * logistic(theta[0] + nest - f.far[beta] - theta[3] * f.capacity)


def _probit(f: Features, theta: Floats, beta: int) -> Floats:
    from scipy.special import ndtr

    return np.asarray(ndtr(theta[0] + theta[1] * f.clearance + theta[2] * f.capacity), dtype=np.float64)


MODELS = (
    Model("ln N alone", _linear("log_size"), (3.0, -0.5)),
    Model("conditional logit", _conditional, (0.0,), sharp=True),
    Model("conditional logit, shared noise", _shared_noise, (2.0, 0.5, 0.5), sharp=True),
    Model("nested logit", _nested, (2.0, 0.0, 1.0, 0.5), sharp=True),
    Model("margin, ln N", _linear("margin", "log_size"), (3.0, 5.0, -0.5)),
    Model("probit of clearance, capacity", _probit, (1.5, 3.0, -0.7)),
    Model("differences, capacity", _linear("difference", "capacity"), (2.0, 6.0, -1.4)),
    Model("clearance, capacity (chosen)", _linear("clearance", "capacity"), (2.0, 6.0, -1.4)),
    Model("clearance, capacity, ln N", _linear("clearance", "capacity", "log_size"), (2.0, 6.0, -1.4, 0.0)),
    Model(
        "clearance, capacity, crowding", _linear("clearance", "capacity", "crowding"), (2.0, 6.0, -1.4, -2.0)
    ),
)


def fit(model: Model, f: Features, y: Floats) -> tuple[Floats, int]:
    """Maximum-likelihood parameters, under a faint pull to zero, and the sharpness."""
    from scipy.optimize import minimize

    best: tuple[float, Floats, int] | None = None
    for beta in range(len(BETAS)) if model.sharp else (0,):

        def loss(theta: Floats, beta: int = beta) -> float:
            return len(y) * log_loss(y, model.predict(f, theta, beta)) + 0.005 * float(theta @ theta)

        found = minimize(loss, np.array(model.start), method="L-BFGS-B")
        if best is None or found.fun < best[0]:
            best = (float(found.fun), found.x, beta)
    assert best is not None
    return best[1], best[2]


def order_of(values: Sequence[float]) -> bool:
    """Whether every listing is forecast better than the shorter one before it."""
    return all(np.diff(values) > 0)


def main() -> int:
    """Fit, judge, print."""
    parser = arguments(__doc__)
    parser.add_argument("--scorer", choices=SCORERS, default="hybrid")
    args = parser.parse_args()
    log = log_of(args.data, "bfcl_pool")
    table = table_of(log, args.scorer)
    source = features(log, args.scorer, table)
    elsewhere = {}
    for name in LABELS:
        whole = routed(log_of(args.data, name))
        for listing, length in LISTINGS.items():
            part = cut(whole, length)
            elsewhere[name, listing] = features(part, args.scorer, table_of(part, args.scorer))
    print(f"{args.scorer:32s} log-loss  Brier    AUC  calibration  cells  order")
    for model in MODELS:
        rows = []
        for router in log.models:
            y = (table.outcomes[router] == RIGHT).astype(np.float64)
            p = np.zeros(len(y))
            for fold in range(FOLDS):
                held = table.fold == fold
                theta, beta = fit(model, source.rows(~held), y[~held])
                p[held] = model.predict(source.rows(held), theta, beta)
            cells = [
                abs(y[table.size == n].mean() - p[table.size == n].mean()) for n in np.unique(table.size)
            ]
            rows.append(
                (
                    log_loss(y, p),
                    brier(y, p),
                    auc(y, p) or 0.5,
                    calibration_error(y, p),
                    float(np.mean(cells)),
                )
            )
        pooled = np.concatenate([(table.outcomes[m] == RIGHT).astype(np.float64) for m in log.models])
        theta, beta = fit(model, _repeat(source, len(log.models)), pooled)
        ordered = sum(
            order_of([float(model.predict(elsewhere[name, k], theta, beta).mean()) for k in LISTINGS])
            for name in LABELS
        )
        values = np.mean(rows, axis=0)
        print(
            f"{model.name:32s} {values[0]:8.4f} {values[1]:6.4f} {values[2]:6.3f} {values[3]:12.4f} "
            f"{values[4]:6.4f} {ordered:4d}/5",
            flush=True,
        )
    return 0


def _repeat(f: Features, times: int) -> Features:
    return Features(*(np.concatenate([getattr(f, name)] * times, axis=-1) for name in f.__slots__))


if __name__ == "__main__":
    sys.exit(main())
