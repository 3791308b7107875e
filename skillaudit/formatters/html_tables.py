"""The tables and lists of the HTML page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from skillaudit.formatters.findings import finding_place, plain
from skillaudit.formatters.html_text import cut, e, number, tag
from skillaudit.formatters.words import percent
from skillaudit.schema import Cluster, Finding, Report, RequestLoss, SkillReport

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

MOST_FINDINGS = 500
MOST_PAIRS = 300
MOST_CLUSTERS = 200
OPEN_CLUSTERS = 9
MOST_SKIPPED = 200
_SEVERITY = {"error": 0, "warning": 1, "info": 2}
_MARK = {"error": "error !!", "warning": "warning !", "info": "note"}


def table(name: str, heads: Sequence[tuple[str, bool]], rows: Sequence[str]) -> Iterator[str]:
    """Return a sortable table with a search field; heads say whether their column is numeric."""
    yield (
        f'<div class="tools" id="{name}-tools" hidden><label>Search <input type="search"></label>'
        '<output class="soft"></output></div>'
    )
    opening = {True: '<th scope="col" class="num">', False: '<th scope="col">'}
    cells = "".join(f"{opening[numeric]}{text}</th>" for text, numeric in heads)
    yield f'<div class="scroll"><table data-sort="{name}-tools"><thead><tr>{cells}</tr></thead><tbody>'
    yield from rows
    yield "</tbody></table></div>"


def findings(found: Sequence[Finding], report: Report) -> Iterator[str]:
    """Return the section of findings."""
    yield f'<section id="findings"><h2>Findings ({len(found):,})</h2>'
    if not found:
        yield '<p class="soft">None.</p></section>'
        return
    rows = []
    for finding in found[:MOST_FINDINGS]:
        path, line = finding_place(finding, report)
        more = "".join(f"<p>{e(text)}</p>" for text in (finding.evidence, finding.fix) if text)
        inside = (
            f"<details><summary>{e(finding.message)}</summary>{more}</details>"
            if more
            else e(finding.message)
        )
        rows.append(
            "<tr>"
            + tag(
                "td",
                _MARK[finding.severity],
                name=f"sev sev-{finding.severity}",
                value=_SEVERITY[finding.severity],
            )
            + tag("td", e(finding.code))
            + tag("td", inside, name="wide")
            + tag("td", e(f"{path}:{line}"))
            + "</tr>"
        )
    heads = (("Severity", False), ("Rule", False), ("Finding", False), ("Place", False))
    yield from table("finding", heads, rows)
    yield _rest(len(found) - MOST_FINDINGS, "findings")
    yield "</section>"


def suppressed(verdict: Verdict | None) -> Iterator[str]:
    """Return the section of findings that do not count, with the reasons."""
    if verdict is None or not verdict.suppressed:
        return
    yield f"<section><details><summary>Suppressed findings ({len(verdict.suppressed):,})</summary><ul>"
    for one in verdict.suppressed[:MOST_FINDINGS]:
        yield f"<li>{e(one.finding.code)} {e(one.finding.message)} ({e(one.by)}: {e(one.reason)})</li>"
    yield f"</ul>{_rest(len(verdict.suppressed) - MOST_FINDINGS, 'findings')}</details></section>"


def change(verdict: Verdict | None) -> Iterator[str]:
    """Return the section of what a change did, where one was judged."""
    if verdict is None or verdict.change is None:
        return
    did = verdict.change
    yield f'<section id="change"><h2>Change since {e(did.reference)}</h2><ul>'
    renamed = tuple(f"{one.before} to {one.after}" for one in did.renamed)
    for word, names in (
        ("Added", did.added),
        ("Removed", did.removed),
        ("Rewritten", did.rewritten),
        ("Renamed", renamed),
    ):
        if names:
            more = f" and {len(names) - 40:,} more" if len(names) > 40 else ""
            yield f"<li>{word}: {', '.join(e(name) for name in names[:40])}{more}</li>"
    for word, rates in (
        ("Hijack", did.hijack),
        ("Accuracy", did.accuracy),
        ("False triggers", did.false_trigger),
    ):
        yield f"<li>{word}: {percent(rates.before.value)} before, {percent(rates.after.value)} after</li>"
    yield f"<li>{len(did.new_findings):,} new findings, {did.gone:,} gone</li></ul>"
    if did.lost:
        rows = [
            "<tr>"
            + tag("td", e(one.victim))
            + tag("td", e(one.absorber))
            + number(one.before, percent(one.before))
            + number(one.after, percent(one.after))
            + number(one.requests, f"{one.requests:,}")
            + "</tr>"
            for one in did.lost[:MOST_PAIRS]
        ]
        heads = (("Loses", False), ("To", False), ("Before", True), ("After", True), ("Requests", True))
        yield from table("change", heads, rows)
        yield _rest(len(did.lost) - MOST_PAIRS, "losses")
    yield "</section>"


def clusters(report: Report) -> Iterator[str]:
    """Return the section of confusable clusters, the most confused first."""
    yield f'<section id="clusters"><h2>Confusable clusters ({len(report.clusters):,})</h2>'
    yield f'<p class="soft">{report.noise:,} skills are in none.</p>'
    order = sorted(report.clusters, key=lambda cluster: (-(cluster.confusion or 0.0), cluster.index))
    cards = [_cluster(cluster) for cluster in order[:MOST_CLUSTERS]]
    yield f'<div class="cards">{"".join(cards[:OPEN_CLUSTERS])}</div>'
    if cards[OPEN_CLUSTERS:]:
        yield f"<details><summary>{len(cards) - OPEN_CLUSTERS:,} more clusters</summary>"
        yield f'<div class="cards">{"".join(cards[OPEN_CLUSTERS:])}</div></details>'
    yield f"{_rest(len(order) - MOST_CLUSTERS, 'clusters')}</section>"


def _cluster(cluster: Cluster) -> str:
    taken = (
        "" if cluster.confusion is None else f", {percent(cluster.confusion)} of their requests taken inside"
    )
    members = ", ".join(e(skill) for skill in cluster.skills[:60])
    more = f" and {len(cluster.skills) - 60:,} more" if len(cluster.skills) > 60 else ""
    return (
        f'<div class="card"><h3>{e(cluster.label)}</h3><p class="soft">{len(cluster.skills):,} skills, mean '
        f"cosine {cluster.cohesion:.2f}{taken}</p>"
        f"<details><summary>Members</summary>{members}{more}</details></div>"
    )


def pairs(report: Report) -> Iterator[str]:
    """Return the section of pairs that take each other's requests."""
    yield f'<section id="pairs"><h2>Confusable pairs ({len(report.pairs):,})</h2>'
    if not report.pairs:
        yield '<p class="soft">None.</p></section>'
        return
    rows = []
    for pair in report.pairs[:MOST_PAIRS]:
        queries = "".join(f"<li>{e(cut(query, 200))}</li>" for query in pair.requests[:3])
        rows.append(
            "<tr>"
            + tag("td", e(pair.a))
            + tag("td", e(pair.b))
            + number(pair.a_to_b, percent(pair.a_to_b))
            + number(pair.b_to_a, percent(pair.b_to_a))
            + number(pair.cosine, f"{pair.cosine:.2f}")
            + tag("td", f"<ul>{queries}</ul>" if queries else "", name="wide")
            + "</tr>"
        )
    heads = (
        ("A", False),
        ("B", False),
        ("A loses to B", True),
        ("B to A", True),
        ("Cosine", True),
        ("Requests", False),
    )
    yield from table("pair", heads, rows)
    yield _rest(len(report.pairs) - MOST_PAIRS, "pairs")
    yield "</section>"


