"""Ask a live model, or a local stand-in, what the forecast predicts, and fit what it answers."""

from __future__ import annotations

from skillaudit.probe.comparing import compare
from skillaudit.probe.exporting import Measured, export, has_parquet, measured
from skillaudit.probe.ground import PAPER, Ground
from skillaudit.probe.log import ProbeLog, default_path
from skillaudit.probe.probing import Limits, Preview, probe
from skillaudit.probe.records import ProbeResult, StudyName, StudyResult
from skillaudit.probe.routers import LiveRouter, LocalRouter, is_local, parse_local
from skillaudit.probe.studies import STUDIES

__all__ = [
    "PAPER",
    "STUDIES",
    "Ground",
    "Limits",
    "LiveRouter",
    "LocalRouter",
    "Measured",
    "Preview",
    "ProbeLog",
    "ProbeResult",
    "StudyName",
    "StudyResult",
    "compare",
    "default_path",
    "export",
    "has_parquet",
    "is_local",
    "measured",
    "parse_local",
    "probe",
]
