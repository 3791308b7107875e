"""Skills that swallow everybody's requests, with their victims."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.page.figures import NONE, amount, percent
from skillaudit.page.lines import Span
from skillaudit.schema import BlackHole
from skillaudit.tui.views.base import ListView
from skillaudit.tui.widgets.row_list import ListColumn


class BlackHolesView(ListView[BlackHole]):
    """The list of black holes."""

    TITLE = "Black holes"
    COLUMNS_HELP = (
        ("takes", "expected number of other skills' requests that it takes"),
        ("share", "the same as a share of all requests of others"),
        ("normal", "what a skill of its neighbourhood would take"),
        ("from", "how many families it takes from, weighed by how much"),
        ("(router)", "declared by the library as a router, and allowed"),
        ("faint", "too broad by its text alone, or near to many families; no request shows it"),
    )

    def columns(self) -> Sequence[ListColumn[BlackHole]]:
        """Return the columns."""
        return (
            ListColumn("skill", self._title_cell),
            ListColumn("takes", lambda hole: self._shown(hole, amount(hole.absorbed)), 6, "right"),
            ListColumn("share", lambda hole: self._shown(hole, percent(hole.share)), 6, "right", 42),
            ListColumn("normal", lambda hole: self._shown(hole, amount(hole.expected)), 6, "right"),
            ListColumn("from", lambda hole: self._shown(hole, f"{hole.families:.1f}"), 5, "right", 50),
        )

    def _shown(self, hole: BlackHole, text: str) -> Span:
        """A figure of what requests show; a dash where the text alone does."""
        return Span(NONE if hole.evidence == "structure" else text, self._tone(hole))

    def _tone(self, hole: BlackHole) -> str:
        return "muted" if hole.declared or hole.evidence == "structure" else "warning"

    def _title_cell(self, hole: BlackHole) -> Span:
        if hole.declared:
            return Span(f"{hole.skill} (router)", "muted")
        return Span(hole.skill, "muted" if hole.evidence == "structure" else "")

    def note(self) -> str:
        """Return how many of them requests show, where others stand out by their text alone."""
        holes = (*self.session.report.black_holes, *self.session.report.over_general)
        broad = sum(hole.evidence == "structure" for hole in holes)
        return f"{len(holes) - broad:,} by requests, {broad:,} by text alone" if broad else ""

    def rows(self) -> Sequence[BlackHole]:
        """Return the black holes."""
        return self.session.black_hole_rows()

    def total(self) -> int:
        """Return their number."""
        return len(self.session.report.black_holes) + len(self.session.report.over_general)

    def skill_of(self, row: BlackHole) -> str:
        """Return the skill."""
        return row.skill

    def text_of(self, row: BlackHole) -> str:
        """Return what it takes, and from whom."""
        if row.evidence == "structure":
            return f"{row.skill}\ttoo broad by its text\tnear to {', '.join(row.victims)}"
        return (
            f"{row.skill}\ttakes {amount(row.absorbed)} ({percent(row.share)})\tfrom {', '.join(row.victims)}"
        )

    def empty_text(self) -> str:
        """Say that there are none."""
        return (
            "No black holes: no skill takes significantly more than its share from several families, "
            "and none is too broad by its text."
        )
