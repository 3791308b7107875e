"""Leave out what draws the requests of others: descriptions with sentences or clauses less."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from skillaudit.analysis.generic import generic_phrases
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.words.lexicon import WHEN, Lexicon
from skillaudit.optimize.words.lists import shorter
from skillaudit.optimize.words.phrasing import closed, ended
from skillaudit.optimize.words.source import stems
from skillaudit.text.sentences import sentences

LEAST = 0.02
"""Expected requests that leaving a clause out must bring by words."""
LEFT = 12
"""Characters that a description must keep."""
WORTH = 0.5
"""What a sentence that is put back must tell for its length, in parts of what the rest does."""
_COMMA = re.compile(r"[,;](?=\s)|[，；、]")
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


def _never(_sentence: str) -> bool:
    return False


def fitted(text: str, weights: Mapping[str, float], room: int, away: Callable[[str], bool] = _never) -> str:
    """Return a description of at most `room` characters, rid of whole sentences and items of lists.

    What goes first is what tells least for its length, by the words that no other part says; sentences that are
    `away`, which say what the skill is not for, tell nothing of it. The first sentence stays, the last one that says
    when to use the skill goes last, and the text is longer where nothing more can be left out. What room is left goes
    to what tells most of what is gone, cut to it, again and again while that tells enough for its length.
    """
    fit = _Fit(text, weights, room, away)
    parts = fit.trimmed(fit.whole, list(fit.whole))
    while (now := len(fit.written(parts))) and now < room:
        before = fit.told(parts)
        tries = [fit.trimmed({**parts, at: fit.whole[at]}, [at]) for at in fit.whole if at not in fit.away]
        gains = [
            (fit.told(one) - before, one)
            for one in tries
            if (grown := len(fit.written(one)) - now) <= room - now
            and fit.told(one) - before >= WORTH * before * grown / now
        ]
        gain, parts = max(gains, key=lambda each: each[0], default=(0.0, parts))
        if gain <= 0:
            break
    return fit.written(parts)


_Parts = Mapping[int, tuple[str, ...]]
"""Clauses of the sentences of a text that are left, by their place in it."""


class _Fit:
    """A description that has to get into some room, by what its sentences tell."""

    def __init__(
        self, text: str, weights: Mapping[str, float], room: int, away: Callable[[str], bool]
    ) -> None:
        """Take the text whole."""
        self.whole: _Parts = dict(enumerate(clauses_of(text)))
        said = {at: " ".join(clauses) for at, clauses in self.whole.items()}
        self.away = {at for at, sentence in said.items() if at and away(sentence)}
        self._when = {at for at, sentence in said.items() if WHEN.search(sentence)} - self.away
        self._weights, self._room = weights, room
        self._words: dict[str, frozenset[str]] = {}

    def told(self, parts: _Parts) -> float:
        """Weigh the words of what is left."""
        said: set[str] = set()
        for at, clauses in parts.items():
            for clause in clauses if at not in self.away else ():
                if clause not in self._words:
                    self._words[clause] = frozenset(stems(clause))
                said |= self._words[clause]
        return math.fsum(self._weights.get(word, 0.0) for word in sorted(said))

    @staticmethod
    def written(parts: _Parts) -> str:
        """Return what is left as a text."""
        return joined(tuple(parts[at] for at in sorted(parts)))

    def trimmed(self, parts: _Parts, rows: Sequence[int]) -> _Parts:
        """Leave out of some sentences what tells least, until the text fits or no more can go."""
        while len(now := self.written(parts)) > self._room:
            options = [
                {**parts, at: rest[0]} for at in rows if at in parts for rest in less((parts[at],), _never)
            ]
            gone = [at for at in parts if len(rows) > 1 and len(parts) > 1 and self._may_go(at, parts)]
            kept = [at for at in gone if at not in self._when or len(self._when & parts.keys()) > 1]
            # A sentence is dropped before the last that says when is, and that once it cannot be shorter.
            for at in kept or (gone if not options else ()):
                options.append({key: clauses for key, clauses in parts.items() if key != at})
            options = [option for option in options if self.written(option)]
            if not options:
                break
            before = self.told(parts)
            parts = min(
                options,
                key=lambda one: (before - self.told(one)) / max(len(now) - len(self.written(one)), 1),
            )
        return parts

    @staticmethod
    def _may_go(at: int, parts: _Parts) -> bool:
        return bool(at or generic_phrases(" ".join(parts[at])))


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
    return (ended if clauses[-1].endswith(")") else closed)(" ".join(clauses))


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
