"""Published laws of accuracy against size as blocks, a library's own beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from skillaudit.page.blocks import (
    Block,
    Column,
    Curve,
    Heading,
    Line,
    Paragraph,
    Point,
    Row,
    field,
    table,
)
from skillaudit.page.figures import decimal, number, percent, rate
from skillaudit.page.forecast import FORMS, basis, own_lines, room_blocks
from skillaudit.page.lines import Span
from skillaudit.schema import Estimate

if TYPE_CHECKING:
    from skillaudit.laws.execution_law import Rescue
    from skillaudit.laws.published import PublishedLaw
    from skillaudit.laws.stages import ErrorProgress
    from skillaudit.schema import LibraryCurve

ERRORS = (
    "Wrong choices: local, to one of the five most alike on offer (random: how many would be if they fell anywhere); "
    "capture, to one that takes from several others more than an even spread; drift, to another. Idle taken: of the "
    "requests that need nothing, those for which a skill was taken all the same."
)
STEPS = 128
"""Points that a published law is drawn through."""


def document(
    laws: Sequence[PublishedLaw],
    sizes: Sequence[int],
    rescue: Sequence[Rescue],
    own: LibraryCurve | None,
) -> Iterator[Block]:
    """Yield a table of accuracy by size, a plot, and where each law comes from."""
    from skillaudit.laws.forms import chosen_law, evaluate

    columns = (Column("accuracy at"), *(Column(f"{n:,}", 6, "right") for n in sizes))
    rows = [
        (
            Span(law.name),
            *(
                Span(f"{value:.3f}{'?' if law.extrapolates(n) else ''}")
                for n, value in zip(sizes, evaluate(law.law, sizes), strict=True)
            ),
        )
        for law in laws
    ]
    lines = [Line(law.name, tuple(_points(law)), reference=True) for law in laws]
    if own is not None and (chosen := chosen_law(own)) is not None:
        extra = [own.points[-1].interference] * len(sizes)
        low, high = own.points[0].n, own.points[-1].n
        found = zip(sizes, evaluate(chosen, sizes, extra), strict=True)
        rows.append(
            (
                Span("this library"),
                *(Span(f"{v:.3f}{'' if low <= n <= high else '?'}", "value") for n, v in found),
            )
        )
        lines += own_lines(own)
    yield Heading("Laws of accuracy against size", "? is outside the sizes that were measured")
    yield table(columns, rows)
    yield Curve("Accuracy against size", tuple(lines), log=True)
    yield Heading("Where they come from")
    yield table((Column("law", 24), Column("")), [_source(law) for law in laws])._replace(headed=False)
    yield from _rescue(rescue)
    if own is not None:
        yield from _own(own)


def _points(law: PublishedLaw) -> Iterator[Point]:
    low, high = law.sizes
    for step in range(STEPS + 1):
        n = low * (high / low) ** (step / STEPS)
        value = law.law.accuracy(n)
        yield Point(n, Estimate(value=value, low=value, high=value))


def _source(law: PublishedLaw) -> Row:
    form = ", ".join(f"{key} {value:.3g}" for key, value in law.law.parameters.items())
    said = (
        f"{FORMS[law.law.form]}; {form}. {law.router}, {law.sizes[0]:,} to {law.sizes[1]:,} skills, "
        f"published {law.date}. {law.source}. {law.note}."
    )
    return Row((Span(law.name), Span(said)))


def _rescue(found: Sequence[Rescue]) -> list[Block]:
    """Show what a right result does to the next step, against how hard that is."""
    columns = (Column("rescue of a step of"), *(Column(f"{at.alone:.2f}", 6, "right") for at in found))
    rows = [
        (Span(name), *(Span(decimal(getattr(at.ratio, end))) for at in found))
        for name, end in (("P(B | state) / P(B)", "value"), ("at least", "low"), ("at most", "high"))
    ]
    said = (
        "Published is one number, about four on difficult decisions (arXiv 2605.16508, abstract), and no curve: here a "
        "right result multiplies the odds of the next step by four. `skillaudit experiment f10` measures it; with "
        "`f01`, on four routers or more, `skillaudit laws --results DIR` shows whether their b tells it."
    )
    return [Heading("Rescue"), table(columns, rows), Paragraph(said, "muted")]


def error_blocks(name: str, found: ErrorProgress) -> list[Block]:
    """Show what becomes of requests as more skills are on offer, in one log of decisions of one router."""
    kinds = {"right": 6, "none": 5, "local": 5, "drift": 5, "capture": 7}
    columns = (
        Column("skills", 6, "right"), *(Column(kind, width, "right") for kind, width in kinds.items()),
        Column("random", 6, "right"), Column("asked", 5, "right"), Column("idle taken", 14, "right"),
    )  # fmt: skip
    rows = [
        (
            Span(f"{stage.size:,}"),
            *(Span(percent(getattr(stage, kind).value), tip=rate(getattr(stage, kind))) for kind in kinds),
            Span(percent(stage.by_chance), "muted"),
            Span(f"{stage.decisions:,}", "muted"),
            Span(f"{percent(stage.idle_taken.value)} of {stage.idle}" if stage.idle else "", tip=tip),
        )
        for stage in found.stages
        for tip in (rate(stage.idle_taken),)
    ]
    told = ", ".join(f"{kind} {number(found.rise[kind])}" for kind in ("local", "drift", "capture"))
    return [
        Heading(name, found.router),
        table(columns, rows),
        Paragraph(
            f"rise per unit of ln n: {told}; of wrong choices, not local: {number(found.beyond)}", "muted"
        ),
    ]


def _own(own: LibraryCurve) -> Iterator[Block]:
    yield Heading("This library", f"for router {own.router}")
    if not own.forms:
        yield Paragraph(own.note)
        return
    columns = (
        Column("skills", 8, "right"), Column("right", 22, "right"), Column("another", 8, "right"),
        Column("measured", 22, "right"), Column("rivals' pull", 12, "right"),
    )  # fmt: skip
    rows = [
        (
            Span(f"{point.n:,}"),
            Span(rate(point.accuracy), "value"),
            Span(percent(point.hijack)),
            Span("" if point.measured is None else rate(point.measured)),
            Span(decimal(point.interference)),
        )
        for point in own.points
    ]
    yield table(columns, rows)
    yield Paragraph(basis(own), "muted")
    for form in own.forms:
        told = [", ".join(f"{name} {value:.3g}" for name, value in form.parameters.items())]
        if form.r_squared is not None:
            told.append(f"R2 {form.r_squared:.3f}")
        if form.left_out_error is not None:
            told.append(f"error on the largest sizes {form.left_out_error:.3f}")
        mark = " (chosen)" if form.chosen else ""
        yield field("law", f"{FORMS[form.form]}: {'; '.join(told)}{mark}")
    yield from room_blocks(own)
    if own.note:
        yield Paragraph(own.note, "muted")
