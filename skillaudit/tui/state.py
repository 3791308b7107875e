"""What the app knows and where the user is in it: lookups, filter, sort, marks, selection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from skillaudit.page.blocks import Block
from skillaudit.page.details import (
    black_hole_document,
    cluster_document,
    finding_document,
    noise_document,
    skill_document,
)
from skillaudit.page.index import NOISE, Index
from skillaudit.schema import BlackHole, Cluster, Finding, Report, SkillReport
from skillaudit.tui.imagining import Changes
from skillaudit.tui.loading import Basis
from skillaudit.tui.planning import PlanTab
from skillaudit.tui.probe_run import Probing
from skillaudit.tui.sieve import Sieve, matches

if TYPE_CHECKING:
    from skillaudit.gate.verdict import Change


class Sort(NamedTuple):
    """One way to order skills; `descending` is its natural direction."""

    id: str
    label: str
    descending: bool
    value: Callable[[Index, SkillReport], float | str | None]


SORTS: tuple[Sort, ...] = (
    Sort("loses", "loses", True, lambda _, skill: skill.victim_rate),
    Sort("takes", "takes", True, lambda index, skill: skill.absorbed if index.report.judged else None),
    Sort("name", "name", False, lambda _, skill: skill.name.casefold()),
    Sort("near", "near", True, lambda _, skill: float(skill.hubness)),
    Sort("cluster", "cluster", False, lambda index, skill: _cluster_key(index, skill)),
    Sort("requests", "requests", True, lambda _, skill: float(skill.requests)),
    Sort("file", "file order", False, lambda index, skill: float(index.position[skill.id])),
)
SORT_BY_ID = {sort.id: sort for sort in SORTS}


def _cluster_key(index: Index, skill: SkillReport) -> str | None:
    return index.cluster_label(skill.cluster).casefold() if skill.cluster in index.clusters else None


def sort_skills(index: Index, skills: Iterable[SkillReport], sort: Sort, reverse: bool) -> list[SkillReport]:
    """Order skills by a key; those without a value come last in both directions, ties by id."""
    judged: list[tuple[float | str, SkillReport]] = []
    unjudged: list[SkillReport] = []
    for skill in sorted(skills, key=lambda skill: skill.id):
        value = sort.value(index, skill)
        if value is None:
            unjudged.append(skill)
        else:
            judged.append((value, skill))
    judged.sort(key=lambda item: item[0], reverse=sort.descending != reverse)
    return [skill for _, skill in judged] + unjudged


class ClusterRow(NamedTuple):
    """One row of the cluster tree: a cluster, or a skill in one."""

    cluster: Cluster | None
    """None for the group of skills in no cluster."""
    skill: SkillReport | None
    """None on the row of the cluster itself."""
    size: int = 0
    open: bool = False

    @property
    def key(self) -> str:
        """Identity of the row between rebuilds of the tree."""
        index = self.cluster.index if self.cluster else NOISE
        return self.skill.id if self.skill else f"cluster:{index}"


class ReportState:
    """The user's place in a report; shared by all views, so that they show the same selection."""

    def __init__(
        self,
        report: Report,
        partial: bool = False,
        *,
        pending: bool = False,
        basis: Basis = "",
        change: Change | None = None,
    ) -> None:
        self.index = Index(report, partial)
        self.pending = pending
        """True while the audit goes on, and the report makes way for its own."""
        self.basis = basis
        """What a report rests on that makes way, or was to make way before the audit was stopped."""
        self.change = change
        """What changed since the last audit of the same sources."""
        self.audited: Report | None = None
        """The report that was audited, where the one on show has the rates of another of its rows in front."""
        self.added = frozenset(change.added if change else ())
        self.rewritten = frozenset(change.rewritten if change else ())
        self.new_findings = (
            frozenset(one.fingerprint for one in change.new_findings) if change else frozenset()
        )
        self.selected: str | None = None
        self.history: list[tuple[str, str]] = []
        """View and skill of each place that a link led from."""
        self.query = ""
        self.sort = SORTS[0]
        self.reverse = False
        self.marks: set[str] = set()
        self.open_clusters: set[int] = set()
        self.changes = Changes()
        self.plan = PlanTab()
        self.probing = Probing(report.forecast.scorer)
        self._orders: dict[tuple[str, bool], Sieve[SkillReport]] = {}
        self._visible: tuple[str, frozenset[str]] | None = None

    @property
    def report(self) -> Report:
        """The report on show."""
        return self.index.report

    @property
    def counts(self) -> dict[str, int]:
        """What there is of each kind, by view."""
        report = self.report
        return {
            "skills": report.library.skills,
            "clusters": len(report.clusters),
            "black-holes": len(report.black_holes),
            "findings": len(report.findings),
            "what-if": len(self.changes.rows),
            **({"plan": len(self.plan.edits)} if self.plan.found is not None else {}),
        }

    def carry_over(self, earlier: ReportState) -> None:
        """Take filter, sort, marks and selection from a session on an earlier report."""
        known = self.index.skills
        self.probing = earlier.probing
        self.changes = earlier.changes
        self.changes.keep(known)
        self.probing.compare(self.described)
        self.query, self.sort, self.reverse = earlier.query, earlier.sort, earlier.reverse
        self.marks = {skill for skill in earlier.marks if skill in known}
        self.selected = earlier.selected if earlier.selected in known else None
        self.open_clusters = {index for index in earlier.open_clusters if index in self.index.clusters}

    @property
    def described(self) -> tuple[tuple[str, str], ...]:
        """Id and description of each skill: what two reports about the same library share."""
        return tuple((skill.id, skill.description) for skill in self.report.skills)

    def same_library(self, other: ReportState) -> bool:
        """Tell whether two reports are about the same skills with the same descriptions."""
        return self.described == other.described

    def select(self, skill: str) -> None:
        """Move the selection to a skill of the report."""
        if skill in self.index.skills:
            self.selected = skill

    def reveal(self, skill: str) -> bool:
        """Clear the filter if it hides a skill; True when it had to be."""
        if self.hides(skill):
            self.query = ""
            return True
        return False

    def hides(self, skill: str) -> bool:
        """Tell whether the filter leaves a skill out."""
        return bool(self.query.strip()) and not matches(self.index.haystacks[skill], self.query)

    def toggle_mark(self, skill: str) -> None:
        """Mark a skill, or take its mark away."""
        self.marks ^= {skill}

    def next_sort(self) -> None:
        """Go to the next sort key, in its natural direction."""
        at = SORTS.index(self.sort)
        self.sort, self.reverse = SORTS[(at + 1) % len(SORTS)], False

    def sort_by(self, sort_id: str) -> None:
        """Sort by a key; asking for the current one again turns the direction."""
        self.reverse = not self.reverse if self.sort.id == sort_id else False
        self.sort = SORT_BY_ID[sort_id]

    def marked_text(self) -> str:
        """The marked skills as lines of id and file, in the report's order."""
        return "".join(
            f"{skill.id}\t{skill.path}\n" for skill in self.report.skills if skill.id in self.marks
        )

    @property
    def sort_label(self) -> str:
        """The sort key with an arrow for its direction."""
        return f"{self.sort.label} {'↓' if self.sort.descending != self.reverse else '↑'}"

    def prepare(self) -> None:
        """Work out what the lists, the filter and the cluster tree begin with, before a key asks for it."""
        for made in (self.skill_rows, self.cluster_rows, self.finding_rows):
            made()

    def skill_rows(self) -> Sequence[SkillReport]:
        """The skills that pass the filter, in order."""
        key = (self.sort.id, self.reverse)
        if key not in self._orders:
            # Ordering 50,000 skills on every key stroke of the filter would be felt, and so would finding their texts.
            rows = sort_skills(self.index, self.report.skills, self.sort, self.reverse)
            haystacks = self.index.haystacks
            self._orders = {key: Sieve(rows, [haystacks[skill.id] for skill in rows])}
        return self._orders[key].find(self.query)

    @property
    def visible(self) -> frozenset[str]:
        """Ids of the skills that pass the filter."""
        if self._visible is None or self._visible[0] != self.query:
            self._visible = self.query, frozenset(skill.id for skill in self.skill_rows())
        return self._visible[1]

    @cached_property
    def _findings(self) -> Sieve[Finding]:
        return Sieve(
            self.report.findings,
            [
                "\n".join((one.code, one.severity, one.message, *one.skills)).casefold()
                for one in self.report.findings
            ],
        )

    def finding_rows(self) -> Sequence[Finding]:
        """The findings that pass the filter, the most harm first."""
        return self._findings.find(self.query)

    def black_hole_rows(self) -> list[BlackHole]:
        """The black holes that pass the filter, heaviest first.

        Those that stand out by structure alone come after them, declared routers last.
        """
        holes = (*self.report.black_holes, *self.report.over_general)
        rows = [hole for hole in holes if hole.skill in self.visible]
        return sorted(rows, key=lambda h: (h.declared, h.evidence == "structure", -h.absorbed, h.skill))

    @cached_property
    def _groups(self) -> list[tuple[Cluster | None, list[SkillReport]]]:
        """The clusters, most confused first, then what is in none; in each those that lose most first."""
        clusters = sorted(
            self.report.clusters,
            key=lambda cluster: (-(cluster.confusion or 0.0), -len(cluster.skills), cluster.index),
        )
        skills = self.index.skills
        groups: list[tuple[Cluster | None, list[SkillReport]]] = [
            (cluster, [skills[one] for one in cluster.skills if one in skills]) for cluster in clusters
        ]
        groups.append(
            (None, [one for one in skills.values() if one.cluster == NOISE and not one.manual_only])
        )
        for _, members in groups:
            members.sort(key=lambda skill: (-(skill.victim_rate or 0.0), skill.id))
        return groups

    def cluster_rows(self) -> list[ClusterRow]:
        """The cluster tree as rows: most confused first, open ones with their skills below.

        A filter keeps the clusters that hold a match and opens them on their matches.
        """
        filtering = bool(self.query.strip())
        visible = self.visible if filtering else frozenset()
        rows: list[ClusterRow] = []
        for cluster, every in self._groups:
            members = [skill for skill in every if skill.id in visible] if filtering else every
            if not members:
                continue
            is_open = filtering or (cluster.index if cluster else NOISE) in self.open_clusters
            rows.append(ClusterRow(cluster, None, len(members), is_open))
            if is_open:
                rows.extend(ClusterRow(cluster, skill) for skill in members)
        return rows


def row_document(index: Index, row: object, proposal: Sequence[Block] = ()) -> list[Block]:
    """Describe the row of any list, a skill with what is proposed for it; an empty document for no row."""
    match row:
        case SkillReport():
            return skill_document(index, row, proposal)
        case ClusterRow(skill=SkillReport() as skill):
            return skill_document(index, skill)
        case ClusterRow(cluster=Cluster() as cluster):
            return cluster_document(index, cluster)
        case ClusterRow():
            return noise_document(index)
        case BlackHole():
            return black_hole_document(index, row)
        case Finding():
            return finding_document(index, row)
    return []
