"""The documents about parts of a report: all that a report says about one skill, cluster, black hole or finding."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.page.blocks import (
    Block,
    Bullet,
    Column,
    Field,
    Heading,
    Paragraph,
    Row,
    Title,
    field,
    link,
    more,
    table,
)
from skillaudit.page.figures import (
    NONE,
    SOURCES,
    amount,
    between,
    claimed,
    cost_text,
    decimal,
    flip,
    percent,
    plural,
    severity_span,
)
from skillaudit.page.index import Index
from skillaudit.page.lines import Span
from skillaudit.schema import BlackHole, Cluster, Finding, Location, RequestLoss, SkillReport, Visible

MATRIX_LIMIT = 7
"""Clusters up to this size show who takes from whom in full; larger ones their heaviest pairs."""
PAIR_LIMIT = 12
NAME_LIMIT = 30
TEXTS = 4
"""Skills of a finding whose texts are shown."""


def place_text(place: Location) -> str:
    """Write a place as `folder/file:line`; a source that is a list is that file itself."""
    root = place.root.rstrip("/")
    name = root.rpartition("/")[2]
    if "." in name and place.path.partition(":")[0].partition("#")[0] == name:
        return root.removesuffix(name) + place.told
    return f"{root}/{place.told}" if root else place.told


def skill_document(index: Index, skill: SkillReport, proposal: Sequence[Block] = ()) -> list[Block]:
    """Describe a skill: what the model reads, its rivals, the requests it loses and those it steals.

    `proposal` is shown below what the model reads.
    """
    blocks: list[Block] = [
        Title(skill.name, _badges(index, skill)),
        field("file", skill.path or NONE),
    ]
    if skill.id != skill.name:
        blocks.append(field("id", skill.id))
    if skill.category:
        blocks.append(field("category", skill.category))
    if not index.partial:
        blocks.append(field("cluster", _cluster_text(index, skill)))
    blocks += [
        Heading("What the model is shown", _cut_note(index)),
        Paragraph(f"{skill.name}: {skill.description}"),
        *_visibility(index, skill),
        *proposal,
    ]
    if index.partial:
        return [*blocks, *_findings(index, skill.id)]
    if skill.manual_only:
        blocks.append(Paragraph("The model may not choose it by itself, so it does not compete.", "muted"))
        return [*blocks, *_findings(index, skill.id)]
    blocks += [Heading("Forecast"), *_figures(skill, index.report.judged), *_use(index, skill)]
    blocks += _findings(index, skill.id)
    blocks += _rivals(skill)
    blocks += _requests("Requests it loses", skill.lost, taken_from=False)
    blocks += _requests("Requests it steals", skill.stolen, taken_from=True)
    return blocks


def _use(index: Index, skill: SkillReport) -> list[Block]:
    """Say how the user's agents use a skill, where transcripts were read."""
    if index.use is None:
        return []
    use = index.use[skill.id]
    told = (
        f"{use.by_model + use.by_hook:,} times by agents, {use.by_command:,} by you, last {use.last}"
        if use.total
        else "never"
    )
    blocks: list[Block] = [field("used", told, "" if use.total else "warning")]
    if use.elsewhere:
        blocks.append(
            field("for others", f"{use.elsewhere:,} times where another skill, or none, was right", "warning")
        )
    if use.missed:
        blocks.append(field("missed", f"{use.missed:,} requests close to it for which nothing was loaded"))
    return blocks


STATES: dict[Visible, str] = {
    "full": "in full",
    "shortened": "cut short",
    "name-only": "by name only",
    "behind": "behind a gateway that sends to it",
    "invisible": "not at all",
}


TONES: dict[Visible, str] = {"invisible": "error", "behind": ""}


def _cut_note(index: Index) -> str:
    client = index.report.client
    return f"as {client} cuts it" if client else "the whole text"


