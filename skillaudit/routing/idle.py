"""Requests that need no skill, for every library: everyday talk, and subjects that the library does not own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from skillaudit.schema import Request, ScorerName, Skill

if TYPE_CHECKING:
    from skillaudit.scoring import Scorer

FILE = "idle_requests.txt"
OWNED: dict[ScorerName, float] = {"hybrid": 0.3, "dense": 0.5, "lexical": 0.25}
"""Score from which a library may well own the subject of a request; such a request is left out."""


@cache
def everyday() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the requests that no library is meant by, and those of subjects that some library may own."""
    sections: list[list[str]] = []
    comment = False
    for line in files("skillaudit").joinpath("data", FILE).read_text("utf-8").splitlines():
        if line.startswith("#"):
            comment = True
        elif line.strip():
            if comment:
                sections.append([])
            comment = False
            sections[-1].append(line.strip())
    talk, subjects = sections
    return tuple(talk), tuple(subjects)


def made_idle(skills: Sequence[Skill], scorer: Scorer) -> tuple[Request, ...]:
    """Return requests that should fire nothing in a library of these skills, in the order of the file."""
    talk, subjects = everyday()
    best = np.asarray(scorer.scores(subjects)).max(axis=1) if skills else np.ones(len(subjects))
    foreign = [
        query for query, score in zip(subjects, best.tolist(), strict=True) if score < OWNED[scorer.name]
    ]
    return tuple(
        Request(query=query, gold=(), source="synthetic", origin=FILE) for query in (*talk, *foreign)
    )
