"""The map's geometry: where points fall, who is next, where labels stand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.tui.braille import (
    DOTS_X,
    DOTS_Y,
    MAX_ZOOM,
    Label,
    Plane,
    Window,
    clamp,
    draw,
    in_sight,
    neighbour,
    place_labels,
    whole,
)


def test_the_whole_map_holds_every_point_with_y_going_up() -> None:
    plane = Plane([0.0, 10.0, 5.0], [0.0, 1.0, 0.5])
    dots = plane.dots(whole(), 20, 10)
    assert in_sight(dots, 20, 10).all()
    low_left, high_right, middle = dots.tolist()
    assert low_left[0] < middle[0] < high_right[0]
    assert low_left[1] > middle[1] > high_right[1]


def test_points_on_one_spot_lie_in_the_middle() -> None:
    assert Plane([3.0, 3.0], [7.0, 7.0]).points.tolist() == [[0.5, 0.5], [0.5, 0.5]]


@given(st.integers(0, 19), st.integers(0, 39))
def test_a_dot_sets_one_bit_of_one_cell(x: int, y: int) -> None:
    frame = draw(np.array([[x, y]]), np.array([3]), 10, 10)
    assert int(np.bitwise_count(frame.bits).sum()) == 1
    row, column = np.argwhere(frame.bits)[0]
    assert (row, column) == (y // DOTS_Y, x // DOTS_X)
    assert frame.hues[row, column] == 3


def test_bits_follow_the_braille_block() -> None:
    dots = np.array([[0, 0], [1, 0], [0, 1], [1, 2], [0, 3], [1, 3]])
    for dot, bit in zip(dots, (0x01, 0x08, 0x02, 0x20, 0x40, 0x80), strict=True):
        assert draw(dot[None, :], np.array([0]), 1, 1).bits[0, 0] == bit
    assert draw(dots, np.zeros(6, dtype=np.int64), 1, 1).bits[0, 0] == 0x01 | 0x08 | 0x02 | 0x20 | 0x40 | 0x80


def test_dots_off_the_window_are_left_out_and_the_last_hue_wins() -> None:
    frame = draw(np.array([[0, 0], [1, 1], [-1, 0], [99, 0]]), np.array([1, 2, 5, 6]), 2, 1)
    assert frame.hues.tolist() == [[2, -1]]


def test_the_window_stays_on_the_plane() -> None:
    assert clamp(Window(-3.0, 9.0, 2.0)) == Window(0.25, 0.75, 2.0)
    assert clamp(Window(0.1, 0.1, 0.2)) == Window(0.5, 0.5, 1.0)
    assert clamp(Window(0.5, 0.5, 1e9)).zoom == MAX_ZOOM


@pytest.mark.parametrize(
    ("dx", "dy", "to"), [(1, 0, 1), (-1, 0, 2), (0, 1, 3), (0, -1, 0)], ids=["right", "left", "up", "down"]
)
def test_neighbour_goes_to_the_nearest_in_a_direction(dx: int, dy: int, to: int) -> None:
    points = np.array([[0.5, 0.5], [0.7, 0.52], [0.4, 0.5], [0.5, 0.9], [0.95, 0.5]])
    assert neighbour(points, 0, dx, dy, np.ones(5, dtype=np.bool_)) == to


def test_neighbour_keeps_to_the_visible() -> None:
    points = np.array([[0.1, 0.5], [0.2, 0.5], [0.9, 0.5]])
    assert neighbour(points, 0, 1, 0, np.array([True, False, True])) == 2


def label(row: int, column: int, text: str) -> Label:
    """Return a label of hue 0."""
    return Label(row, column, text, 0)


def test_labels_never_cover_each_other() -> None:
    placed = place_labels([label(2, 0, "first"), label(2, 3, "second")], 20, 5, set(), set())
    assert [(one.row, one.text) for one in placed] == [(2, "first"), (1, "second")]


def test_labels_step_aside_for_dots_but_cover_them_rather_than_vanish() -> None:
    (moved,) = place_labels([label(2, 0, "abc")], 20, 5, set(), {(2, 1)})
    assert moved.row == 1
    everywhere = {(row, column) for row in range(5) for column in range(20)}
    (kept,) = place_labels([label(2, 0, "abc")], 20, 5, set(), everywhere)
    assert kept.row == 2
    assert place_labels([label(2, 0, "abc")], 20, 5, everywhere, set()) == []


def test_labels_stay_inside() -> None:
    (placed,) = place_labels([label(0, 18, "abcdef")], 20, 3, set(), set())
    assert placed.column == 14
    assert place_labels([label(0, 0, "x" * 30)], 20, 3, set(), set()) == []
