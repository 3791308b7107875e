"""Least squares of many small problems at once, within bounds: Levenberg and Marquardt's descent, in step.

A library's curve is refitted to dozens of draws of eleven points. One by one, a solver's own work between two steps
costs thirty times what the steps do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Model: TypeAlias = Callable[[Floats], tuple[Floats, Floats]]
"""Coefficients (B, P) to values (B, S) and their slopes by coefficient (B, S, P)."""

ROUNDS = 200
_SETTLED = 1e-6
"""A step that lowers a cost by a smaller share of it counts as none."""
_QUIET = 3
"""Such steps in a row after which a problem is done."""
_EXACT = 1e-24
_STUCK = 1e8


def descend(
    model: Model, start: Floats, wanted: Floats, lower: Floats, upper: Floats
) -> tuple[Floats, Floats]:
    """Return the coefficients (B, P) at which `model` comes nearest to `wanted` (B, S), and the squared errors (B,).

    `start` (B, P) is where each problem begins, `lower` and `upper` (P,) are kept by every step: a coefficient at its
    bound stays there while the descent points outside. A problem ends where steps gain nothing more, after `ROUNDS`
    at the latest.
    """
    theta = np.clip(start, lower, upper)
    values, slopes = model(theta)
    wrong = values - wanted
    cost = (wrong**2).sum(axis=1)
    damping, quiet = np.full(len(theta), 1e-3), np.zeros(len(theta), dtype=np.int64)
    live = np.flatnonzero(cost > _EXACT)
    for _ in range(ROUNDS):
        if not len(live):
            break
        downhill = np.einsum("bsp,bs->bp", slopes[live], wrong[live])
        curved = np.einsum("bsp,bsq->bpq", slopes[live], slopes[live])
        here = theta[live]
        held = ((here <= lower) & (downhill > 0)) | ((here >= upper) & (downhill < 0))
        downhill[held] = 0
        curved[held[:, :, None] | held[:, None, :]] = 0
        ridge = np.einsum("bpp->bp", curved) * damping[live, None] + 1e-14 + held
        curved += ridge[:, :, None] * np.eye(theta.shape[1])
        there = np.clip(here - np.linalg.solve(curved, downhill[:, :, None])[:, :, 0], lower, upper)
        values, bends = model(there)
        off = values - wanted[live]
        then = (off**2).sum(axis=1)
        better = then < cost[live]
        gains = better & (cost[live] - then > _SETTLED * cost[live])
        quiet[live] = np.where(gains, 0, quiet[live] + better)
        damping[live] = np.maximum(np.where(better, damping[live] / 10, damping[live] * 5), 1e-12)
        moved = live[better]
        theta[moved], slopes[moved], wrong[moved] = there[better], bends[better], off[better]
        cost[moved] = then[better]
        live = live[(quiet[live] < _QUIET) & (damping[live] < _STUCK) & (cost[live] > _EXACT)]
    return theta, cost
