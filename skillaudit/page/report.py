"""A report as blocks, section by section; a new section is one builder in `SECTIONS` and shows everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from skillaudit.page.answer import answer_blocks
from skillaudit.page.blocks import (
    Block,
    Column,
    Heading,
    Map,
    Most,
    Paragraph,
    Row,
    Table,
    Title,
    head,
    link,
    table,
)
from skillaudit.page.chains import chain_blocks
from skillaudit.page.figures import (
    amount,
    between,
    claimed,
    cut,
    decimal,
    flip,
    percent,
    plural,
    some,
)
from skillaudit.page.findings import WORST, finding_blocks
from skillaudit.page.forecast import class_blocks, forecast_blocks, law_blocks
from skillaudit.page.library import (
    client_blocks,
    left_out_blocks,
    library_blocks,
    loaded,
    notice_blocks,
    skipped_blocks,
)
from skillaudit.page.lines import Span
from skillaudit.page.sessions import use_blocks
from skillaudit.page.verdict import verdict_blocks
from skillaudit.schema import BlackHole, Pair, Report, SkillReport

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

Pane = Literal["", "forecast", "library"]
SHOWN = 2
"""Requests of a pair."""
LISTED = 300
"""Entries of a list on a page, that of the skills excepted."""


class Section(NamedTuple):
    """One section of a report, and which pane of the app's overview shows it; others have a tab of their own."""

    build: Callable[[Report, Most], Sequence[Block]]
    pane: Pane = "forecast"


def document(
    report: Report,
    verdict: Verdict | None = None,
    most: Most = 12,
    *,
    page: bool = False,
    brief: bool = False,
) -> Iterator[Block]:
    """Yield all that is said about a report, and what the gate decided where there was one.

    `most` bounds every list; None shows everything. A `page` has the map and a table of all skills; what is
    `brief` ends where the evidence begins.
    """
    library = report.library
    every, most = most, min(most, LISTED) if page and most is not None else most
    decided = "" if verdict is None else "passed" if verdict.passed else "failed"
    badge = (Span(decided, "good" if decided == "passed" else "error"),) if decided else ()
    yield Title(f"skillaudit {report.tool_version}: {', '.join(library.sources)}", badge)
    yield Paragraph(loaded(report))
    told = notice_blocks(report)
    yield from told
    yield from answer_blocks(report)
    if verdict is not None:
        yield from verdict_blocks(verdict, most, page=page)
    yield from class_blocks(report, most)
    findings = report.findings if verdict is None else verdict.findings
    new = verdict is not None and verdict.new_only
    yield from _packed(
        lambda most: finding_blocks(report, findings, most, page, brief, new=new), most, page=page
    )
    if brief:
        yield Paragraph("--all says everything: why, what to do, and the evidence behind it.", "muted")
    else:
        for section in SECTIONS:
            if section.build not in (answer_blocks, class_blocks):
                built = _packed(partial(section.build, report), most, page=page)
                yield from (block for block in built if block not in told)
    if page:
        yield from _map(report)
        yield from _skills(report, every)
        yield Paragraph(f"Report schema {report.schema_version}.", "muted")
    elif verdict is not None:
        yield Heading("Conclusion", id="conclusion")
        yield Paragraph(verdict.conclusion, "good" if verdict.passed else "error")


def _packed(build: Callable[[Most], Iterable[Block]], most: Most, *, page: bool) -> Iterator[Block]:
    """Build at most so many rows a table; one that is cut short on a page takes the cells of all its rows along."""
    blocks = list(build(most))
    if page and any(isinstance(block, Table) and block.left for block in blocks):
        every = {(one.what, one.columns): one.rows for one in build(None) if isinstance(one, Table)}
        for at, block in enumerate(blocks):
            if isinstance(block, Table) and block.left:
                rows = every[block.what, block.columns]
                blocks[at] = block._replace(
                    whole=tuple(tuple(cell.text for cell in row.cells) for row in rows),
                    about=tuple(" ".join(row.notes) for row in rows),
                )
    yield from blocks


def pane(
    report: Report, name: Pane, most: Most = 12, *, keys: Mapping[str, str] | None = None
) -> list[Block]:
    """Return what one pane of the app's overview shows; `keys` are the app's keys by action."""
    return [
        block
        for section in SECTIONS
        if section.pane == name
        for block in (
            answer_blocks(report, most, keys=keys)
            if section.build is answer_blocks
            else section.build(report, most)
        )
    ]


def _chains(report: Report, most: Most) -> list[Block]:
    return chain_blocks(report.execution, most if most is None else min(most, WORST))


# Who loses and who takes.


