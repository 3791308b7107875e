"""One request's ranking of the skills, as blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from skillaudit.page.blocks import Block, Column, Row, Title, field, link, table
from skillaudit.page.figures import cut, percent, plural
from skillaudit.page.lines import Span

if TYPE_CHECKING:
    from skillaudit.pipeline.ranking import Ranking

SHOWN = 160
"""Letters of a description."""


def _offered(ranking: Ranking) -> str:
    skills = ranking.skills - ranking.gateways
    if not ranking.behind:
        return f"{plural(ranking.skills, 'skill')} to choose from"
    some = "" if ranking.behind == skills else f", {ranking.behind:,} of them"
    return f"{plural(skills, 'skill')}{some} behind {plural(ranking.gateways, 'gateway')}"


def document(ranking: Ranking) -> Iterator[Block]:
    """Yield the skills nearest to a request, each with its chance and the words that carry its score."""
    yield Title(f"“{ranking.query}”")
    yield field(
        "router",
        f"{ranking.router}, {ranking.scorer} scorer; {_offered(ranking)}",
    )
    yield field("fits", "likeness puts them in this order; whether the first fits at all is yours to say")
    if ranking.fires is not None:
        yield field("if none does", f"one is loaded all the same with a chance of {percent(ranking.fires)}")
    columns = (
        Column("", 3, "right"), Column("skill"), Column("score", 6, "right"), Column("if 1. fits", 10, "right")
    )  # fmt: skip
    rows = []
    for place, choice in enumerate(ranking.choices, 1):
        words = ", ".join(f"{word} {weight:.2f}" for word, weight in choice.words)
        door = f"behind {choice.behind}, which is chosen first" if choice.behind else ""
        told = (door, cut(choice.description, SHOWN), f"because of: {words}" if words else "")
        notes = tuple(note for note in told if note)
        cells = (
            Span(f"{place}.", "muted"), link(choice.id), Span(f"{choice.score:.3f}"),
            Span(percent(choice.probability), "value"),
        )  # fmt: skip
        rows.append(Row(cells, notes))
    yield table(columns, rows)
    yield field("no skill", f"chance {percent(ranking.no_skill)} if the first fits")
