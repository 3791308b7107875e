"""Leave out what draws the requests of others: descriptions with sentences or clauses less."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

import numpy as np

from skillaudit.analysis.generic import generic_phrases
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.words.lexicon import WHEN, Lexicon
from skillaudit.optimize.words.lists import shorter
from skillaudit.optimize.words.phrasing import closed, ended
from skillaudit.text.sentences import sentences

LEAST = 0.02
"""Expected requests that leaving a clause out must bring by words."""
LEFT = 12
"""Characters that a description must keep."""
_COMMA = re.compile(r"[,;](?=\s)|[，；、]")
_CLOSING = (")", '"', "”", "’", "'")
_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»"}

Clauses = tuple[tuple[str, ...], ...]
"""Sentences, each as its clauses."""


def pruned(bench: Bench, row: int, lexicon: Lexicon) -> list[str]:
    """Return the description of `row` with ever more left out, always what costs most by words, first to last.

    A sentence goes whole, or loses items of a list between commas. The first sentence says what the skill
    does, and goes only where it claims everything. What says when the skill is to be used, and what it is not
    for, stays: scores read no negation, and would drop such a sentence first. Scores are by words, the vector's
    part taken as unchanged; nothing is embedded.
    """
    before = bench.skills[row].description
    parts = clauses_of(before)

    def kept(sentence: str) -> bool:
        return lexicon.turns_away(row, sentence) or bool(WHEN.search(sentence))

    old = bench.columns.lexical([bench.text(row, before)])[:, 0]
    column = bench.board.scores[:, row]
    found: list[str] = []
    best = 0.0
    while True:
        options = [option for option in less(parts, kept) if len(joined(option)) >= LEFT]
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
    """Cut a text into sentences, and these at the commas that stand in no brackets and no quotes."""
    return tuple(tuple(_clauses(sentence)) for sentence in sentences(text))


def _clauses(sentence: str) -> Iterator[str]:
    open_: list[str] = []
    start = 0
    commas = {match.start() for match in _COMMA.finditer(sentence)}
    for at, letter in enumerate(sentence):
        if open_ and letter == open_[-1]:
            open_.pop()
        elif letter in _PAIRS:
            open_.append(_PAIRS[letter])
        elif letter in '"`':
            open_.append(letter)
        elif at in commas and not open_:
            yield sentence[start : at + 1].strip()
            start = at + 1
    if rest := sentence[start:].strip():
        yield rest


def joined(parts: Clauses) -> str:
    """Return clauses as a text again; the last of a list keeps its `and`."""
    return " ".join(_sentence(clauses) for clauses in parts if clauses)


@lru_cache(maxsize=4096)
def _sentence(clauses: tuple[str, ...]) -> str:
    # Texts that differ by one clause are tried by the thousand.
    return (ended if clauses[-1].endswith(_CLOSING) else closed)(" ".join(clauses))


def less(parts: Clauses, kept: Callable[[str], bool]) -> Iterator[Clauses]:
    """Yield a text with one sentence less, or a part of one that it can do without; `kept` sentences stay."""
    for at, clauses in enumerate(parts):
        sentence = " ".join(clauses)
        if kept(sentence):
            continue
        before, after = parts[:at], parts[at + 1 :]
        if len(parts) > 1 and (at or generic_phrases(sentence)):
            yield (*before, *after)
        for rest in shorter(clauses):
            yield (*before, tuple(_clauses(" ".join(rest))), *after)
