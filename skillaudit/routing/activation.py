"""How often agents at work load a skill at all: measured by client, and hardly told by a library's text."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from skillaudit.schema import Record

BUILT_IN = "activation.json"


class ActivationCell(Record):
    """One measured set of requests that have a right skill."""

    where: str
    model: str
    skills: int
    decisions: int
    recall: float
    """Share on which a right skill was loaded."""


class Activation(Record):
    """How agents of one client load skills, for one class of routers."""

    router: str
    """Name of the class."""
    client: str
    recall: tuple[float, float]
    """Mean and standard deviation, in logits, of the chance that some skill is loaded where one is right."""
    trigger: tuple[float, float]
    """The same where none is right."""
    source: str
    """One sentence: what was measured, and until when."""
    cells: tuple[ActivationCell, ...] = ()


@cache
def activations() -> tuple[Activation, ...]:
    """Return the measured clients, in the order of the file."""
    text = files("skillaudit").joinpath("data", BUILT_IN).read_bytes()
    return msgspec.json.decode(text, type=tuple[Activation, ...])
