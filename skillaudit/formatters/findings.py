"""What all formats of findings share: which ones, in what order, in safe characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from skillaudit.safety.cleaning import clean, one_line
from skillaudit.schema import Finding, Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict


def active(report: Report, verdict: Verdict | None) -> tuple[Finding, ...]:
    """Return the findings that count, the most harm first; suppressed and baselined ones are left out."""
    return report.findings if verdict is None else verdict.findings


def notes(report: Report, verdict: Verdict | None) -> tuple[str, ...]:
    """Return the sentences that fail nothing: on what the library says about itself, and the gate's."""
    return (*report.own_settings.notices, *(() if verdict is None else verdict.notes))


def plain(text: str) -> str:
    """Return `text` on one line without anything that acts on a terminal or hides."""
    return one_line(text)


def lines(text: str) -> str:
    """Return `text` with its line breaks, without anything that acts on a terminal or hides."""
    return clean(text)


def uri(path: str) -> str:
    """Return a relative path as a URI reference, everything unusual in it percent-encoded."""
    encoded = quote(path.encode("utf-8", "replace"), safe="/-._~")
    # A colon in the first segment would read as a scheme; `quote` has encoded it.
    return encoded or "."


def counted(findings: Sequence[Finding]) -> str:
    """Return `2 errors, 1 warning` and so on, without the severities that do not occur."""
    parts = []
    for severity, noun in (("error", "error"), ("warning", "warning"), ("info", "note")):
        number = sum(finding.severity == severity for finding in findings)
        if number:
            parts.append(f"{number} {noun}{'s' if number > 1 else ''}")
    return ", ".join(parts) or "no findings"
