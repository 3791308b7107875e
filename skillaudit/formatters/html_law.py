"""The law's curve and the table of clients on the HTML page."""

from __future__ import annotations

from collections.abc import Iterator

from skillaudit.formatters.html_text import e, number, tag
from skillaudit.formatters.words import percent
from skillaudit.schema import ClientView, Report


def law(report: Report) -> Iterator[str]:
    """Return the section with accuracy against size: chart, the chosen form, the floor."""
    curve = report.law
    if curve is None or not curve.points:
        return
    yield '<section id="law-section"><h2>Accuracy against size</h2>'
    label = ", ".join(f"{point.n} skills {percent(point.accuracy.value)}" for point in curve.points)
    yield f'<div id="law" class="chart" role="img" aria-label="{e(label)}"></div>'
    yield f"<noscript><p>{e(label)}.</p></noscript>"
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
