from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from skillaudit.scoring import ngrams
from skillaudit.scoring.ngrams import COLUMNS, count_ngrams, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Deploy the web-app", ["deploy", "the", "web", "app"]),
        ("ResearchHelper", ["research", "helper"]),
        ("parseHTMLTable", ["parse", "html", "table"]),
        ("snake_case_name", ["snake", "case", "name"]),
        ("C++, C# and F#", ["c++", "c#", "and", "f#"]),
        ("5+3", ["5", "3"]),
        ("ÜBERSICHT Straße", ["übersicht", "strasse"]),
        ("ﬁle", ["file"]),
        ("生成PPT演示", ["生", "成", "ppt", "演", "示"]),
        ("표를 만들기", ["표", "를", "만", "들", "기"]),
        ("Отчёт за май", ["отчёт", "за", "май"]),
        ("...!?", []),
        ("", []),
    ],
)
def test_tokens_in_many_scripts(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


def test_counts_words_pairs_and_characters() -> None:
    words, characters = count_ngrams(["red red blue"])
    # red x2, blue, "red red", "red blue"
    assert sorted(words.data.tolist()) == [1, 1, 1, 2]
    # red: " re" "red" "ed " " red" "red " twice; blue: four 3-grams and three 4-grams once
    assert sorted(characters.data.tolist()) == [1] * 7 + [2] * 5
    assert words.shape == characters.shape == (1, COLUMNS)


def test_grams_do_not_cross_texts() -> None:
    apart = count_ngrams(["alpha", "beta"])
    together = count_ngrams(["alpha beta"])
    assert apart[0].sum() == 2
    assert together[0].sum() == 3
    assert apart[1].sum() == together[1].sum()


def test_empty_texts_have_empty_rows() -> None:
    words, characters = count_ngrams(["", "one", "!!"])
    assert np.diff(words.indptr).tolist() == [0, 1, 0]
    assert characters[0].sum() == 0
    assert count_ngrams([])[0].shape == (0, COLUMNS)
    assert count_ngrams(["", ""])[1].sum() == 0


@pytest.mark.slow
@given(st.lists(st.text(max_size=40), max_size=6))
def test_rows_do_not_depend_on_their_company(texts: list[str]) -> None:
    words, characters = count_ngrams(texts)
    for i, text in enumerate(texts):
        alone = count_ngrams([text])
        assert abs(words[[i]] - alone[0]).sum() == 0
        assert abs(characters[[i]] - alone[1]).sum() == 0


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_read_as_any_text_is(text: str) -> None:
    assert ngrams._ASCII.findall(text) == ngrams._TOKEN.findall(text)
