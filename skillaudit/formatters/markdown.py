"""The report as Markdown, for pull-request comments and step summaries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillaudit.page import markdown
from skillaudit.page.report import document
from skillaudit.schema import Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

ROWS = 15


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return the report as GitHub-flavoured Markdown."""
    return markdown.render(document(report, verdict, ROWS), level=2)
