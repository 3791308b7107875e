"""Leave out what draws the requests of others: descriptions with sentences or clauses less."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from skillaudit.analysis.generic import generic_phrases
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.terms import MINUS
from skillaudit.optimize.wording import closed
from skillaudit.requests.wording import split_sentences

MAX_CLAUSES = 40
"""Clauses of one description that are looked at."""
LEAST = 0.02
"""Expected requests that leaving a clause out must bring by words."""
LEFT = 12
"""Characters that a description must keep."""
_CLAUSE = re.compile(r"(?<=[,;])\s+|(?<=[，；、])")
_JOIN = re.compile(r"(and|or|und|oder|et|ou|y|o|e) ", re.IGNORECASE)

Clauses = tuple[tuple[str, ...], ...]
"""Sentences, each as its clauses."""


def pruned(bench: Bench, row: int) -> list[str]:
    """Return the description of `row` with ever more left out, always what costs most by words, first to last.

    A sentence goes whole, or loses clauses between commas, never its first. The first sentence says what the
    skill does, and goes only where it claims everything. What says what the skill is not for stays: scores
    read no negation, and would drop it first. Scores are by words, the vector's part
    taken as unchanged; nothing is embedded.
    """
    before = bench.skills[row].description
    parts = clauses_of(before)
    old = bench.columns.lexical([bench.text(row, before)])[:, 0]
    column = bench.board.scores[:, row]
    found: list[str] = []
    best = 0.0
    while True:
        options = [option for option in _less(parts) if len(joined(option)) >= LEFT]
        if not options:
            return found
        scores = bench.columns.lexical([bench.text(row, joined(option)) for option in options])
        gains = [
            bench.gain(bench.board.try_column(row, column + (scores[:, at] - old) * np.float32(2 / 3)))
            for at in range(len(options))
        ]
        at = int(np.argmax(gains))
        if gains[at] < best + LEAST:
            return found
        best, parts = gains[at], options[at]
        found.append(joined(parts))


def clauses_of(text: str) -> Clauses:
    """Cut a text into sentences, and these at commas."""
    return tuple(
        tuple(part for part in _CLAUSE.split(sentence) if part) for sentence in split_sentences(text)
    )


def joined(parts: Clauses) -> str:
    """Return clauses as a text again; the last of a list keeps its `and`."""
    return " ".join(closed(" ".join(clauses)) for clauses in parts)


def _less(parts: Clauses) -> Iterator[Clauses]:
    """Yield a text with one sentence or one clause less."""
    for at, clauses in enumerate(parts):
        if any(MINUS.search(clause) for clause in clauses):
            continue
        rest = parts[:at], parts[at + 1 :]
        if len(parts) > 1 and (at or generic_phrases(" ".join(clauses))):
            yield (*rest[0], *rest[1])
        for cut in range(1, min(len(clauses), MAX_CLAUSES)):
            kept = [*clauses[:cut], *clauses[cut + 1 :]]
            join = _JOIN.match(clauses[cut])
            if join and cut == len(clauses) - 1 and cut > 1 and not _JOIN.match(kept[-1]):
                kept[-1] = join.group() + kept[-1]
            yield (*rest[0], tuple(kept), *rest[1])
