"""The tables of a plan's proof: rates, paired test, harmed skills, steps, and what is left to decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from skillaudit.formatters.words import plural
from skillaudit.tui.details import link
from skillaudit.tui.doc import Block, Column, Field, Gauge, Heading, Paragraph, Table
from skillaudit.tui.figures import percent
from skillaudit.tui.lines import Span

if TYPE_CHECKING:
    from skillaudit.optimize.records import Harm, Optimisation, PairedTest, Proof, Step

RATES = (("accuracy", "good"), ("hijack", "error"), ("no_skill", "muted"), ("false_trigger", "warning"))


def points(change: float | None) -> str:
    """Write a change of a rate in points; no sign before nothing."""
    return "" if change is None else signed(100 * change, 1)


def signed(value: float, decimals: int) -> str:
    """Write a change with its sign; what rounds to nothing has none."""
    text = f"{value:+.{decimals}f}"
    return text[1:] if float(text) == 0 else text


def proof_blocks(proof: Proof) -> list[Block]:
    """Show the rates before and after, and the paired test."""
    blocks: list[Block] = [Heading("Proof", f"{plural(proof.before.requests, 'request')} that chose no edit")]
    for name, tone in RATES:
        before = getattr(proof.before, name)
        if name == "false_trigger" and before.value is None:
            continue  # No request is there that should fire nothing.
        blocks.append(Paragraph(name.replace("_", " "), "value"))
        blocks.append(Gauge("  before", before, tone))
        blocks.append(Gauge("  after", getattr(proof.after, name), tone))
    return blocks + _test(proof.test)


def _test(test: PairedTest) -> list[Block]:
    p = "no decision changes" if test.p_value is None else f"p = {test.p_value:.2g}, exact McNemar"
    blocks: list[Block] = [
        Field("top rank", (Span(f"{test.gained:,} gained, {test.lost:,} lost; {p}"),)),
    ]
    for label, change in (("accuracy", test.difference), ("hijack", test.hijack)):
        if change.value is not None:
            ends = f" [{points(change.low)}, {points(change.high)}]" if change.low is not None else ""
            blocks.append(Field(label, (Span(f"{points(change.value)}{ends} points, paired"),)))
    return blocks


def harmed_blocks(harmed: Sequence[Harm]) -> list[Block]:
    """Show the skills that lose all the same."""
    if not harmed:
        return []
    columns = (Column("skill"), *(Column(head, 6, "right") for head in ("reqs", "before", "after")))
    rows = tuple(
        (
            link(harm.skill),
            Span(f"{harm.requests:,}"),
            Span(percent(harm.before)),
            Span(percent(harm.after), "warning"),
        )
        for harm in harmed
    )
    return [Heading("Harmed all the same", "own accuracy on the proof half"), Table(columns, rows)]


def step_blocks(steps: Sequence[Step]) -> list[Block]:
    """Show the ablation, a line for each step."""
    if len(steps) < 2:
        return []
    columns = (
        Column("after step"),
        Column("edits", 5, "right"),
        *(Column(head, 8, "right") for head in ("accuracy", "hijack", "no skill")),
        Column("gain", 6, "right"),
    )
    rows = tuple(
        (
            Span(step.step),
            Span(f"{step.edits:,}" if step.edits else ""),
            Span(percent(step.accuracy), "value"),
            Span(percent(step.hijack)),
            Span(percent(step.no_skill)),
            Span(points(step.gain)),
        )
        for step in steps
    )
    notes: list[Block] = [Paragraph(f"{step.step}: {step.note}", "muted") for step in steps if step.note]
    return [Heading("Step by step", "each with all before it"), Table(columns, rows), *notes]


def offer_blocks(found: Optimisation) -> list[Block]:
    """Show the refused edits that would help the whole library."""
    if not found.offers:
        return []
    named = {edit.id: edit.skills[0] for edit in found.edits}
    columns = (
        Column("edit"),
        Column("skill"),
        Column("accuracy", 8, "right"),
        Column("gain", 6, "right"),
        Column("costs"),
    )
    rows = tuple(
        (
            Span(", ".join(offer.edits)),
            link(named[offer.edits[0]]) if len(offer.edits) == 1 else Span("all of these"),
            Span(percent(offer.accuracy), "value"),
            Span(points(offer.gain)),
            Span(", ".join(harm.skill for harm in offer.harmed), "warning"),
        )
        for offer in found.offers
    )
    return [Heading("Yours to decide", "refused for one skill, better for all"), Table(columns, rows)]
