"""The law's curve and the table of clients on the HTML page."""

from __future__ import annotations

from collections.abc import Iterator
from math import log

from skillaudit.formatters.html_text import e, number, tag
from skillaudit.formatters.words import percent
from skillaudit.schema import ClientView, LibraryCurve, Report

WIDTH, HEIGHT = 640, 240
LEFT, BOTTOM = 44, 28


def law(report: Report) -> Iterator[str]:
    """Return the section with accuracy against size: points, interval, the chosen form, the floor."""
    curve = report.law
    if curve is None or not curve.points:
        return
    yield '<section id="law"><h2>Accuracy against size</h2>'
    yield from _drawing(curve)
    chosen = next(form for form in curve.forms if form.chosen)
    values = ", ".join(f"{name} {value:.3g}" for name, value in chosen.parameters.items())
    shape = {"logarithmic": "a - b ln n", "capacity": "alpha / (1 + (n / kappa)^gamma) - epsilon I"}[
        chosen.form
    ]
    yield f'<p class="soft">{e(shape)}: {e(values)}. The band is the 90% interval.'
    if curve.floor is not None and curve.room is not None:
        floor = percent(curve.floor)
        room = curve.room.value
        said = (
            f"no size within reach goes below {floor}"
            if room is None
            else f"{room:,.0f} more skills of this kind"
        )
        yield f" Room above {floor}: {e(said)}."
    yield "</p></section>"


def _drawing(curve: LibraryCurve) -> Iterator[str]:
    sizes = [point.n for point in curve.points]
    span = log(sizes[-1] / sizes[0]) or 1.0

    def x(n: float) -> float:
        return LEFT + (WIDTH - LEFT - 12) * log(n / sizes[0]) / span

    def y(rate: float) -> float:
        return 10 + (HEIGHT - BOTTOM - 10) * (1 - rate)

    rows = [
        (p.n, p.accuracy.value or 0.0, p.accuracy.low or 0.0, p.accuracy.high or 0.0) for p in curve.points
    ]
    band = [f"{x(n):.1f},{y(high):.1f}" for n, _, _, high in rows]
    band += [f"{x(n):.1f},{y(low):.1f}" for n, _, low, _ in reversed(rows)]
    line = " ".join(f"{x(n):.1f},{y(value):.1f}" for n, value, _, _ in rows)
    label = ", ".join(f"{n} skills {percent(value)}" for n, value, _, _ in rows)
    yield f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{e(label)}">'
    for rate in (0.0, 0.25, 0.5, 0.75, 1.0):
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 12}" y1="{y(rate):.1f}" y2="{y(rate):.1f}"/>'
        yield f'<text class="tick" x="{LEFT - 6}" y="{y(rate) + 4:.1f}" text-anchor="end">{100 * rate:.0f}%</text>'
    if curve.floor is not None:
        height = y(curve.floor)
        yield f'<line class="floor" x1="{LEFT}" x2="{WIDTH - 12}" y1="{height:.1f}" y2="{height:.1f}"/>'
    yield f'<polygon class="band" points="{" ".join(band)}"/><polyline class="curve" points="{line}"/>'
    for n, value, _, _ in rows:
        yield f'<circle class="mark" cx="{x(n):.1f}" cy="{y(value):.1f}" r="3"/>'
        yield f'<text class="tick" x="{x(n):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{n:,}</text>'
    yield "</svg>"


def clients(report: Report) -> Iterator[str]:
    """Return the table of what each client's list shows."""
    if not report.clients:
        return
    heads = ("Client", "In full", "Cut", "Name only", "Hidden", "Needs", "Budget")
    cells = "".join(
        f'<th scope="col"{"" if i in (0, 6) else _NUM}>{head}</th>' for i, head in enumerate(heads)
    )
    yield '<section id="clients"><h2>What each client shows</h2>'
    yield f'<div class="scroll"><table><thead><tr>{cells}</tr></thead><tbody>'
    for view in report.clients:
        yield _row(view, audited=view.client == report.client)
    yield "</tbody></table></div></section>"


_NUM = ' class="num"'


def _row(view: ClientView, *, audited: bool) -> str:
    budget = "unknown" if view.budget is None else f"{view.budget:,} {view.unit}"
    figures = (view.full, view.shortened, view.name_only, view.invisible, view.whole)
    return (
        "<tr>"
        + tag("td", e(view.title + (" (audited)" if audited else "")))
        + "".join(number(value, f"{value:,}") for value in figures)
        + tag("td", e(budget))
        + "</tr>"
    )
