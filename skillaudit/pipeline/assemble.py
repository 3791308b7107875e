"""Put the results of all stages into one report, with numbers rounded so that machines agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from skillaudit.checks import Facts, check
from skillaudit.clients import Visibility
from skillaudit.pipeline.chains import FoundChains, execution_of
from skillaudit.pipeline.pairs import pairs_of
from skillaudit.pipeline.rivals import rivals_of
from skillaudit.pipeline.rounding import rounded
from skillaudit.pipeline.structure import Structure
from skillaudit.routing.records import Routing, SkillFlow
from skillaudit.schema import (
    SCHEMA_VERSION,
    BlackHole,
    Cluster,
    Defect,
    EmbeddingSummary,
    Library,
    LibraryCurve,
    LibrarySummary,
    Pair,
    Report,
    Rival,
    Skill,
    SkillReport,
)
from skillaudit.version import __version__


def assemble(
    library: Library,
    shown: Sequence[Skill],
    defects: Sequence[Defect],
    embedding: EmbeddingSummary,
    structure: Structure,
    routing: Routing,
    views: Visibility,
    client: str | None,
    law: LibraryCurve | None,
    chains: FoundChains,
    floor: float,
    vectors: NDArray[np.float32] | None = None,
) -> Report:
    """Return the report on `library`, of which `shown` compete, as `client` shows them.

    `structure`, `routing` and `vectors` are parallel to `shown`; `defects` are those of the request files.
    """
    pairs = pairs_of(routing, shown, structure, vectors)
    skills = _skills(library, shown, structure, routing, pairs, views)
    holes, over_general = _with_structure(routing.black_holes, structure.over_general)
    evidence = rounded(
        Facts(
            library=msgspec.structs.replace(library, defects=(*library.defects, *defects)),
            client=client,
            clients=views.columns,
            forecast=routing.forecast,
            skills=skills,
            clusters=_clusters(shown, structure, routing),
            hubness=structure.hubness,
            black_holes=holes,
            over_general=over_general,
            pairs=pairs,
            rows=routing.rows,
            floor=floor,
            execution=execution_of(chains, skills, [skill.id for skill in shown], routing.forecast, law),
            links=chains.links,
            missing=chains.missing,
        ),
        keep=("library",),
    )
    return Report(
        schema_version=SCHEMA_VERSION,
        tool_version=__version__,
        library=summary(library),
        client=client,
        clients=views.columns,
        embedding=embedding,
        forecast=evidence.forecast,
        skills=evidence.skills,
        clusters=evidence.clusters,
        noise=sum(label < 0 for label in structure.labels),
        hubness=evidence.hubness,
        black_holes=evidence.black_holes,
        over_general=evidence.over_general,
        pairs=evidence.pairs,
        findings=tuple(rounded(finding) for finding in check(evidence)),
        law=law,
        execution=evidence.execution,
        forecasts=evidence.rows,
    )


def _with_structure(
    by_requests: Sequence[BlackHole], by_structure: Sequence[BlackHole]
) -> tuple[tuple[BlackHole, ...], tuple[BlackHole, ...]]:
    """Return the black holes, marked where structure agrees, and the structural hubs that are none."""
    structural = {hole.skill for hole in by_structure}
    known = {hole.skill for hole in by_requests}
    holes = tuple(
        msgspec.structs.replace(hole, evidence="both") if hole.skill in structural else hole
        for hole in by_requests
    )
    return holes, tuple(hole for hole in by_structure if hole.skill not in known)


def summary(library: Library) -> LibrarySummary:
    """Return what was loaded, in numbers."""
    return LibrarySummary(
        sources=library.sources,
        skills=len(library.skills),
        routable=len(library.routable),
        manual_only=sum(skill.manual_only and not skill.out for skill in library.skills),
        copies=sum(len(skill.copies) for skill in library.skills),
        skipped=library.skipped,
        left_out=library.left_out,
        out=sum(bool(skill.out) for skill in library.skills),
        made_for=library.made_for,
    )


def _skills(
    library: Library,
    shown: Sequence[Skill],
    structure: Structure,
    routing: Routing,
    pairs: Sequence[Pair],
    views: Visibility,
) -> tuple[SkillReport, ...]:
    """Return one report a skill in the library's order; those that do not compete come without figures."""
    rows: Mapping[str, int] = {skill.id: row for row, skill in enumerate(shown)}
    rivals = rivals_of(shown, structure, pairs)
    reports = []
    for skill, view in zip(library.skills, views.rows, strict=True):
        row = rows.get(skill.id)
        if row is None:
            report = bystander(skill)
        else:
            report = _competitor(skill, shown[row], row, routing.flows[row], structure, rivals[row])
        reports.append(msgspec.structs.replace(report, visibility=view.states))
    return tuple(reports)


def bystander(skill: Skill) -> SkillReport:
    """Return a report without figures, for a skill that does not compete."""
    return SkillReport(
        id=skill.id,
        name=skill.name,
        description=skill.description,
        path=skill.path,
        category=skill.category,
        manual_only=skill.manual_only,
        requests=0,
        victim_rate=None,
        victim_low=None,
        victim_high=None,
        absorbed=0.0,
        absorbed_low=0.0,
        absorbed_high=0.0,
        absorbed_share=0.0,
        hubness=0,
        clarity=None,
        radius=None,
        cluster=-1,
        plugin=skill.origin.plugin,
        server=skill.origin.server,
        out=skill.out,
    )


def _competitor(
    skill: Skill,
    shown: Skill,
    row: int,
    flow: SkillFlow,
    structure: Structure,
    rivals: tuple[Rival, ...],
) -> SkillReport:
    x, y = structure.positions[row]
    return msgspec.structs.replace(
        bystander(skill),
        description=shown.description,
        manual_only=False,
        requests=flow.requests,
        victim_rate=flow.victim_rate,
        victim_low=flow.victim_low,
        victim_high=flow.victim_high,
        absorbed=flow.absorbed,
        absorbed_low=flow.absorbed_low,
        absorbed_high=flow.absorbed_high,
        absorbed_share=flow.absorbed_share,
        hubness=structure.occurrence[row],
        clarity=structure.clarity[row],
        radius=structure.radius[row],
        cluster=structure.labels[row],
        x=x,
        y=y,
        rivals=rivals,
        lost=flow.lost,
        stolen=flow.stolen,
        out="",
    )


def _clusters(shown: Sequence[Skill], structure: Structure, routing: Routing) -> tuple[Cluster, ...]:
    members: dict[int, list[int]] = {}
    for row, label in enumerate(structure.labels):
        if label >= 0:
            members.setdefault(label, []).append(row)
    label_of = {skill.id: structure.labels[row] for row, skill in enumerate(shown)}
    asked = {skill.id: flow.requests for skill, flow in zip(shown, routing.flows, strict=True)}
    inside: dict[int, float] = {}
    for pair in routing.pairs:
        if label_of[pair.a] >= 0 and label_of[pair.a] == label_of[pair.b]:
            taken = pair.a_to_b * asked[pair.a] + pair.b_to_a * asked[pair.b]
            inside[label_of[pair.a]] = inside.get(label_of[pair.a], 0.0) + taken
    clusters = []
    for index in sorted(members):
        ids = tuple(shown[row].id for row in members[index])
        requests = sum(asked[skill] for skill in ids)
        clusters.append(
            Cluster(
                index=index,
                label=structure.names[index],
                skills=ids,
                cohesion=structure.cohesion[index],
                template=structure.cloned[index],
                confusion=min(1.0, inside.get(index, 0.0) / requests) if requests else None,
            )
        )
    return tuple(clusters)
