"""What experiments found, as blocks: a figure, fits and rulings of each, verdicts of all, and what was published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
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
    Title,
    field,
    table,
)
from skillaudit.page.figures import decimal, number
from skillaudit.page.lines import Span
from skillaudit.schema import Estimate

if TYPE_CHECKING:
    from skillaudit.experiment.records import Judgement, Result
    from skillaudit.laws.coupling import RouterLaws

TONES = {"supported": "good", "partly": "warning", "no effect": "muted", "opposite": "error"}
READING = (
    "Intervals are of 90%. A hypothesis counts as supported, or as opposite, where its test has p below 0.01; no "
    "effect means that none was told from chance; partly, that accuracy falls, but in another form."
)


def document(result: Result) -> Iterator[Block]:
    """Yield what one experiment found on one router."""
    yield Title(f"{result.name}: {result.title}")
    if result.not_applicable:
        yield field("router", f"{result.router}: does not apply")
        yield Paragraph(result.not_applicable)
        return
    yield field("router", asked(result))
    yield figure(result)
    if result.findings.routers:
        yield router_table(result.findings.routers)
    for fit in result.findings.fits:
        yield Paragraph(f"{fit.name} = {number(fit.value)}: {fit.meaning}")
    for verdict in result.findings.verdicts:
        yield Heading(verdict.ruling, verdict.hypothesis)
        yield Paragraph(f"{verdict.unit}: {number(verdict.effect)}, p {_p(verdict.p)} ({verdict.test})")
        if verdict.paper:
            yield field("the paper", verdict.paper)
    if result.findings.notes:
        yield Heading("To know")
        yield from (Paragraph(note) for note in result.findings.notes)


def asked(result: Result) -> str:
    """Say of whom how much was asked."""
    decisions = sum(row.decisions for row in result.rows)
    many = f", {decisions:,} decisions" if result.rows else ""
    return f"{result.router}{many}, {result.seeds} seeds, {result.tasks} tasks in each condition and seed"


def _within(found: Estimate, decimals: int) -> str:
    value, low, high = (f"{end or 0.0:.{decimals}f}" for end in (found.value, found.low, found.high))
    return f"{value} ({low} to {high})"


def router_table(routers: Iterable[RouterLaws]) -> Block:
    """Show each router by both laws, and what the line through the others says of its rescue."""
    columns = (
        Column("router"),
        Column("b", 22, "right"),
        Column("rescue, ln R", 21, "right"),
        Column("others", 6, "right"),
    )
    rows = [
        (
            Span(one.router),
            Span(_within(one.b, 3)),
            Span(_within(one.rescue, 2)),
            Span("" if one.told is None else decimal(one.told)),
        )
        for one in routers
    ]
    return table(columns, rows)


def figure(result: Result) -> Curve:
    """Draw what an experiment found."""
    found = result.findings
    lines = [
        Line(
            series.label,
            tuple(Point(p.x, Estimate(value=p.y, low=p.low, high=p.high)) for p in series.points),
            series.published,
        )
        for series in found.series
    ]
    return Curve(
        f"{result.title}: {result.router}",
        tuple(lines),
        found.x_label,
        found.y_label,
        found.log_x,
        found.x_names,
    )


def verdict_table(results: Iterable[Result]) -> Block:
    """One row for each hypothesis, one column for each router, the paper's own words in the last."""
    from skillaudit.experiment.published import in_words

    results = tuple(results)
    routers = list(dict.fromkeys(result.router for result in results))
    found: dict[tuple[str, str], dict[str, Span]] = {}
    papers: dict[tuple[str, str], str] = {}
    for result in results:
        if result.not_applicable:
            found.setdefault((result.name, result.title), {})[result.router] = Span("does not apply", "muted")
            papers[result.name, result.title] = in_words(result.name)
        for verdict in result.findings.verdicts:
            claim = (result.name, verdict.hypothesis)
            found.setdefault(claim, {})[result.router] = _ruled(verdict)
            papers[claim] = verdict.paper
    rows = [
        (
            Span(f"{name.upper()}, {said}"),
            *(cells.get(router, Span("")) for router in routers),
            Span(papers.get((name, said), ""), "muted"),
        )
        for (name, said), cells in found.items()
    ]
    columns = (Column("hypothesis"), *(Column(router, 18) for router in routers), Column("the paper"))
    return table(columns, rows)


