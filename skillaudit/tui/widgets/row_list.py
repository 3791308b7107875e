"""A list with columns that draws only the rows in sight: as quick with 100,000 rows as with ten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from skillaudit.page.lines import EMPTY, Align, Line, Span, fit, wrap
from skillaudit.tui.actions import Scope
from skillaudit.tui.widgets.line_view import LineView, bindings

Row = TypeVar("Row")


class ListColumn(NamedTuple, Generic[Row]):
    """One column: what a row shows in it, and how it gives way when the list is narrow."""

    head: str
    cell: Callable[[Row], Span]
    width: int = 0
    """Cells; 0 takes what the others leave."""
    align: Align = "left"
    keep: int = 0
    """The list must be at least this wide for the column to show."""
    sort: str = ""
    """Sort key that a click on the head asks for."""


class RowList(LineView, Generic[Row]):
    """Rows under a fixed head, with a cursor, and a gutter that shows it without colour."""

    SCOPE: ClassVar[Scope] = "list"
    BINDINGS: ClassVar[list[BindingType]] = bindings("list")
    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor is on another row."""

    class Opened(Message):
        """Enter or a double click on the row under the cursor."""

        def __init__(self, by_pointer: bool = False) -> None:
            super().__init__()
            self.by_pointer = by_pointer

    class Clicked(Message):
        """The row that is now under the cursor was clicked once."""

    class Folded(Message):
        """The row under the cursor is to be unfolded or folded."""

        def __init__(self, unfold: bool) -> None:
            super().__init__()
            self.unfold = unfold

    class HeadClicked(Message):
        """A head was clicked that stands for a sort key."""

        def __init__(self, sort: str) -> None:
            super().__init__()
            self.sort = sort

    def __init__(
        self,
        columns: Sequence[ListColumn[Row]],
        marked: Callable[[Row], bool],
        *,
        headed: bool = True,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._marked = marked
        self._head_lines = int(headed)
        self._rows: Sequence[Row] = ()
        self._shown: list[tuple[ListColumn[Row], int]] = []
        self._shown_for = -1
        self._empty_text = ""

    @property
    def rows(self) -> Sequence[Row]:
        """The rows, in order."""
        return self._rows

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if 0 <= self.cursor < len(self._rows) else None

    def show(self, rows: Sequence[Row], cursor: int = 0) -> None:
        """Show rows with the cursor on one of them."""
        self._rows = rows
        self.set_total(len(rows) + self._head_lines)
        self.set_reactive(RowList.cursor, min(max(cursor, 0), max(len(rows) - 1, 0)))
        self._reveal()

    def set_columns(self, columns: Sequence[ListColumn[Row]]) -> None:
        """Show other columns of the same rows."""
        self._columns, self._shown_for = tuple(columns), -1

    def set_empty(self, text: str) -> None:
        """Say why there are no rows."""
        if text != self._empty_text:
            self._empty_text = text
            self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a row."""
        return min(max(cursor, 0), max(len(self._rows) - 1, 0))

    def watch_cursor(self, before: int, after: int) -> None:
        """Draw the two rows concerned again and tell the view."""
        if before != after:
            self.refresh_line(before + self._head_lines)
            self.refresh_line(after + self._head_lines)
            self._reveal()
            self.post_message(self.Moved())

    @property
    def page(self) -> int:
        """Rows in sight below the head."""
        return max(self.scrollable_content_region.height - self._head_lines, 1)

    def _reveal(self) -> None:
        if not self.scrollable_content_region.height:
            return  # Not laid out yet; the first size brings it here again.
        top = self.scroll_offset.y
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif self.cursor >= top + self.page:
            self.scroll_to(y=self.cursor - self.page + 1, animate=False, force=True)

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._reveal()

    def on_focus(self) -> None:
        """Show the cursor as the active one."""
        self.refresh()

    def on_blur(self) -> None:
        """Show the cursor as resting."""
        self.refresh()

    def shown(self) -> list[tuple[ListColumn[Row], int]]:
        """The columns that there is room for, with their widths in cells."""
        width = self.room
        if width != self._shown_for:
            columns = [column for column in self._columns if width >= column.keep]
            fixed = sum(column.width for column in columns) + len(columns) - 1
            flexible = sum(1 for column in columns if not column.width) or 1
            share = max((width - 2 - fixed) // flexible, 4)
            self._shown = [(column, column.width or share) for column in columns]
            self._shown_for = width
        return self._shown

    def render_line(self, y: int) -> Strip:
        """Draw the head at the top, wherever the rows are."""
        if y < self._head_lines:
            return self.strip(self._head())
        return super().render_line(y)

    def _head(self) -> Line:
        cells = [Span("  ", "head")]
        for column, width in self.shown():
            cells.append(Span(fit(column.head, width, column.align) + " ", "head"))
        return tuple(cells)

    def line(self, y: int) -> tuple[Line, str]:
        """Return the row that stands on line `y`, below the head."""
        at = y - self._head_lines
        if not self._rows:
            text = wrap(self._empty_text, self.room - 4)
            return ((Span("  "), Span(text[at], "muted")) if 0 <= at < len(text) else EMPTY), ""
        if not 0 <= at < len(self._rows):
            return EMPTY, ""
        row = self._rows[at]
        here = at == self.cursor
        mark = Span("*" if self._marked(row) else " ", "marked")
        spans = [Span("▌" if here else " ", "accent"), mark]
        for column, width in self.shown():
            cell = column.cell(row)
            spans.append(cell._replace(text=fit(cell.text, width, column.align)))
            spans.append(Span(" "))
        spans.pop()
        return tuple(spans), ("cursor" if self.has_focus else "cursor-blurred") if here else ""

    def action_down(self, rows: int) -> None:
        """Move the cursor by rows."""
        self.cursor += rows

    def action_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.cursor += pages * self.page

    def action_first(self) -> None:
        """Go to the first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """Go to the last row."""
        self.cursor = len(self._rows) - 1

    def action_open(self) -> None:
        """Open the row under the cursor."""
        if self.current is not None:
            self.post_message(self.Opened())

    def action_fold(self, unfold: bool) -> None:
        """Unfold or fold the row under the cursor."""
        if self.current is not None:
            self.post_message(self.Folded(unfold))

    def on_click(self, event: events.Click) -> None:
        """Go to the row under the pointer; twice opens it; a head sorts."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        if offset.y < self._head_lines:
            self._click_head(offset.x)
            return
        at = offset.y - self._head_lines + self.scroll_offset.y
        if at < len(self._rows):
            self.cursor = at
            self.post_message(self.Opened(True) if event.chain == 2 else self.Clicked())

    def _click_head(self, x: int) -> None:
        left = 2
        for column, width in self.shown():
            if left <= x < left + width:
                if column.sort:
                    self.post_message(self.HeadClicked(column.sort))
                return
            left += width + 1
