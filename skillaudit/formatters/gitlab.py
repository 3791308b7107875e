"""GitLab's code quality report: a JSON array of issues."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from skillaudit.formatters.findings import active, plain
from skillaudit.page.encode import to_json
from skillaudit.page.places import finding_place
from skillaudit.schema import Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

_SEVERITY = {"error": "critical", "warning": "minor", "info": "info"}


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return the issues, gravest first; a fingerprint that occurs again gets a number."""
    seen: Counter[str] = Counter()
    issues = []
    for finding in active(report, verdict):
        path, line = finding_place(finding, report)
        seen[finding.fingerprint] += 1
        number = seen[finding.fingerprint]
        issues.append(
            {
                "type": "issue",
                "check_name": finding.code,
                "description": plain(f"{finding.message} {finding.fix}"),
                "categories": ["Clarity"],
                "severity": _SEVERITY[finding.severity],
                "fingerprint": finding.fingerprint if number == 1 else f"{finding.fingerprint}-{number}",
                "location": {"path": plain(path), "lines": {"begin": line}},
            }
        )
    return to_json(issues, indent=2) + "\n"
