"""Whether the slope of a router's routing law tells how much state rescues it (arXiv 2605.16508, abstract).

The paper says that b of `a - b ln N` couples the two laws and prints no formula, so the plainest one is fitted:

    ln R = c + s b

R is by how many times a right result of the step before multiplies the odds of the next one. Both b and ln R are
measured with error. The error of b flattens an ordinary line; its known variance is taken out of the spread of b
(method of moments). Intervals and the test rest on leaving out one router at a time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from skillaudit.schema import Estimate, Record

Floats = npt.NDArray[np.float64]

LEAST = 4
"""Routers below which no line is drawn."""
ALPHA = 0.01
_Z = 3.29
"""Width of a central 90% of the normal distribution, in standard deviations."""
_APART = 1.5
"""How many times its noise the variance of b must be for a line through it."""


class RouterLaws(Record):
    """One router, by both laws."""

    router: str
    b: Estimate
    """Accuracy lost per unit of ln N."""
    rescue: Estimate
    """ln R."""
    told: float | None = None
    """ln R by the line through the other routers; None without a line."""


class FromOthers(Record):
    """What the other routers say of one."""

    router: str
    b: float
    rescue: float
    predicted: float


class Coupling(Record):
    """The line of rescue against b over a set of routers."""

    slope: Estimate
    """s, with its 90% interval; no values where no line can be drawn."""
    constant: float | None
    p: float | None
    """Two-sided, of the slope against none."""
    left_out: tuple[FromOthers, ...]
    error: float | None
    """Root mean squared error of the predictions for routers left out."""
    error_without: float | None
    """The same of the other routers' mean, which knows nothing of b."""
    note: str = ""
    """Why there is no line."""

    @property
    def coupled(self) -> bool:
        """Whether the routers show that b tells the rescue."""
        return self.p is not None and self.p < ALPHA


def couple(routers: Sequence[RouterLaws]) -> Coupling:
    """Fit ln R = c + s b over routers, and predict each from the others."""
    known = [r for r in routers if r.b.value is not None and r.rescue.value is not None]
    x = np.array([r.b.value for r in known], dtype=np.float64)
    y = np.array([r.rescue.value for r in known], dtype=np.float64)
    noise = np.array([_variance(r.b) for r in known], dtype=np.float64)
    if len(known) < LEAST:
        return _none(f"{len(known)} routers are measured by both laws; a line needs {LEAST}")
    everybody = np.ones(len(known), dtype=bool)
    parts = [everybody & (np.arange(len(known)) != at) for at in range(len(known))]
    lines = [_line(x[part], y[part], noise[part]) for part in parts]
    whole = _line(x, y, noise)
    if whole is None or any(line is None for line in lines):
        return _none("the slopes b of these routers differ by no more than they are uncertain")
    slopes = np.array([line[0] for line in lines if line is not None])
    many = len(known)
    spread = float(np.sqrt((many - 1) / many * ((slopes - slopes.mean()) ** 2).sum()))
    from scipy.special import stdtr, stdtrit

    half = float(stdtrit(many - 2, 0.95)) * spread
    left_out = tuple(
        FromOthers(
            router=r.router, b=float(x[at]), rescue=float(y[at]), predicted=line[1] + line[0] * float(x[at])
        )
        for at, (r, line) in enumerate(zip(known, lines, strict=True))
        if line is not None
    )
    means = np.array([y[part].mean() for part in parts])
    return Coupling(
        slope=Estimate(value=whole[0], low=whole[0] - half, high=whole[0] + half),
        constant=whole[1],
        p=float(2 * stdtr(many - 2, -abs(whole[0]) / max(spread, 1e-12))),
        left_out=left_out,
        error=_root([found.predicted - found.rescue for found in left_out]),
        error_without=_root((means - y).tolist()),
    )


def _line(x: Floats, y: Floats, noise: Floats) -> tuple[float, float] | None:
    """Slope and constant, the noise of x taken out; None where x is nothing but noise."""
    spread, lost = float(x.var(ddof=1)), float(noise.mean())
    if spread <= _APART * lost or spread <= 0.0:
        return None
    together = float(((x - x.mean()) * (y - y.mean())).sum()) / (len(x) - 1)
    slope = together / (spread - lost)
    return slope, float(y.mean()) - slope * float(x.mean())


def _variance(estimate: Estimate) -> float:
    if estimate.low is None or estimate.high is None:
        return 0.0
    return ((estimate.high - estimate.low) / _Z) ** 2


def _root(errors: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(errors))))


def _none(note: str) -> Coupling:
    unknown = Estimate(value=None, low=None, high=None)
    return Coupling(
        slope=unknown, constant=None, p=None, left_out=(), error=None, error_without=None, note=note
    )
