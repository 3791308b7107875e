"""Text from strangers: what is removed, what is kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.safety.cleaning import clean, collapse, one_line, removed_classes

HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x1b[]m0;\x07\\\x9b\x9d\u202e\u2066\u200b\u200d\ufe0f👩🔬می\U000e0041\r\n\t\x00\ufeff"
        ),
    )
)


@pytest.mark.parametrize(
    ("dirty", "expected"),
    [
        ("plain text\tand\nlines", "plain text\tand\nlines"),
        ("red \x1b[31mtext\x1b[0m here", "red text here"),
        ("\x1b]0;owned\x07title", "title"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9b2Jwiped", "wiped"),
        ("unfinished \x1b]52;c;payload", "unfinished "),
        ("next line survives \x1b]0;x\nhere", "next line survives \nhere"),
        ("null\x00bell\x07del\x7f", "nullbelldel"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("page\x0cbreak\x85next\u2028line", "page break next line"),
        ("abc\u202edef\u202c\u2066x\u2069\u200e", "abcdefx"),
        ("zero\u200bwidth\u2060\ufeff\xad", "zerowidth"),
        ("hidden\U000e0041\U000e0042 tags", "hidden tags"),
        ("selectors\ufe0f\ufe01\ufe02\ufe03 run", "selectors\ufe0f run"),
        ("lone \ud800 half", "lone \ufffd half"),
        ("scientist 👩\u200d🔬 and 🕵️\u200d♂️", "scientist 👩\u200d🔬 and 🕵️\u200d♂️"),
        ("pdf\u200dforms", "pdfforms"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\x1b\x1b[31m[31m", "[31m"),
    ],
)
def test_clean_removes_what_acts_or_hides(dirty: str, expected: str) -> None:
    assert clean(dirty) == expected


@given(HOSTILE)
def test_cleaning_twice_changes_nothing(dirty: str) -> None:
    once = clean(dirty)
    assert clean(once) == once
    assert removed_classes(once) == ()


@given(HOSTILE)
def test_nothing_that_acts_on_a_terminal_survives(dirty: str) -> None:
    left = clean(dirty)
    assert not [c for c in left if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) <= 0x9F]
    assert not set(left) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\u200e\u200f")
    left.encode("utf-8")


@given(HOSTILE)
def test_lines_keep_their_number(dirty: str) -> None:
    assert clean(dirty).count("\n") == dirty.replace("\r\n", "\n").replace("\r", "\n").count("\n")


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_printable_ascii_is_untouched(plain: str) -> None:
    assert clean(plain) == plain


def test_collapse_and_one_line() -> None:
    assert collapse("  a\n\tb\u00a0\u3000c  ") == "a b c"
    assert one_line(" a\x1b[1m\u200b \n b ") == "a b"


@pytest.mark.parametrize(
    ("dirty", "classes"),
    [
        ("clean 👩\u200d🔬 text\r\n", ()),
        ("a\x1b[31mb", ("escape",)),
        ("a\x00b", ("control",)),
        ("a\u202eb", ("bidi",)),
        ("a\u200bb", ("invisible",)),
        ("a\ud800b", ("surrogate",)),
        ("a\x1b[1m\x00\u202e\u200bb", ("escape", "control", "bidi", "invisible")),
    ],
)
def test_removed_classes_name_what_was_there(dirty: str, classes: tuple[str, ...]) -> None:
    assert removed_classes(dirty) == classes
