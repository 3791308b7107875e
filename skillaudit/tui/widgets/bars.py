"""The three lines around the views: where you are, the tabs, and what you can press."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.page.lines import Line, Span, cells, fit, line_width
from skillaudit.tui.actions import ACTIONS, Availability, key_name
from skillaudit.tui.views import ViewSpec
from skillaudit.tui.widgets.line_view import StatusLine


class TopBar(StatusLine):
    """Program and library on the left, what goes on on the right."""

    def __init__(self) -> None:
        super().__init__()
        self._left: Line = ()
        self._right: Line = ()

    def say(self, left: Line, right: Line) -> None:
        """Show two lines of spans, the right one kept whole."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def line(self) -> Line:
        """Return both ends with the space between them."""
        room = self.room - line_width(self._right) - 2
        left, used = [], 0
        for span in _from_its_end(self._left, room):
            text = fit(span.text, min(cells(span.text), room - used))
            left.append(span._replace(text=text))
            used += cells(text)
        gap = self.room - used - line_width(self._right)
        return (*left, Span(" " * max(gap, 0)), *self._right)


def _from_its_end(left: Line, room: int) -> Line:
    """Cut the library's path at its start, so that what stands behind it keeps its room."""
    over = line_width(left) - room
    if over <= 0 or len(left) < 3:
        return left
    *names, path, rest = left
    tail = path.text.strip()
    kept = tail[-max(len(tail) - over - 1, _LEAST) :]
    return (*names, path._replace(text=f"  …{kept}") if len(kept) < len(tail) else path, rest)


_LEAST = 12
"""Characters of a library's path that are shown however narrow the screen is."""


class TabBar(StatusLine):
    """The views with their number keys; the one on show is reversed, so that it shows without colour."""

    def __init__(self) -> None:
        super().__init__()
        self._views: Sequence[ViewSpec] = ()
        self._counts: dict[str, int] = {}
        self._current = ""

    def say(self, views: Sequence[ViewSpec], counts: dict[str, int], current: str) -> None:
        """Show the tabs of `views`, with the number of things in each where there is room."""
        if (views, counts, current) != (self._views, self._counts, self._current):
            self._views, self._counts, self._current = views, counts, current
            self.refresh()

    def line(self) -> Line:
        """Return the tabs in the longest form that fits."""
        line: Line = ()
        for form in (self._full, self._titled, self._short, self._numbered):
            line = tuple(
                Span(
                    f" {view.key} {form(view)}".rstrip() + " ",
                    "cursor" if view.id == self._current else "",
                    view.id,
                )
                for view in self._views
            )
            if line_width(line) <= self.room:
                break
        return line

    def _full(self, view: ViewSpec) -> str:
        count = self._counts.get(view.id)
        return view.title if count is None else f"{view.title} {count:,}"

    def _titled(self, view: ViewSpec) -> str:
        return view.title

    def _short(self, view: ViewSpec) -> str:
        return view.short

    def _numbered(self, view: ViewSpec) -> str:
        return view.title if view.id == self._current else ""


ALWAYS = frozenset({"filter", "help", "quit"})


class HintBar(StatusLine):
    """The keys that do something here and now, most needed first; what does not fit stays off."""

    def __init__(self) -> None:
        super().__init__()
        self._now = Availability()
        self._extra: tuple[tuple[str, str], ...] = ()

    def say(self, now: Availability, extra: tuple[tuple[str, str], ...] = ()) -> None:
        """Show the hints of a situation, led by `extra` pairs of key and word."""
        # This bar is the last line and the tabs are the first: painting both paints all that lies between.
        if (now, extra) != (self._now, self._extra):
            self._now, self._extra = now, extra
            self.refresh()

    def line(self) -> Line:
        """Return the hints that fit."""
        pairs = [(key, word, "") for key, word in self._extra]
        # What a list or the map can do comes right after the keys that must always be seen.
        order = sorted(
            ACTIONS, key=lambda action: (action.id not in ALWAYS, action.scope in {"app", "detail"})
        )
        pairs += [
            (key_name(action.keys[0]), action.hint, action.call if action.scope == "app" else "")
            for action in order
            if action.hint
            and not self._now.typing
            and action.scope in {"app", self._now.focus}
            and action.applies(self._now)
            and action.hinted(self._now)
        ]
        line: list[Span] = []
        for key, word, call in pairs:
            spans = [Span(f" {key}", "accent", call), Span(f" {word} ", "", call)]
            if line_width(line) + line_width(spans) > self.room:
                continue
            line += spans
        return tuple(line)
