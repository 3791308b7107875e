"""The report as one HTML page that needs nothing else: no network, no server, no second file.

Everything is readable without scripts; the page's own script sorts and searches tables and has Bokeh draw
the charts. A content security policy admits these two scripts by their hashes and no other, so that markup
which got past the escaping still could not run. Styles may stand in the page, since Bokeh writes its own.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from skillaudit import extras
from skillaudit.formatters import html_charts as charts
from skillaudit.formatters import html_tables as tables
from skillaudit.formatters.findings import active
from skillaudit.formatters.html_chains import chains
from skillaudit.formatters.html_law import clients, law
from skillaudit.formatters.html_text import e, html_json, tag
from skillaudit.formatters.words import SOURCES, interval, percent, plural
from skillaudit.schema import BlackHole, Forecast, Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

MOST_BYTES = 2_000_000


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return a page under 2 MB; where the library is too large for that, it says what it leaves out.

    Raises MissingError where Bokeh, which draws the charts, is not installed.
    """
    extras.require("html", "The HTML report")
    style, script = _asset("report.css"), _asset("report.js")
    places = charts.map_chart(report)
    drawn = {
        "charts": [
            *([charts.law_chart(report.law)] if report.law and report.law.points else []),
            *([places.chart] if places else []),
        ],
        "rows": places.rows if places else [],
        "links": places.links if places else [],
    }
    data = html_json(drawn)
    bokeh = charts.script() if drawn["charts"] else charts.Packed("", "")
    head_and_body = [
        *_header(report, verdict),
        "<main>",
        *_verdict(verdict),
        *(f'<p class="soft">{e(notice)}</p>' for notice in report.own_settings.notices),
        *tables.change(verdict),
        *_forecast(report.forecast),
        *law(report),
        *chains(report),
        *_map(places),
        *_black_holes(report),
        *tables.clusters(report),
        *tables.findings(active(report, verdict), report),
        *tables.suppressed(verdict),
        *tables.pairs(report),
        *clients(report),
    ]
    foot = [*tables.skipped(report), "</main>", *_footer(report)]
    fixed = (
        sum(len(part.encode()) for part in (*head_and_body, *foot, style, script, bokeh.text, data)) + 4_000
    )
    skills = tables.skills(report, MOST_BYTES - 20_000 - fixed)
    admitted = " ".join(filter(None, (bokeh.policy, _source(script))))
    policy = (
        f"default-src 'none'; script-src {admitted}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    page = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>skillaudit: {e(', '.join(report.library.sources))}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
        *head_and_body,
        *skills,
        *foot,
        f'<script type="application/json" id="drawn">{data}</script>',
        f'<script type="text/plain" id="bokeh">{bokeh.text}</script>',
        f"<script>{script}</script>",
        "</body>",
        "</html>",
    ]
    return "\n".join(page) + "\n"


@cache
def _asset(name: str) -> str:
    return resources.files("skillaudit").joinpath(f"data/{name}").read_text(encoding="utf-8")


