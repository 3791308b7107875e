"""One HTML page with everything that was found: verdicts, figures, fits, and the papers' own numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from skillaudit.experiment.chart import svg
from skillaudit.experiment.published import in_words, published_values
from skillaudit.experiment.records import Result
from skillaudit.experiment.words import number, ranged

_STYLE = """
:root { color-scheme: light dark; } body { font: 15px/1.5 system-ui, sans-serif; max-width: 80rem; margin: 0 auto;
padding: 1rem; } table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; } th, td { text-align: left;
vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #8886; } td.n, span.n { white-space: nowrap; }
.row { display: grid; gap: 1rem;
grid-template-columns: repeat(auto-fill, minmax(min(34rem, 100%), 1fr)); } figure { margin: 0; max-width: 46rem; }
.soft { opacity: .75; } .scroll { overflow-x: auto; }
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


def _verdicts(results: Sequence[Result]) -> str:
    """One row for each hypothesis, one column for each router."""
    routers = list(dict.fromkeys(result.router for result in results))
    found: dict[tuple[str, str], dict[str, str]] = {}
    about: dict[tuple[str, str], tuple[str, str]] = {}
    for result in results:
        if result.not_applicable:
            cell = '<span class="soft">does not apply</span>'
            found.setdefault((result.name, result.title), {})[result.router] = cell
            about[result.name, result.title] = ("", in_words(result.name))
        for verdict in result.findings.verdicts:
            claim = (result.name, verdict.hypothesis)
            about[claim] = (verdict.unit, verdict.paper)
            found.setdefault(claim, {})[result.router] = (
                f'<b class="{verdict.ruling.split()[0]}">{verdict.ruling}</b><br>'
                f'<span class="n">{escape(ranged(verdict.effect))}</span><br>'
                f'<span class="soft">p {_p(verdict.p)}</span>'
            )
    rows = []
    for (name, said), cells in found.items():
        unit, paper = about.get((name, said), ("", ""))
        rows.append(
            (
                f'<a href="#{escape(name)}">{escape(name.upper())}</a>',
                f'{escape(said)}<br><span class="soft">{escape(unit)}</span>',
                *(cells.get(router, "") for router in routers),
                escape(paper),
            )
        )
    return _table(("", "hypothesis", *routers, "the paper"), rows)


def _p(value: float) -> str:
    return "&lt; .001" if value < 0.001 else f"= {value:.2g}"


def _experiment(results: Sequence[Result]) -> list[str]:
    first = results[0]
    parts = [f'<h2 id="{escape(first.name)}">{escape(first.name.upper())}: {escape(first.title)}</h2>']
    shown = [result for result in results if not result.not_applicable]
    parts += [f'<div class="row">{"".join(map(_figure, shown))}</div>'] if shown else []
    fits: dict[str, tuple[str, dict[str, str]]] = {}
    for result in shown:
        for fit in result.findings.fits:
            row = fits.setdefault(fit.name, (fit.meaning, {}))[1]
            row[result.router] = f'<span class="n">{escape(ranged(fit.value))}</span>'
    routers = [result.router for result in shown]
    fitted = [
        (escape(name), *(found.get(router, "") for router in routers), escape(meaning))
        for name, (meaning, found) in fits.items()
    ]
    parts += [_table(("", *routers, "meaning"), fitted)] if fitted else []
    tests = [f"{v.hypothesis}: {v.test}." for result in shown for v in result.findings.verdicts]
    parts += [f'<p class="soft">{escape(test)}</p>' for test in dict.fromkeys(tests)]
    missing = dict.fromkeys(result.not_applicable for result in results if result.not_applicable)
    for sentence in missing:
        named = ", ".join(result.router for result in results if result.not_applicable == sentence)
        parts.append(f"<p>Does not apply to {escape(named)}: {escape(sentence)}</p>")
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


def _figure(result: Result) -> str:
    asked = (
        f"<b>{escape(result.router)}</b>, {sum(row.decisions for row in result.rows):,} decisions, {result.seeds} "
        f"seeds, {result.tasks} tasks in each condition and seed"
    )
    drawn = svg(result.findings, f"{result.title}: {result.router}")
    return f'<figure>{drawn}<figcaption class="soft">{asked}</figcaption></figure>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
