"""Router profiles: the fitted parameters of one router or class of routers, found by name."""

from __future__ import annotations

import datetime
import math
from collections.abc import Collection
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

CLASSES = ("frontier", "fast", "older")
"""Classes of routers that nobody need measure, in the order that they are shown in."""
DEFAULT_ROUTER = CLASSES[0]
OWN = "yours"
"""Name of the profile of the user's own agents."""
AT_HOME = 0.5
"""Share of a library's skills from which on a profile that was fitted over them is at home in it."""
GONE = {"llm": f"there is no one profile for all models; name a class: {', '.join(CLASSES)}"}
MOST = 1e4
"""Largest number of a fit; those of the package stay below 100."""
STALE_DAYS = 365
LOCAL_PREFIX = "local/"
SCORERS: tuple[ScorerName, ...] = ("hybrid", "dense", "lexical")
BUILT_IN = "routers.json"


class Contrast(NamedTuple):
    """How the scores of one request are held against each other (see `evidence`)."""

    beta: float
    """Sharpness of the clearance."""
    offset: float | None = None
    """Added to a score before its logarithm is taken, so that ratios count; None where differences do."""


class ChoiceFit(Record):
    """Parameters of the choice model over the scores of one scorer: all that a forecast rests on.

    With x = (1, clearance, ln(1 + N / kappa)): P(right) = logistic(coefficients . x); a wrong choice is
    another skill with probability logistic(hijack . x), else nothing or an invalid id; the skill taken is spread
    over the rivals by softmax(temperature * (score + likeness * similarity of the two descriptors)). On a
    request that should fire nothing, some skill is taken with probability logistic(trigger . (1, best score,
    catch-all)).
    """

    beta: float
    """Sharpness of the clearance."""
    coefficients: tuple[float, float, float]
    covariance: tuple[tuple[float, ...], ...]
    """Of the coefficients: posterior of the fit, and for a class of routers their spread."""
    library_sd: float
    """Standard deviation of the level between libraries, on the logit scale."""
    set_sd: float
    """The same between sets of requests over one library."""
    hijack: tuple[float, float, float]
    hijack_sd: float
    """Standard deviation of the level of `hijack` between routers and libraries."""
    trigger: tuple[float, float, float]
    trigger_sd: float
    """Standard deviation of the trigger's intercept between routers and libraries."""
    temperature: float
    gold_score: float
    """Typical score of a request with its own skill, for libraries without requests."""
    offset: float | None = None
    """Added to a score before its logarithm is taken; None where differences of scores count, not ratios."""
    kappa: float = 90.0
    """Skills at which capacity starts to tell; the second paper fits 83.5 and 91.8 for two models."""
    likeness: float = 0.5
    """Weight of the similarity of two descriptors in who takes a request."""
    descriptor: tuple[float, float] = (0.0, 0.0)
    """Shift of the level, in logits, and its standard deviation, where descriptors stand in for requests."""
    sources: dict[str, tuple[float, float]] = msgspec.field(default_factory=dict)
    """The same by source of requests, for those whose requests are easier or harder than labelled ones."""
    always: float = 0.0
    """Belief, in [0, 1], that the router never leaves a request with nothing: what is wrong then is another skill."""
    recovered: float = 0.0
    """Share of right choices on recorded requests that the scorer alone ranks wrong; 0 where not known."""

    def __post_init__(self) -> None:
        """Raise ValueError for numbers that no fit comes to, and no forecast can be made of."""
        spreads = [self.library_sd, self.set_sd, self.hijack_sd, self.trigger_sd, self.descriptor[1]]
        spreads += [row[at] for at, row in enumerate(self.covariance) if at < len(row)]
        spreads += [sd for _, sd in self.sources.values()]
        others = [*self.coefficients, *self.hijack, *self.trigger, self.gold_score, self.offset or 0.0]
        others += [self.likeness, self.descriptor[0], *(shift for shift, _ in self.sources.values())]
        others += [number for row in self.covariance for number in row]
        if not (
            all(abs(number) <= MOST for number in others)
            and all(0 <= spread <= MOST for spread in spreads)
            and all(1 / MOST <= number <= MOST for number in (self.beta, self.kappa))
            and 0 <= self.temperature <= MOST
            and 0 <= self.always <= 1
            and [len(row) for row in self.covariance] == [3, 3, 3]
        ):
            raise ValueError("a number of a fit lies beyond what a fit comes to")

    @property
    def level_sd(self) -> float:
        """Standard deviation of the level on a library and a set of requests that nobody measured."""
        return math.hypot(self.library_sd, self.set_sd)

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


