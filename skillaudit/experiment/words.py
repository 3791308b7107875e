"""How an experiment's numbers are written, the same on the page and in the terminal."""

from __future__ import annotations

from skillaudit.schema import Estimate

FAR = 1e5
"""Sizes beyond this were not told apart by the fit."""


def number(value: float | None) -> str:
    """Return a number with three digits, and four behind the point at most."""
    if value is None:
        return "n/a"
    if value >= FAR:
        return "beyond reach"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{round(value, 4) + 0.0:.3g}"


def ranged(estimate: Estimate) -> str:
    """Return `0.12 [0.1, 0.15]`, without the bracket where there is no interval."""
    if estimate.value is None or estimate.low == estimate.high:
        return number(estimate.value)
    return f"{number(estimate.value)} [{number(estimate.low)}, {number(estimate.high)}]"
