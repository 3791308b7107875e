"""A paragraph for AGENTS.md or CLAUDE.md: the boundaries that the list of skills has no room for."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.rewrite.candidates import lead_of
from skillaudit.optimize.words.lexicon import Lexicon

MAX_RULES = 20
_ROOM = 160
"""Characters of a sentence for each side of a rule."""
_LEAST = 2
"""Requests that must change hands in a pair before a rule is worth its place in every prompt."""


def anchor_paragraph(bench: Bench, lexicon: Lexicon, pairs: Sequence[tuple[int, int, int]]) -> str:
    """Return Markdown rules for the pairs that take each other's requests most; empty without any.

    `pairs` are (row, row, requests that change hands). Each rule puts the sentences side by side that say what
    either skill does; a pair where one is missing or long has no rule.
    """
    rules: list[str] = []
    for a, b, count in pairs:
        if count < _LEAST or {a, b} & bench.gone or len(rules) == MAX_RULES:
            continue
        skills = [bench.skills[row] for row in (a, b)]
        sides = [lead_of(bench.start[row], lexicon.sources[row]) for row in (a, b)]
        if not all(sides) or sides[0] == sides[1] or max(map(len, sides)) > _ROOM:
            continue
        called = [skill.name if skills[0].name != skills[1].name else skill.id for skill in skills]
        rules.append(
            f"- `{called[0]}` or `{called[1]}`? {sides[0]} → `{called[0]}`. {sides[1]} → `{called[1]}`."
        )
    if not rules:
        return ""
    return "## Choosing between similar skills\n\n" + "\n".join(rules)