def _source(script: str) -> str:
    """Return the source expression that admits this inline script."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _header(report: Report, verdict: Verdict | None) -> Iterator[str]:
    library = report.library
    yield "<header>"
    yield f"<h1>skillaudit</h1><span>{e(', '.join(library.sources))}</span>"
    yield (
        f'<span class="soft">{plural(library.skills, "skill")}, {library.routable:,} routable, '
        f"{library.manual_only:,} manual-only, {library.copies:,} copies folded, "
        f"{len(library.skipped):,} skipped</span>"
    )
    links = ("forecast", "chains", "map-section", "black-holes", "clusters", "findings", "pairs", "skills")
    names = ("Forecast", "Chains", "Map", "Black holes", "Clusters", "Findings", "Pairs", "Skills")
    anchors = " ".join(
        f'<a href="#{link}">{name}</a>'
        for link, name in zip(links, names, strict=True)
        if link != "chains" or report.execution
    )
    yield f'<nav>{anchors}</nav><button id="theme" type="button" data-now="auto" hidden>Theme: auto</button>'
    yield "</header>"


def _verdict(verdict: Verdict | None) -> Iterator[str]:
    if verdict is None:
        return
    word, name = ("Passed", "verdict") if verdict.passed else ("Failed", "verdict failed")
    yield f'<section class="{name}"><h2>{word}</h2>'
    for reason in verdict.reasons:
        yield f"<p>{e(reason)}</p>"
    for note in verdict.notes:
        yield f'<p class="soft">{e(note)}</p>'
    yield "</section>"


def _forecast(forecast: Forecast) -> Iterator[str]:
    yield '<section id="forecast"><h2>Forecast</h2>'
    rates = (
        ("Accuracy", forecast.accuracy),
        ("Hijack", forecast.hijack),
        ("No skill", forecast.no_skill),
        ("False triggers", forecast.false_trigger),
    )
    cells = []
    for name, estimate in rates:
        range_ = "" if estimate.low is None or estimate.high is None else interval(estimate).partition(" ")[2]
        cells.append(
            f'<div>{name}<b>{percent(estimate.value)}</b><span class="soft">{range_ or "not judged"}</span></div>'
        )
    yield f'<div class="rates">{"".join(cells)}</div>'
    yield from _bar(forecast)
    coverage = forecast.coverage
    sources = ", ".join(f"{count.requests:,} from {SOURCES[count.source]}" for count in coverage.sources)
    yield (
        f"<p>Judged on {plural(coverage.requests, 'request')} ({e(sources or 'none')}) and "
        f"{plural(coverage.no_skill_requests, 'request')} that should fire nothing; {coverage.judged_skills:,} "
        f"skills are judged, {len(coverage.unjudged):,} are not. Brackets are 90% intervals.</p>"
    )
    beyond = " This library lies outside that range." if forecast.extrapolates else ""
    fitted = f" Fitted on {e(forecast.fit_range)}.{beyond}" if forecast.fit_range else beyond
    yield (
        f'<p class="soft">Router profile {e(forecast.router)}, scorer {forecast.scorer}. '
        f"{e(forecast.source)}{fitted}</p></section>"
    )


def _bar(forecast: Forecast) -> Iterator[str]:
    accuracy, nothing = forecast.accuracy.value, forecast.no_skill.value
    if accuracy is None or nothing is None:
        return
    lost = forecast.taxonomy
    parts = (
        ("right skill", accuracy, "fill-good"),
        ("lost to rivals next door", lost.local, "fill-bad"),
        ("lost to other families", lost.drift, "fill-bad2"),
        ("lost to black holes", lost.capture, "fill-hole"),
        ("no skill", nothing, "fill-none"),
    )
    total = sum(value for _, value, _ in parts) or 1.0
    at = 0.0
    boxes = []
    for _, value, style in parts:
        width = 100 * value / total
        boxes.append(f'<rect class="{style}" x="{at:.3f}" y="0" width="{width:.3f}" height="10"/>')
        at += width
    label = ", ".join(f"{name} {percent(value)}" for name, value, _ in parts)
    yield (
        f'<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{e(label)}">'
        f"{''.join(boxes)}</svg>"
    )
    keys = "".join(
        f'<li><svg viewBox="0 0 1 1" aria-hidden="true"><rect class="{style}" width="1" height="1"/></svg>'
        f"{name} {percent(value)}</li>"
        for name, value, style in parts
    )
    yield f'<ul class="key">{keys}</ul>'


def _map(places: charts.Map | None) -> Iterator[str]:
    yield '<section id="map-section"><h2>Map</h2>'
    if places is None:
        yield '<p class="soft">This report was made without the map.</p></section>'
        return
    missing = f" {places.left_out:,} skills are left off it." if places.left_out else ""
    yield (
        '<p class="soft">Skills with similar descriptions stand together; colours are clusters, size is what a '
        "skill takes from others, rings are black holes. Drag to move, Ctrl and scroll to zoom; click a skill "
        f"to see whom it meets.{missing}</p>"
    )
    said = "Map of the skills; the table of skills says the same"
    yield f'<div id="map" class="chart" role="img" aria-label="{said}"></div>'
    yield "<noscript><p>The map needs JavaScript; the tables below do not.</p></noscript></section>"


def _black_holes(report: Report) -> Iterator[str]:
    yield f'<section id="black-holes"><h2>Black holes ({len(report.black_holes):,})</h2>'
    if not report.black_holes:
        yield '<p class="soft">No skill takes significantly more than its share from several families.</p>'
    yield f'<div class="cards">{"".join(_hole(hole) for hole in report.black_holes)}</div>'
    if report.over_general:
        yield f"<h3>Over-general by structure ({len(report.over_general):,})</h3>"
        yield '<p class="soft">Near to many families; no request has shown yet that they take theirs.</p>'
        yield f'<div class="cards">{"".join(_hole(hole) for hole in report.over_general)}</div>'
    yield "</section>"


def _hole(hole: BlackHole) -> str:
    declared = ' <span class="soft">(declared as a router)</span>' if hole.declared else ""
    phrases = f"<p>General phrases: {_some(hole.generic_phrases, 8)}.</p>" if hole.generic_phrases else ""
    victims = f"<p>Victims: {_some(hole.victims, 12)}.</p>" if hole.victims else ""
    return tag(
        "div",
        f"<h3>{e(hole.skill)}{declared}</h3>"
        f"<p>Takes {hole.absorbed:.1f} requests, {percent(hole.share)} of the others'; {hole.expected:.1f} would be "
        f"its share. {hole.families:.1f} families, q = {hole.q_value:.2g}, by {hole.evidence}.</p>{victims}{phrases}",
        name="card hole",
    )


def _some(names: Sequence[str], limit: int) -> str:
    more = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    return ", ".join(e(name) for name in names[:limit]) + more


def _footer(report: Report) -> Iterator[str]:
    model = f"{report.embedding.model} {report.embedding.revision}".strip()
    yield (
        f"<footer>skillaudit {e(report.tool_version)}, report schema {e(report.schema_version)}, "
        f"vectors by {e(model)}.</footer>"
    )
