"""Rates of requests that meet one choice after another, each among what stands behind the last.

What is not known of router, library and requests is drawn once for the whole way: a router that is weaker than thought
is so at every choice (arXiv 2601.04748, section 5.5, multiplies the chances of one draw). Requests that are hard at the
first choice are taken together, since they are often hard at the next.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from skillaudit.routing.evidence import Evidence
from skillaudit.routing.outcome import Outcome
from skillaudit.routing.profiles import RouterProfile
from skillaudit.routing.rates import DrawnRates, ShownRates, draw
from skillaudit.routing.reading import Reader, RouterView

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Rows = TypeVar("Rows", Evidence, Outcome)

PARTS, LEAST = 4, 8
"""Parts of alike difficulty that the requests of one way are taken in, and how many a part has at least."""


@dataclass(frozen=True, slots=True)
class Level:
    """One choice on the way."""

    reader: Reader
    asked: Sequence[int]
    """Which request of the whole library stands behind each of the reader's."""


@dataclass(frozen=True, slots=True)
class Way:
    """How one request comes to its skill."""

    doors: tuple[str, ...]
    """The choices that it meets, outermost first."""
    owner: int
    """Number of its skill."""


@dataclass(frozen=True, slots=True)
class Joint:
    """Rates over the whole way."""

    drawn: DrawnRates
    shown: ShownRates
    part: float
    """Part of the wrong choices whose taker answers the request as well."""


def joint(
    choices: Mapping[str, Level], ways: Mapping[int, Way], profile: RouterProfile, z: Floats
) -> Joint | None:
    """Take each request along its way, for one router; None where no request judges the library."""
    views = {door: choice.reader.view(profile) for door, choice in choices.items()}
    place = {
        door: {choices[door].asked[at]: row for row, at in enumerate(view.judged.request.tolist()) if at >= 0}
        for door, view in views.items()
    }
    ways = {one: way for one, way in ways.items() if all(one in place[door] for door in way.doors)}
    if not ways:
        return None
    along: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for one, way in ways.items():
        along[way.doors].append(one)
    right, hijack = np.zeros(len(z)), np.zeros(len(z))
    shown: list[tuple[Floats, Floats, Floats, Ints]] = []
    mass = both = 0.0
    for doors, every in along.items():
        first = np.array([place[doors[0]][one] for one in every])
        for some in _parts(views[doors[0]], first):
            asked = [every[at] for at in some.tolist()]
            weight = views[doors[0]].judged.weight[first[some]]
            passed, lost = np.ones(len(z)), np.zeros(len(z))
            chance, wrong = np.ones(len(asked)), np.zeros(len(asked))
            for door in doors:
                view, rows = views[door], np.array([place[door][one] for one in asked])
                judged, outcome = _some(view.judged, rows), _some(view.outcome, rows)
                found = draw(judged, outcome, view.fit, z, view.extra_sd)
                passed, lost = passed * found.right, lost + passed * found.hijack
                taken = chance * outcome.hijack * weight
                mass += float(taken.sum())
                both += float((taken * (outcome.shares * view.contested[rows]).sum(axis=1)).sum())
                wrong, chance = wrong + chance * outcome.hijack, chance * outcome.right
            right, hijack = right + passed * weight.sum(), hijack + lost * weight.sum()
            shown.append((chance, wrong, weight, np.array([ways[one].owner for one in asked])))
    parts = ShownRates(*(np.concatenate(column) for column in zip(*shown, strict=True)))
    total = float(parts.weight.sum())
    return Joint(DrawnRates(right / total, hijack / total), parts, both / max(mass, 1e-12))


def _parts(view: RouterView, rows: Ints) -> Sequence[Ints]:
    """Positions in `rows` of requests of alike difficulty."""
    if view.fit is None:
        chance = np.round(view.outcome.right[rows], 6)
        return [np.flatnonzero(chance == value) for value in np.unique(chance)]
    count = max(1, min(PARTS, len(rows) // LEAST))
    return np.array_split(np.argsort(view.judged.clearance[rows], kind="stable"), count)


def _some(record: Rows, rows: Ints) -> Rows:
    """Return a record of parallel arrays at some of its rows."""
    arrays: dict[str, Any] = {
        field.name: value[rows]
        for field in dataclasses.fields(record)
        if isinstance(value := getattr(record, field.name), np.ndarray)
    }
    return dataclasses.replace(record, **arrays)
