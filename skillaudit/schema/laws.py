"""What comes out about accuracy against the size of a library."""

from __future__ import annotations

from typing import Literal

from skillaudit.schema.execution import Estimate
from skillaudit.schema.library import Record


class LawPoint(Record):
    """Expected rates with `n` of the library's skills on offer, right skills always among them."""

    n: int
    accuracy: Estimate
    hijack: float
    interference: float = 0.0
    """I(S): mean over requests of the best rival's score, in [0, 1]."""
    measured: Estimate | None = None
    """How often the scorer ranks the right skill first among so many, where `accuracy` is what a profile expects."""


class LawForm(Record):
    """One form of the law, fitted to the points."""

    form: Literal["logarithmic", "capacity"]
    """`a - b ln n`, or `alpha / (1 + (n / kappa)^gamma) - epsilon I(S)`."""
    parameters: dict[str, float]
    r_squared: float | None
    """Share of variance explained; None where the points do not vary."""
    left_out_error: float | None
    """Root mean squared error on the largest sizes, after a fit without them."""
    chosen: bool


class LibraryCurve(Record):
    """How this library's accuracy falls as it grows, for the forecast's router (DESIGN section 5)."""

    points: tuple[LawPoint, ...]
    forms: tuple[LawForm, ...]
    """Both forms; empty when the library is too small for a curve."""
    router: str = ""
    basis: Literal["profile", "scorer", "probe"] = "profile"
    """Who says the accuracies: a profile, whose curve is a formula of the size, so that a fit to it says nothing; the
    scorer, which ranked the requests; a probe, in which the router chose."""
    measured: tuple[LawForm, ...] = ()
    """Both forms fitted to the measured points beside a profile's curve: these can fail."""
    a: Estimate | None = None
    b: Estimate | None = None
    kappa: Estimate | None = None
    gamma: Estimate | None = None
    floor: float | None = None
    """The accuracy that the user will not go below."""
    crossing: Estimate | None = None
    """Size at which accuracy crosses the floor; no value beyond a hundred times the size of the library."""
    room: Estimate | None = None
    """How many more skills of the same kind fit above the floor."""
    note: str = ""
    """Why there is no curve, where there is none."""