def _victims(report: Report, most: Most) -> list[Block]:
    victims = sorted(
        (s for s in report.skills if s.victim_rate), key=lambda s: (-(s.victim_rate or 0.0), s.id)
    )
    if not victims:
        return []
    columns = (
        Column("skill"), Column("loses", 20, "right"), Column("asked", 5, "right"), Column("mostly to")
    )  # fmt: skip
    rows = [
        Row(
            (
                link(skill.id),
                Span(between(skill.victim_rate, skill.victim_low, skill.victim_high), "value"),
                Span(f"{skill.requests:,}", "muted"),
                _taker(skill),
            )
        )
        for skill in head(victims, most)
    ]
    return [
        Heading("Victims", "skills whose requests go to others", "victims"),
        table(columns, rows, len(victims), "skill"),
    ]


def _taker(skill: SkillReport) -> Span:
    taker = max(skill.rivals, key=lambda rival: rival.loses_to, default=None)
    return link(taker.id) if taker and taker.loses_to > 0 else Span("")


def _absorbers(report: Report, most: Most) -> list[Block]:
    absorbers = sorted((s for s in report.skills if s.absorbed >= 0.5), key=lambda s: (-s.absorbed, s.id))
    if not absorbers or not report.judged:
        return []
    columns = (
        Column("skill"), Column("takes", 18, "right"), Column("share", 6, "right"), Column("close to", 8, "right")
    )  # fmt: skip
    rows = [
        (
            link(skill.id),
            Span(
                f"{amount(skill.absorbed)} ({amount(skill.absorbed_low)} to {amount(skill.absorbed_high)})",
                "value",
            ),
            Span(percent(skill.absorbed_share)),
            Span(f"{skill.hubness:,}", "muted"),
        )
        for skill in head(absorbers, most)
    ]
    note = "skills that take others' requests: how many, their share, and among whose nearest they are"
    return [Heading("Absorbers", note, "absorbers"), table(columns, rows, len(absorbers), "skill")]


def _holes(report: Report, most: Most) -> list[Block]:
    blocks: list[Block] = []
    columns = (
        Column("skill"), Column("takes", 6, "right"), Column("share", 6, "right"), Column("expected", 8, "right"),
        Column("families", 8, "right"), Column("luck", 7, "right"),
    )  # fmt: skip
    taking = [hole for hole in report.black_holes if hole.evidence != "structure"]
    broad = [hole for hole in report.black_holes if hole.evidence == "structure"]
    if taking:
        rows = [_hole(hole, amount) for hole in head(taking, most)]
        blocks += [
            Heading("Black holes", "skills that take requests of many families", "black-holes"),
            table(columns, rows, len(taking), "black hole"),
        ]
    if broad:
        note = "black holes by their text alone: broader than real skills, or claiming everything; no request shows it"
        told = (columns[0], Column("families", 8, "right"), columns[-1])
        blocks += [
            Heading("Too broad", note, "too-broad"),
            table(told, [_broad(hole) for hole in head(broad, most)], len(broad), "skill"),
        ]
    if report.over_general:
        rows = [_hole(hole, lambda value: f"{value:,.0f}") for hole in head(report.over_general, most)]
        near = (columns[0], Column("near to", 7, "right"), Column("of all", 6, "right"), *columns[3:])
        note = "near to many families by their descriptions; no request shows it yet"
        blocks += [
            Heading("Over-general", note, "over-general"), table(near, rows, len(report.over_general), "skill"),
        ]  # fmt: skip
    return blocks


def _broad(hole: BlackHole) -> Row:
    """A row of what only the text of a skill shows; its words may be of no family in particular."""
    cells = link(hole.skill), Span(claimed(hole)), Span(percent(hole.q_value), "muted")
    return Row(cells, tuple(_about_hole(hole)))


def _hole(hole: BlackHole, write: Callable[[float], str]) -> Row:
    cells = (
        link(hole.skill), Span(write(hole.absorbed), "value"), Span(percent(hole.share)),
        Span(write(hole.expected), "muted"), Span(f"{hole.families:.1f}"), Span(percent(hole.q_value), "muted"),
    )  # fmt: skip
    return Row(cells, tuple(_about_hole(hole)))


def _about_hole(hole: BlackHole) -> Iterator[str]:
    if hole.declared:
        yield "declared as a router"
    if hole.victims and hole.evidence != "structure":
        yield f"takes from {some(hole.victims, 8)}"
    if hole.generic_phrases:
        yield f"phrases that fit anything: {some(hole.generic_phrases, 8)}"


def _clusters(report: Report, most: Most) -> list[Block]:
    if not report.clusters:
        return []
    ordered = sorted(report.clusters, key=lambda c: (-(c.confusion or 0.0), -len(c.skills), c.index))
    columns = (
        Column("cluster"), Column("skills", 6, "right"), Column("alike", 5, "right"),
        Column("taken inside", 12, "right"),
    )  # fmt: skip
    rows = [
        Row(
            (
                Span(cluster.label), Span(f"{len(cluster.skills):,}"), Span(decimal(cluster.cohesion), "muted"),
                Span(percent(cluster.confusion), "value"),
            ),
            (some(cluster.skills, 8 if most is not None else None),),
        )
        for cluster in head(ordered, most)
    ]  # fmt: skip
    first = "most confused" if report.judged else "largest"
    note = f"{first} first; {plural(report.noise, 'skill')} in none"
    return [
        Heading(plural(len(ordered), "cluster") + " of confusable skills", note, "clusters"),
        table(columns, rows, len(ordered), "cluster"),
    ]


