"""A text that says when is told by each language's own words as it is by all patterns at once."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from skillaudit.text.occasions import SAID_WHEN, WHEN, says_when

PIECES = re.findall(r"[^\W_]{1,12}", " ".join(WHEN.values()))


@given(
    st.lists(
        st.one_of(st.sampled_from(PIECES), st.sampled_from([" ", ". ", "\n", "Use ", " WHEN", "ſi ", "İ"]))
    )
)
def test_it_finds_what_all_patterns_find(pieces: list[str]) -> None:
    for text in ("".join(pieces), " ".join(pieces)):
        assert says_when(text) == bool(re.search(SAID_WHEN, text, re.IGNORECASE))
