"""Words of any script, joined words, and stems."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.text.scripts import HANGUL, SYLLABIC, UNSPACED
from skillaudit.text.words import Keys, identifiers, is_unspaced, stem, terms, tokens


@given(st.text(st.sampled_from("ab1_-. é的"), max_size=30))
def test_joined_words_are_those_that_the_plain_pattern_finds(text: str) -> None:
    assert identifiers(text) == re.findall(r"\w+(?:[-_]\w+)+", text)


@pytest.mark.parametrize(
    ("word", "folded"),
    [("reports", "report"), ("reporting", "report"), ("reported", "report"), ("parses", "pars"), ("parse", "pars"),
     ("sing", "sing"), ("uses", "uses"), ("tea", "tea")],
)  # fmt: skip
def test_stems(word: str, folded: str) -> None:
    assert stem(word) == folded


def test_a_character_is_a_word_only_where_nothing_separates_words() -> None:
    assert tokens("Read 请求 的々 และ한국어 it's") == [
        "read", "请", "求", "的", "々", *"และ", "한국어", "it's",
    ]  # fmt: skip
    assert is_unspaced("的々") and not is_unspaced("한국") and not is_unspaced("a")


@given(st.lists(st.text(st.sampled_from("abTheX09 '’-_的請é๑한"), max_size=30), max_size=4))
def test_words_are_numbered_by_their_keys(texts: list[str]) -> None:
    keys = Keys()
    numbers = [keys.of(text) for text in texts]
    assert list(keys.numbers.values()) == list(range(len(keys.numbers)))
    for text, found in zip(texts, numbers, strict=True):
        assert found == {keys.numbers[key] for key, _ in terms(text)}


def test_short_words_of_ascii_may_be_left_out() -> None:
    keys = Keys(shortest=3)
    keys.of("SQL to go 图表 é1 go")
    assert set(keys.numbers) == {"sql", "图表", "é1"}


@given(st.text(st.sampled_from("aB1 '-_\0\x7f\n"), max_size=30))
def test_words_of_ascii_are_those_of_any_text(text: str) -> None:
    assert tokens(text) == re.findall(r"[^\W_]+(?:'[^\W\d_]+)?", text.lower())


def test_the_table_holds_each_script_once() -> None:
    assert SYLLABIC == UNSPACED + HANGUL
    held = re.compile(f"[{SYLLABIC}]")
    for letter in "ก\u0f40မក\u3005ひカㄅ漢㐀𠀀豈한":
        assert held.fullmatch(letter), letter
    for letter in "aйαא가"[:-1]:
        assert not held.fullmatch(letter), letter