def skills(report: Report, room: int) -> list[str]:
    """Return the section of skills in at most `room` bytes.

    Those that lose or take most keep their details; when room is short, details go first, then the rows of
    the least affected skills, and the page says so.
    """
    order = sorted(
        range(len(report.skills)),
        key=lambda at: (-(report.skills[at].victim_rate or 0.0) - report.skills[at].absorbed, at),
    )
    room -= 2_000
    rows: dict[int, str] = {}
    bare = {at: _row(at, report.skills[at], details=False) for at in order}
    sizes = {at: len(row.encode()) + 1 for at, row in bare.items()}
    for at in order:
        if sizes[at] > room:
            break
        room -= sizes[at]
        rows[at] = bare[at]
    detailed = 0
    for at in rows:
        full = _row(at, report.skills[at], details=True)
        extra = len(full.encode()) + 1 - sizes[at]
        if extra > room:
            break
        room -= extra
        rows[at] = full
        detailed += 1
    heads = (
        ("Skill", False),
        ("Category", False),
        ("Loses", True),
        ("Takes", True),
        ("Requests", True),
        ("In k lists", True),
        ("Clarity", True),
    )
    notes = ""
    if len(rows) < len(report.skills):
        notes = f"{len(report.skills) - len(rows):,} skills with the least traffic are left out of this page."
    elif detailed < len(rows):
        notes = f"{len(rows) - detailed:,} skills are shown without details, to keep the page small."
    return [
        f'<section id="skills"><h2>Skills ({len(report.skills):,})</h2>',
        *table("skill", heads, [rows[at] for at in sorted(rows)]),
        f'<p class="soft">{notes}</p>',
        "</section>",
    ]


