"""Plain-text layout in terminal cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.formatters.layout import cells, clip, pad, table, wrap

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80)


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("部署", 4), ("e\u0301", 1), ("\U0001f600", 2), ("\U0001f469\u200d\U0001f4bb", 4), ("", 0)],
)
def test_cells_counts_what_a_terminal_shows(text: str, width: int) -> None:
    assert cells(text) == width


@given(TEXT, st.integers(2, 40))
def test_pad_is_exactly_as_wide_as_asked(text: str, width: int) -> None:
    assert cells(pad(text, width)) == width
    assert cells(pad(text, width, right=True)) == width


@given(TEXT, st.integers(2, 40))
def test_clip_keeps_a_prefix_and_marks_the_loss(text: str, width: int) -> None:
    clipped = clip(text, width)
    if cells(text) <= width:
        assert clipped == text
    else:
        assert clipped.endswith("…")
        assert text.startswith(clipped[:-1])


@given(TEXT, st.integers(12, 60))
def test_wrap_keeps_every_character_within_the_width(text: str, width: int) -> None:
    lines = wrap(text, width=width, indent="    ", first="  - ")
    assert all(cells(line) <= width for line in lines)
    body = lines[0].removeprefix("  - ") + "".join(line.removeprefix("    ") for line in lines[1:])
    assert "".join(body.removeprefix("  -").split()) == "".join(text.split())


def test_table_aligns_numbers_to_the_right() -> None:
    lines = table(("name", "n"), [("部署", "7"), ("a-long-name", "12")], (8, 3), right=frozenset({1}))
    assert lines == ["  name        n", "  部署        7", "  a-long-…   12"]
