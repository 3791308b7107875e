"""All skills: a list to sort, filter and mark, and everything about one beside it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on

from skillaudit.page.figures import NONE, SEVERITIES, amount, percent
from skillaudit.page.lines import Span
from skillaudit.schema import SkillReport
from skillaudit.tui.preferences import Preferences
from skillaudit.tui.state import ReportState
from skillaudit.tui.views.base import ListView
from skillaudit.tui.widgets.row_list import ListColumn, RowList

SIGNS = (
    ("x  E", "taken out, or rewritten, in What-if only"),
    ("+  ~", "new, or rewritten, since the last audit"),
    ("◉", "black hole: takes more than its share from several families, or is too broad by its text"),
    ("⊘", "manual only: the model may not choose it by itself"),
    ("!!  !  ·", "its worst finding: error, warning, note"),
)


def sign(session: ReportState, skill: SkillReport) -> Span:
    """Return the one sign that says most about a skill."""
    index = session.index
    if kind := session.changes.kind(skill.id):
        return Span("x" if kind == "out" else "E", "marked")
    if skill.id in session.added:
        return Span("+", "good")
    if skill.id in session.rewritten:
        return Span("~", "good")
    hole = index.black_holes.get(skill.id)
    if hole and not hole.declared:
        return Span("◉", "warning")
    if skill.manual_only:
        return Span("⊘", "muted")
    findings = index.findings.get(skill.id)
    return Span(SEVERITIES[findings[0].severity][1], findings[0].severity) if findings else Span("")


class SkillsView(ListView[SkillReport]):
    """The skill list."""

    TITLE = "Skills"
    COLUMNS_HELP = (
        ("loses", "share of its requests that another skill is expected to take"),
        ("takes", "expected number of other skills' requests that it takes"),
        ("close", "how many skills count it among their nearest"),
        *SIGNS,
    )

    def columns(self) -> Sequence[ListColumn[SkillReport]]:
        """Return the columns, the name taking what is left."""
        wanted = getattr(self.app, "wanted", Preferences()).columns
        columns: tuple[ListColumn[SkillReport], ...] = (
            ListColumn("", lambda skill: sign(self.session, skill), 2),
            ListColumn("skill", lambda skill: Span(skill.id), sort="name"),
            ListColumn("loses", lambda skill: Span(percent(skill.victim_rate)), 6, "right", sort="loses"),
            ListColumn("takes", lambda skill: self._figure(self._takes(skill)), 5, "right", sort="takes"),
            ListColumn("close", lambda skill: self._figure(str(skill.hubness)), 5, "right", 46, "near"),
            *self._used(),
            ListColumn("reqs", lambda skill: self._figure(str(skill.requests)), 4, "right", 62, "requests"),
            ListColumn(
                "cluster",
                lambda skill: Span(self.session.index.cluster_label(skill.cluster), "muted"),
                18,
                keep=72,
                sort="cluster",
            ),
        )
        return [column for column in columns if column.sort in {"", "name", *wanted}]

    def update(self, session: ReportState) -> None:
        """Show a session anew; an audit that is not done yet has no use of the skills."""
        self.session = session
        if self.is_mounted:
            self.list.set_columns(self.columns())
        super().update(session)

    def _used(self) -> Sequence[ListColumn[SkillReport]]:
        """How often agents and the user loaded a skill, where transcripts were read."""
        if (used := self.session.index.use) is None:
            return ()
        return (ListColumn("used", lambda skill: Span(f"{used[skill.id].total:,}"), 4, "right", 44),)

    def _takes(self, skill: SkillReport) -> str:
        return amount(skill.absorbed if self.session.report.judged else None)

    def _figure(self, text: str) -> Span:
        return Span(NONE if self.session.index.partial else text)

    def rows(self) -> Sequence[SkillReport]:
        """Return the skills."""
        return self.session.skill_rows()

    def total(self) -> int:
        """Return the number of skills."""
        return len(self.session.report.skills)

    def note(self) -> str:
        """Return the sort order; where nothing judges, all are alike in what they lose and take."""
        if self.session.sort.id in {"loses", "takes"} and not self.session.report.judged:
            return "by name"
        return f"by {self.session.sort_label}"

    def skill_of(self, row: SkillReport) -> str:
        """Return the skill's id."""
        return row.id

    def text_of(self, row: SkillReport) -> str:
        """Return id, file and figures."""
        return f"{row.id}\t{row.path}\tloses {percent(row.victim_rate)}\ttakes {self._takes(row)}"

    def empty_text(self) -> str:
        """Say that no skill was found, and where that was looked for."""
        return f"No skills in {', '.join(self.session.report.library.sources)}."

    @on(RowList.HeadClicked)
    def _head_clicked(self, event: RowList.HeadClicked) -> None:
        self.session.sort_by(event.sort)
        self.update(self.session)
