"""Findings as blocks: the most harmful first, what mends them, and how many more there are of each rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from skillaudit.page.blocks import Block, Column, Field, Heading, Most, Paragraph, Row, head, table
from skillaudit.page.figures import cost_text, plural, severity_span, some
from skillaudit.page.lines import Span
from skillaudit.page.mending import mending, unmended
from skillaudit.page.places import finding_place
from skillaudit.page.plan import change
from skillaudit.schema import Finding, Report, Severity

WORST = 5
"""Rows of a list that is cut short."""
EDITS = 2
"""Edits that are named for one finding."""


def finding_blocks(
    report: Report, found: Sequence[Finding], most: Most, page: bool, brief: bool, *, new: bool = False
) -> Iterator[Block]:
    """The most harmful ones in full; of the others how many there are of each rule, unless all are wanted.

    `new`: the others that the report has were there before, or are known.
    """
    if not found:
        skills = plural(report.library.skills, "skill")
        none = f"clean: {skills}, nothing found"
        if report.findings:
            none = f"{skills}, nothing {'new' if new else 'that counts'}"
        yield Heading("Findings", none, "findings")
        return
    shown = head(found, most) if page or brief or most is None else found[:WORST]
    note = "the most harm first; skillaudit rule CODE tells more"
    count = f"{len(shown)} of {len(found):,}, " if len(shown) < len(found) else ""
    yield Heading(plural(len(found), "finding"), f"{count}{note}", "findings")
    columns = (
        Column("", 8), Column("", 6), Column("finding"), Column("costs", 16), *((Column("place", 24),) if page else ())
    )  # fmt: skip
    rows = [_finding(report, one, page, brief) for one in shown]
    yield table(columns, rows, len(found) if page else None, "finding")
    if any("false" in cost_text(one.cost) for one in shown):
        yield Paragraph("false: of 100 requests that need no skill, so many load one because of it.", "muted")
    if report.plan is None:
        yield Paragraph("optimize --plan FILE tries edits for them; report --plan FILE names each.", "muted")
    left = found[len(shown) :]
    if brief and left:
        counts = Counter(finding.code for finding in left)
        told = ", ".join(f"{count:,} {code}" for code, count in counts.items())
        yield Field(f"{len(left):,} more", (Span(told),))
    elif not page:
        yield from _by_rule(left, found)


def _finding(report: Report, finding: Finding, page: bool, brief: bool) -> Row:
    why = () if brief else (("why", finding.evidence), ("fix", finding.fix))
    notes = tuple(f"{what}: {text}" for what, text in (*why, ("edit", _edits(report, finding))) if text)
    cells = [
        severity_span(finding.severity), Span(finding.code, "muted"), Span(finding.message),
        Span(cost_text(finding.cost), "value"),
    ]  # fmt: skip
    if page:
        where = "{}:{}".format(*finding_place(finding, report)) if finding.location or finding.skills else ""
        cells.append(Span(where, "muted"))
    return Row(tuple(cells), notes)


def _edits(report: Report, finding: Finding) -> str:
    """Say which edits of the plan mend a finding, or that none does; nothing without a plan or a step that tries."""
    if report.plan is None:
        return ""
    known = {edit.id: edit for edit in report.plan}
    told = mending(finding, known, lambda edit: f"{edit.id}, {change(edit)}", EDITS)
    return told or unmended(finding.code, client=report.client) or ""


def _by_rule(left: Sequence[Finding], every: Sequence[Finding]) -> Iterator[Block]:
    """Count the findings that are left out by rule, of how many there are of it, and name some skills."""
    groups: dict[tuple[str, Severity], list[Finding]] = {}
    for finding in left:
        groups.setdefault((finding.code, finding.severity), []).append(finding)
    total = Counter((finding.code, finding.severity) for finding in every)
    for (code, severity), group in groups.items():
        names = list(dict.fromkeys(name for finding in group for name in finding.skills[:1]))
        where = f": {some(names, 2)}" if names else ""
        count = (
            f"{len(group):,}"
            if len(group) == total[code, severity]
            else f"{len(group):,} of {total[code, severity]:,}"
        )
        yield Field(
            f"and {code}", (Span(f"{count} {severity}{where}", severity if severity == "error" else ""),)
        )
