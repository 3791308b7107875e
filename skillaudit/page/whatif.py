"""A thought-of change as blocks: rates before and after, what each step does, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from skillaudit.page.blocks import Block, Column, Gauge, Heading, Paragraph, field, head, link, table
from skillaudit.page.figures import UNJUDGED, amount, percent, points, some
from skillaudit.page.lines import Span

if TYPE_CHECKING:
    from skillaudit.routing.whatif import SkillChange, WhatIf

NAMED = 3
"""Skills named for each change alone."""
RATES = (("accuracy", "good"), ("hijack", "error"), ("no_skill", "muted"), ("false_trigger", "warning"))


def whatif_blocks(found: WhatIf, most: int) -> Iterator[Block]:
    """Yield the forecast before and after, and the skills that are affected."""
    for name, tone in RATES:
        before, after = (getattr(each.judged, name) for each in (found.before, found.after))
        if before.value is None and after.value is None:
            continue
        change = getattr(found, name, None)
        asked = "that need no skill" if name == "false_trigger" else "of skills that stay"
        note = "" if change is None else f"{points(change)} points on the requests {asked}"
        yield Heading(name.replace("_", " "), note)
        yield Gauge("before", before, tone)
        yield Gauge("after", after, tone)
    if found.accuracy is None:
        judged = found.before.coverage.requests or found.after.coverage.requests
        told = "No request speaks for a skill that stays, so the difference is not judged."
        yield Paragraph(told if judged else UNJUDGED, "muted")
        if not judged:
            return
    if found.steps and found.accuracy is not None:
        yield Heading("Each change alone")
    for step in found.steps:
        said = f"{step.skill}: accuracy {points(step.accuracy)}, hijack {points(step.hijack)}"
        if step.false_trigger is not None:
            said += f", false triggers {points(step.false_trigger)}"
        said += " points"
        yield field(step.kind, said, "value")
        for word, changes in (("hurts", step.hurt), ("helps", step.helped)):
            if changes:
                yield field(word, some([_named(change) for change in changes], NAMED))
    if not found.changes:
        yield Paragraph("No other skill is affected noticeably.", "muted")
        return
    columns = (
        Column("skill"), *(Column(name, 9, "right") for name in ("loses", "will lose", "takes", "will take"))
    )  # fmt: skip
    rows = [
        (
            link(change.id), Span(percent(change.victim_before)), Span(percent(change.victim_after), "value"),
            Span(amount(change.absorbed_before)), Span(amount(change.absorbed_after), "value"),
        )
        for change in head(found.changes, most)
    ]  # fmt: skip
    yield Heading("Affected", "share of its own requests that it loses, number of others' that it takes")
    yield table(columns, rows, len(found.changes), "skill")


def _named(change: SkillChange) -> str:
    return f"{change.id} ({percent(change.victim_before)} to {percent(change.victim_after)} lost)"