def _visibility(index: Index, skill: SkillReport) -> list[Block]:
    """Say which clients show less than all of it."""
    shown = list(zip(index.report.clients, skill.visibility, strict=False))
    if not shown:
        return []
    worse = [(client.title, state) for client, state in shown if state != "full"]
    if not worse:
        return [Paragraph(f"Shown in full by {plural(len(shown), 'client')}.", "muted")]
    return [field(title, STATES[state], TONES.get(state, "warning")) for title, state in worse]


def _badges(index: Index, skill: SkillReport) -> tuple[Span, ...]:
    badges = []
    hole = index.black_holes.get(skill.id)
    if hole:
        badges.append(Span("◉ declared router" if hole.declared else "◉ black hole", "warning"))
    if skill.manual_only:
        badges.append(Span("⊘ manual only", "muted"))
    findings = index.findings.get(skill.id, ())
    if findings:
        badges.append(Span(plural(len(findings), "finding"), findings[0].severity))
    return tuple(badges)


def _cluster_text(index: Index, skill: SkillReport) -> str:
    cluster = index.clusters.get(skill.cluster)
    if cluster is None:
        return "none: no group of skills is close enough"
    return f"{cluster.label} ({plural(len(cluster.skills), 'skill')})"


def _figures(skill: SkillReport, known: bool) -> list[Block]:
    """What is known of a skill in figures; who takes from whom is `known` where some request judges the library."""
    judged = f"of its {plural(skill.requests, 'request')}"
    if skill.victim_rate is None:
        loses = "not judged: no request speaks for it"
    else:
        lost = between(skill.victim_rate, skill.victim_low, skill.victim_high)
        loses = f"{lost} {judged}"
    ends = f"({amount(skill.absorbed_low)} to {amount(skill.absorbed_high)})"
    takes = f"{amount(skill.absorbed)} {ends} requests, {percent(skill.absorbed_share)} of those of others"
    if not known:
        takes = "not judged: no request speaks for any skill"
    near = f"one of the nearest of {plural(skill.hubness, 'skill')}"
    return [
        field("loses", loses),
        field("takes", takes),
        field("close to", near),
        Field(
            "stands apart",
            (Span(f"{decimal(skill.clarity)}  (1: like no other, 0: has doubles)"),),
        ),
        field("likeness", f"{decimal(skill.radius)}  (to all others on average, 1: the same)"),
    ]


def _findings(index: Index, skill: str) -> list[Block]:
    findings = index.findings.get(skill, ())
    if not findings:
        return []
    blocks: list[Block] = [Heading("Findings", str(len(findings)))]
    for finding in findings:
        blocks.append(Field(finding.code, (severity_span(finding.severity),)))
        blocks.append(Paragraph(finding.message, indent=2))
        if finding.fix:
            blocks.append(Paragraph(f"Remedy: {finding.fix}", "muted", indent=2))
    return blocks


def _rivals(skill: SkillReport) -> list[Block]:
    if not skill.rivals:
        return []
    known = skill.weighed
    columns = (
        Column("rival"),
        Column("alike", 5, "right"),
        Column("loses", 6, "right"),
        Column("takes", 6, "right"),
    )
    rows = tuple(
        (
            link(rival.id),
            Span(decimal(rival.cosine)),
            Span(percent(rival.loses_to if known else None)),
            Span(percent(rival.takes_from if known else None)),
        )
        for rival in skill.rivals
    )
    blocks: list[Block] = [Heading("Rivals", "share lost to it, share taken from it"), table(columns, rows)]
    for rival in skill.rivals[:3]:
        if rival.shared_terms or rival.own_terms:
            blocks.append(Paragraph(f"against {rival.id}", "muted"))
            blocks.append(field("  shared", " · ".join(rival.shared_terms) or NONE))
            blocks.append(field("  its own", " · ".join(rival.own_terms) or NONE, "accent"))
    return blocks


