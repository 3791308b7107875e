import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.text.caseless import Caseless

PATTERN = r"(?<![\w-])(?:any|all|ask)(?: (?:task|kind|i)s?)*(?=[.,!]|$| ends\b)"
LETTERS = "aAlLnNyYsSkKtTiIıİſK ΣσςéÉß.,-!"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Any task, ALL KINDS.", ["Any task", "ALL KINDS"]),
        ("Aſk. aSK!", ["Aſk", "aSK"]),
        ("İstanbul: all taskſ.", ["all taskſ"]),
        ("ASK ı, as\u212a", ["ASK ı", "as\u212a"]),
        ("Tasks of nobody", []),
    ],
)
def test_what_matches_is_given_as_it_is_written(text: str, found: list[str]) -> None:
    caseless = Caseless(PATTERN)
    assert list(caseless.found(text)) == found
    assert caseless.first(text) == (found or [""])[0]


@given(st.lists(st.one_of(st.sampled_from(["Any", "all", "ASK", " taſks", " KINDS", "."]), st.text(LETTERS))))
def test_it_finds_what_ignoring_case_finds(parts: list[str]) -> None:
    text = "".join(parts)
    assert list(Caseless(PATTERN).found(text)) == [match[0] for match in re.finditer(PATTERN, text, re.I)]
