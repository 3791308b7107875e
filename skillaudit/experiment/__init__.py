"""The papers' experiments, on any router, with their verdicts beside the papers' own."""

from __future__ import annotations

from skillaudit.experiment.published import published_values
from skillaudit.experiment.records import Findings, Judgement, Result
from skillaudit.experiment.running import decide, run
from skillaudit.experiment.studies import EXPERIMENTS, Experiment
from skillaudit.experiment.synthetic import Pool, Template, pool
from skillaudit.experiment.tasks import Scope

__all__ = [
    "EXPERIMENTS",
    "Experiment",
    "Findings",
    "Judgement",
    "Pool",
    "Result",
    "Scope",
    "Template",
    "decide",
    "pool",
    "published_values",
    "run",
]