def _requests(title: str, losses: Sequence[RequestLoss], taken_from: bool) -> list[Block]:
    if not losses:
        return []
    blocks: list[Block] = [Heading(title, f"{len(losses)} likeliest")]
    for loss in losses:
        other = loss.gold if taken_from else loss.taken_by
        label = f"{'meant for ' if taken_from else ''}{other}"
        blocks.append(Bullet(f"{100 * loss.probability:.0f}%", loss.query, label, other, origin=loss.origin))
    return [*blocks, Paragraph(f"Requests from {_sources(losses)}.", "muted")]


def _sources(losses: Sequence[RequestLoss]) -> str:
    return " and ".join(SOURCES[source] for source in dict.fromkeys(loss.source for loss in losses))


def cluster_document(index: Index, cluster: Cluster) -> list[Block]:
    """Describe a cluster: its confusion as a matrix where it is small, as its heaviest pairs where not."""
    blocks: list[Block] = [
        Title(cluster.label or f"cluster {cluster.index}"),
        field("skills", f"{len(cluster.skills):,}"),
        field("likeness", f"{decimal(cluster.cohesion)}  (of its members on average, 1: the same)"),
        field("lost inside", f"{percent(cluster.confusion)}  of its requests go to another member"),
    ]
    if cluster.template:
        blocks.append(Paragraph("Its members are one sentence with another name filled in.", "warning"))
    if 1 < len(cluster.skills) <= MATRIX_LIMIT:
        blocks += _matrix(index, cluster.skills)
    blocks += _pairs(index, cluster.index)
    blocks.append(Heading("Members", f"{len(cluster.skills):,}"))
    shown = cluster.skills[:NAME_LIMIT]
    rows = tuple((link(skill), Span(_loses(index, skill))) for skill in shown)
    blocks.append(table((Column("skill"), Column("loses", 6, "right")), rows))
    return [*blocks, *more(len(shown), len(cluster.skills), "skill")]


def _loses(index: Index, skill: str) -> str:
    return percent(index.skills[skill].victim_rate) if skill in index.skills else NONE


def _matrix(index: Index, skills: Sequence[str]) -> list[Block]:
    """Who takes from whom: a row's requests that go to a column's skill."""
    columns = (
        Column("", 2, "right"),
        Column("requests of"),
        *(Column(str(at), 4, "right") for at in range(1, len(skills) + 1)),
    )
    rows = []
    for at, victim in enumerate(skills, 1):
        cells = [Span(str(at), "muted"), link(victim)]
        for taker in skills:
            if taker == victim:
                cells.append(Span("·", "muted"))
                continue
            loss = index.loss(victim, taker)
            cells.append(
                Span("" if not loss else f"{100 * loss:.0f}%", "warning" if loss and loss >= 0.1 else "")
            )
        rows.append(tuple(cells))
    return [
        Heading("Who takes from whom", "share of a row's requests that a column's skill takes"),
        table(columns, tuple(rows)),
    ]


def _pairs(index: Index, cluster: int) -> list[Block]:
    pairs = index.pairs_inside.get(cluster, ())
    if not pairs:
        return []
    judged = index.report.judged
    title = "Pairs that take each other's requests" if judged else "Pairs alike"
    blocks: list[Block] = [Heading(title, f"{len(pairs):,}")]
    columns = (Column("first"), Column("second"), Column("→", 6, "right"), Column("←", 6, "right"))
    rows = [
        Row(
            (
                link(pair.a),
                link(pair.b),
                *(Span(percent(share if judged else None)) for share in (pair.a_to_b, pair.b_to_a)),
            ),
            tuple(map(flip, pair.requests[:1])),
        )
        for pair in pairs[:PAIR_LIMIT]
    ]
    return [*blocks, table(columns, rows, len(pairs), "pair")]


def noise_document(index: Index) -> list[Block]:
    """Describe the skills in no cluster."""
    return [
        Title("In no cluster"),
        field("skills", f"{index.report.noise:,}"),
        Paragraph(
            "No group is close enough to these. Single rivals still show in each skill's detail.",
            "muted",
        ),
    ]


