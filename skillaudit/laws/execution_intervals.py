"""Interval of a product of chances that are partly wrong together and partly each on its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from skillaudit.schema import Estimate
from skillaudit.stats.draws import beta_bounds

Floats = npt.NDArray[np.float64]

_Z = 3.29
"""Width of a central 90% of the normal distribution, in standard deviations."""
_SEARCHES = 40
_MOST = 0.98
"""Largest variance of a beta distribution that is told apart from two points, as a share of m (1 - m)."""


def level_sd(accuracy: Estimate) -> float:
    """Return the uncertainty that all skills of a library share, on the scale of log odds."""
    value, low, high = accuracy.value, accuracy.low, accuracy.high
    if value is None or low is None or high is None or not 0.0 < value < 1.0:
        return 0.0
    return (high - low) / _Z / (value * (1.0 - value))


def joint_interval(steps: Sequence[Estimate], shared: float = 0.0) -> Estimate:
    """Return the product of `steps` with its 90% interval.

    Each step is read as a beta distribution with the given mean and width; `shared` is the standard
    deviation, in log odds, of what moves all steps at once (see `level_sd`), and is part of their widths.
    The interval is that of the beta distribution with the mean and variance of the product. A step
    without a value makes the product unknown.
    """
    if any(step.value is None for step in steps):
        return Estimate(value=None, low=None, high=None)
    mean = np.array([step.value for step in steps], dtype=np.float64)
    low = np.array([step.value if step.low is None else step.low for step in steps], dtype=np.float64)
    high = np.array([step.value if step.high is None else step.high for step in steps], dtype=np.float64)
    common = np.minimum(mean * (1.0 - mean) * shared, (high - low) / _Z)
    own = np.maximum(_variances(mean, high - low) - common**2, 0.0)
    product = float(mean.prod())
    alone = float((mean**2 + own).prod()) - product**2
    others = np.array([np.delete(mean, place).prod() for place in range(len(mean))])
    together = float((others * common).sum()) ** 2
    ends = beta_bounds(np.array([product]), np.array([max(alone, 0.0) + together]))
    return Estimate(value=product, low=float(ends[0][0]), high=float(ends[1][0]))


def _variances(mean: Floats, width: Floats) -> Floats:
    """Return the variances of the beta distributions with these means and widths of their central 90%."""
    below, above = np.zeros_like(mean), _MOST * mean * (1.0 - mean)
    for _ in range(_SEARCHES):
        middle = (below + above) / 2.0
        low, high = beta_bounds(mean, middle)
        narrow = high - low < width
        below, above = np.where(narrow, middle, below), np.where(narrow, above, middle)
    return np.where(width > 0.0, (below + above) / 2.0, 0.0)
