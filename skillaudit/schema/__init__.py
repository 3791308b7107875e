"""The frozen records that every stage passes on, and that a report is made of.

Nothing here imports the rest of the package. Every record is immutable, holds only tuples, plain
numbers and strings, and survives a round trip through JSON. Scores and rates are in [0, 1] unless
a field says otherwise; `None` means "not judged", never "zero".
"""

from __future__ import annotations

from skillaudit.schema.answer import Answer, NextStep
from skillaudit.schema.execution import (
    ChainReport,
    ChainSource,
    ChainStep,
    DepthBySize,
    Estimate,
    Execution,
    Zone,
)
from skillaudit.schema.finding import Cost, Finding, Location, PlannedEdit, Severity
from skillaudit.schema.laws import LawForm, LawPoint, LibraryCurve
from skillaudit.schema.library import (
    Defect,
    EngineName,
    LeftOut,
    Library,
    Origin,
    Precision,
    Record,
    Request,
    RequestSource,
    ScorerName,
    Site,
    SiteKind,
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
    Forecast,
    ForecastRow,
    Hubness,
    LibrarySummary,
    Pair,
    Report,
    RequestLoss,
    Rival,
    Situation,
    SkillReport,
    SourceCount,
    Taxonomy,
    Visible,
)
from skillaudit.schema.use import RouterUse, SkillUse, Use

__all__ = [
    "SCHEMA_VERSION",
    "Answer",
    "BlackHole",
    "ChainReport",
    "ChainSource",
    "ChainStep",
    "ClientView",
    "Cluster",
    "Cost",
    "Coverage",
    "Defect",
    "DepthBySize",
    "EmbeddingSummary",
    "EngineName",
    "Estimate",
    "Execution",
    "Finding",
    "Forecast",
    "ForecastRow",
    "Hubness",
    "LawForm",
    "LawPoint",
    "LeftOut",
    "Library",
    "LibraryCurve",
    "LibrarySummary",
    "Location",
    "NextStep",
    "Origin",
    "OwnSetting",
    "OwnSettings",
    "Pair",
    "PlannedEdit",
    "Precision",
    "Record",
    "Report",
    "Request",
    "RequestLoss",
    "RequestSource",
    "Rival",
    "RouterUse",
    "ScorerName",
    "Severity",
    "Site",
    "SiteKind",
    "Situation",
    "Skill",
    "SkillReport",
    "SkillUse",
    "Skipped",
    "SourceCount",
    "Taxonomy",
    "Use",
    "Visible",
    "Zone",
]
