"""A paragraph for AGENTS.md or CLAUDE.md: the boundaries that the list of skills has no room for."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.terms import Lexicon, choose
from skillaudit.optimize.wording import spelled

MAX_RULES = 20
_ROOM = 70
"""Characters of phrases for each side of a rule."""
_LEAST = 2
"""Requests that must change hands in a pair before a rule is worth its place in every prompt."""


def anchor_paragraph(bench: Bench, lexicon: Lexicon, pairs: Sequence[tuple[int, int, int]]) -> str:
    """Return Markdown rules for the pairs that take each other's requests most; empty without any.

    `pairs` are (row, row, requests that change hands). Each rule names what is particular to either skill,
    in phrases of its own file.
    """
    rules: list[str] = []
    for a, b, count in pairs:
        if count < _LEAST or {a, b} & bench.gone or len(rules) == MAX_RULES:
            continue
        sides = [_side(bench, lexicon, row, other) for row, other in ((a, b), (b, a))]
        names = [bench.skills[row].name for row in (a, b)]
        rules.append(f"- {sides[0]}: `{names[0]}`. {sides[1]}: `{names[1]}`.")
    if not rules:
        return ""
    return "## Choosing between similar skills\n\n" + "\n".join(rules)


def _side(bench: Bench, lexicon: Lexicon, row: int, other: int) -> str:
    known = lexicon.described[other] | set(lexicon.sources[other].counts)
    source = lexicon.sources[row]
    chosen = choose(source, lexicon.weights(row, (other,)), known, _ROOM, lexicon.plain(row))
    if not chosen:
        chosen = choose(source, lexicon.weights(row, (other,)), lexicon.described[other], _ROOM)
    return ", ".join(chosen[:4]) or spelled(bench.skills[row].name)
