"""What was loaded, which requests judge it, what clients show of it and what was skipped, as blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from skillaudit.page.blocks import Block, Column, Heading, Most, field, head, table
from skillaudit.page.figures import NONE, SOURCES, decimal, percent, plural, some
from skillaudit.page.lines import Span
from skillaudit.schema import Report, Visible

if TYPE_CHECKING:
    from skillaudit.clients import Visibility


def loaded(report: Report) -> str:
    """Say in a line what was loaded."""
    library = report.library
    parts = [plural(library.skills, "skill")]
    if library.routable < library.skills:
        parts.append(f"{library.routable:,} that compete")
    if library.manual_only:
        parts.append(f"{library.manual_only:,} manual-only")
    if library.copies:
        parts.append(plural(library.copies, "identical copy", "identical copies") + " folded")
    if library.out:
        parts.append(f"{library.out:,} left out")
    if library.skipped:
        parts.append(f"{len(library.skipped):,} skipped")
    return ", ".join(parts)


def made_for(report: Report) -> str:
    """Say in a line which clients the library is made for; empty for a list of tools, and where one was named."""
    titles = [view.title for view in report.clients if view.made_for]
    if report.client or not report.clients:
        return ""
    if not titles:
        return "no client in particular: all of it competes"
    none = report.library.routable and not any(view.loaded for view in report.clients if view.made_for)
    whole = "; nothing of it is loaded there, so all of it competes"
    return f"{', '.join(titles)}, by its folders and manifests{whole if none else ''}"


def likeness(report: Report) -> str:
    """Say in a line by what skills are held to be alike, and how many of the nearest an index finds.

    Empty for a report without neighbours, whose audit was stopped.
    """
    if not report.hubness.k:
        return ""
    vectors, found = f"vectors of {report.embedding.model}", report.forecast.nearest_found
    by = {"lexical": "words alone", "dense": f"{vectors} alone", "hybrid": f"both words and {vectors}"}
    index = "" if found is None else f"; its index finds {percent(found)} of the 20 nearest"
    return f"What is alike is told by {by[report.forecast.scorer]} (scorer {report.forecast.scorer}){index}."


def notice_blocks(report: Report) -> list[Block]:
    """Say what the library says about its own audit, and what of it counts."""
    return [field("note", notice, "warning") for notice in report.own_settings.notices]


def library_blocks(report: Report, most: Most = None, *, partial: bool = False) -> list[Block]:
    """Describe what was loaded and which requests judge it; a `partial` report says nothing about the latter."""
    library, coverage, hubness = report.library, report.forecast.coverage, report.hubness
    blocks: list[Block] = [
        Heading("Library", id="library"),
        field("from", ", ".join(library.sources) or NONE),
        field("skills", loaded(report)),
        *([field("made for", made_for(report))] if made_for(report) else []),
        *notice_blocks(report),
    ]
    if partial:
        return blocks
    blocks.append(field("clusters", f"{len(report.clusters):,}, {plural(report.noise, 'skill')} in none"))
    embedding = f"{report.embedding.model} {report.embedding.revision}".strip()
    if report.embedding.precision == "half":
        embedding += ", in half precision"
    blocks.append(field("vectors", embedding))
    told = ", ".join(f"{count.requests:,} from {SOURCES[count.source]}" for count in coverage.sources)
    blocks += [
        field("requests", f"{coverage.requests:,}{f': {told}' if told else ''}"),
        field(
            "judged",
            f"{coverage.judged_skills:,} of {plural(library.routable, 'skill')} that compete have requests",
        ),
    ]
    if coverage.no_skill_requests:
        blocks.append(
            field("no skill", f"{plural(coverage.no_skill_requests, 'request')} that should fire nothing")
        )
    if coverage.leaked:
        blocks.append(field("dropped", f"{coverage.leaked:,} that name a skill or repeat its description"))
    if hubness.skewness is not None:
        said = f"{decimal(hubness.skewness)} among {hubness.k} nearest (above 1 a few skills are everybody's neighbour)"
        blocks.append(field("crowding", said))
    if hubness.anti_hubs:
        names = some(hubness.anti_hubs, most)
        blocks.append(
            field(
                "far off", f"{plural(len(hubness.anti_hubs), 'skill')} on nobody's list of nearest: {names}"
            )
        )
    return blocks


def client_blocks(report: Report, most: Most = None) -> list[Block]:
    """Say how much of the library each client's model gets to see."""
    if not report.clients:
        return []
    tree = any(view.behind for view in report.clients)
    columns = (
        Column("client"),
        *(
            Column(name, 6, "right")
            for name in ("full", "cut", "name", *(["behind"] if tree else []), "hidden")
        ),
        Column("needs", 7, "right"),
        Column("of", 18, "right"),
    )
    rows = [
        (
            Span(view.title + (" (audited)" if view.client == report.client else "")),
            Span(f"{view.full:,}"),
            Span(f"{view.shortened:,}", "warning" if view.shortened else "faint"),
            Span(f"{view.name_only:,}", "warning" if view.name_only else "faint"),
            *([Span(f"{view.behind:,}", "" if view.behind else "faint")] if tree else []),
            Span(f"{view.invisible:,}", "error" if view.invisible else "faint"),
            Span(f"{100 * view.whole / view.budget:,.0f}%" if view.budget else f"{view.whole:,}"),
            Span("unknown" if view.budget is None else f"{view.budget:,} {view.unit}", "muted"),
        )
        for view in report.clients
    ]
    below = "behind a gateway of the list, " if tree else ""
    note = (
        f"skills in full, cut, by name only, {below}hidden; what the whole list needs of the client's budget"
    )
    return [Heading("What each client shows", note, "clients"), table(columns, rows)]