def _pairs(report: Report, most: Most) -> list[Block]:
    if not report.pairs:
        return []
    judged = report.judged
    columns = (
        Column("first"), Column("second"),
        *((Column("→", 6, "right"), Column("←", 6, "right")) if judged else ()), Column("alike", 5, "right"),
    )  # fmt: skip
    rows = [
        Row(
            (
                link(pair.a), link(pair.b),
                *((Span(_taken(pair, pair.a_to_b)), Span(_taken(pair, pair.b_to_a))) if judged else ()),
                Span(decimal(pair.cosine), "muted"),
            ),
            (
                *((f"merge: {pair.merge}",) if pair.merge else ()),
                *(flip(loss, None if most is None else 200) for loss in pair.requests[:SHOWN]),
            ),
        )
        for pair in head(report.pairs, most)
    ]  # fmt: skip
    note = "those to merge first; share of the first's requests that the second takes, and back"
    if not judged:
        note = "those to merge first, then the likest; no request says who takes from whom"
    return [Heading("Pairs", note, "pairs"), table(columns, rows, len(report.pairs), "pair")]


def _taken(pair: Pair, share: float) -> str:
    """Write a share of requests taken; a dash where none speaks for either skill."""
    return percent(share if pair.a_to_b or pair.b_to_a else None)


# What a page has besides.


def _map(report: Report) -> Iterator[Block]:
    yield Heading("Map", id="map-section")
    if not any(skill.x is not None and skill.y is not None for skill in report.skills):
        yield Paragraph("This report was made without the map.", "muted")
        return
    yield Paragraph(
        "Skills with similar descriptions stand together; colour and mark are its cluster, "
        f"{'size is what it takes from others, ' if report.judged else ''}rings are black holes. "
        "Drag to move, Ctrl and scroll to zoom; click a skill to see whom it meets.",
        "muted",
    )
    yield Map(report)


def _skills(report: Report, most: Most) -> Iterator[Block]:
    """All skills, those that lose or take most first, each with what else is known about it."""
    order = sorted(
        report.skills,
        key=lambda s: (-(s.victim_rate or 0.0) * s.requests - s.absorbed if report.judged else 0, s.id),
    )
    columns = (
        Column("skill"), Column("category", 12), Column("loses", 20, "right"), Column("takes", 6, "right"),
        Column("requests", 8, "right"), Column("close to", 8, "right"),
    )  # fmt: skip
    shown = head(order, most)
    first = "most requests lost or taken first" if report.judged else "by name"
    rows = [
        Row(tuple(Span(text) for text in _told(skill, report.judged)), tuple(_about(skill)), skill.id)
        for skill in shown
    ]
    yield Heading(plural(len(order), "skill"), first, "skills")
    every = order if len(shown) < len(order) else ()
    yield table(columns, rows, len(order), "skill")._replace(
        whole=tuple(_told(skill, report.judged) for skill in every),
        about=tuple(skill.description for skill in every),
    )


def _told(skill: SkillReport, judged: bool) -> tuple[str, ...]:
    """Return the cells of a skill."""
    return (
        skill.id + (" (manual-only)" if skill.manual_only else ""), skill.category or "",
        between(skill.victim_rate, skill.victim_low, skill.victim_high), amount(skill.absorbed if judged else None),
        f"{skill.requests:,}", f"{skill.hubness:,}",
    )  # fmt: skip


def _about(skill: SkillReport) -> Iterator[str]:
    yield cut(skill.description, 600)
    yield skill.path
    for rival in skill.rivals[:5]:
        shares = f", loses {percent(rival.loses_to)} to it, takes {percent(rival.takes_from)}"
        yield f"rival {rival.id}: alike {decimal(rival.cosine)}{shares if skill.weighed else ''}"
    for loss in skill.lost[:3]:
        yield f"may lose “{cut(loss.query, 200)}” to {loss.taken_by}, {percent(loss.probability)}"
    for loss in skill.stolen[:3]:
        yield f"may take “{cut(loss.query, 200)}” from {loss.gold}, {percent(loss.probability)}"


SECTIONS: tuple[Section, ...] = (
    Section(answer_blocks),
    Section(class_blocks),
    Section(forecast_blocks),
    Section(library_blocks, "library"),
    Section(client_blocks, "library"),
    Section(use_blocks),
    Section(law_blocks),
    Section(_victims, ""),
    Section(_absorbers, ""),
    Section(_holes, ""),
    Section(_clusters, ""),
    Section(_pairs, ""),
    Section(_chains),
    Section(left_out_blocks, "library"),
    Section(skipped_blocks, "library"),
)
