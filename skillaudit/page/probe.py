"""What a probe found, as blocks: rates, forecast beside measurement, fits, and what it took."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from skillaudit.page.blocks import (
    Block,
    Column,
    Field,
    Gauge,
    Heading,
    Paragraph,
    Title,
    field,
    link,
    table,
)
from skillaudit.page.figures import dollars, number, percent, plural, rate
from skillaudit.page.lines import Span

if TYPE_CHECKING:
    from skillaudit.asking.records import Arm, Fit
    from skillaudit.probe.records import Comparison, ProbeResult, SideBySide
    from skillaudit.schema import Estimate

SKILL_LIMIT = 60
TAKER_LIMIT = 12
STATES = {
    "": "done",
    "precision": "done: precise enough",
    "budget": "budget reached !",
    "cancelled": "stopped",
}


def document(
    probe: ProbeResult, title: str, *, local: bool = False, budget: float | None = None
) -> Iterator[Block]:
    """Yield what a study found, and where its answers are kept.

    `local` is a stand-in, which costs nothing; `budget` is what was to be spent at most, in dollars.
    """
    result, spending = probe.result, probe.spending
    asked = sum(arm.rates.decisions + arm.rates.no_skill_decisions for arm in result.arms)
    tone = "warning" if spending.stopped == "budget" else "good"
    yield Title(title, (Span(STATES[spending.stopped], tone),))
    yield field("model", result.model, "value")
    yield field("decisions", f"{asked:,} of {probe.planned:,}")
    yield field("asked", f"{plural(spending.calls, 'call')}, {plural(spending.known, 'answer')} from the log")
    if not local:
        known = dollars(spending.dollars) if spending.priced else "the price is not known"
        of = () if budget is None else (Span(f" of {dollars(budget)}", "muted"),)
        yield Field("spent", (Span(known, "value"), *of))
    if result.comparison is not None and asked:
        yield from compared_blocks(result.comparison, result.arms)
    if not result.arms:
        yield Paragraph("No question was asked.", "warning")
    elif len(result.arms) > 1 or result.comparison is None:
        yield Heading("Measured")
        yield from arm_blocks(result.arms)
    elif odd := odd_blocks(result.arms):
        yield Heading("Other answers")
        yield from odd
    if result.fits and asked:
        yield Heading("Fits", "" if asked >= probe.planned else "from the decisions so far")
        yield from fit_blocks(result.fits)
    if result.comparison is not None and asked:
        yield from skill_blocks(result.comparison)
    if result.absorbers:
        rows = [(link(skill), Span(f"{count:,}")) for skill, count in result.absorbers[:TAKER_LIMIT]]
        yield Heading("Took others' requests")
        yield table((Column("skill"), Column("times", 6, "right")), rows, len(result.absorbers), "skill")
    if result.notes:
        yield Heading("To know")
        yield from (Paragraph(note) for note in result.notes)
    yield Heading("Kept in")
    yield Paragraph(probe.log, "muted")
    if probe.profile:
        yield Paragraph(
            f"Saved as router profile {probe.profile}; forecast for it with --router {probe.profile}."
        )


def so_far_blocks(found: Sequence[Arm]) -> list[Block]:
    """Show the rates so far: of the one condition in full, of several in a table."""
    if not found:
        return []
    if len(found) > 1:
        return [Heading("So far"), *arm_blocks(found)]
    rates = found[0].rates
    return [
        Heading("So far", plural(rates.decisions + rates.no_skill_decisions, "decision")),
        Gauge("accuracy", rates.accuracy, "good"),
        Gauge("hijack", rates.hijack, "error"),
        Gauge("no skill", rates.no_skill, "muted"),
    ]


def arm_blocks(found: Sequence[Arm]) -> list[Block]:
    """One row a condition, then what else was answered."""
    if not found:
        return []
    columns = (
        Column("condition"), Column("accuracy", 22, "right"),
        *(Column(name, 7, "right") for name in ("hijack", "none", "asked")),
    )  # fmt: skip
    rows = [
        (
            Span(arm.condition), Span(rate(arm.rates.accuracy), "value"), Span(percent(arm.rates.hijack.value)),
            Span(percent(arm.rates.no_skill.value), "muted"), Span(f"{arm.rates.decisions:,}", "muted"),
        )
        for arm in found
    ]  # fmt: skip
    return [table(columns, rows), *odd_blocks(found)]


def odd_blocks(found: Sequence[Arm]) -> list[Block]:
    """Say what is in no column: answers that are no choice, and choices where there should be none."""
    blocks: list[Block] = []
    for arm in found:
        rates = arm.rates
        odd = (("an id that was not on offer", rates.invalid), ("refused", rates.refusal),
               ("no readable id", rates.unparsable))  # fmt: skip
        said = [f"{what} {rate(share)}" for what, share in odd if share.value]
        if said:
            blocks.append(Paragraph(f"{arm.condition}, among no skill: {', '.join(said)}", "muted"))
        if rates.no_skill_decisions:
            fired = f"{rate(rates.false_trigger)} of {rates.no_skill_decisions:,}"
            blocks.append(Paragraph(f"{arm.condition}: false triggers {fired}", "muted"))
    return blocks


def compared_blocks(compared: Comparison, found: Sequence[Arm]) -> list[Block]:
    """Put the library's forecast beside its measurement."""
    rates = found[0].rates
    pairs = (
        ("accuracy", compared.predicted_accuracy, rates.accuracy, "good"),
        ("hijack", compared.predicted_hijack, rates.hijack, "error"),
        ("no skill", compared.predicted_no_skill, rates.no_skill, "muted"),
        ("false trigger", compared.predicted_false_trigger, rates.false_trigger, "warning"),
    )
    blocks: list[Block] = [Heading("Predicted, and below it measured", f"profile {compared.router}")]
    for name, predicted, measured, tone in pairs:
        if predicted.value is None and measured.value is None:
            continue
        blocks += [Gauge(name, predicted, "accent"), Gauge("  measured", measured, tone)]
        if _apart(predicted, measured):
            blocks.append(Paragraph("! The two intervals do not overlap.", "warning", 14))
    if compared.rank_correlation is not None:
        blocks.append(field("rank corr.", f"{compared.rank_correlation:.2f} of predicted and measured loss"))
    return blocks


