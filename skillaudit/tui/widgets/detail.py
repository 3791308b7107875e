"""A pane that shows a document, with links to skills that keys and mouse can follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from skillaudit.page.blocks import Block
from skillaudit.page.layout import layout
from skillaudit.page.lines import EMPTY, Line
from skillaudit.page.markdown import render as to_markdown
from skillaudit.tui.actions import Scope
from skillaudit.tui.widgets.line_view import LineView, bindings


class DetailPane(LineView):
    """Shows blocks; `n` and `N` go through its links, enter follows one."""

    SCOPE: ClassVar[Scope] = "detail"
    BINDINGS: ClassVar[list[BindingType]] = bindings("detail")
    MARGIN = 1
    MEASURE = 100
    """Lines longer than this are hard to read."""

    class Followed(Message):
        """A link was followed."""

        def __init__(self, target: str) -> None:
            super().__init__()
            self.target = target

    class Stepped(Message):
        """The next or the previous row's detail is wanted."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, title: str = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.border_title = title or None
        self._blocks: Sequence[Block] = ()
        self._lines: list[Line] = []
        self._links: list[tuple[int, int]] = []
        """Line and span of each link."""
        self._at = -1
        self._laid_out_for = -1

    def show(self, blocks: Sequence[Block], *, stay: bool = False) -> None:
        """Show a document from its top; or, to `stay`, from where the reader is."""
        self._blocks = blocks
        if not stay:
            self._at = -1
        self._lay_out()
        if not stay:
            self.scroll_home(animate=False)

    @property
    def markdown(self) -> str:
        """The document on show, as Markdown."""
        return to_markdown(self._blocks)

    def _lay_out(self) -> None:
        self._laid_out_for = self.room - self.MARGIN
        width = min(self._laid_out_for, self.MEASURE)
        self._lines = layout(self._blocks, width) if width > 0 else []
        self._links = [
            (y, x) for y, line in enumerate(self._lines) for x, span in enumerate(line) if span.link
        ]
        self.set_total(len(self._lines))

    def on_resize(self) -> None:
        """Wrap again when the width has changed."""
        if self.room - self.MARGIN != self._laid_out_for:
            self._lay_out()

    def line(self, y: int) -> tuple[Line, str]:
        """Return line `y`, with the current link shown as the cursor."""
        if y >= len(self._lines):
            return EMPTY, ""
        line = self._lines[y]
        if 0 <= self._at < len(self._links) and self._links[self._at][0] == y:
            x = self._links[self._at][1]
            line = tuple(span._replace(tone="cursor") if at == x else span for at, span in enumerate(line))
        return line, ""

    def action_link(self, step: int) -> None:
        """Go to the next or the previous link, round the ends."""
        if not self._links:
            return
        height = self.scrollable_content_region.height
        if not height:
            # Just opened: where to scroll is known once it has its place.
            self.call_after_refresh(self.action_link, step)
            return
        if self._at < 0:
            top = self.scroll_offset.y
            visible = [at for at, (y, _) in enumerate(self._links) if y >= top]
            self._at = (visible[0] if visible else 0) if step > 0 else len(self._links) - 1
        else:
            self._at = (self._at + step) % len(self._links)
        y = self._links[self._at][0]
        top = self.scroll_offset.y
        if not top <= y < top + height:
            self.scroll_to(y=max(y - height // 2, 0), animate=False)
        self.refresh()

    def action_follow(self) -> None:
        """Follow the current link; without one, go to the first."""
        if 0 <= self._at < len(self._links):
            y, x = self._links[self._at]
            self.post_message(self.Followed(self._lines[y][x].link))
        else:
            self.action_link(1)

    def action_step(self, step: int) -> None:
        """Ask for the detail of the next or the previous row."""
        self.post_message(self.Stepped(step))

    def on_click(self, event: events.Click) -> None:
        """Follow the link under the pointer."""
        target = event.style.meta.get("link")
        if target:
            self.post_message(self.Followed(str(target)))
