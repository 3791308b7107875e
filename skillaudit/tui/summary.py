"""The documents about the whole library: its forecast, what that rests on, and what was loaded."""

from __future__ import annotations

from skillaudit.formatters.words import SOURCES, plural
from skillaudit.schema import Estimate, Report
from skillaudit.tui.chains import chain_blocks
from skillaudit.tui.doc import Block, Column, Field, Gauge, Heading, Paragraph, Share, Table
from skillaudit.tui.figures import NONE, decimal, percent
from skillaudit.tui.lines import Span

SKIPPED_LIMIT = 50


def forecast_blocks(report: Report) -> list[Block]:
    """Describe what routing is expected to do to the library's requests, and where they go astray."""
    forecast = report.forecast
    lost = forecast.taxonomy
    hijacked = lost.local + lost.drift + lost.capture
    blocks: list[Block] = [
        Gauge("accuracy", forecast.accuracy, "good"),
        Gauge("hijack", forecast.hijack, "error"),
        Gauge("no skill", forecast.no_skill, "muted"),
        Gauge("false trig.", forecast.false_trigger, "warning"),
        Heading("Where hijacked requests go", "of all requests"),
        Share("local", lost.local, hijacked, "to a rival in its cluster", "c1"),
        Share("drift", lost.drift, hijacked, "to another family", "c3"),
        Share("capture", lost.capture, hijacked, "to a black hole", "error"),
        *law_blocks(report),
        *chain_blocks(report),
        Heading("Router"),
        Field("profile", (Span(f"{forecast.router}, {forecast.scorer} scorer"),)),
        Field("rests on", (Span(forecast.source),)),
    ]
    if forecast.fit_range:
        blocks.append(Field("fitted for", (Span(forecast.fit_range),)))
    if forecast.extrapolates:
        blocks.append(
            Paragraph("! This library lies outside the range that the profile was fitted on.", "warning")
        )
    return blocks


LAW_POINTS = 6
"""Sizes of the law's curve that are drawn."""


def law_blocks(report: Report) -> list[Block]:
    """Draw the library's own law: accuracy by size, where it crosses the floor, and the room left."""
    law = report.law
    if law is None:
        return []
    if not law.points:
        return [Heading("As the library grows"), Paragraph(law.note or "No curve.", "muted")]
    chosen = next((form.form for form in law.forms if form.chosen), "")
    step = max((len(law.points) - 1) / (LAW_POINTS - 1), 1)
    shown = sorted({round(at * step) for at in range(LAW_POINTS) if round(at * step) < len(law.points)})
    blocks: list[Block] = [
        Heading("As the library grows", f"accuracy, {chosen} law" if chosen else "accuracy")
    ]
    for at in shown:
        point = law.points[at]
        blocks.append(Gauge(f"{point.n:,} skills", point.accuracy, "accent"))
    if law.floor is not None and law.crossing is not None and law.crossing.value is not None:
        blocks.append(
            Field("floor", (Span(f"accuracy falls below {percent(law.floor)} at {_size(law.crossing)}"),))
        )
    if law.room is not None and law.room.value is not None:
        blocks.append(Field("room", (Span(f"{_size(law.room)} of the same kind can be added"),)))
    if law.note:
        blocks.append(Paragraph(law.note, "muted"))
    return blocks


def _size(value: Estimate) -> str:
    """Write an estimated number of skills with its interval."""
    ends = "" if value.low is None or value.high is None else f" [{value.low:,.0f}, {value.high:,.0f}]"
    return f"{value.value or 0.0:,.0f}{ends} skills"


def stopped_blocks() -> list[Block]:
    """Say that the audit was stopped, what there is all the same, and how to get the rest."""
    return [
        Paragraph("Stopped before a forecast was made.", "value"),
        Paragraph("What the files say is here: skills, findings about files, what each client shows."),
        Paragraph(
            "What was embedded is cached, so that the next run is shorter. Press r to run it again.", "muted"
        ),
    ]


