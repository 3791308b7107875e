"""Rules: each turns evidence into findings, under a stable code."""

from __future__ import annotations

from skillaudit.checks import black_holes, capacity, chains, confusability, files, gaming
from skillaudit.checks.rule import Evidence, Rule
from skillaudit.schema import Finding

__all__ = ["RULES", "Evidence", "Rule", "check"]

RULES: tuple[Rule, ...] = (
    *confusability.RULES,
    *black_holes.RULES,
    *files.RULES,
    *capacity.RULES,
    *chains.RULES,
    *gaming.RULES,
)
"""All rules, the gravest subjects first; `check` keeps this order."""


def check(evidence: Evidence) -> tuple[Finding, ...]:
    """Return the findings of all rules, errors before warnings before notes, the rules' order inside each."""
    found = [finding for rule in RULES for finding in rule.check(rule, evidence)]
    order = {"error": 0, "warning": 1, "info": 2}
    return tuple(sorted(found, key=lambda finding: order[finding.severity]))