LETTER: dict[Visible, str] = {
    "full": "+",
    "shortened": "~",
    "name-only": "n",
    "behind": ">",
    "invisible": "-",
}
"""One character for each state, for tables."""


def visibility_blocks(found: Visibility) -> Iterator[Block]:
    """Say of every skill what each client shows of it, the clients by number."""
    note = "+ whole, ~ shortened, n name alone, > behind a gateway, - invisible; --client NAME prints one client's list"
    yield Heading("What each client shows", note)
    numbers = [str(at) for at in range(1, len(found.columns) + 1)]
    for number, view in zip(numbers, found.columns, strict=True):
        yield field(number, f"{view.client}: {view.title}, {view.date}")
    columns = (Column("skill"), *(Column(number, 2, "right") for number in numbers))
    rows = [(Span(row.id), *(Span(LETTER[state]) for state in row.states)) for row in found.rows]
    yield table(columns, rows)


def left_out_blocks(report: Report, most: Most = None) -> list[Block]:
    """List what does not compete, by client and reason, with what to do."""
    library = report.library
    if not library.left_out:
        return []
    titles = {view.client: view.title for view in report.clients}
    rows = [
        (
            Span(titles.get(left.client, "")),
            Span(f"{left.count:,}"),
            Span(", ".join(left.skills[:2]) + (f" and {left.count - 2:,} more" if left.count > 2 else "")),
            Span(left.reason, "muted"),
        )
        for left in head(library.left_out, most)
    ]
    columns = (Column("client"), Column("", 4, "right"), Column("skills"), Column("why"))
    note = f"{plural(library.out, 'skill')} not in the forecast; --files all counts them"
    return [
        Heading("Left out", note, "left-out"),
        table(columns, rows, len(library.left_out), "reason"),
    ]


def skipped_blocks(report: Report, most: Most = None) -> list[Block]:
    """List what was looked at and not loaded, and why."""
    skipped = report.library.skipped
    if not skipped:
        return []
    rows = [(Span(entry.path), Span(entry.reason, "muted")) for entry in head(skipped, most)]
    return [
        Heading("Skipped", f"{plural(len(skipped), 'file')} not loaded", "skipped"),
        table((Column("file"), Column("why")), rows, len(skipped), "file"),
    ]
