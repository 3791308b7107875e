"""Workflow commands of GitHub Actions, which show as annotations on the changed files.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word, so the
gravest come first and what is left out is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillaudit.formatters.findings import active, counted, notes, plain
from skillaudit.page.places import finding_place
from skillaudit.safety.exits import shown
from skillaudit.schema import Finding, Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

SHOWN = 10
_COMMAND = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return one command a line: first why the gate failed, then findings, gravest first."""
    out: list[str] = []
    left = {"error": SHOWN, "warning": SHOWN, "info": SHOWN}
    if verdict is not None:
        for reason in verdict.reasons[:SHOWN]:
            left["error"] -= 1
            out.append(f"::error title={_property('skillaudit')}::{_message(reason)}")
    for note in notes(report, verdict)[:SHOWN]:
        left["info"] -= 1
        out.append(f"::notice title={_property('skillaudit')}::{_message(note)}")
    findings = active(report, verdict)
    hidden: list[Finding] = []
    for finding in findings:
        if left[finding.severity] <= 0:
            hidden.append(finding)
            continue
        left[finding.severity] -= 1
        out.append(_annotation(finding, report))
    if hidden:
        out.append(f"skillaudit: {counted(hidden)} more than GitHub shows.")
    if not out:
        new = "new " if verdict is not None and verdict.new_only else ""
        out.append(f"skillaudit: no {new}findings.")
    return "\n".join(out) + "\n"


def _annotation(finding: Finding, report: Report) -> str:
    path, line = finding_place(finding, report)
    title = f"{finding.code} {', '.join(finding.skills[:3])}"
    text = " ".join(part for part in (finding.message, finding.evidence, finding.fix) if part)
    return (
        f"::{_COMMAND[finding.severity]} file={_property(path)},line={line},"
        f"title={_property(title)}::{_message(text)}"
    )


def _message(text: str) -> str:
    return shown(plain(text)).replace("%", "%25")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
