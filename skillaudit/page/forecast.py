"""What routing is expected to do, and how that changes with size, as blocks."""

from __future__ import annotations

from math import log

from skillaudit.page.blocks import (
    Block,
    Column,
    Curve,
    Gauge,
    Heading,
    Line,
    Most,
    Paragraph,
    Point,
    Row,
    Share,
    field,
    table,
)
from skillaudit.page.figures import UNJUDGED, percent, rate, size
from skillaudit.page.lines import Span
from skillaudit.schema import ForecastRow, LawForm, LibraryCurve, Report

RATES = ("another", "none", "false")
FAR = 100_000
"""Skills beyond which no curve is told in figures."""
FORMS = {"logarithmic": "a - b ln n", "capacity": "alpha / (1 + (n / kappa)^gamma) - epsilon I"}


def forecast_blocks(report: Report, most: Most = None) -> list[Block]:
    """Say what routing is expected to do to the library's requests, where they go astray, and who says so."""
    forecast = report.forecast
    note = f"expected of {forecast.router}, with 90% intervals"
    blocks: list[Block] = [Heading("Forecast", note, "forecast")]
    if not report.judged:
        blocks.append(Paragraph(UNJUDGED, "muted"))
        if forecast.false_trigger.value is not None:
            blocks.append(Gauge("false trigger", forecast.false_trigger, "warning"))
        return blocks
    if forecast.accuracy.value is not None:
        lost = forecast.taxonomy
        hijacked = lost.local + lost.drift + lost.capture
        blocks += [
            Gauge("right skill", forecast.accuracy, "good"),
            Gauge("another", forecast.hijack, "error"),
            Gauge("none", forecast.no_skill, "muted"),
        ]
        if forecast.false_trigger.value is not None:
            blocks.append(Gauge("false trigger", forecast.false_trigger, "warning"))
        parts: list[Block] = [
            Paragraph("Of all requests, taken by", "muted"),
            Share("neighbours", lost.local, hijacked, "of the same cluster or family", "c1"),
            Share("strangers", lost.drift, hijacked, "of another family", "c3"),
            Share("black holes", lost.capture, hijacked, "that swallow requests of many families", "error"),
        ]
        # A row of another client or model says how many are taken, not by whom.
        blocks += parts if hijacked or not forecast.hijack.value else []
    blocks.append(field("rests on", forecast.source))
    if forecast.fit_range:
        blocks.append(field("fitted on", forecast.fit_range))
    if forecast.extrapolates:
        blocks.append(
            Paragraph("! This library lies outside the range that the forecast was fitted on.", "warning")
        )
    return blocks


def class_blocks(report: Report, most: Most = None) -> list[Block]:
    """One row for each class of models, and each client, that the library was forecast for."""
    if not report.forecasts or not report.judged:
        return []
    columns = (
        Column("who"), Column("right", 16, "right"), *(Column(name, 7, "right") for name in RATES),
        Column("either", 6, "right"),
    )  # fmt: skip
    rows = [
        Row(
            (
                Span(who(row, report)),
                Span(rate(row.accuracy), "value"),
                *(Span(percent(e.value), tip=rate(e)) for e in (row.hijack, row.no_skill, row.false_trigger)),
                Span(percent(row.contested.value), "muted", tip=rate(row.contested)),
            )
        )
        for row in report.forecasts
    ]
    note = "requests that get the right skill, another, none; false: some where none is needed; either: another as good"
    return [Heading("By model and client", note, "classes"), table(columns, rows)]


def whom(report: Report) -> str:
    """Say whose list and whose choice a report is about."""
    titles = {view.client: view.title for view in report.clients}
    shown = "every skill whole" if report.client is None else titles.get(report.client, report.client)
    return f"{shown} · {report.forecast.router}"


def who(row: ForecastRow, report: Report) -> str:
    """Name the models of a row, and the client in which they choose."""
    titles = {view.client: view.title for view in report.clients}
    if row.client is None:
        return row.router
    work = " at work" if row.situation == "at work" else ""
    return f"{row.router}{work} in {titles.get(row.client, row.client)}"


def law_blocks(report: Report, most: Most = None) -> list[Block]:
    """Draw the library's own law: accuracy by size, where it crosses the floor, and the room left."""
    law = report.law
    if law is None:
        return []
    if not law.points:
        return [Heading("As the library grows", id="law"), Paragraph(law.note or "No curve.", "muted")]
    blocks: list[Block] = [
        Heading("As the library grows", "accuracy with so many of these skills on offer", "law"),
        Curve("Accuracy against size", own_lines(law), log=True, floor=law.floor),
        Paragraph(basis(law), "muted"),
    ]
    for form in law.forms:
        if form.chosen:
            blocks.append(field("with size", law_words(form)))
    blocks += room_blocks(law)
    if law.note:
        blocks.append(Paragraph(law.note, "muted"))
    return blocks


def law_words(form: LawForm, what: str = "right") -> str:
    """Say what a fitted form means of the share called `what`; its formula and coefficients stand in the record."""
    known = form.parameters
    if form.form == "logarithmic":
        step = 100 * known["b"] * log(2)
        told = f"each doubling of the library {'loses' if step >= 0 else 'gains'} {abs(step):.1f} requests in a hundred"
    else:
        told = f"{what} starts near {percent(known['alpha'])} and is at half of that with {known['kappa']:,.0f} skills"
        if known["kappa"] > FAR:
            told = f"{what} starts near {percent(known['alpha'])}, and its half lies beyond {FAR:,} skills"
    return (
        told if form.r_squared is None else f"{told}; that explains {form.r_squared:.0%} of the differences"
    )


def own_lines(law: LibraryCurve) -> tuple[Line, ...]:
    """Draw what the router is expected to do, and below it what was measured."""
    said = tuple(Point(point.n, point.accuracy) for point in law.points)
    measured = tuple(Point(p.n, p.measured) for p in law.points if p.measured is not None)
    if not measured:
        return (Line("this library", said),)
    return (Line("this library, by the profile", said), Line("measured: ranked first", measured))


def basis(law: LibraryCurve) -> str:
    """Say who speaks for a library's curve, and what of it could have come out otherwise."""
    if law.basis == "probe":
        return f"Measured: {law.router} chose among growing parts of this library."
    if law.basis == "scorer":
        return "Measured: the scorer ranked the requests among growing parts of this library."
    told = "Only the profile speaks for the router: what it expects is a formula, so that a good fit proves nothing."
    for form in law.measured:
        if form.chosen:
            off = (
                ""
                if form.left_out_error is None
                else f"; off by {100 * form.left_out_error:.1f} in a hundred at the largest sizes, unseen before"
            )
            said = law_words(form, "measured")
            told += f" Measured is how often the scorer ranks the right skill first: {said}{off}."
    return f"{told} To measure a model: skillaudit probe --study decay."


def room_blocks(curve: LibraryCurve) -> list[Block]:
    """Say where a library's curve crosses the floor, and how many more skills fit above it."""
    if curve.floor is None:
        return []
    floor = percent(curve.floor)
    blocks: list[Block] = []
    if curve.crossing is not None and curve.crossing.value is not None:
        blocks.append(field("falls below", f"right falls below {floor} at {size(curve.crossing)} skills"))
    if curve.room is not None:
        said = f"{size(curve.room)} more skills of this kind fit above {floor}"
        stays = f"right stays above {floor} at any size within a hundred times this one"
        if curve.room.low is not None:
            stays += f", and surely with {curve.room.low:,.0f} more skills of this kind"
        blocks.append(field("more fit", stays if curve.room.value is None else said))
    return blocks
