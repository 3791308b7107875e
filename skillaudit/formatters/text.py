"""The report for people at a terminal: 80 columns, what was decided and the worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillaudit.page import text
from skillaudit.page.report import document
from skillaudit.schema import Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

ROWS = 12


def render(report: Report, *, verdict: Verdict | None = None, rows: int | None = ROWS) -> str:
    """Return the report as plain text.

    `rows` bounds every list; None shows everything. What is left out is always counted.
    """
    return text.render(document(report, verdict, rows), hint="" if rows is None else "--all shows them")
