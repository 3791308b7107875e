"""Measure on a live model, or a local stand-in, what the forecast predicts for a library, and fit what it answers."""

from __future__ import annotations

from skillaudit.probe.exporting import Measured, export, measured
from skillaudit.probe.ground import PAPER, Ground
from skillaudit.probe.probing import ProbeLimits, probe
from skillaudit.probe.records import ProbeResult, StudyResult
from skillaudit.probe.studies import STUDIES

__all__ = [
    "PAPER",
    "STUDIES",
    "Ground",
    "Measured",
    "ProbeLimits",
    "ProbeResult",
    "StudyResult",
    "export",
    "measured",
    "probe",
]
