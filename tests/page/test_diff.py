"""The diff: nothing of either text is lost, only what differs is marked, and lines stay inside their width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.page.diff import Piece, compare, diff_lines, pieces, wrapped
from skillaudit.page.lines import cells, line_width, printable

TEXT = st.text(alphabet="ab,.'- \n\x1b\u202e数据🔥[/]", max_size=60)


def joined(words: list[Piece]) -> str:
    return "".join(f"{' ' if word.apart else ''}{word.text}" for word in words)


@given(TEXT)
def test_pieces_together_say_the_same(text: str) -> None:
    assert joined(pieces(text)) == " ".join(printable(text).split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Split a PDF, don't merge.", ["Split", "a", "PDF", ",", "don't", "merge", "."]),
        ("use pdf-forms (not pdf_sign)", ["use", "pdf-forms", "(", "not", "pdf_sign", ")"]),
        ("查询 SQL", ["查", "询", "SQL"]),
        ("", []),
    ],
)
def test_words_signs_and_unspaced_scripts_stand_alone(text: str, words: list[str]) -> None:
    assert [piece.text for piece in pieces(text)] == words


@given(TEXT, TEXT)
def test_what_is_not_marked_is_common_to_both(before: str, after: str) -> None:
    old, new = compare(before, after)
    assert [piece.text for piece in old if not piece.tone] == [piece.text for piece in new if not piece.tone]
    assert (joined(old), joined(new)) == (joined(pieces(before)), joined(pieces(after)))
    assert {piece.tone for piece in old} <= {"", "gone"} and {piece.tone for piece in new} <= {"", "added"}


def test_only_the_words_that_differ_are_marked() -> None:
    old, new = compare("Split a PDF into pages.", "Split a scan into pages, and merge.")
    assert [piece.text for piece in old if piece.tone] == ["PDF"]
    assert [piece.text for piece in new if piece.tone] == ["scan", ",", "and", "merge"]


def test_texts_too_long_to_compare_are_shown_whole() -> None:
    old, new = compare("a " * 2001, "a " * 2000)
    assert all(piece.tone == "gone" for piece in old) and all(piece.tone == "added" for piece in new)


def test_a_text_that_is_kept_whole_is_shown_once() -> None:
    def signs(before: str, after: str) -> set[str]:
        return {line[0].text for line in diff_lines(before, after, 40)}

    assert signs("one two", "one two three") == {"+ "}
    assert signs("one two three", "one two") == {"− ", "+ "}
    assert signs("one two", "one three") == {"− ", "+ "}
    assert signs("one two", "one two") == {"  "}
    assert diff_lines("", "", 40) == []


@given(TEXT, TEXT, st.integers(min_value=4, max_value=30))
def test_lines_stay_inside_their_width(before: str, after: str, width: int) -> None:
    for line in diff_lines(before, after, width):
        assert line_width(line) <= width
        assert all(printable(span.text) == span.text for span in line)


def test_unspaced_scripts_break_anywhere_and_words_at_spaces() -> None:
    rows = ["".join(span.text for span in line) for line in wrapped(pieces("对数据库运行查询 ab cdef gh"), 6)]
    assert rows == ["对数据", "库运行", "查询", "ab", "cdef", "gh"]
    assert all(cells(row) <= 6 for row in rows)


def test_neighbours_of_one_tone_are_joined() -> None:
    (line,) = wrapped([Piece("a", "x"), Piece("b", "x", True), Piece("c", "", True), Piece(",")], 20)
    assert [(span.text, span.tone) for span in line] == [("a b", "x"), (" ", ""), ("c,", "")]
