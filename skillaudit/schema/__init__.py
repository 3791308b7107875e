"""The frozen records that every stage passes on, and that a report is made of.

Nothing here imports the rest of the package. Every record is immutable, holds only tuples, plain
numbers and strings, and survives a round trip through JSON. Scores and rates are in [0, 1] unless
a field says otherwise; `None` means "not judged", never "zero".
"""

from __future__ import annotations

from skillaudit.schema.execution import (
    ChainReport,
    ChainSource,
    ChainStep,
    DepthBySize,
    Estimate,
    Execution,
    Zone,
)
from skillaudit.schema.library import (
    Defect,
    Library,
    Record,
    Request,
    RequestSource,
    ScorerName,
    Skill,
    Skipped,
)
from skillaudit.schema.own_settings import OwnSetting, OwnSettings
from skillaudit.schema.report import (
    SCHEMA_VERSION,
    BlackHole,
    ClientView,
    Cluster,
    Coverage,
    EmbeddingSummary,
    Finding,
    Forecast,
    Hubness,
    LawForm,
    LawPoint,
    LibraryCurve,
    LibrarySummary,
    Location,
    Pair,
    Report,
    RequestLoss,
    Rival,
    Severity,
    SkillReport,
    SourceCount,
    Taxonomy,
    Visible,
)

__all__ = [
    "SCHEMA_VERSION",
    "BlackHole",
    "ChainReport",
    "ChainSource",
    "ChainStep",
    "ClientView",
    "Cluster",
    "Coverage",
    "Defect",
    "DepthBySize",
    "EmbeddingSummary",
    "Estimate",
    "Execution",
    "Finding",
    "Forecast",
    "Hubness",
    "LawForm",
    "LawPoint",
    "Library",
    "LibraryCurve",
    "LibrarySummary",
    "Location",
    "OwnSetting",
    "OwnSettings",
    "Pair",
    "Record",
    "Report",
    "Request",
    "RequestLoss",
    "RequestSource",
    "Rival",
    "ScorerName",
    "Severity",
    "Skill",
    "SkillReport",
    "Skipped",
    "SourceCount",
    "Taxonomy",
    "Visible",
    "Zone",
]