def library_blocks(report: Report, partial: bool = False) -> list[Block]:
    """Describe what was loaded, what was skipped, and which requests judge it.

    A `partial` report says nothing about requests, clusters and crowding.
    """
    library, coverage, hubness = report.library, report.forecast.coverage, report.hubness
    rest = [(library.manual_only, "manual only"), (library.copies, "identical copies")]
    parts = [plural(library.skills, "skill"), f"{library.routable:,} routable"]
    parts += [f"{count:,} {what}" for count, what in rest if count]
    blocks: list[Block] = [
        Field("sources", (Span(", ".join(library.sources) or NONE),)),
        Field("size", (Span(", ".join(parts)),)),
        *(Field("note", (Span(notice),)) for notice in report.own_settings.notices),
    ]
    if partial:
        return [*blocks, *client_blocks(report), *skipped_blocks(report)]
    blocks += [
        Field(
            "clusters",
            (Span(f"{plural(len(report.clusters), 'cluster')}, {plural(report.noise, 'skill')} in none"),),
        ),
        Field("embedding", (Span(report.embedding.model),)),
        Heading("Requests", f"{coverage.requests:,}"),
        Field("judge", (Span(f"{coverage.judged_skills:,} of {plural(library.routable, 'skill')}"),)),
    ]
    if coverage.no_skill_requests:
        blocks.append(
            Field(
                "no skill",
                (Span(f"{plural(coverage.no_skill_requests, 'request')} that should fire nothing"),),
            )
        )
    for count in coverage.sources:
        blocks.append(Field("", (Span(f"{count.requests:,} from {SOURCES[count.source]}"),)))
    if coverage.leaked:
        blocks.append(
            Field("dropped", (Span(f"{coverage.leaked:,} that name a skill or repeat its description"),))
        )
    blocks += [
        Heading("Crowding", f"among {hubness.k} nearest"),
        Field(
            "skew", (Span(f"{decimal(hubness.skewness)}  (above 1 a few skills are everybody's neighbour)"),)
        ),
        Field(
            "unreached",
            (Span(f"{plural(len(hubness.anti_hubs), 'skill')} on nobody's list of nearest"),),
        ),
    ]
    return [*blocks, *client_blocks(report), *skipped_blocks(report)]


def client_blocks(report: Report) -> list[Block]:
    """Say how much of the library each client's model gets to see."""
    if not report.clients:
        return []
    columns = (
        Column("client"),
        *(Column(head, 6, "right") for head in ("full", "cut", "name", "hidden", "budget")),
    )
    rows = tuple(
        (
            Span(view.title),
            Span(f"{view.full:,}"),
            Span(f"{view.shortened:,}", "warning" if view.shortened else "faint"),
            Span(f"{view.name_only:,}", "warning" if view.name_only else "faint"),
            Span(f"{view.invisible:,}", "error" if view.invisible else "faint"),
            Span("none" if not view.budget else f"{100 * view.whole / view.budget:.0f}%", "muted"),
        )
        for view in report.clients
    )
    note = "skills in full, cut, by name only, hidden; share of its budget that the whole list asks for"
    return [Heading("What each client shows"), Table(columns, rows), Paragraph(note, "muted")]


def skipped_blocks(report: Report) -> list[Block]:
    """List what was looked at and not loaded, and why."""
    skipped = report.library.skipped
    if not skipped:
        return []
    blocks: list[Block] = [Heading("Skipped", f"{len(skipped):,}")]
    blocks += [Paragraph(f"{item.path}: {item.reason}") for item in skipped[:SKIPPED_LIMIT]]
    if len(skipped) > SKIPPED_LIMIT:
        blocks.append(
            Paragraph(f"and {len(skipped) - SKIPPED_LIMIT:,} more; all are in the exported report", "muted")
        )
    return blocks


def empty_blocks(report: Report) -> list[Block]:
    """Say that no skill was loaded, where that was looked for, and what to try."""
    roots = report.library.sources
    blocks: list[Block] = [
        Paragraph("No skills found.", "value"),
        Field("searched", (Span(", ".join(roots) or NONE),)),
        Paragraph(
            "A skill is a folder with a SKILL.md in it: name the folder that holds such folders.",
            "muted",
        ),
    ]
    return blocks + skipped_blocks(report)
