"""Lines: cleaned, cut and wrapped by cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.page.lines import Span, cells, clip, crop, fit, line_width, printable, wrap

TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\x1b[2Jb", "a·[2Jb"),
        ("a\nb\tc\rd", "a b c d"),
        ("ring\x07", "ring·"),
        ("\x9b31m", "·31m"),
        ("x\u202egnp.exe\u2069", "x·gnp.exe·"),
        ("zero\u200bwidth\ufeff", "zero·width·"),
        ("lone \ud800 half", "lone · half"),
        ("família 数据 🔥", "família 数据 🔥"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 8, "short   "),
        ("exactly8", 8, "exactly8"),
        ("longer than it", 8, "longer …"),
        ("数据库查询", 10, "数据库查询"),
        ("数据库查询", 9, "数据库查…"),
        ("数据库查询", 8, "数据库… "),
        ("any", 0, ""),
        ("any", 1, "…"),
    ],
)
def test_fit(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


def test_fit_right_aligns() -> None:
    assert fit("7", 3, "right") == "  7"


@given(st.text(), st.integers(1, 40))
def test_fit_fills_its_width_exactly(text: str, width: int) -> None:
    assert cells(fit(text, width)) == width


@given(st.text(), st.integers(2, 40))
def test_wrapped_rows_fit_and_lose_no_word(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert all(cells(row) <= width for row in rows)
    assert "".join(rows).replace(" ", "") == "".join(printable(text).split())


def test_wrap_breaks_at_spaces_and_chops_long_words() -> None:
    assert wrap("one two three", 8) == ["one two", "three"]
    assert wrap("a bcdefghij", 4) == ["a", "bcde", "fghi", "j"]
    assert wrap("", 10) == [""]


def test_crop_marks_the_cut_and_keeps_tones() -> None:
    line = (Span("abc", "title"), Span("defgh", "link", "x"))
    assert crop(line, 8) == line
    assert crop(line, 6) == (Span("abc", "title"), Span("de…", "link", "x"))
    assert line_width(crop(line, 3)) == 3
    assert crop(line, 3)[0].text == "ab…"


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("部署", 4), ("e\u0301", 1), ("\U0001f600", 2), ("\U0001f469\u200d\U0001f4bb", 2), ("", 0)],
)
def test_cells_counts_what_a_terminal_shows(text: str, width: int) -> None:
    assert cells(text) == width


@given(TEXT, st.integers(2, 40))
def test_clip_keeps_a_prefix_and_marks_the_loss(text: str, width: int) -> None:
    clipped = clip(text, width)
    if cells(text) <= width:
        assert clipped == text
    else:
        assert clipped.endswith("…")
        assert text.startswith(clipped[:-1])
