"""Rules: each turns evidence into findings, under a stable code."""

from __future__ import annotations

from skillaudit.checks import black_holes, capacity, chains, confusability, files, gaming
from skillaudit.checks.costs import by_harm
from skillaudit.checks.rule import Facts, Rule
from skillaudit.schema import Finding

__all__ = ["RULES", "Facts", "Rule", "check"]

RULES: tuple[Rule, ...] = (
    *confusability.RULES,
    *black_holes.RULES,
    *files.RULES,
    *capacity.RULES,
    *chains.RULES,
    *gaming.RULES,
)
"""All rules, the gravest subjects first; findings that harm alike keep this order."""


def check(evidence: Facts) -> tuple[Finding, ...]:
    """Return the findings of all rules with what they cost, the most harm first."""
    found = [finding for rule in RULES for finding in rule.check(rule, evidence)]
    return by_harm(found, evidence)
