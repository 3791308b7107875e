"""What the gate decided, as blocks: the decision and its reasons, what changed, and what does not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from skillaudit.page.blocks import Block, Bullet, Column, Heading, field, head, link, table
from skillaudit.page.figures import percent, plural, rate, some
from skillaudit.page.lines import Span

if TYPE_CHECKING:
    from skillaudit.gate import Verdict
    from skillaudit.gate.verdict import Change

NAMED = 10


def verdict_blocks(verdict: Verdict, most: int | None, *, page: bool = False) -> list[Block]:
    """Say whether the gate let a library pass, and why; on a page, with the sentence that ends a text."""
    blocks: list[Block] = [Heading("Passed" if verdict.passed else "Failed", id="verdict")]
    if page:
        blocks.append(Bullet("·", verdict.conclusion))
    blocks += [Bullet("-", reason, tone="error") for reason in verdict.reasons]
    blocks += [Bullet("·", note, tone="muted") for note in verdict.notes]
    if verdict.suppressed:
        why = dict.fromkeys(f"{one.finding.code} ({one.reason or one.by})" for one in verdict.suppressed)
        named = some(list(why), None if most is None else 4)
        said = f"{plural(len(verdict.suppressed), 'finding')} not counted: {named}"
        blocks.append(Bullet("·", said, tone="muted"))
    if not blocks[1:]:  # the last line says what was decided; a heading alone says nothing more
        blocks = []
    return blocks + ([] if verdict.change is None else change_blocks(verdict.change, most))


def change_blocks(change: Change, most: int | None) -> list[Block]:
    """Say what changed since a revision, and what that does to the rates and to skills."""
    blocks: list[Block] = [Heading("Change", f"since {change.reference}", "change")]
    if change.silent:
        return [*blocks, Bullet("·", "nothing that the audit can see changed")]
    limit = None if most is None else NAMED
    edits = (("added", change.added), ("removed", change.removed), ("rewritten", change.rewritten))
    blocks += [field(what, some(names, limit)) for what, names in edits if names]
    blocks += [field("renamed", f"{one.before} is now {one.after}") for one in head(change.renamed, limit)]
    rates = (
        ("hijack", change.hijack),
        ("accuracy", change.accuracy),
        ("false trigger", change.false_trigger),
    )
    rows = [
        (Span(what), Span(rate(found.before)), Span(rate(found.after), "value"))
        for what, found in rates
        if found.before.value is not None or found.after.value is not None
    ]
    blocks.append(
        table((Column("rate", 13), Column("before", 22, "right"), Column("after", 22, "right")), rows)
    )
    if change.new_findings or change.gone:
        blocks.append(field("findings", f"{len(change.new_findings):,} new, {change.gone:,} gone"))
    if change.lost:
        columns = (
            Column("skill"), Column("loses to"), Column("before", 6, "right"), Column("after", 6, "right"),
            Column("asked", 5, "right"),
        )  # fmt: skip
        lost = [
            (
                link(one.victim), link(one.absorber), Span(percent(one.before)), Span(percent(one.after), "value"),
                Span(f"{one.requests:,}", "muted"),
            )
            for one in head(change.lost, most)
        ]  # fmt: skip
        blocks.append(table(columns, lost, len(change.lost), "loss"))
    return blocks
