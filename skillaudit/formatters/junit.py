"""JUnit XML: a test case for each limit and each skill, for CI systems that show test results.

The document satisfies both dialects in use, Ant's strict schema and the one of Jenkins: every attribute
that either asks for, none that either refuses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from skillaudit.formatters.findings import active, notes, plain
from skillaudit.page.places import finding_place
from skillaudit.safety.exits import in_markup
from skillaudit.schema import Finding, Record, Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

NO_TIME = "1970-01-01T00:00:00"
"""Stands where Ant's schema wants a time, so that the same report gives the same bytes."""
_RANK = {"info": 0, "warning": 1, "error": 2}
_XML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


class _Case(Record):
    group: str
    name: str
    kind: str = ""
    failures: tuple[str, ...] = ()


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return two suites: limits of the gate, and skills with their findings.

    A skill fails when one of its findings is at least as grave as the gate's `fail_on`; milder ones are the
    suite's output. A finding counts for the first of its skills.
    """
    cases, milder = _skills(report, verdict)
    body = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<testsuites>",
        *_suite(0, "gate", _limits(verdict), notes(report, verdict)),
        *_suite(1, "skills", cases, milder),
        "</testsuites>",
    ]
    return "\n".join(body) + "\n"


def _suite(number: int, name: str, cases: Sequence[_Case], output: Sequence[str]) -> list[str]:
    failures = sum(bool(case.failures) for case in cases)
    return [
        f'  <testsuite id="{number}" package="skillaudit" name="{name}" timestamp="{NO_TIME}" '
        f'hostname="localhost" tests="{len(cases)}" failures="{failures}" errors="0" time="0">',
        "    <properties/>",
        *(line for case in cases for line in _written(case)),
        f"    <system-out>{_block(output)}</system-out>",
        "    <system-err/>",
        "  </testsuite>",
    ]


def _limits(verdict: Verdict | None) -> list[_Case]:
    if verdict is None:
        return []
    # Reasons of failed limits stand first, in the order of the limits.
    reasons = list(verdict.reasons)
    cases = []
    for limit in verdict.limits:
        failures = () if limit.passed else (reasons.pop(0),)
        cases.append(_Case(group="limits", name=limit.name, kind=limit.name, failures=failures))
    return [*cases, _Case(group="gate", name="verdict", kind="gate", failures=tuple(reasons))]


def _skills(report: Report, verdict: Verdict | None) -> tuple[list[_Case], list[str]]:
    floor = _RANK.get("error" if verdict is None else verdict.fail_on, len(_RANK))
    failing: dict[str, list[Finding]] = defaultdict(list)
    milder: list[str] = []
    for finding in active(report, verdict):
        if _RANK[finding.severity] >= floor:
            failing[finding.skills[0] if finding.skills else ""].append(finding)
        else:
            milder.append(_line(finding, report))
    groups = {skill.id: skill.category or "skills" for skill in report.skills}
    cases = [
        _Case(
            group=groups.get(skill, "skills"),
            name=skill or "library",
            kind=failing[skill][0].code if skill in failing else "",
            failures=tuple(_line(finding, report) for finding in failing.get(skill, ())),
        )
        for skill in [*groups, *(skill for skill in failing if skill not in groups)]
    ]
    return cases, milder


def _line(finding: Finding, report: Report) -> str:
    path, line = finding_place(finding, report)
    return (
        f"{path}:{line}: {finding.severity} {finding.code} {finding.message} {finding.evidence} {finding.fix}"
    )


def _written(case: _Case) -> list[str]:
    head = f'    <testcase classname="{_text(case.group)}" name="{_text(case.name)}" time="0"'
    if not case.failures:
        return [head + "/>"]
    message, kind = _text(case.failures[0]), _text(case.kind)
    return [
        head + ">",
        f'      <failure message="{message}" type="{kind}">{_block(case.failures)}</failure>',
        "    </testcase>",
    ]


def _block(texts: Sequence[str]) -> str:
    return "\n".join(_text(text) for text in texts)


def _text(text: str) -> str:
    """Return `text` on one line as XML 1.0 can hold it."""
    kept = "".join(char for char in plain(text) if char not in "\ufffe\uffff")
    return in_markup(kept.translate(_XML))
