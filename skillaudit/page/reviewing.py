"""One question of a review as blocks: what was asked, what was loaded, and which skills lie close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from skillaudit.page.blocks import Block, Bullet, Heading, Paragraph, Title, field
from skillaudit.page.figures import cut
from skillaudit.page.lines import Span

if TYPE_CHECKING:
    from skillaudit.sessions.choosing import Unsure

KEYS = (
    ("y", "right: what was loaded, or that nothing was"),
    ("n", "none: no skill was needed"),
    ("1-5", "wrong: this one was"),
    ("s", "skip"),
    ("u", "undo the last answer"),
    ("q", "leave; every answer is kept"),
)


def question_blocks(
    question: Unsure, at: int, total: int, descriptions: Mapping[str, str]
) -> Iterator[Block]:
    """Yield one question; `descriptions` are those of the skills, by id."""
    one = question.evidence
    yield Title("Was this the right skill?", (Span(f"{at:,} of {total:,}", "muted"),))
    yield Paragraph(cut(one.query, 1200), "value")
    times = f", {one.count:,} times" if one.count > 1 else ""
    yield field("asked", f"{one.model or 'the model'} in {one.client}, {one.time[:10]}{times}")
    yield field("loaded", ", ".join(one.fired) or "nothing")
    yield Heading("Closest")
    for place, skill in enumerate(question.near, 1):
        yield Bullet(f"{place}", f"{skill}: {cut(descriptions.get(skill, ''), 160)}")
    yield Heading("Keys")
    for key, what in KEYS:
        yield field(key, what)
