"""Everything that somebody should look at, the most harm first."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.page.blocks import Block
from skillaudit.page.details import place_text
from skillaudit.page.figures import SEVERITIES, cost_text, severity_span
from skillaudit.page.lines import Span
from skillaudit.schema import Finding
from skillaudit.tui.plan_documents import mending_blocks
from skillaudit.tui.views.base import ListView
from skillaudit.tui.widgets.row_list import ListColumn


class FindingsView(ListView[Finding]):
    """The list of findings."""

    TITLE = "Findings"
    COLUMNS_HELP = (
        ("error !!  warn !  info ·", "how bad it is"),
        ("+", "new since the last audit"),
        ("costs", "requests of a hundred that it loses, false triggers, texts unseen, skills that break"),
    )

    def columns(self) -> Sequence[ListColumn[Finding]]:
        """Return the columns."""
        return (
            ListColumn("", lambda finding: severity_span(finding.severity), 8),
            ListColumn("", self._new, 1, keep=36),
            ListColumn("code", lambda finding: Span(finding.code, "muted"), 6, keep=36),
            ListColumn("costs", lambda finding: Span(cost_text(finding.cost), "value"), 16, "right", keep=60),
            ListColumn("finding", lambda finding: Span(finding.message)),
        )

    def _new(self, finding: Finding) -> Span:
        return Span("+" if finding.fingerprint in self.session.new_findings else "", "good")

    def rows(self) -> Sequence[Finding]:
        """Return the findings."""
        return self.session.finding_rows()

    def total(self) -> int:
        """Return their number."""
        return len(self.session.report.findings)

    def note(self) -> str:
        """Return how many there are of each severity."""
        counts = self.session.index.severities
        return ", ".join(
            f"{counts[severity]} {word}" for severity, (word, _) in SEVERITIES.items() if counts[severity]
        )

    def finding(self) -> Finding | None:
        """Return the finding under the cursor."""
        return self.list.current

    def document(self, row: Finding) -> Sequence[Block]:
        """Describe a finding, and what of a plan mends it."""
        return [*super().document(row), *mending_blocks(self.session.plan, row)]

    def skill_of(self, row: Finding) -> str | None:
        """Return the first skill that it names."""
        return row.skills[0] if row.skills else None

    def text_of(self, row: Finding) -> str:
        """Return the finding as a linter would print it."""
        place = f"{place_text(row.location)}: " if row.location else ""
        return f"{place}{row.severity} {row.code} {row.message}"

    def empty_text(self) -> str:
        """Say that all is well, and how much was looked at."""
        return f"Clean: {self.session.report.library.skills:,} skills, no findings."

    def place(self, rows: Sequence[Finding]) -> int:
        """Stay on the same finding, or where it was: a skill may have several, and one that was mended is gone."""
        current = self.list.current
        if current is not None and self.session.selected in (*current.skills, None):
            same = (
                at
                for at, row in enumerate(rows)
                if row.fingerprint == current.fingerprint and row.fingerprint
            )
            at = next(same, None)
            if at is not None or not self.session.query.strip():
                return self.list.cursor if at is None else at
        return super().place(rows)