def summary(results: Iterable[Result]) -> Block:
    """One row for each verdict, and for each experiment that does not apply, what was asked below it."""
    results = tuple(results)
    order = {result.name: at for at, result in reversed(list(enumerate(results)))}
    rows = [
        (
            result.name,
            result.router,
            Span(verdict.ruling, TONES[verdict.ruling]),
            number(verdict.effect),
            verdict.hypothesis,
        )
        for result in results
        for verdict in result.findings.verdicts
    ]  # fmt: skip
    rows += [
        (result.name, result.router, Span("does not apply", "muted"), "", result.title)
        for result in results
        if result.not_applicable
    ]
    rows.sort(key=lambda row: order[row[0]])
    columns = (
        Column("", max(map(len, order), default=3) + 1),
        Column("router"),
        Column("verdict", 14),
        Column("effect", 25),
    )
    made = [
        Row((Span(name, "value"), Span(of), said, Span(effect)), (claim,))
        for name, of, said, effect, claim in rows
    ]
    return table(columns, made)


def _ruled(verdict: Judgement) -> Span:
    """A ruling with its effect, and no effect without one."""
    tip = f"{verdict.unit}: {number(verdict.effect)}, p {_p(verdict.p)}"
    said = "" if verdict.ruling == "no effect" else f", {number(verdict.effect)}"
    return Span(f"{verdict.ruling}{said}", TONES[verdict.ruling], tip=tip)


def _p(value: float) -> str:
    return "< .001" if value < 0.001 else f"= {value:.2g}"


def page(results: Sequence[Result]) -> Iterator[Block]:
    """Yield everything that was found: verdicts, figures, fits, and the papers' own numbers."""
    yield Title("Experiments on skill routing")
    yield Heading("Verdicts", id="verdicts")
    yield Paragraph(READING, "muted")
    yield verdict_table(results)
    for _, same in groupby(results, key=lambda result: result.name):
        yield from _experiment(list(same))


def _experiment(results: Sequence[Result]) -> Iterator[Block]:
    from skillaudit.experiment.published import published_values

    first = results[0]
    yield Heading(f"{first.name.upper()}: {first.title}", id=first.name)
    shown = [result for result in results if not result.not_applicable]
    for result in shown:
        yield figure(result)
        yield Paragraph(asked(result), "muted")
        if result.findings.routers:
            yield router_table(result.findings.routers)
    fits: dict[str, tuple[str, dict[str, str]]] = {}
    for result in shown:
        for fit in result.findings.fits:
            fits.setdefault(fit.name, (fit.meaning, {}))[1][result.router] = number(fit.value)
    if fits:
        routers = [result.router for result in shown]
        columns = (Column("", 20), *(Column(router, 22) for router in routers), Column("meaning"))
        rows = [
            (Span(name), *(Span(found.get(router, "")) for router in routers), Span(meaning))
            for name, (meaning, found) in fits.items()
        ]
        yield table(columns, rows)
    tests = [f"{v.hypothesis}: {v.test}." for result in shown for v in result.findings.verdicts]
    yield from (Paragraph(test, "muted") for test in dict.fromkeys(tests))
    for sentence in dict.fromkeys(result.not_applicable for result in results if result.not_applicable):
        named = ", ".join(result.router for result in results if result.not_applicable == sentence)
        yield Paragraph(f"Does not apply to {named}: {sentence}")
    yield from (Paragraph(note) for note in dict.fromkeys(n for r in results for n in r.findings.notes))
    if values := published_values(first.name):
        rows = [
            (
                Span(value.name),
                Span(value.model),
                Span(
                    f"{value.value:,.3g}" if value.value is not None else f"{value.low:g} to {value.high:g}"
                ),
                Span(value.source, "muted"),
                Span(value.note, "muted"),
            )
            for value in values
        ]
        columns = (
            Column("as published", 20),
            Column("model"),
            Column("value", 14),
            Column("source"),
            Column("note"),
        )
        yield table(columns, rows)


def catalogue(rows: Iterable[Sequence[str]]) -> Block:
    """List experiments: name, what each shows, of whom it is asked, and the paper."""
    columns = (Column("name", 6), Column("what it shows"), Column("asked of", 10), Column("paper", 18))
    tones = ("value", "", "", "muted")
    return table(columns, [tuple(map(Span, row, tones)) for row in rows])
