"""Confusable groups as a tree, with the traffic inside each."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on

from skillaudit.page.figures import FIRST, HUES, cluster_mark, decimal, percent
from skillaudit.page.index import NOISE
from skillaudit.page.lines import Span
from skillaudit.tui.state import ClusterRow
from skillaudit.tui.views.base import ListView
from skillaudit.tui.views.skills import SIGNS, sign
from skillaudit.tui.widgets.row_list import ListColumn, RowList


class ClustersView(ListView[ClusterRow]):
    """The tree of clusters."""

    TITLE = "Clusters"
    COLUMNS_HELP = (
        (
            "inside",
            "of a group: share of its requests that go to another member; of a skill: share that it loses",
        ),
        ("alike", "mean similarity inside the group"),
        ("size", "skills in the group"),
        *SIGNS,
    )

    def columns(self) -> Sequence[ListColumn[ClusterRow]]:
        """Return the columns."""
        return (
            ListColumn("group / skill", self._title_cell),
            ListColumn("size", lambda row: Span("" if row.skill else f"{row.size:,}"), 5, "right"),
            ListColumn("inside", self._confusion_cell, 6, "right"),
            ListColumn("alike", self._cohesion_cell, 5, "right", 44),
        )

    def _title_cell(self, row: ClusterRow) -> Span:
        if row.skill:
            mark = sign(self.session, row.skill).text
            return Span(f"    {row.skill.id}{' ' + mark if mark else ''}")
        label = row.cluster.label or f"cluster {row.cluster.index}" if row.cluster else "in no cluster"
        tone = f"c{row.cluster.index % HUES}" if row.cluster else "muted"
        mark = f"{cluster_mark(row.cluster.index)} " if row.cluster and row.cluster.index >= FIRST else ""
        return Span(f"{'▾' if row.open else '▸'} {mark}{label}", tone)

    def _confusion_cell(self, row: ClusterRow) -> Span:
        if row.skill:
            return Span(percent(row.skill.victim_rate), "muted")
        return Span(percent(row.cluster.confusion) if row.cluster else "")

    def _cohesion_cell(self, row: ClusterRow) -> Span:
        return Span(decimal(row.cluster.cohesion) if row.cluster and not row.skill else "")

    def rows(self) -> Sequence[ClusterRow]:
        """Return the rows of the tree."""
        return self.session.cluster_rows()

    def total(self) -> int:
        """Return the number of clusters."""
        return len(self.session.report.clusters)

    def note(self) -> str:
        """Return how many skills stand outside."""
        return f"{self.session.report.noise:,} skills in none"

    def skill_of(self, row: ClusterRow) -> str | None:
        """Return the skill of a leaf."""
        return row.skill.id if row.skill else None

    def text_of(self, row: ClusterRow) -> str:
        """Return a skill, or a group with its members."""
        if row.skill:
            return f"{row.skill.id}\t{row.skill.path}"
        if row.cluster is None:
            return "in no cluster"
        members = ", ".join(row.cluster.skills)
        return f"{row.cluster.label}\tconfusion {percent(row.cluster.confusion)}\t{members}"

    def empty_text(self) -> str:
        """Say that there are no groups."""
        return "No clusters: no group of skills is close enough to be taken for each other."

    def place(self, rows: Sequence[ClusterRow]) -> int:
        """Stay on the same row; else go to the selected skill, or to its group."""
        current = self.list.current
        selected = self.session.selected
        skill = self.session.index.skills.get(selected or "")
        keys = [selected, f"cluster:{skill.cluster}" if skill else ""]
        if current is not None and not (current.skill and current.skill.id != selected):
            keys.insert(0, current.key)
        found = {key: at for at, row in enumerate(rows) if (key := row.key) in keys}
        return next((found[key] for key in keys if key in found), 0)

    def open_row(self) -> None:
        """Fold or unfold a group; show a skill."""
        row = self.list.current
        if row is not None and row.skill is None:
            self._fold(row, not row.open)
        else:
            super().open_row()

    def open_clicked(self) -> None:
        """Open a skill; a group was unfolded by the first click."""
        row = self.list.current
        if row is not None and row.skill is not None:
            self.open_row()

    @on(RowList.Clicked)
    def _clicked(self) -> None:
        row = self.list.current
        if row is not None and row.skill is None:
            self._fold(row, not row.open)

    @on(RowList.Folded)
    def _folded(self, event: RowList.Folded) -> None:
        row = self.list.current
        if row is None:
            return
        if row.skill is not None and not event.unfold:
            # Folding on a leaf folds its group and goes to it.
            group = f"cluster:{row.cluster.index if row.cluster else NOISE}"
            self.list.cursor = next(at for at, other in enumerate(self.list.rows) if other.key == group)
        elif row.skill is None and row.open != event.unfold:
            self._fold(row, event.unfold)

    def _fold(self, row: ClusterRow, unfold: bool) -> None:
        index = row.cluster.index if row.cluster else NOISE
        (self.session.open_clusters.add if unfold else self.session.open_clusters.discard)(index)
        self.update(self.session)
