"""A pane that shows a document, with links to skills that keys and mouse can follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from skillaudit.page.blocks import Block
from skillaudit.page.layout import layout
from skillaudit.page.lines import EMPTY, Line, cells
from skillaudit.page.markdown import render as to_markdown
from skillaudit.tui.actions import Scope
from skillaudit.tui.widgets.line_view import LineView, bindings


def _covered(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """Draw some cells of a line in another style."""
    end = min(end, strip.cell_length)
    if start >= end:
        return strip
    before, inside, after = strip.divide([start, end, strip.cell_length])
    return Strip.join([before, inside.apply_style(style), after])


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
        self._sought = ""

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

    def render_line(self, y: int) -> Strip:
        """Draw one line, with what is searched for and what the mouse has selected."""
        at = y + self.scroll_offset.y
        strip = super().render_line(y)
        for start, end in self._places(at):
            strip = _covered(strip, start, end, self.tone_style("cursor"))
        selection = self.text_selection
        span = None if selection is None else selection.get_span(at)
        if span is not None:
            start, end = span
            style = self.screen.get_component_rich_style("screen--selection")
            strip = _covered(strip, start, strip.cell_length if end < 0 else end, style)
        return strip.apply_offsets(self.scroll_offset.x, at)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return what the mouse has selected."""
        return selection.extract("\n".join(self._text(at) for at in range(len(self._lines)))), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self.refresh()

    def _text(self, at: int) -> str:
        return "".join(span.text for span in self._lines[at]) if at < len(self._lines) else ""

    def _places(self, at: int) -> Iterator[tuple[int, int]]:
        """Cells in which what is searched for stands in a line."""
        text = self._text(at)
        place = text.casefold().find(self._sought) if self._sought else -1
        while place >= 0:
            start = cells(text[:place])
            yield start, start + cells(text[place : place + len(self._sought)])
            place = text.casefold().find(self._sought, place + len(self._sought))

    def seek(self, words: str, *, onwards: bool = False) -> bool:
        """Show where `words` stand, from here or from further on, round the end; False where nowhere."""
        self._sought = words.casefold()
        self.refresh()
        top = self.scroll_offset.y + int(onwards)
        order = [*range(top, len(self._lines)), *range(min(top, len(self._lines)))]
        found = next((at for at in order if any(self._places(at))), None)
        if found is not None:
            self.scroll_to(y=found, animate=False)
        return found is not None

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

    @property
    def current(self) -> Block | None:
        """The block that the current link stands in."""
        at = self._at
        for block in self._blocks if at >= 0 else ():
            lines = layout([block], min(self._laid_out_for, self.MEASURE))
            at -= sum(1 for line in lines for span in line if span.link)
            if at < 0:
                return block
        return None

    def action_step(self, step: int) -> None:
        """Ask for the detail of the next or the previous row."""
        self.post_message(self.Stepped(step))

    def on_click(self, event: events.Click) -> None:
        """Follow the link under the pointer."""
        target = event.style.meta.get("link")
        if target:
            self.post_message(self.Followed(str(target)))