def _row(at: int, skill: SkillReport, *, details: bool) -> str:
    manual = ' <span class="soft">(manual-only)</span>' if skill.manual_only else ""
    name = f"{e(skill.name)}{manual}"
    if details:
        name = f"<details><summary>{name}</summary>{_details(skill)}</details>"
    return (
        f'<tr id="skill-{at}">'
        + tag("td", name, name="wide", value=plain(skill.name))
        + tag("td", e(skill.category or ""))
        + number(skill.victim_rate, percent(skill.victim_rate))
        + number(skill.absorbed, f"{skill.absorbed:.1f}")
        + number(skill.requests, f"{skill.requests:,}")
        + number(skill.hubness, f"{skill.hubness:,}")
        + number(skill.clarity, "" if skill.clarity is None else f"{skill.clarity:.2f}")
        + "</tr>"
    )


def _details(skill: SkillReport) -> str:
    parts = [f"<p>{e(cut(skill.description, 600))}</p>", f'<p class="soft">{e(skill.path)}</p>']
    if skill.rivals:
        items = "".join(
            f"<li>{e(rival.id)}: cosine {rival.cosine:.2f}, loses {percent(rival.loses_to)} to it, takes "
            f"{percent(rival.takes_from)}</li>"
            for rival in skill.rivals[:5]
        )
        parts.append(f"<p>Rivals:</p><ul>{items}</ul>")
    parts += [
        _losses("Likely to lose:", skill.lost, "taken_by"),
        _losses("Likely to take:", skill.stolen, "gold"),
    ]
    return "".join(parts)


def _losses(title: str, losses: Sequence[RequestLoss], other: str) -> str:
    if not losses:
        return ""
    word = "to" if other == "taken_by" else "from"
    items = "".join(
        f"<li>{e(cut(loss.query, 200))} ({word} {e(getattr(loss, other))}, {percent(loss.probability)})</li>"
        for loss in losses[:3]
    )
    return f"<p>{title}</p><ul>{items}</ul>"


def skipped(report: Report) -> Iterator[str]:
    """Return the section of files that were looked at and not loaded."""
    entries = report.library.skipped
    if not entries:
        return
    yield f"<section><details><summary>Skipped files ({len(entries):,})</summary><ul>"
    for one in entries[:MOST_SKIPPED]:
        yield f"<li>{e(one.path)}: {e(one.reason)}</li>"
    yield f"</ul>{_rest(len(entries) - MOST_SKIPPED, 'files')}</details></section>"


def _rest(count: int, noun: str) -> str:
    return f'<p class="soft">and {count:,} more {noun}.</p>' if count > 0 else ""
