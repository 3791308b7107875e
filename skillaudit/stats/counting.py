"""How many things there really are: names that vary, and discoveries among many looks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def effective_number(names: Sequence[str]) -> float:
    """Exponential of the entropy of the names: how many equally common names would vary as much; 0 for none."""
    if not names:
        return 0.0
    _, counts = np.unique(np.asarray(names, dtype=object).astype(str), return_counts=True)
    share = counts / counts.sum()
    return float(np.exp(-(share * np.log(share)).sum()))


def benjamini_hochberg(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjust p-values for the false-discovery rate (Benjamini and Hochberg, 1995); order is kept."""
    m = p_values.size
    order = np.argsort(p_values, kind="stable")
    scaled = p_values[order] * m / np.arange(1, m + 1)
    adjusted = np.empty(m, dtype=np.float64)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
