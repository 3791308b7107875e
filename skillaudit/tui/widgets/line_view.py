"""A scrolling window onto lines that are drawn only when they are seen."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from skillaudit.page.figures import HUES
from skillaudit.page.lines import EMPTY, Line, printable
from skillaudit.tui.actions import Scope, keys_text, of_scope

TONES = (
    "title", "heading", "muted", "faint", "value", "accent", "link", "head",
    "error", "warning", "info", "good", "marked", "gone", "added",
)  # fmt: skip
CLUSTERS = {f"c{hue}": f"hue-{hue}" for hue in range(HUES)}
"""Tones of clusters, and the theme's variables that colour them; the style sheet would match each for every widget."""


def bindings(scope: Scope, leave_out: str = "") -> list[BindingType]:
    """Return the key bindings of one part of the screen, from the registry."""
    return [
        Binding(
            ",".join(action.keys),
            action.call,
            action.name,
            show=False,
            key_display=keys_text(action),
            tooltip=action.help,
            priority=action.first,
            id=f"{scope}.{action.id}",
        )
        for action in of_scope(scope)
        if action.id != leave_out
    ]


COMPONENTS = frozenset(f"line--{tone}" for tone in (*TONES, "cursor", "cursor-blurred"))


@cache
def coloured(style: Style, colour: str) -> Style:
    """Return a style with letters of another colour."""
    return style + Style(color=Color.parse(colour).rich_color)


class LineDrawer(Widget):
    """Draws lines of toned text; the style sheet says what each tone looks like."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)
    SCOPE: ClassVar[Scope] = "app"
    """Whose actions of the registry the widget carries out."""

    @property
    def room(self) -> int:
        """Cells that a line may take."""
        return self.scrollable_content_region.width

    def tone_style(self, tone: str) -> Style:
        """Return the style of a tone under the current theme."""
        if tone in CLUSTERS:
            return coloured(self.visual_style.rich_style, self.app.theme_variables[CLUSTERS[tone]])
        return self.get_component_rich_style(f"line--{tone}") if tone else self.visual_style.rich_style

    def strip(self, line: Line, cover: str = "") -> Strip:
        """Draw a line, under one style if `cover` names a tone; everything passes `printable`."""
        base = self.visual_style.rich_style
        over = self.tone_style(cover) if cover else None
        segments = []
        for span in line:
            style = over if over is not None else self.tone_style(span.tone) if span.tone else base
            if span.link:
                style += Style(meta={"link": span.link})
            segments.append(Segment(printable(span.text), style))
        return Strip(segments).adjust_cell_length(self.room, over or base)


class LineView(ScrollView, LineDrawer, can_focus=True):
    """Draws `line(y)` for the lines in sight; subclasses say how many there are."""

    # Only one line of bases is searched for these, and `ScrollView` comes first.
    COMPONENT_CLASSES: ClassVar[set[str]] = set(COMPONENTS)

    def line(self, y: int) -> tuple[Line, str]:
        """Return line `y` of the content, and the tone that covers all of it, if any."""
        raise NotImplementedError

    def set_total(self, lines: int) -> None:
        """Say how many lines there are."""
        size = Size(0, lines)
        if size != self.virtual_size:
            # Setting it outright would lay out the whole screen anew, at each step through a list.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one line of the window."""
        line, cover = self.line(y + self.scroll_offset.y)
        return self.strip(line, cover)


class StatusLine(LineDrawer):
    """One line that stays where it is; a click on a linked span posts its target."""

    class Chosen(Message):
        """A linked span was clicked."""

        def __init__(self, target: str) -> None:
            super().__init__()
            self.target = target

    def line(self) -> Line:
        """Return what the bar says."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """Draw the bar."""
        return self.strip(self.line() if y == 0 else EMPTY)

    def on_click(self, event: events.Click) -> None:
        """Post the target under the pointer."""
        target = event.style.meta.get("link")
        if target:
            self.post_message(self.Chosen(str(target)))
