"""Router profiles: the fitted parameters of one router or class of routers, found by name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from skillaudit.disk.homes import home_for
from skillaudit.errors import UsageError
from skillaudit.reading import read_record
from skillaudit.reading.limits import PROFILE
from skillaudit.schema import Record, ScorerName

DEFAULT_ROUTER = "llm"
LOCAL_PREFIX = "local/"
BUILT_IN = "routers.json"


class Contrast(NamedTuple):
    """How the scores of one request are held against each other (see `evidence`)."""

    beta: float
    """Sharpness of the clearance."""
    offset: float | None = None
    """Added to a score before its logarithm is taken, so that ratios count; None where differences do."""


class ChoiceFit(Record):
    """Parameters of the choice model over the scores of one scorer.

    With x = (1, clearance, ln(1 + N / kappa)): P(right) = logistic(coefficients . x); a wrong choice is
    another skill with probability logistic(hijack . x), else nothing or an invalid id; the skill taken is
    spread over the rivals by softmax(temperature * score). On a request that should fire nothing, some
    skill is taken with probability logistic(trigger . (1, best score)).
    """

    beta: float
    """Sharpness of the clearance."""
    coefficients: tuple[float, float, float]
    covariance: tuple[tuple[float, ...], ...]
    """Of the coefficients: posterior of the fit, and for a class of routers their spread."""
    library_sd: float
    """Standard deviation of the intercept between libraries, on the logit scale."""
    hijack: tuple[float, float, float]
    trigger: tuple[float, float]
    trigger_sd: float
    """Standard deviation of the trigger's intercept between routers and libraries."""
    temperature: float
    gold_score: float
    """Typical score of a request with its own skill, for libraries without requests."""
    offset: float | None = None
    """Added to a score before its logarithm is taken; None where differences of scores count, not ratios."""

    @property
    def contrast(self) -> Contrast:
        """How the clearance of a request is read off its scores."""
        return Contrast(self.beta, self.offset)


class Cell(Record):
    """Predicted against measured rates of one model with about `n` skills on offer, held out."""

    model: str
    n: int
    decisions: int
    predicted_accuracy: float
    low: float
    high: float
    """90% interval of the accuracy that these decisions would show."""
    measured_accuracy: float
    predicted_hijack: float
    measured_hijack: float


class RouterProfile(Record):
    """One router, or a class of routers, and how far it can be trusted."""

    name: str
    kind: Literal["choice", "local"]
    """`choice`: a fitted choice model; `local`: the scorer's own top rank."""
    description: str
    """One clause for the sentence `source` of a forecast."""
    fits: dict[ScorerName, ChoiceFit] = msgspec.field(default_factory=dict)
    sizes: tuple[int, int] = (1, 1)
    """Smallest and largest number of skills on offer in the training set."""
    training: str = ""
    """What it was fitted on."""
    decisions: int = 0
    metrics: dict[str, float] = msgspec.field(default_factory=dict)
    """Held-out figures: log_loss, log_loss_size_only, brier, auc, calibration_error, coverage (see `ModelFit`)."""
    cells: tuple[Cell, ...] = ()
    """Held-out rates by number of skills on offer; none for a class of routers."""
    date: str = ""
    """Day of the recorded decisions or of the fit, ISO."""


@cache
def built_in() -> tuple[RouterProfile, ...]:
    """Return the profiles that ship with the package, in the order of the file."""
    text = files("skillaudit").joinpath("data", BUILT_IN).read_bytes()
    return msgspec.json.decode(text, type=tuple[RouterProfile, ...])


def local(scorer: ScorerName) -> RouterProfile:
    """Return the profile of a local scorer that takes its own best-ranked skill."""
    return RouterProfile(
        name=LOCAL_PREFIX + scorer,
        kind="local",
        description=f"the {scorer} scorer itself takes its best-ranked skill; no model is asked",
        sizes=(1, 1_000_000),
        training="nothing to fit",
    )


def user_folder() -> Path:
    """Return the folder where a user's own profiles live; it may not exist.

    Raises OSError for a user without a home folder.
    """
    return home_for("config") / "routers"


def check_name(name: str) -> str:
    """Return the stem of the file that a profile of this name is kept in.

    Raises `UsageError` for a name that cannot be a file's.
    """
    stem = name.replace("/", "__")
    if not stem or stem.startswith(".") or not all(c.isalnum() or c in "._@+-" for c in stem):
        raise UsageError(f"{name!r} cannot name a router profile; use letters, digits and . _ @ + - /")
    return stem


def profiles(folder: Path | None = None) -> tuple[RouterProfile, ...]:
    """Return every profile that can be named: built-in, local, then the user's own, by name.

    A profile of the user's with the name of another one replaces it. Raises `UsageError` for a file that
    is not a profile.
    """
    found = {profile.name: profile for profile in built_in()}
    for scorer in ("hybrid", "dense", "lexical"):
        profile = local(scorer)
        found[profile.name] = profile
    for path in _files(folder):
        profile = read_record(path, RouterProfile, PROFILE)
        found[profile.name] = profile
    return tuple(found.values())


def _files(folder: Path | None) -> list[Path]:
    try:
        where = user_folder() if folder is None else folder
    except OSError:
        return []
    return sorted(where.glob("*.json")) if where.is_dir() else []


def find(name: str | None, scorer: ScorerName, folder: Path | None = None) -> RouterProfile:
    """Return the profile called `name`; None takes the class prior for language models.

    `local` alone stands for the scorer in use. Raises `UsageError` naming the nearest matches when there
    is no such profile, or when it was never fitted for `scorer`.
    """
    if name == "local":
        return local(scorer)
    known = {profile.name: profile for profile in profiles(folder)}
    profile = known.get(name or DEFAULT_ROUTER)
    if profile is None:
        import difflib

        near = difflib.get_close_matches(name or "", known, n=3, cutoff=0.3) or sorted(known)[:5]
        raise UsageError(f"no router profile is called {name!r}; the nearest are: {', '.join(near)}")
    if profile.kind == "choice" and scorer not in profile.fits:
        fitted = ", ".join(sorted(profile.fits))
        raise UsageError(
            f"router profile {profile.name!r} was not fitted for the {scorer} scorer; use --scorer {fitted}"
        )
    if profile.kind == "local" and profile.name != LOCAL_PREFIX + scorer:
        raise UsageError(
            f"router {profile.name!r} needs --scorer {profile.name.removeprefix(LOCAL_PREFIX)}, not {scorer}"
        )
    return profile
