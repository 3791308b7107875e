"""Lookups over one report, for the documents about its parts."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from skillaudit.schema import Finding, Pair, Report

NOISE = -1
"""Cluster index of skills in no cluster."""


class Index:
    """Lookups over one report."""

    def __init__(self, report: Report, partial: bool = False) -> None:
        self.report = report
        self.partial = partial
        """True when the audit was stopped before it had forecast anything."""
        self.skills = {skill.id: skill for skill in report.skills}
        self.position = {skill.id: at for at, skill in enumerate(report.skills)}
        self.clusters = {cluster.index: cluster for cluster in report.clusters}
        self.black_holes = {hole.skill: hole for hole in report.black_holes}
        findings: dict[str, list[Finding]] = {}
        for finding in report.findings:
            for skill in finding.skills:
                findings.setdefault(skill, []).append(finding)
        self.use = None if report.use is None else {use.name: use for use in report.use.skills}
        """How the user's agents use each skill; None where no transcripts were read."""
        self.findings = {skill: tuple(group) for skill, group in findings.items()}

    @cached_property
    def haystacks(self) -> dict[str, str]:
        """Folded text of each skill that the filter looks into."""
        return {
            skill.id: "\n".join(
                (
                    skill.id,
                    skill.name,
                    skill.description,
                    skill.category or "",
                    self.cluster_label(skill.cluster),
                )
            ).casefold()
            for skill in self.report.skills
        }

    @cached_property
    def severities(self) -> Counter[str]:
        """How many findings there are of each severity."""
        return Counter(finding.severity for finding in self.report.findings)

    @cached_property
    def has_map(self) -> bool:
        """True when at least one skill has a position."""
        return any(skill.x is not None and skill.y is not None for skill in self.report.skills)

    @cached_property
    def pairs_inside(self) -> dict[int, tuple[Pair, ...]]:
        """Confusable pairs whose two skills share a cluster, by cluster, heaviest traffic first."""
        inside: dict[int, list[Pair]] = {}
        for pair in self.report.pairs:
            a, b = self.skills.get(pair.a), self.skills.get(pair.b)
            if a and b and a.cluster == b.cluster != NOISE:
                inside.setdefault(a.cluster, []).append(pair)
        return {
            index: tuple(sorted(pairs, key=lambda pair: -(pair.a_to_b + pair.b_to_a)))
            for index, pairs in inside.items()
        }

    def cluster_label(self, index: int) -> str:
        """Label of a cluster; a dash for noise."""
        cluster = self.clusters.get(index)
        return cluster.label if cluster else "–"

    def loss(self, victim: str, taker: str) -> float | None:
        """Share of a skill's requests that another takes; None when the report does not say."""
        skill = self.skills.get(victim)
        rivals = skill.rivals if skill else ()
        return next((rival.loses_to for rival in rivals if rival.id == taker), None)
