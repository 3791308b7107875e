"""The report as one HTML page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillaudit import extras
from skillaudit.page import html
from skillaudit.page.report import document
from skillaudit.schema import Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return a page under 3 MB; where the library is too large for that, it says what it leaves out.

    Raises MissingError where Bokeh, which draws the map, is not installed.
    """
    extras.require("html", "The HTML report")
    title = f"skillaudit: {', '.join(report.library.sources)}"
    return html.render(lambda rows: document(report, verdict, rows, page=True), title=title)
