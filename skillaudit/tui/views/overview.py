"""The library at a glance: forecast, where requests go astray, what was loaded, worst findings."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message

from skillaudit.page.answer import answer_blocks
from skillaudit.page.blocks import Block
from skillaudit.page.figures import cost_text, severity_span
from skillaudit.page.library import client_blocks, library_blocks, skipped_blocks
from skillaudit.page.lines import Span
from skillaudit.page.markdown import render as to_markdown
from skillaudit.page.report import pane
from skillaudit.page.verdict import change_blocks
from skillaudit.schema import Finding
from skillaudit.tui.actions import keys_text, of_scope
from skillaudit.tui.state import ReportState
from skillaudit.tui.status import empty_blocks, pending_blocks, stopped_blocks
from skillaudit.tui.views import VIEWS
from skillaudit.tui.views.base import View
from skillaudit.tui.widgets.detail import DetailPane
from skillaudit.tui.widgets.row_list import ListColumn, RowList

WORST = 5
NEWS = 5
"""Names of a kind of change, and losses, that are shown."""
KEYS = {
    **{view.id: view.key for view in VIEWS},
    **{action.id: keys_text(action) for action in of_scope("app")},
}
"""What is pressed, by action and by view."""


class OverviewView(View):
    """Forecast and library above, the worst findings below."""

    COLUMNS_HELP = (
        ("right", "share of requests that reach the skill they are meant for, with its 90% interval"),
        ("another", "share that another skill takes"),
        ("none", "share for which nothing is chosen; the three sum to 1"),
        ("false trigger", "share of requests for no skill that a skill takes all the same"),
        ("one by one", "a chain whose every step finds a right result of the one before"),
        ("at worst", "a chain at worst: its steps are chosen from a plan, with the published exponent"),
        ("●━━", "the estimate and its interval on a line from 0% to 100%"),
    )

    class FindingChosen(Message):
        """One of the worst findings was opened."""

        def __init__(self, finding: Finding) -> None:
            super().__init__()
            self.finding = finding

    def compose(self) -> ComposeResult:
        """Lay out the three panes."""
        with Horizontal():
            yield DetailPane("In short", id="forecast")
            yield DetailPane("Library", id="library")
        columns: tuple[ListColumn[Finding], ...] = (
            ListColumn("", lambda finding: severity_span(finding.severity), 8),
            ListColumn("", lambda finding: Span(finding.code, "muted"), 6, keep=40),
            ListColumn("", lambda finding: Span(finding.message)),
            ListColumn("", lambda finding: Span(cost_text(finding.cost), "value"), 16, "right", keep=70),
        )
        yield RowList(columns, lambda finding: False, headed=False, id="worst")

    @property
    def worst(self) -> RowList[Finding]:
        """The list of the worst findings."""
        return self.query_one(RowList)

    def update(self, session: ReportState) -> None:
        """Show the report."""
        super().update(session)
        if not self.is_mounted:
            return
        self._show_panes()
        findings = session.report.findings
        self.worst.show(findings[:WORST], self.worst.cursor)
        count = f"{len(findings):,}"
        title = (
            f"Findings, the most harm first · {WORST} of {count}"
            if len(findings) > WORST
            else f"Findings {count}"
        )
        self.worst.border_title = Content(title)
        self.worst.set_empty(f"Clean: {session.report.library.skills:,} skills, no findings.")

    def on_resize(self) -> None:
        """Put the library below the forecast where there is no room beside it."""
        self._show_panes()

    def _show_panes(self) -> None:
        report = self.session.report
        forecast, library = self.query_one("#forecast", DetailPane), self.query_one("#library", DetailPane)
        blocks = self._forecast_blocks(1)  # the frames say the first headings
        if self.screen.has_class("-narrow") and report.library.skills:
            blocks += self._library_blocks()
        forecast.show(blocks)
        library.show(self._library_blocks(1))

    def _forecast_blocks(self, first: int = 0) -> list[Block]:
        report = self.session.report
        if not report.library.skills:
            return empty_blocks(report)
        if self.session.index.partial:
            meter = getattr(self.app, "meter", None)
            going = meter.stages if self.session.pending and meter is not None else None
            state = stopped_blocks() if going is None else pending_blocks(going)
            return [*state, *answer_blocks(report, keys=KEYS)]
        whole, answer = pane(report, "forecast", keys=KEYS), len(answer_blocks(report))
        change = self.session.change
        news = [] if change is None else change_blocks(change, NEWS)
        return [*whole[first:answer], *news, *whole[answer:]]

    def _library_blocks(self, first: int = 0) -> list[Block]:
        report = self.session.report
        if not self.session.index.partial:
            return pane(report, "library")[first:]
        return [*library_blocks(report, partial=True), *client_blocks(report), *skipped_blocks(report)][
            first:
        ]

    def tick(self) -> None:
        """Show how far the audit is."""
        if self.is_mounted:
            self.query_one("#forecast", DetailPane).show(self._forecast_blocks(1), stay=True)

    def take_focus(self) -> None:
        """Put the focus on the findings."""
        self.screen.set_focus(self.worst)

    def next_pane(self) -> None:
        """Go round the panes."""
        panes = [pane for pane in self.query("DetailPane, RowList") if pane.region.width]
        at = next((at for at, pane in enumerate(panes) if pane.has_focus), -1)
        self.screen.set_focus(panes[(at + 1) % len(panes)])

    def finding(self) -> Finding | None:
        """The finding under the cursor."""
        return self.worst.current

    @on(RowList.Moved)
    def _moved(self) -> None:
        finding = self.finding()
        if finding and finding.skills:
            self.session.select(finding.skills[0])

    @on(RowList.Opened)
    def _opened(self) -> None:
        finding = self.finding()
        if finding:
            self.post_message(self.FindingChosen(finding))

    def row_text(self) -> str:
        """The finding under the cursor."""
        finding = self.finding()
        return f"{finding.severity} {finding.code} {finding.message}" if finding else ""

    def markdown(self) -> str:
        """Forecast and library as Markdown."""
        return to_markdown([*self._forecast_blocks(), *self._library_blocks()])
