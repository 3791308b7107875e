"""The Markdown report: a library's text must stay text."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.formatters.markdown import render
from skillaudit.page.markdown import escape
from tests.reports import small_report

HOSTILE = "[x](https://evil.example) @someone <img src=x> `code` | cell\n# head"


def test_hostile_text_makes_no_link_tag_mention_or_cell() -> None:
    report = small_report()
    finding = msgspec.structs.replace(report.findings[0], message=HOSTILE)
    text = render(msgspec.structs.replace(report, findings=(finding,)))
    row = next(line for line in text.splitlines() if "evil" in line)
    assert "](" not in row.replace("\\](", "")
    assert "<img" not in row
    assert row.replace("\\|", "").count("|") == 6


@given(st.text(max_size=60))
def test_escaped_text_is_one_line_without_live_characters(text: str) -> None:
    escaped = escape(text)
    assert "\n" not in escaped
    bare = escaped
    for character in "\\`*_{}[]#+!|~@":
        bare = bare.replace("\\" + character, "")
    assert not set(bare) & set("`*_[]|<>@")
