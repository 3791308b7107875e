"""What the gate decided, in records that every format can show."""

from __future__ import annotations

from typing import Literal

from skillaudit.schema import Finding, Record

SuppressedBy = Literal["config", "metadata", "comment", "baseline"]


class LimitResult(Record):
    """One limit, and what it was held against."""

    name: str
    """The flag without its dashes, such as `max-hijack`."""
    limit: float
    measured: float | None
    """None when the report cannot judge it, which fails."""
    passed: bool


class Suppressed(Record):
    """A finding that does not count, and why."""

    finding: Finding
    by: SuppressedBy
    reason: str


class Verdict(Record):
    """The gate's decision on one report."""

    passed: bool
    reasons: tuple[str, ...]
    """One sentence for each thing that failed, gravest first; empty when it passed."""
    findings: tuple[Finding, ...]
    """What counts, after selection, severities, suppressions and baseline."""
    suppressed: tuple[Suppressed, ...] = ()
    limits: tuple[LimitResult, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences that fail nothing, such as that the baseline can shrink."""
    fail_on: str = "error"
    """Lowest severity that failed, or `never`."""

    @property
    def exit_code(self) -> int:
        """0 for a pass, 1 for a tripped gate (DESIGN section 8)."""
        return 0 if self.passed else 1