def _apart(predicted: Estimate, measured: Estimate) -> bool:
    ends = [end for one in (predicted, measured) for end in (one.low, one.high) if end is not None]
    return len(ends) == 4 and (ends[0] > ends[3] or ends[2] > ends[1])


def skill_blocks(compared: Comparison) -> list[Block]:
    """Put each skill's forecast beside its measurement, largest loss first."""
    judged = [row for row in compared.skills if row.decisions]
    if not judged:
        return []
    outside = sum(not row.agrees for row in judged)
    columns = (
        Column("skill"), Column("predicted", 9, "right"), Column("measured", 22, "right"), Column("", 1),
        Column("asked", 5, "right"),
    )  # fmt: skip
    rows = [_skill_row(row) for row in judged[:SKILL_LIMIT]]
    return [
        Heading("By skill", f"share lost; {outside:,} of {len(judged):,} forecasts outside (!)"),
        table(columns, rows, len(judged), "skill"),
    ]


def _skill_row(row: SideBySide) -> tuple[Span, ...]:
    return (
        link(row.skill),
        Span(percent(row.predicted_victim)),
        Span(rate(row.measured_victim), "value"),
        Span("" if row.agrees else "!", "warning"),
        Span(f"{row.decisions:,}", "muted"),
    )


def fit_blocks(fits: Sequence[Fit]) -> list[Block]:
    """One row a fit: its name, value and interval, and what it means."""
    blocks: list[Block] = []
    for fit in fits:
        label, said = (fit.name, "") if len(fit.name) < 12 else ("", f"{fit.name} ")
        blocks += [field(label, f"{said}{number(fit.value)}", "value"), field("", fit.meaning, "muted")]
    return blocks