def black_hole_document(index: Index, hole: BlackHole) -> list[Block]:
    """Describe a black hole: how much it takes, from whom, and which phrases invite it."""
    if hole.declared:
        badge = Span("declared router: allowed", "muted")
    elif hole.evidence == "structure":
        why = (
            "too broad by its text alone" if hole.skill in index.black_holes else "over-general by structure"
        )
        badge = Span(f"{why}; no request shows it yet", "muted")
    else:
        badge = Span("◉ black hole", "warning")
    evidence = {"requests": "requests", "structure": "its text alone", "both": "requests and its text"}
    blocks: list[Block] = [Title(hole.skill, (badge,))]
    if hole.evidence == "structure":
        blocks.append(field("families", f"{claimed(hole)} that it claims the ground of, or is near to"))
    else:
        blocks += [
            field("takes", f"{amount(hole.absorbed)} requests of others, {percent(hole.share)} of all"),
            field("expected", f"{amount(hole.expected)} for a skill in its place"),
            field("families", f"{hole.families:.1f} it takes from, weighed by how much"),
        ]
    blocks += [
        field("luck", f"{percent(hole.q_value)}  (chance that this is nothing but luck)"),
        field("evidence", evidence[hole.evidence]),
    ]
    skill = index.skills.get(hole.skill)
    if skill:
        blocks += [Heading("What the model is shown"), Paragraph(f"{skill.name}: {skill.description}")]
    if hole.generic_phrases:
        blocks += [
            Heading("Phrases that fit anything"),
            Paragraph(" · ".join(hole.generic_phrases), "accent"),
        ]
    shown = hole.victims[:NAME_LIMIT]
    rows = tuple(
        (link(victim), Span(percent(index.loss(victim, hole.skill))), Span(_loses(index, victim)))
        for victim in shown
    )
    if hole.evidence == "structure":
        # Who is near enough to lose to it; the requests at hand show no loss.
        blocks.append(Heading("Within its reach", plural(len(hole.victims), "skill")))
    else:
        blocks.append(Heading("Victims", f"{len(hole.victims):,}, largest loss first"))
    blocks.append(table((Column("skill"), Column("to it", 6, "right"), Column("in all", 6, "right")), rows))
    blocks += more(len(shown), len(hole.victims), "victim")
    blocks += _findings(index, hole.skill)
    return blocks + (_requests("Requests it steals", skill.stolen, taken_from=True) if skill else [])


def finding_document(index: Index, finding: Finding) -> list[Block]:
    """Describe a finding with its evidence and remedy."""
    blocks: list[Block] = [
        Title(finding.message, (severity_span(finding.severity), Span(finding.code, "muted"))),
    ]
    places = [place for place in (finding.location, *finding.related) if place is not None]
    blocks += [field("file" if not at else "", place_text(place)) for at, place in enumerate(places)]
    if costs := cost_text(finding.cost):
        blocks.append(field("costs", costs, "value"))
    if finding.evidence:
        blocks += [Heading("Evidence"), Paragraph(finding.evidence)]
    if finding.fix:
        blocks += [Heading("Remedy"), Paragraph(finding.fix)]
    if finding.skills:
        blocks.append(Heading("Skills", f"{len(finding.skills):,}"))
        shown = finding.skills[:NAME_LIMIT]
        rows = tuple((link(skill), Span(_loses(index, skill))) for skill in shown)
        blocks += [
            table((Column("skill"), Column("loses", 6, "right")), rows),
            *more(len(shown), len(finding.skills), "skill"),
        ]
        texts = [index.skills[skill] for skill in finding.skills[:TEXTS] if skill in index.skills]
        if texts:
            blocks.append(Heading("What the model is shown"))
            blocks += [Paragraph(f"{skill.name}: {skill.description}") for skill in texts]
    if finding.fingerprint:
        blocks += [
            Heading("Fingerprint", "for a baseline or a suppression"),
            Paragraph(finding.fingerprint, "muted"),
        ]
    return blocks
