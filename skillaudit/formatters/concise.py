"""One line for each finding, as compilers print them, and the verdict at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillaudit.formatters.findings import active, counted, notes, plain
from skillaudit.page.places import finding_place
from skillaudit.schema import Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return `path:line: severity CODE message` lines, the most harm first, then what was decided."""
    findings = active(report, verdict)
    shown = []
    for finding in findings:
        path, line = finding_place(finding, report, here=True)
        shown.append(f"{plain(path)}:{line}: {finding.severity} {finding.code} {plain(finding.message)}")
    shown += [f"note: {plain(note)}" for note in notes(report, verdict)]
    if verdict is None:
        shown.append(f"{counted(findings)}.")
    else:
        shown += [f"FAILED: {plain(reason)}" for reason in verdict.reasons]
        shown.append(plain(verdict.conclusion))
    return "\n".join(shown) + "\n"
