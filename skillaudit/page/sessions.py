"""What was read of an agent's own transcripts, as blocks: counts and rates, none of the user's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from skillaudit.page.blocks import Block, Column, Heading, Most, Paragraph, Title, field, head, link, table
from skillaudit.page.figures import NONE, plural, rate, some
from skillaudit.page.lines import Span

if TYPE_CHECKING:
    from skillaudit.schema import Report, RouterUse
    from skillaudit.sessions.counting import Reading
    from skillaudit.sessions.finding import Transcript

OWN = "yours"
FAULTS = {
    "long": ("line over 8 MiB", "lines over 8 MiB"),
    "broken": ("line that is no JSON", "lines that are no JSON"),
    "foreign": ("line of another shape", "lines of another shape"),
    "packed": ("part packed in a way that is not read", "parts packed in a way that is not read"),
    "unreadable": ("file that cannot be opened", "files that cannot be opened"),
    "unknown": (
        "file in which nothing is as its client writes it",
        "files in which nothing is as their client writes it",
    ),
}
_SKILLS = (
    Column("skill"), Column("model", 7, "right"), Column("hook", 6, "right"), Column("you", 6, "right"),
    Column("last used", 11, "right"),
)  # fmt: skip
_USED = (
    Column("skill"), Column("agents", 7, "right"), Column("you", 5, "right"), Column("last used", 11, "right"),
    Column("missed", 7, "right"), Column("for others", 11, "right"),
)  # fmt: skip
_ROUTERS = (
    Column("model and client"),
    Column("decisions", 10, "right"),
    Column("no skill loaded", 20, "right"),
)


def sessions_blocks(found: Reading, rows: Most = 20) -> Iterator[Block]:
    """Yield what `skillaudit sessions` says."""
    yield Title("sessions")
    if not found.files:
        yield Paragraph(
            "No transcript was found. Looked in: " + ", ".join(found.folders) + ". Name a file or a folder."
        )
        return
    span = f", {found.first} to {found.last}" if found.first else ""
    yield field("read", f"{plural(found.files, 'transcript')}{span}; {found.reread:,} new or changed")
    yield field(
        "requests",
        f"{plural(found.requests, 'different one')} in {plural(found.turns, 'turn')}; "
        f"the right skill of {found.labelled:,} is known",
    )
    left = [f"{plural(found.repeated, 'turn')} of forked or resumed sessions"] if found.repeated else []
    left += [f"{plural(found.by_agents, 'transcript')} of sub-agents"] if found.by_agents else []
    if left:
        yield field("counted once", " and ".join(left))
    if found.routers:
        yield Heading("Who decides")
        yield _routers(found.routers, rows)
    yield from _skills(found, rows)
    yield from _unread(found)


def _skills(found: Reading, rows: Most) -> Iterator[Block]:
    yield Heading("Skills", f"{len(found.skills):,} {'was' if len(found.skills) == 1 else 'were'} loaded")
    yield table(
        _SKILLS,
        [
            (
                Span(use.name), Span(f"{use.by_model:,}"), Span(f"{use.by_hook:,}"), Span(f"{use.by_command:,}"),
                Span(use.last or NONE),
            )
            for use in head(found.skills, rows)
        ],
        len(found.skills),
        "skill",
    )  # fmt: skip


def _unread(found: Reading) -> Iterator[Block]:
    if not found.unread:
        return
    yield Heading("Not read")
    counts: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for one in found.unread:
        counts[one.client, one.what].append((one.path, one.count))
    for (client, what), files in sorted(counts.items()):
        single, several = FAULTS[what]
        total = sum(count for _, count in files)
        where = files[0][0] if len(files) == 1 else f"{files[0][0]} and {len(files) - 1:,} more files"
        yield Paragraph(f"{client}: {plural(total, single, several)}, in {where}")


def evidence(report: Report) -> str:
    """Say in a sentence which evidence of the user's own a report rests on; empty where there is none."""
    said = []
    if report.forecast.router == OWN:
        said.append(f"Forecast for {report.forecast.source.partition(';')[0].rstrip('.')}.")
    if report.use is not None:
        use = report.use
        span = f", {use.first} to {use.last}" if use.first else ""
        said.append(
            f"Your sessions: {plural(use.requests, 'request')} in {plural(use.transcripts, 'transcript')}{span}; "
            f"the right skill of {use.labelled:,} is known, {use.reviewed:,} by your review."
        )
    return " ".join(said)


def use_blocks(report: Report, most: Most = None) -> list[Block]:
    """Say how the user's agents use the library; nothing where no transcripts were asked for."""
    use = report.use
    if use is None or not use.transcripts:
        return []
    used = [skill for skill in use.skills if skill.total or skill.missed]
    blocks: list[Block] = [Heading("In your sessions", f"{len(used):,} of {len(use.skills):,} skills", "use")]
    if use.routers:
        blocks.append(_routers(use.routers, most))
    rows = [
        (
            link(skill.name), Span(f"{skill.by_model + skill.by_hook:,}"), Span(f"{skill.by_command:,}"),
            Span(skill.last or NONE), Span(f"{skill.missed:,}"), Span(f"{skill.elsewhere:,}"),
        )
        for skill in head(used, most)
    ]  # fmt: skip
    if rows:
        blocks.append(table(_USED, rows, len(used), "skill"))
    if use.never:
        names = some(list(use.never), most)
        blocks.append(Paragraph(f"Never used: {names}."))
    if not use.reviewed:
        blocks.append(
            Paragraph("`skillaudit review` asks what was right; then the forecast is of your own agents.")
        )
    return blocks


def _routers(routers: Sequence[RouterUse], most: Most) -> Block:
    return table(
        _ROUTERS,
        [
            (
                Span(f"{row.model or 'model not named'} in {row.client}"),
                Span(f"{row.decisions:,}"),
                Span(rate(row.none)),
            )
            for row in head(routers, most)
        ],
        len(routers),
    )


def places_blocks(
    places: Sequence[Transcript], folders: Sequence[str], sizes: Sequence[int]
) -> Iterator[Block]:
    """Yield what would be read."""
    yield Title("sessions", (Span("dry run", "quiet"),))
    yield Paragraph("Nothing was read. Looked in: " + ", ".join(folders))
    counts: dict[str, list[int]] = defaultdict(list)
    for place, size in zip(places, sizes, strict=True):
        counts[place.client].append(size)
    yield table(
        (Column("client"), Column("transcripts", 12, "right"), Column("size", 12, "right")),
        [
            (Span(client), Span(f"{len(found):,}"), Span(f"{sum(found) / 2**20:,.1f} MiB"))
            for client, found in counts.items()
        ],
    )
