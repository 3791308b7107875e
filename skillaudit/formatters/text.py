"""The report for people at a terminal: 80 columns, what happens and what to do first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillaudit.page import text
from skillaudit.page.report import document
from skillaudit.schema import Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

LINES = 60
"""Lines that a reader gets without asking for more."""
ROWS = (10, 8, 6, 5, 4, 3, 2, 1)
"""Rows of a list that the short report is tried with until it has few enough lines."""


def render(
    report: Report, *, verdict: Verdict | None = None, everything: bool = False, paint: bool = False
) -> str:
    """Return the report as plain text: in short, or `everything`; with `paint`, in colours.

    What the short one leaves out is always counted.
    """
    if everything:
        return text.render(document(report, verdict, None), paint=paint)
    for rows in ROWS:
        said = text.render(document(report, verdict, rows, brief=True), hint="--all shows them", paint=paint)
        if said.count("\n") <= LINES:
            break
    return said
