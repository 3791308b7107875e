"""A paragraph for AGENTS.md or CLAUDE.md: the boundaries that the list of skills has no room for."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.words.lexicon import Lexicon, choose
from skillaudit.optimize.words.phrasing import spelled

MAX_RULES = 20
_ROOM = 70
"""Characters of phrases for each side of a rule."""
_LEAST = 2
"""Requests that must change hands in a pair before a rule is worth its place in every prompt."""


def anchor_paragraph(bench: Bench, lexicon: Lexicon, pairs: Sequence[tuple[int, int, int]]) -> str:
    """Return Markdown rules for the pairs that take each other's requests most; empty without any.

    `pairs` are (row, row, requests that change hands). Each rule names what is particular to either skill,
    in phrases of its own file; a pair of which neither file says more than the name has no rule.
    """
    rules: list[str] = []
    for a, b, count in pairs:
        if count < _LEAST or {a, b} & bench.gone or len(rules) == MAX_RULES:
            continue
        sides = [_side(bench, lexicon, row, other) for row, other in ((a, b), (b, a))]
        if not any(sides):
            continue
        skills = [bench.skills[row] for row in (a, b)]
        called = [skill.name if skills[0].name != skills[1].name else skill.id for skill in skills]
        said = [side or spelled(skill.name) for side, skill in zip(sides, skills, strict=True)]
        rules.append(f"- {said[0]}: `{called[0]}`. {said[1]}: `{called[1]}`.")
    if not rules:
        return ""
    return "## Choosing between similar skills\n\n" + "\n".join(rules)


def _side(bench: Bench, lexicon: Lexicon, row: int, other: int) -> str:
    known = lexicon.described[other] | set(lexicon.sources[other].counts)
    source = lexicon.sources[row]
    chosen = choose(source, lexicon.weights(row, (other,)), known, _ROOM, lexicon.plain(row))
    if not chosen:
        chosen = choose(
            source, lexicon.weights(row, (other,)), lexicon.described[other], _ROOM, lexicon.plain(row)
        )
    return ", ".join(chosen[:4])
