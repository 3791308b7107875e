"""90% intervals: of shares (Wilson 1927), and of numbers that were drawn many times."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from skillaudit.schema import Estimate

Z = 1.6448536269514722
"""Half the width of a central 90% of the normal distribution, in standard deviations."""
TAIL = 0.05
"""Mass left out on either side."""
UNKNOWN = Estimate(value=None, low=None, high=None)


def wilson(hits: float, count: float, quantile: float = Z) -> tuple[float, float]:
    """Return Wilson's interval for a proportion of `hits` among `count` independent trials."""
    if count <= 0:
        return 0.0, 1.0
    p, z2 = float(hits / count), float(quantile**2)
    centre = (p + z2 / (2 * count)) / (1 + z2 / count)
    half = quantile * math.sqrt(p * (1 - p) / count + z2 / (4 * count**2)) / (1 + z2 / count)
    return float(max(0.0, min(centre - half, p))), float(
        min(1.0, max(centre + half, p))
    )  # NumPy's are not written


def share(hits: int, count: int) -> Estimate:
    """Return a share with Wilson's interval; nothing without trials."""
    if count == 0:
        return UNKNOWN
    low, high = wilson(hits, count)
    return Estimate(value=hits / count, low=low, high=high)


def interval(value: float, draws: npt.NDArray[np.float64]) -> Estimate:
    """Return a number with the central 90% of its draws, which it never leaves.

    The ends stand at ranks 5% and 95% of one draw more than there are: sixty draws then cover what thousands do.
    """
    low, high = np.quantile(draws, [TAIL, 1.0 - TAIL], method="weibull")
    return Estimate(value=float(value), low=float(min(low, value)), high=float(max(high, value)))
