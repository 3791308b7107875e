"""What the gate decided, in records that every format can show."""

from __future__ import annotations

from typing import Literal

from skillaudit.schema import Estimate, Finding, Record

SuppressedBy = Literal["config", "library", "metadata", "comment", "baseline"]


_RANK = {"error": 0, "warning": 1, "info": 2}


def _share(limit: LimitResult, value: float | None) -> str:
    """Write a rate as a percentage, a budget as a multiple."""
    if value is None:
        return "not judged"
    return f"{value:.2f} of the budget" if limit.name == "max-budget" else f"{value:.1%}"


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


class Lost(Record):
    """Requests that one skill lost to another through the change."""

    victim: str
    absorber: str
    before: float
    """Share of the victim's requests that the absorber took, under the names of now."""
    after: float
    requests: int
    """Requests that judge the victim."""


class Renamed(Record):
    """A skill that only changed its name or its place."""

    before: str
    after: str


class RateChange(Record):
    """A rate of the forecast before and after; None where nothing could be judged."""

    before: Estimate
    after: Estimate

    @property
    def rise(self) -> float | None:
        """Return how much the rate went up, in [-1, 1]."""
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value


class Change(Record):
    """Everything a change did."""

    reference: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    rewritten: tuple[str, ...]
    """Ids of skills with another description, or another invocation flag."""
    renamed: tuple[Renamed, ...]
    hijack: RateChange
    accuracy: RateChange
    false_trigger: RateChange
    kept_before: float | None
    """Hijack rate of the requests of skills that are in both reports, before the change."""
    kept_after: float | None
    lost: tuple[Lost, ...]
    """Who lost requests to whom, largest number of requests first."""
    new_findings: tuple[Finding, ...]
    gone: int
    """Findings that the change removed."""
    note: str = ""

    @property
    def silent(self) -> bool:
        """True when the change did nothing that the audit can see."""
        moved = (self.hijack.rise, self.accuracy.rise, self.false_trigger.rise)
        edits = (self.added, self.removed, self.rewritten, self.renamed, self.new_findings)
        return not any(edits) and all(abs(rise or 0.0) < 5e-4 for rise in moved)


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
    worse: tuple[str, ...] = ()
    """What failed for being worse than before, beside limits and findings: clauses of `reasons`."""
    fail_on: str = "error"
    """Lowest severity that failed, or `never`."""
    change: Change | None = None
    """What the change did, where one was judged."""

    @property
    def new_only(self) -> bool:
        """Whether findings count only where they are new: since a revision, or since a baseline that knows some."""
        return self.change is not None or any(one.by == "baseline" for one in self.suppressed)

    @property
    def conclusion(self) -> str:
        """Return the decision in one sentence: all that failed it, every limit that was applied, and what it met."""
        told = [
            (limit.passed, f"{limit.name} {_share(limit, limit.limit)}: {_share(limit, limit.measured)}")
            for limit in self.limits
        ]
        rest = [] if self.limits else ["no limit on a rate was set"]
        told += [(False, clause) for clause in self.worse]
        if self.fail_on == "never":
            rest.append("findings never fail")
        else:
            counted = sum(_RANK[one.severity] <= _RANK[self.fail_on] for one in self.findings)
            what = "new findings" if self.new_only else "findings"
            found = f"fail-on {self.fail_on}: {counted:,} of {len(self.findings):,} {what}"
            if counted:
                told.append((False, found))
            else:
                rest.append(found)
        if lost := [one for one in self.findings if one.code == "SA001" and one.severity != "info"]:
            where = f", {lost[0].location.path}" if lost[0].location else ""
            first = " first" if len(lost) > 1 else ""
            rest.append(
                f"{len(lost):,} {'files or rows' if first else 'file or row'} could not be read{where}{first}"
            )
        broken = [said for held, said in told if not held]
        held = [said for held, said in told if held]
        if broken and held:
            held[0] = f"held: {held[0]}"
        return f"{'PASSED' if self.passed else 'FAILED'}: {'; '.join(broken + held + rest)}."

    @property
    def exit_code(self) -> int:
        """0 for a pass, 1 for a tripped gate (DESIGN section 8)."""
        return 0 if self.passed else 1
