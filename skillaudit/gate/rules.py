"""The gate's own rules: findings about suppressions, which only the gate can make."""

from __future__ import annotations

from collections.abc import Iterator

from skillaudit.checks.rule import Facts, Rule
from skillaudit.schema import Finding


def _by_the_gate(rule: Rule, evidence: Facts) -> Iterator[Finding]:
    """Find nothing: the gate makes these findings itself, after all others are known."""
    return iter(())


UNUSED = Rule(
    code="SA901",
    slug="unused-suppression",
    severity="warning",
    what="A suppression matches no finding.",
    why="It outlived what it excused, and would hide the next finding of its kind unasked.",
    fix="Remove the suppression.",
    check=_by_the_gate,
)
UNEXPLAINED = Rule(
    code="SA902",
    slug="suppression-without-reason",
    severity="warning",
    what="A suppression gives no reason, so it is not honoured.",
    why="A reason is what the next reader needs to tell whether it still holds.",
    fix="Add the reason: `because ...` after the codes.",
    check=_by_the_gate,
)
UNKNOWN = Rule(
    code="SA903",
    slug="suppression-of-unknown-rule",
    severity="warning",
    what="A suppression in a skill file names a rule that does not exist.",
    why="It hides nothing, and its author believes that it does.",
    fix="Correct the code; `skillaudit rule` lists them.",
    check=_by_the_gate,
)

HIDES = Rule(
    code="SA904",
    slug="suppressed-error",
    severity="info",
    what="A suppression that came with the library hides an error.",
    why="Whoever wrote the library decided that its error does not count; that is yours to know.",
    fix="Read the reason. `--isolated` leaves out what a library says of itself.",
    check=_by_the_gate,
)

GATE_RULES = (UNUSED, UNEXPLAINED, UNKNOWN, HIDES)
