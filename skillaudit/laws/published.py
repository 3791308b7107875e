"""The published laws: coefficients, where they come from, and the sizes that they were fitted on."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from skillaudit.laws.forms import Law
from skillaudit.schema import Record


class PublishedLaw(Record):
    """A law of accuracy against library size that somebody published."""

    name: str
    law: Law
    router: str
    """Model or models that were measured."""
    source: str
    """Where it stands, such as an arXiv id and the place in it."""
    sizes: tuple[int, int]
    """Smallest and largest number of skills that it was fitted on."""
    measured: tuple[tuple[int, float], ...] = ()
    """(size, accuracy) pairs that the source prints."""
    note: str = ""
    """What to know before using it."""
    date: str = ""
    """Year and month of publication; its models are older."""

    def extrapolates(self, n: float) -> bool:
        """Whether a size lies outside what was fitted."""
        return not self.sizes[0] <= n <= self.sizes[1]


class ExecutionLaw(Record):
    """Accuracy of a chain of K steps before any state exists: A(N)^(gamma K), gamma = slope * b + offset."""

    slope: float
    offset: float
    source: str

    def gamma(self, b: float) -> float:
        """Exponent per step for a routing decay of `b` per unit of ln N."""
        return self.slope * b + self.offset

    def accuracy(self, routing: float, steps: int, b: float | None = None) -> float:
        """Chance that a chain of `steps` is routed right; without `b` steps are independent."""
        exponent = steps if b is None or steps <= 1 else self.gamma(b) * steps
        return float(max(0.0, min(1.0, routing)) ** exponent)


class _File(Record):
    laws: tuple[PublishedLaw, ...]
    execution: ExecutionLaw


@cache
def _file() -> _File:
    text = files("skillaudit").joinpath("data", "laws.json").read_bytes()
    return msgspec.json.decode(text, type=_File)


def published() -> tuple[PublishedLaw, ...]:
    """Return the published laws, in the order of the file; they disagree, so none is the truth."""
    return _file().laws


def execution() -> ExecutionLaw:
    """Return the execution law of arXiv 2605.16508."""
    return _file().execution
