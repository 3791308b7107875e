"""The map: skills as braille dots, coloured and labelled by cluster, with a cursor on one of them."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from skillaudit.page.figures import FIRST, HUES, cluster_mark
from skillaudit.page.index import NOISE
from skillaudit.page.lines import EMPTY, Line, Span, fit, wrap
from skillaudit.page.lines import cells as width_of
from skillaudit.tui.actions import Scope
from skillaudit.tui.braille import (
    DOTS_X,
    DOTS_Y,
    Ints,
    Label,
    Mask,
    Plane,
    Window,
    clamp,
    draw,
    in_sight,
    neighbour,
    place_labels,
    whole,
)
from skillaudit.tui.state import ReportState
from skillaudit.tui.widgets.line_view import LineDrawer, bindings

MUTED = HUES
"""Hue of what the filter leaves out, and of skills in no cluster."""
LABEL_WIDTH = 20
CELLS_PER_POINT = 8
"""With this much room for each point in sight, points are whole cells, which are easier to see."""
CELLS_PER_LABEL = 150
"""Room that each label of a cluster gets, so that labels do not hide the map."""
NAMED_POINTS = 14
"""With at most this many points in sight, each carries its name."""


class MapCanvas(LineDrawer, can_focus=True):
    """Draws a session's skills; keys move the cursor, the window and its scale."""

    SCOPE: ClassVar[Scope] = "map"
    BINDINGS: ClassVar[list[BindingType]] = bindings("map")

    class Moved(Message):
        """The cursor is on another skill."""

    class Opened(Message):
        """Enter or a double click on the skill under the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self._session: ReportState | None = None
        self._ids: list[str] = []
        self._places: dict[str, int] = {}
        self._clusters = np.zeros(0, dtype=np.int64)
        self._plane = Plane((), ())
        self._hues = np.zeros(0, dtype=np.int64)
        self._marks: list[str] = []
        self._visible = np.zeros(0, dtype=np.bool_)
        self._window = whole()
        self._lines: list[Line] | None = None
        self._absent = ""

    def show(self, session: ReportState, absent: str) -> None:
        """Show a session's skills, or the text `absent` when none has a place."""
        if self._session is None or self._session.report is not session.report:
            placed = [skill for skill in session.report.skills if skill.x is not None and skill.y is not None]
            self._ids = [skill.id for skill in placed]
            self._places = {skill: at for at, skill in enumerate(self._ids)}
            self._clusters = np.array([skill.cluster for skill in placed], dtype=np.int64)
            self._plane = Plane([skill.x or 0.0 for skill in placed], [skill.y or 0.0 for skill in placed])
            self._hues = np.array(
                [MUTED if skill.cluster == NOISE else skill.cluster % HUES for skill in placed],
                dtype=np.int64,
            )
            self._marks = [cluster_mark(skill.cluster) for skill in placed]
            self._window = whole()
        self._session = session
        self._absent = absent
        if session.query.strip():
            shown = session.visible
            self._visible = np.array([skill in shown for skill in self._ids], dtype=np.bool_)
        else:
            self._visible = np.ones(len(self._ids), dtype=np.bool_)
        self._reveal()
        self.redraw()

    def redraw(self) -> None:
        """Draw the frame again."""
        self._lines = None
        self.refresh()

    @property
    def at(self) -> int:
        """Index of the selected skill, or -1."""
        return self._places.get((self._session.selected if self._session else None) or "", -1)

    @property
    def placed(self) -> int:
        """Number of skills that have a place."""
        return len(self._ids)

    @property
    def zoom(self) -> float:
        """How many times the whole is magnified."""
        return self._window.zoom

    def _reveal(self) -> None:
        """Move the window as far as needed to have the cursor in it."""
        if self.at < 0:
            return
        x, y = (float(value) for value in self._plane.points[self.at])
        half = 0.45 / self._window.zoom
        self._window = clamp(
            Window(
                min(max(self._window.x, x - half), x + half),
                min(max(self._window.y, y - half), y + half),
                self._window.zoom,
            )
        )

    # Drawing.

    def render_line(self, y: int) -> Strip:
        """Draw one row of cells."""
        if self._lines is None:
            self._lines = self._draw()
        return self.strip(self._lines[y] if y < len(self._lines) else EMPTY)

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.redraw()

    def _draw(self) -> list[Line]:
        columns, rows = self.room, self.scrollable_content_region.height
        if columns < 4 or rows < 2:
            return []
        if not self._ids:
            return [EMPTY, *((Span("  "), Span(row, "muted")) for row in wrap(self._absent, columns - 4))]
        dots = self._plane.dots(self._window, columns, rows)
        hues = np.where(self._visible, self._hues, MUTED)
        # What the filter keeps is drawn last and so gives shared cells their hue.
        order = np.argsort(self._visible, kind="stable")
        frame = draw(dots[order], hues[order], columns, rows)
        cells: list[list[Span]] = [
            [
                Span(chr(0x2800 + int(bits)), "faint" if hue == MUTED else f"c{hue}") if bits else Span(" ")
                for bits, hue in zip(bit_row, hue_row, strict=True)
            ]
            for bit_row, hue_row in zip(frame.bits, frame.hues, strict=True)
        ]
        inside = in_sight(dots, columns, rows)
        dotted = {(int(row), int(column)) for row, column in np.argwhere(frame.bits)}
        if int(inside.sum()) * CELLS_PER_POINT <= columns * rows:
            cells = [[span._replace(text="●") if span.tone else span for span in row] for row in cells]
            for at in order[inside[order]]:
                row, column = int(dots[at, 1]) // DOTS_Y, int(dots[at, 0]) // DOTS_X
                cells[row][column] = cells[row][column]._replace(text=self._marks[at])
        taken = self._draw_signs(cells, dots, inside, columns)
        for label in place_labels(self._labels(dots, inside, columns), columns, rows, taken, dotted):
            tone = "faint" if label.hue == MUTED else f"c{label.hue}"
            end = label.column + width_of(label.text)
            cells[label.row][label.column : end] = [Span(label.text, f"{tone}")] + [Span("")] * (
                end - label.column - 1
            )
        return [tuple(row) for row in cells]

    def _draw_signs(
        self, cells: list[list[Span]], dots: Ints, inside: Mask, columns: int
    ) -> set[tuple[int, int]]:
        """Set the marks and the cursor; return the cells that no label may cover."""
        assert self._session is not None
        for skill in self._session.marks:
            if (at := self._places.get(skill, -1)) >= 0 and inside[at]:
                cells[dots[at, 1] // DOTS_Y][dots[at, 0] // DOTS_X] = Span("*", "marked")
        at = self.at
        if at < 0 or not inside[at]:
            return set()
        row, column = int(dots[at, 1]) // DOTS_Y, int(dots[at, 0]) // DOTS_X
        cells[row][column] = Span("◆", "cursor")
        marked = "*" if self._ids[at] in self._session.marks else " "
        name = f"{marked}{fit(self._ids[at], min(width_of(self._ids[at]), 32, columns - 6))} "
        width = width_of(name)
        begin = column + 1 if column + 1 + width <= columns else column - width
        if begin < 0:
            return {(row, column)}
        cells[row][begin : begin + width] = [Span(name, "cursor")] + [Span("")] * (width - 1)
        return {(row, x) for x in range(min(begin, column), max(begin + width, column + 1))}

    def _labels(self, dots: Ints, inside: Mask, columns: int) -> list[Label]:
        """Names of what is in sight: of single skills when they are few, else of clusters, largest first."""
        assert self._session is not None
        shown = np.flatnonzero(inside & self._visible)
        if len(shown) <= NAMED_POINTS:
            return [
                Label(
                    int(dots[at, 1]) // DOTS_Y,
                    int(dots[at, 0]) // DOTS_X + 2,
                    fit(self._ids[at], min(width_of(self._ids[at]), LABEL_WIDTH)),
                    int(self._hues[at]),
                )
                for at in shown
                if at != self.at
            ]
        clusters = self._clusters[shown]
        shown, clusters = shown[clusters != NOISE], clusters[clusters != NOISE]
        found, counts = np.unique(clusters, return_counts=True)
        labels: list[Label] = []
        most = max(columns * self.scrollable_content_region.height // CELLS_PER_LABEL, 3)
        for cluster in found[np.argsort(-counts, kind="stable")][:most].tolist():
            x, y = np.median(dots[shown[clusters == cluster]], axis=0)
            text = self._session.index.cluster_label(cluster)
            if cluster >= FIRST:
                text = f"{cluster_mark(cluster)} {text}"
            text = fit(text, min(width_of(text), LABEL_WIDTH))
            column = int(x) // DOTS_X - width_of(text) // 2
            labels.append(Label(int(y) // DOTS_Y, column, text, cluster % HUES))
        return labels

    # Moving.

    def _select(self, at: int) -> None:
        if self._session is None or not 0 <= at < len(self._ids):
            return
        self._session.select(self._ids[at])
        self._reveal()
        self.redraw()
        self.post_message(self.Moved())

    def action_move(self, dx: int, dy: int) -> None:
        """Go to the nearest skill in a direction."""
        if not self._visible.any():
            return
        if self.at < 0:
            self._select(int(np.flatnonzero(self._visible)[0]))
            return
        to = neighbour(self._plane.points, self.at, dx, dy, self._visible)
        if to != self.at:
            self._select(to)

    def action_zoom(self, steps: int) -> None:
        """Magnify by half as much again, or the other way, towards the cursor."""
        x, y = self._window.x, self._window.y
        if steps > 0 and self.at >= 0:
            x, y = (float(value) for value in self._plane.points[self.at])
        self._window = clamp(Window(x, y, self._window.zoom * 1.5**steps))
        self.redraw()
        self.post_message(self.Moved())

    def action_reset(self) -> None:
        """Show the whole map."""
        self._window = whole()
        self.redraw()
        self.post_message(self.Moved())

    def action_pan(self, dx: int, dy: int) -> None:
        """Move the window by a quarter of itself."""
        step = 0.25 / self._window.zoom
        self._window = clamp(
            self._window._replace(x=self._window.x + dx * step, y=self._window.y + dy * step)
        )
        self.redraw()

    def action_open(self) -> None:
        """Open the skill under the cursor."""
        if self.at >= 0:
            self.post_message(self.Opened())

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out."""
        event.stop()
        self.action_zoom(-1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in."""
        event.stop()
        self.action_zoom(1)

    def on_click(self, event: events.Click) -> None:
        """Go to the skill nearest to the pointer; twice opens it."""
        offset = event.get_content_offset(self)
        if offset is None or not len(self._ids):
            return
        dots = self._plane.dots(self._window, self.room, self.scrollable_content_region.height)
        target = np.array([offset.x * DOTS_X + 1, offset.y * DOTS_Y + 2])
        self._select(int(np.argmin(((dots - target) ** 2).sum(axis=1))))
        if event.chain == 2:
            self.action_open()
