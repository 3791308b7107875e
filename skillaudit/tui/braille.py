"""Points drawn as braille dots: the window onto them, the frame, and which point is nearest."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skillaudit.page.lines import cells as width_of

DOTS_X, DOTS_Y = 2, 4
BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint8)
"""Bit of each dot of a braille cell, by row and column."""
MARGIN = 0.04
MAX_ZOOM = 64.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Window(NamedTuple):
    """The part of the plane in sight: its middle, and how many times the whole it is magnified."""

    x: float
    y: float
    zoom: float = 1.0


class Plane:
    """Points with their extent, scaled so that the whole lies in the unit square."""

    def __init__(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self.points = np.column_stack([self._unit(xs), self._unit(ys)]) if len(xs) else np.zeros((0, 2))

    @staticmethod
    def _unit(values: Sequence[float]) -> Floats:
        array = np.asarray(values, dtype=np.float64)
        low, high = float(array.min()), float(array.max())
        if high - low <= 0:
            return np.full(len(array), 0.5)
        return MARGIN + (array - low) / (high - low) * (1 - 2 * MARGIN)

    def dots(self, window: Window, columns: int, rows: int) -> Ints:
        """Return the dot of each point, from the top left; dots off the window are out of range."""
        size = np.array([columns * DOTS_X, rows * DOTS_Y])
        middle = np.array([window.x, window.y])
        place = (self.points - middle) * window.zoom + 0.5
        place[:, 1] = 1 - place[:, 1]
        dots: Ints = np.floor(place * size).astype(np.int64)
        return dots


def whole() -> Window:
    """Return the window onto everything."""
    return Window(0.5, 0.5)


def clamp(window: Window) -> Window:
    """Keep the window on the plane."""
    zoom = min(max(window.zoom, 1.0), MAX_ZOOM)
    half = 0.5 / zoom
    return Window(min(max(window.x, half), 1 - half), min(max(window.y, half), 1 - half), zoom)


class Frame(NamedTuple):
    """Braille bits of each cell, and the hue of the last point drawn there (-1: nothing)."""

    bits: NDArray[np.uint8]
    hues: Ints


def draw(dots: Ints, hues: Ints, columns: int, rows: int) -> Frame:
    """Set the dots in a frame of cells; later points give a cell its hue."""
    bits = np.zeros(rows * columns, dtype=np.uint8)
    tones = np.full(rows * columns, -1, dtype=np.int64)
    inside = in_sight(dots, columns, rows)
    x, y = dots[inside, 0], dots[inside, 1]
    cells = (y // DOTS_Y) * columns + x // DOTS_X
    np.bitwise_or.at(bits, cells, BITS[y % DOTS_Y, x % DOTS_X])
    tones[cells] = hues[inside]
    return Frame(bits.reshape(rows, columns), tones.reshape(rows, columns))


def in_sight(dots: Ints, columns: int, rows: int) -> Mask:
    """Tell which dots lie in the frame."""
    x, y = dots[:, 0], dots[:, 1]
    inside: Mask = (x >= 0) & (y >= 0) & (x < columns * DOTS_X) & (y < rows * DOTS_Y)
    return inside


def neighbour(points: Floats, at: int, dx: int, dy: int, among: Mask) -> int:
    """Return the nearest point in a direction, or `at` when there is none.

    Candidates lie within 45 degrees of the direction; what lies aside counts double.
    """
    step = points - points[at]
    along = step[:, 0] * dx + step[:, 1] * dy
    aside = np.abs(step[:, 0] * dy) + np.abs(step[:, 1] * dx)
    candidates = among & (along > 0) & (aside <= along)
    candidates[at] = False
    if not candidates.any():
        return at
    cost = np.where(candidates, along + 2 * aside, np.inf)
    return int(np.argmin(cost))


class Label(NamedTuple):
    """A text on the map, from the cell where it begins."""

    row: int
    column: int
    text: str
    hue: int


Cell = tuple[int, int]
"""Row and column."""


def place_labels(
    wanted: Sequence[Label], columns: int, rows: int, taken: Container[Cell], dotted: Container[Cell]
) -> list[Label]:
    """Take labels in order, each as near its place as it can stand clear.

    A label never covers another or a `taken` cell; it goes up or down a line or two rather than
    cover `dotted` cells, covers those when nothing else is left, and is dropped when even that fails.
    """
    placed: list[Label] = []
    used: set[Cell] = set()
    for label in wanted:
        width = width_of(label.text)
        column = min(max(label.column, 0), columns - width)
        choices: list[tuple[Label, set[Cell]]] = []
        for row in (label.row, label.row - 1, label.row + 1, label.row - 2, label.row + 2):
            cells = {(row, x) for x in range(column - 1, column + width + 1)}
            if column >= 0 and 0 <= row < rows and not any(cell in used or cell in taken for cell in cells):
                choices.append((label._replace(row=row, column=column), cells))
        if choices:
            clear = (choice for choice in choices if not any(cell in dotted for cell in choice[1]))
            chosen, cells = next(clear, choices[0])
            placed.append(chosen)
            used |= cells
    return placed
