"""One HTML page with everything that was found: verdicts, figures, fits, and the papers' own numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from skillaudit.experiment.chart import svg
from skillaudit.experiment.published import published_values
from skillaudit.experiment.records import Result
from skillaudit.experiment.words import number, ranged

_STYLE = """
:root { color-scheme: light dark; } body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 0 auto;
padding: 1rem; } table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; } th, td { text-align: left;
vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8886; } td.n { white-space: nowrap; }
figure { margin: 1rem 0; max-width: 46rem; } .soft { opacity: .75; } .scroll { overflow-x: auto; }
.supported { color: #1a7f37; } .opposite { color: #b3261e; } .partly { color: #b35900; }
@media (prefers-color-scheme: dark) { .supported { color: #6fdd8b; } .opposite { color: #ff8a80; }
.partly { color: #f0a04b; } svg { color: #bbbbbb; } }
"""


def page(results: Sequence[Result]) -> str:
    """Return the whole page; it needs no other file."""
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Experiments on skill routing</title><style>{_STYLE}</style></head><body>",
        "<h1>Experiments on skill routing</h1>",
        '<p class="soft">Intervals are of 90%. A hypothesis counts as supported, or as opposite, where its test has '
        "p below 0.01; no effect means that none was told from chance; "
        "partly, that accuracy falls, but in another form.</p><h2>Verdicts</h2>",
        _verdicts(results),
    ]
    for _, same in groupby(results, key=lambda result: result.name):
        parts += _experiment(list(same))
    return "".join((*parts, "</body></html>\n"))


def _verdicts(results: Iterable[Result]) -> str:
    rows = [
        (
            escape(result.name.upper()),
            escape(verdict.hypothesis),
            escape(result.router),
            f'<b class="{verdict.ruling.split()[0]}">{verdict.ruling}</b>',
            f"{escape(ranged(verdict.effect))}<br><span class=soft>{escape(verdict.unit)}</span>",
            f"{verdict.p:.2g}",
            escape(verdict.paper),
        )
        for result in results
        for verdict in result.findings.verdicts
    ] + [
        (
            escape(result.name.upper()),
            escape(result.title),
            escape(result.router),
            '<span class="soft">does not apply</span>',
            f'<span class="soft">{escape(result.not_applicable)}</span>',
            "",
            "",
        )
        for result in results
        if result.not_applicable
    ]
    return _table(("", "hypothesis", "router", "verdict", "effect", "p", "the paper"), rows)


def _experiment(results: Sequence[Result]) -> list[str]:
    first = results[0]
    parts = [f'<h2 id="{escape(first.name)}">{escape(first.name.upper())}: {escape(first.title)}</h2>']
    for result in results:
        title = f"{result.title}: {result.router}"
        parts.append(f"<h3>{escape(result.router)}</h3>")
        if result.not_applicable:
            parts.append(f'<p class="soft">This does not apply. {escape(result.not_applicable)}</p>')
            continue
        parts.append(
            f'<p class="soft">{sum(row.decisions for row in result.rows):,} decisions, {result.seeds} seeds, '
            f"{result.tasks} tasks in each condition and seed.</p>"
        )
        if result.findings.series:
            parts.append(f"<figure>{svg(result.findings, title)}</figure>")
        fits = [(escape(f.name), escape(ranged(f.value)), escape(f.meaning)) for f in result.findings.fits]
        parts.append(_table(("", "value", "meaning"), fits))
        parts += [
            f'<p class="soft">{escape(verdict.hypothesis)}: {escape(verdict.test)}.</p>'
            for verdict in result.findings.verdicts
        ]
    parts += [
        f"<p>{escape(note)}</p>" for note in dict.fromkeys(n for r in results for n in r.findings.notes)
    ]
    if values := published_values(first.name):
        rows = [
            (
                escape(value.name),
                escape(value.model),
                number(value.value) if value.value is not None else f"{value.low:g} to {value.high:g}",
                escape(value.source),
                escape(value.note),
            )
            for value in values
        ]
        parts += ["<h3>As published</h3>", _table(("", "model", "value", "source", "note"), rows)]
    return parts


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
