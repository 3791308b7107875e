"""The whole flow: sources in, report out."""

from __future__ import annotations

from skillaudit.pipeline.flow import audit, audit_library
from skillaudit.pipeline.ranking import Choice, Ranking, route

__all__ = ["Choice", "Ranking", "audit", "audit_library", "route"]