class LeftOutSet(Record):
    """Predicted against measured rates of one request set, the fit having seen nothing of its library."""

    cell: str
    """Library and condition."""
    model: str
    n: int
    decisions: int
    predicted: float
    low: float
    high: float
    """90% interval of the accuracy that these decisions would show."""
    measured: float
    log_loss: float
    constant: float
    """Log loss of the share of right decisions of the other libraries, in the place of a forecast."""


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
    libraries: int = 0
    request_sets: int = 0
    metrics: dict[str, float] = msgspec.field(default_factory=dict)
    """Held-out figures: log_loss, log_loss_size_only, brier, auc, calibration_error, coverage (see `ModelFit`)."""
    cells: tuple[Cell, ...] = ()
    """Held-out rates by number of skills on offer; none for a class of routers."""
    left_out: tuple[LeftOutSet, ...] = ()
    """Request sets predicted from other libraries alone; for a class."""
    date: str = ""
    """Day of the latest of the recorded decisions, ISO."""
    home: tuple[str, ...] = ()
    """Names of the skills that it was fitted over; empty for one that is at home nowhere."""

    def at(self, names: Collection[str]) -> RouterProfile:
        """Return the profile for a library of these names: without the spread between libraries where it is at home."""
        own = frozenset(self.home)
        if not own or not names or sum(name in own for name in names) < AT_HOME * len(names):
            return self
        fits = {
            scorer: msgspec.structs.replace(fit, library_sd=0.0, set_sd=0.0)
            for scorer, fit in self.fits.items()
        }
        return msgspec.structs.replace(self, fits=fits)

    def stale(self, today: str) -> bool:
        """Whether its decisions end more than a year before a day."""
        if not self.date or not today:
            return False
        age = datetime.date.fromisoformat(today) - datetime.date.fromisoformat(self.date)
        return age.days > STALE_DAYS

    def extrapolates(self, size: int) -> bool:
        """Whether a library of this size lies outside those that it was fitted on."""
        return size > 0 and not self.sizes[0] <= size <= self.sizes[1]

    @property
    def provenance(self) -> str:
        """One clause: from how many decisions, libraries and request sets it comes, and until when."""
        sentence = f"{self.name}: {self.description}"
        if self.decisions:
            sentence += f", fitted on {self.decisions:,} recorded decisions"
            if self.libraries:
                sentence += f" over {_counted(self.libraries, 'library', 'libraries')}"
            if self.request_sets:
                sentence += f" and {_counted(self.request_sets, 'request set', 'request sets')}"
            if self.date:
                sentence += f" until {self.date}"
            sentence += f" ({self.training})"
        if self.stale(newest()):
            sentence += "; the latest that are known are over a year younger"
        return sentence


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


@cache
def built_in() -> tuple[RouterProfile, ...]:
    """Return the profiles that ship with the package, in the order of the file."""
    text = files("skillaudit").joinpath("data", BUILT_IN).read_bytes()
    return msgspec.json.decode(text, type=tuple[RouterProfile, ...])


def classes() -> tuple[RouterProfile, ...]:
    """Return the profiles of the classes, in the order that they are shown in."""
    known = {profile.name: profile for profile in built_in()}
    return tuple(known[name] for name in CLASSES if name in known)


def newest() -> str:
    """Return the day of the latest decision that any profile of the package rests on."""
    return max((profile.date for profile in built_in()), default="")


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


def default_router(scorer: ScorerName) -> str:
    """Return the router that is forecast for where none is named: the user's own, if fitted, else the class."""
    own = next((path for path in _files(None) if path.stem == OWN), None)
    if own is not None and scorer in read_record(own, RouterProfile, PROFILE).fits:
        return OWN
    return DEFAULT_ROUTER


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
    found |= {profile.name: profile for profile in map(local, SCORERS)}
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
    """Return the profile called `name`; None takes the first class. A file of that name goes first.

    `local` alone stands for the scorer in use. Raises `UsageError` naming the nearest matches when there
    is no such profile, or when it was never fitted for `scorer`.
    """
    if name == "local":
        return local(scorer)
    wanted = name or DEFAULT_ROUTER
    own = next((path for path in _files(folder) if path.stem == wanted.replace("/", "__")), None)
    profile = {shipped.name: shipped for shipped in (*built_in(), *map(local, SCORERS))}.get(wanted)
    if own is not None and (found := read_record(own, RouterProfile, PROFILE)).name == wanted:
        profile = found
    if profile is None:
        known = {other.name: other for other in profiles(folder)}
        profile = known.get(wanted)
    if profile is None:
        import difflib

        if name in GONE:
            raise UsageError(f"no router profile is called {name!r}: {GONE[name]}")
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
