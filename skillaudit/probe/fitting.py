"""Fit a router profile to the decisions of a probe, so that an audit can forecast for the probed model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from skillaudit.asking.log import ProbeLog
from skillaudit.asking.records import Shown
from skillaudit.asking.scorers import MakeScorer
from skillaudit.routing.calibrate import calibrate
from skillaudit.routing.decisions import DecisionLog, judged, library_skill
from skillaudit.routing.profiles import RouterProfile


def fit_profile(log: ProbeLog, runs: Sequence[str], make: MakeScorer, name: str) -> RouterProfile:
    """Fit the choice model to the decisions of some runs, by one model, and name the profile.

    `make` builds the scorer that the profile is for. Raises `UsageError` when no decision can be judged.
    """
    recorded = as_recorded(log.decisions(runs))
    scorer = make([skill.text for skill in recorded.skills])
    return calibrate(recorded, scorer, name=name).profiles[0]


def as_recorded(found: Iterable[Shown]) -> DecisionLog:
    """Return a probe's decisions as recorded ones, over the library of all texts that were shown."""
    found = list(found)
    texts = sorted({(entry.name, entry.description) for shown in found for entry in shown.entries})
    row_of = {text: row for row, text in enumerate(texts)}
    decisions = []
    for shown in found:
        rows = [row_of[entry.name, entry.description] for entry in shown.entries]
        on_offer: dict[str, list[int]] = {}
        for row in rows:
            on_offer.setdefault(texts[row][0], []).append(row)
        decisions.append(
            judged(
                shown.decision.query,
                shown.right,
                {shown.decision.model: shown.choice},
                np.array(rows, dtype=np.int64),
                on_offer,
            )
        )
    return DecisionLog(
        skills=tuple(library_skill(row, *text) for row, text in enumerate(texts)),
        decisions=tuple(decision for decision in decisions if decision is not None),
    )
