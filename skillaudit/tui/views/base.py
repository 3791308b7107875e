"""What every view can be asked for, and the list with a detail beside it that most of them are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Horizontal
from textual.content import Content

from skillaudit.page.blocks import Block
from skillaudit.page.lines import printable
from skillaudit.schema import BlackHole, Finding, SkillReport
from skillaudit.tui.imagining import Imagined
from skillaudit.tui.plan_documents import proposal_blocks
from skillaudit.tui.planning import PlanRow
from skillaudit.tui.probe_form import FormRow
from skillaudit.tui.state import ClusterRow, ReportState, row_document
from skillaudit.tui.widgets.detail import DetailPane
from skillaudit.tui.widgets.row_list import ListColumn, RowList

Row = TypeVar("Row", SkillReport, ClusterRow, BlackHole, Finding, PlanRow, Imagined, FormRow)


class View(Container):
    """One tab; it shows a session and never keeps state that another view needs."""

    COLUMNS_HELP: tuple[tuple[str, str], ...] = ()
    """What the columns and signs of this view mean, for the help screen."""

    def __init__(self, session: ReportState, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self.session = session

    def update(self, session: ReportState) -> None:
        """Show a session anew: another report, filter, sort or selection."""
        self.session = session

    def take_focus(self) -> None:
        """Put the focus where keys are wanted."""

    def skill(self) -> str | None:
        """Id of the skill under the cursor."""
        return self.session.selected

    def finding(self) -> Finding | None:
        """The finding under the cursor."""
        return None

    def tick(self) -> None:
        """Show the news of work that goes on; called on a timer."""

    def plan_row(self) -> PlanRow | None:
        """The row of the plan under the cursor."""
        return None

    def row_text(self) -> str:
        """The row under the cursor as plain text."""
        return ""

    def markdown(self) -> str:
        """All that is shown about the row, as Markdown."""
        return ""

    def step_back(self) -> bool:
        """Go back one level inside the view; False when at its top."""
        if self.has_class("-zoomed"):
            self.remove_class("-zoomed")
            self.take_focus()
            return True
        return False

    def next_pane(self) -> None:
        """Move the focus to the next pane."""


class ListView(View, Generic[Row]):
    """A list on the left and the document of its row on the right; one at a time in narrow windows."""

    TITLE = ""
    _detail_waits = False

    def columns(self) -> Sequence[ListColumn[Row]]:
        """Return the columns of the list."""
        raise NotImplementedError

    def rows(self) -> Sequence[Row]:
        """Return the rows that pass the filter, in order."""
        raise NotImplementedError

    def total(self) -> int:
        """Return how many rows there are without a filter."""
        raise NotImplementedError

    def skill_of(self, row: Row) -> str | None:
        """Return the skill that a row is about."""
        raise NotImplementedError

    def text_of(self, row: Row) -> str:
        """Return a row as plain text, for the clipboard."""
        raise NotImplementedError

    def empty_text(self) -> str:
        """Say why there is nothing, when there is no filter."""
        raise NotImplementedError

    def note(self) -> str:
        """Return what the title says after the count."""
        return ""

    def compose(self) -> ComposeResult:
        """Lay out list and detail."""
        with Horizontal():
            yield RowList(self.columns(), self.is_marked)
            yield DetailPane("Detail", classes="detail")

    @property
    def list(self) -> RowList[Row]:
        """The list."""
        return self.query_one(RowList)

    @property
    def detail(self) -> DetailPane:
        """The pane beside it."""
        return self.query_one(DetailPane)

    def is_marked(self, row: Row) -> bool:
        """Tell whether the skill of a row is marked."""
        return self.skill_of(row) in self.session.marks

    def update(self, session: ReportState) -> None:
        """Show the rows, with the cursor on the selected skill where it has one."""
        super().update(session)
        if not self.is_mounted:
            return
        rows = self.rows()
        self.list.show(rows, self.place(rows))
        self._adopt_row()
        count = f"{len(rows):,} of {self.total():,}" if session.query.strip() else f"{self.total():,}"
        title = " · ".join(part for part in (f"{self.TITLE} {count}", self.note()) if part)
        self.list.border_title = Content(title)
        marks = f"{len(session.marks):,} marked" if session.marks else ""
        self.list.border_subtitle = Content(marks)
        self.show_detail()

    def _adopt_row(self) -> None:
        """Select the skill of the row under the cursor when nothing is, or when the filter hides what is."""
        skill = self.skill()
        if skill and (self.session.selected is None or self.session.hides(self.session.selected)):
            self.session.select(skill)

    def place(self, rows: Sequence[Row]) -> int:
        """Return the row to put the cursor on: that of the selected skill, else the top."""
        selected = self.session.selected
        if (
            self.list.current is not None
            and self.skill_of(self.list.current) == selected
            and self.list.current in rows
        ):
            return rows.index(self.list.current)
        return next((at for at, row in enumerate(rows) if selected and self.skill_of(row) == selected), 0)

    def show_detail(self) -> None:
        """Describe the row under the cursor, or say why there is none."""
        row = self.list.current
        if row is not None:
            self.detail.show(self.document(row))
            self.list.set_empty("")
        else:
            self.detail.show(())
            # What there is to be said stands in the list.
            self.remove_class("-zoomed")
            if self.detail.has_focus:
                self.take_focus()
            query = printable(self.session.query)
            self.list.set_empty(
                f"Nothing matches “{query}”. Press esc to clear the filter."
                if query.strip()
                else self.empty_text()
            )

    def document(self, row: Row) -> Sequence[Block]:
        """Describe a row."""
        index = self.session.index
        if not isinstance(row, SkillReport) or index.partial:
            return row_document(index, row)
        return row_document(index, row, proposal_blocks(self.session.plan, row.id))

    @on(RowList.Moved)
    def _moved(self) -> None:
        row = self.list.current
        skill = self.skill_of(row) if row is not None else None
        if skill:
            self.session.select(skill)
        if not self._detail_waits:
            # The cursor is painted first; a burst of moves is described once.
            self._detail_waits = True
            self.call_after_refresh(self._describe)

    def _describe(self) -> None:
        if self._detail_waits:
            self._detail_waits = False
            self.show_detail()

    @on(RowList.Opened)
    def _opened(self, event: RowList.Opened) -> None:
        if event.by_pointer:
            self.open_clicked()
        else:
            self.open_row()

    def open_clicked(self) -> None:
        """Open the row that was clicked twice."""
        self.open_row()

    def open_row(self) -> None:
        """Give the detail the whole view."""
        self._describe()
        self.add_class("-zoomed")
        self.screen.set_focus(self.detail)

    @on(DetailPane.Stepped)
    def _stepped(self, event: DetailPane.Stepped) -> None:
        self.list.cursor += event.step

    def take_focus(self) -> None:
        """Put the focus on the list, or on the detail that covers it."""
        self.screen.set_focus(self.detail if self.has_class("-zoomed") else self.list)

    def step_back(self) -> bool:
        """Close the detail, or leave it for the list beside it."""
        if super().step_back():
            return True
        if self.detail.has_focus:
            self.take_focus()
            return True
        return False

    def next_pane(self) -> None:
        """Go from the list to the detail and back."""
        self._describe()
        if self.list.has_focus:
            if not self.detail.display or self.detail.region.width == 0:
                self.add_class("-zoomed")
            self.screen.set_focus(self.detail)
        else:
            self.remove_class("-zoomed")
            self.screen.set_focus(self.list)

    def skill(self) -> str | None:
        """Id of the skill of the row under the cursor."""
        row = self.list.current
        return self.skill_of(row) if row is not None else None

    def row_text(self) -> str:
        """The row under the cursor as plain text."""
        row = self.list.current
        return self.text_of(row) if row is not None else ""

    def markdown(self) -> str:
        """The detail as Markdown."""
        self._describe()
        return self.detail.markdown if self.list.current is not None else ""
