"""SARIF 2.1.0, with what GitHub's code scanning asks for beyond the standard.

That is: `rules[]` with help, URIs relative to the repository, a line region for every result, stable
`partialFingerprints`, and no suppressed results, since they would be shown all the same.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from skillaudit.formatters.findings import active, lines, notes, plain, uri
from skillaudit.page.encode import to_json
from skillaudit.page.places import finding_place, place
from skillaudit.schema import Finding, Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 5_000
"""GitHub keeps this many results of a run, the first ones."""
_LEVEL = {"error": "error", "warning": "warning", "info": "note"}


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return the findings as one SARIF run, gravest first."""
    findings = active(report, verdict)[:MOST_RESULTS]
    codes = sorted({finding.code for finding in findings})
    index = {code: at for at, code in enumerate(codes)}
    seen: Counter[str] = Counter()
    results = []
    for finding in findings:
        seen[finding.fingerprint] += 1
        results.append(_result(finding, report, index, seen[finding.fingerprint]))
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "skillaudit",
                "semanticVersion": report.tool_version,
                "rules": [_rule(code, findings) for code in codes],
            }
        },
        "automationDetails": {"id": "skillaudit/"},
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(notes(report, verdict))],
        "results": results,
    }
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _invocation(told: tuple[str, ...]) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if told:
        invocation["toolExecutionNotifications"] = [
            {"level": "note", "message": {"text": plain(note)}} for note in told
        ]
    return invocation


def _result(finding: Finding, report: Report, index: dict[str, int], occurrence: int) -> dict[str, Any]:
    text = "\n\n".join(plain(part) for part in (finding.message, finding.evidence, finding.fix) if part)
    path, line = finding_place(finding, report)
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": _LEVEL[finding.severity],
        "message": {"text": text or finding.code},
        "locations": [{"physicalLocation": _physical(path, line)}],
        "partialFingerprints": {
            # The name that GitHub matches by; with it, an alert outlives moved lines.
            "primaryLocationLineHash": f"{finding.fingerprint}:{occurrence}",
            "skillaudit/v1": finding.fingerprint,
        },
        "properties": {"skills": [plain(skill) for skill in finding.skills]},
    }
    if finding.related:
        related = []
        for at, location in enumerate(finding.related):
            other, other_line = place(location, report)
            name = finding.skills[at + 1] if at + 1 < len(finding.skills) else other
            related.append(
                {
                    "id": at + 1,
                    "message": {"text": plain(name) or "related"},
                    "physicalLocation": _physical(other, other_line),
                }
            )
        result["relatedLocations"] = related
    return result


def _physical(path: str, line: int) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": uri(path), "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": line, "endLine": line},
    }


def _rule(code: str, findings: tuple[Finding, ...]) -> dict[str, Any]:
    from skillaudit.checks import RULES
    from skillaudit.gate import GATE_RULES

    rule = next((rule for rule in (*RULES, *GATE_RULES) if rule.code == code), None)
    if rule is None:
        first = next(finding for finding in findings if finding.code == code)
        return {
            "id": code,
            "shortDescription": {"text": code},
            "help": {"text": lines(first.fix) or code},
            "defaultConfiguration": {"level": _LEVEL[first.severity]},
        }
    return {
        "id": code,
        "name": "".join(word.capitalize() for word in rule.slug.split("-")),
        "shortDescription": {"text": rule.what},
        "fullDescription": {"text": f"{rule.what} {rule.why}"},
        "help": {
            "text": f"{rule.what}\n\n{rule.why}\n\n{rule.fix}",
            "markdown": f"{rule.what}\n\n**Why.** {rule.why}\n\n**What to do.** {rule.fix}",
        },
        "defaultConfiguration": {"level": _LEVEL[rule.severity]},
        "properties": {"tags": ["agent-skills", "routing"], "problem.severity": "recommendation"},
    }
