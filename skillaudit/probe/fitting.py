"""Fit a router profile to the decisions of a probe, so that an audit can forecast for the probed model."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from skillaudit.probe.exporting import LIBRARY, QUERIES, export
from skillaudit.probe.log import ProbeLog
from skillaudit.probe.routers import MakeScorer
from skillaudit.routing import RouterProfile, calibrate, read_decisions, read_library


def fit_profile(log: ProbeLog, runs: Sequence[str], make: MakeScorer, name: str) -> RouterProfile:
    """Fit the choice model to the decisions of some runs, by one model, and name the profile.

    `make` builds the scorer that the profile is for. Raises `UsageError` when no decision can be judged.
    """
    with tempfile.TemporaryDirectory(prefix="skillaudit-") as folder:
        export(log, Path(folder), runs)
        skills = read_library(Path(folder) / LIBRARY)
        decisions = read_decisions(Path(folder) / QUERIES, skills)
    return calibrate(decisions, make([skill.text for skill in skills]), name=name).profiles[0]
