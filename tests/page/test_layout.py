"""Documents: what is drawn fits, and what is copied says the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from skillaudit.page.blocks import (
    Block,
    Bullet,
    Column,
    Field,
    Gauge,
    Heading,
    Paragraph,
    Share,
    Title,
    table,
)
from skillaudit.page.layout import layout, widths
from skillaudit.page.lines import Line, Span, line_width, wrap
from skillaudit.page.markdown import escape
from skillaudit.page.markdown import render as to_markdown
from skillaudit.schema import Estimate


def text(lines: list[Line]) -> list[str]:
    """Return lines as plain text, without trailing space."""
    return ["".join(span.text for span in line).rstrip() for line in lines]


DOCUMENT: list[Block] = [
    Title("a title", (Span("one", "error"), Span("two"))),
    Field("label", (Span("a value"),)),
    Heading("Section", "a note"),
    Paragraph("some words that are wrapped", indent=2),
    Bullet("12%", "a request", "somebody", "somebody-id"),
    table((Column("name"), Column("n", 3, "right")), [(Span("x", "link", "x-id"), Span("7"))]),
    Gauge("rate", Estimate(value=0.5, low=0.4, high=0.6)),
    Share("part", 0.25, 0.5, "of it"),
]


def test_layout_draws_every_block() -> None:
    lines = text(layout(DOCUMENT, 60))
    assert lines[:5] == ["a title", "one  two", "label         a value", "", "Section  a note"]
    assert lines[5] == "  some words that are wrapped"
    assert lines[6:8] == ["  12% a request", "      → somebody"]
    assert lines[8].split() == ["name", "n"]
    assert lines[9].split() == ["x", "7"]
    assert lines[10].startswith("rate          50% (40 to 60)")
    assert lines[11].startswith("part          25.0%  ██████░░░░░░ of it")


def test_links_cover_their_names_only() -> None:
    links = [span for line in layout(DOCUMENT, 60) for span in line if span.link]
    assert [(span.text, span.link) for span in links] == [("somebody", "somebody-id"), ("x", "x-id")]


@given(st.text(max_size=60), st.integers(24, 120))
def test_no_line_is_wider_than_asked(words: str, width: int) -> None:
    blocks: list[Block] = [
        Title(words, (Span(words[:10]), Span(words[:10]))),
        Field(words[:12], (Span(words),)),
        Field("two", (Span(words), Span(words))),
        Heading(words, words),
        Paragraph(words, indent=2),
        Bullet("100%", words, words, "x"),
        table((Column(words), Column("n", 6, "right")), [(Span(words), Span(words))], 3, words or "row"),
        Gauge(words, Estimate(value=0.3, low=0.1, high=0.9)),
        Share(words, 0.1, 0.4, words),
    ]
    assert all(line_width(line) <= width for line in layout(blocks, width))


def test_badges_go_to_the_next_line_rather_than_be_cut() -> None:
    badges = (Span("a" * 20), Span("b" * 20))
    assert text(layout([Title("t", badges)], 30)) == ["t", "a" * 20, "b" * 20]


def test_markdown_says_the_same() -> None:
    assert to_markdown(DOCUMENT) == (
        "# a title\n\none · two\n\n- label: a value\n\n## Section (a note)\n\nsome words that are wrapped\n"
        "\n- 12% a request → somebody\n\n| name | n |\n| --- | ---: |\n| x | 7 |\n"
        "\n- rate: 50% (40 to 60)\n- part: 25.0%, of it\n"
    )


def test_markdown_escapes_what_would_be_markup() -> None:
    assert escape("[a](b) `c` <d> | *e*") == "\\[a\\]\\(b\\) \\`c\\` &lt;d&gt; \\| \\*e\\*"
    assert "\x1b" not in to_markdown([Paragraph("a\x1b[31m")])


def test_widths_share_what_is_left() -> None:
    assert widths((Column("a"), Column("b", 5), Column("c")), 20) == [7, 5, 6]
    assert widths((Column("a", 4), Column("b", 5)), 20) == [4, 5]


def test_a_word_that_is_too_wide_breaks_at_its_joints() -> None:
    assert wrap("kitchen/weather-report", 9) == ["kitchen/", "weather-", "report"]
    assert wrap("a" * 12, 5) == ["aaaaa", "aaaaa", "aa"]


def test_a_column_of_words_makes_room_for_the_longest() -> None:
    rows = [(Span("short"), Span("a-name-of-some-length"))]
    lines = layout([table((Column("a"), Column("b")), rows)], 30)
    assert any("a-name-of-some-length" in span.text for line in lines for span in line)
