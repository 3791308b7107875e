"""A description cut to some room: what tells its skill from others stays, and what room is left is filled."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

from skillaudit.analysis.generic import generic_phrases
from skillaudit.optimize.prune import clauses_of, joined, less
from skillaudit.optimize.words.lexicon import WHEN
from skillaudit.optimize.words.lists import QUOTED
from skillaudit.optimize.words.phrasing import spelled
from skillaudit.optimize.words.source import stems
from skillaudit.text.words import stem

WORTH = 0.1
"""What a sentence that is put back must tell for its length, in parts of what the rest does."""
NAME = 3.0
"""Of a skill's name in words, in telling words of its description."""
EITHER, BOTH = 2.0, 1.0
"""Of an acronym or what it stands for, whichever comes first, and of the other beside it, likewise."""
PHRASE = 0.5
"""Of a quoted phrase of users, beside its words, likewise."""
FIRST = 0.5
"""How much more the first item of a list tells than the last: authors begin with what they are asked most."""
LONGEST = 6
"""Letters of an acronym."""
_ACRONYM = re.compile(r"(?<![\w-])[A-Za-z]?[A-Z]{2,6}(?![\w-])")
_PHRASE = re.compile(r"[^\W\d_]+(?:[ -][^\W\d_]+)+")
_LETTERS = re.compile(r"[^\W\d_]+")


def fitted(
    text: str,
    weights: Mapping[str, float],
    room: int,
    away: Callable[[str], bool] = lambda _: False,
    name: str = "",
) -> str:
    """Return a description of at most `room` characters, rid of whole sentences and items of lists.

    What goes first is what tells least for its length, by the words that no other part says; before all a sentence that
    is `away`, telling what the skill is not for. The first sentence stays, the last one that says when to use the skill
    goes last, and the text is longer where nothing more can be left out. What room is left goes to what tells most of
    what is gone, cut to it, again and again while that tells enough for its length.
    """
    fit = _Fit(text, weights, room, away, name)
    parts = fit.trimmed(fit.whole, list(fit.whole))
    while (now := len(fit.written(parts))) and now < room:
        before = fit.told(parts)
        tries = [fit.trimmed({**parts, at: fit.whole[at]}, [at]) for at in fit.whole]
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
        self,
        text: str,
        weights: Mapping[str, float],
        room: int,
        away: Callable[[str], bool],
        name: str,
    ) -> None:
        """Take the text whole."""
        self.whole: _Parts = dict(enumerate(clauses_of(text)))
        said = {at: " ".join(clauses) for at, clauses in self.whole.items()}
        self._away = {at for at, sentence in said.items() if at and away(sentence)}
        self._when = {at for at, sentence in said.items() if WHEN.search(sentence)} - self._away
        self._room = room
        own = [sentence for at, sentence in said.items() if at not in self._away]
        words = {word for sentence in own for word in stems(sentence)}
        total = math.fsum(weights.get(word, 0.0) for word in sorted(words))
        average = total / max(sum(weights.get(word, 0.0) > 0 for word in words), 1)
        places = _places(own)
        self._weights = {word: weights.get(word, 0.0) * places[word] for word in words}
        self._marks = [
            (pattern, {mark: average * worth for mark, worth in worths.items()})
            for pattern, worths in (*_named(text, name), *_acronyms(text))
        ]
        for _, worths in self._marks:
            self._weights.update(worths)
        self._weights.update(dict.fromkeys(_phrases(text), average * PHRASE))
        self._words: dict[str, frozenset[str]] = {}

    def told(self, parts: _Parts) -> float:
        """Weigh what is left: its words, names and acronyms, of sentences about the skill itself."""
        said: set[str] = set()
        for at, clauses in parts.items():
            for clause in clauses if at not in self._away else ():
                if clause not in self._words:
                    marks = [worths for pattern, worths in self._marks if pattern.search(clause)]
                    self._words[clause] = frozenset(
                        (*stems(clause), *(mark for own in marks for mark in own), *_phrases(clause))
                    )
                said |= self._words[clause]
        return math.fsum(self._weights.get(word, 0.0) for word in sorted(said))

    @staticmethod
    def written(parts: _Parts) -> str:
        """Return what is left as a text."""
        return joined(tuple(parts[at] for at in sorted(parts)))

    def trimmed(self, parts: _Parts, rows: Sequence[int]) -> _Parts:
        """Leave out of some sentences what tells least, until the text fits or no more can go."""
        while len(now := self.written(parts)) > self._room:
            shorter = {at: list(less((parts[at],), lambda _: False)) for at in rows if at in parts}
            options = [{**parts, at: rest[0]} for at, found in shorter.items() for rest in found]
            # What a long sentence tells stands in few of its items: it goes whole once it cannot be shorter.
            gone = [at for at in parts if not shorter.get(at) and len(rows) > 1 and self._may_go(at, parts)]
            kept = [at for at in gone if at not in self._when or len(self._when & parts.keys()) > 1]
            # A sentence is dropped before the last that says when is, and that once nothing can be shorter.
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


def _places(sentences: Sequence[str]) -> dict[str, float]:
    """Return how much more each word tells for standing early in a sentence, as a factor in [1, 1 + `FIRST`]."""
    found: dict[str, float] = {}
    for sentence in sentences:
        words = stems(sentence)
        for at, word in enumerate(words):
            found[word] = max(found.get(word, 1.0), 1 + FIRST * (1 - at / len(words)))
    return found


def _phrases(text: str) -> Iterator[str]:
    """Yield a mark for each quoted phrase of a text."""
    for match in QUOTED.finditer(text):
        yield f"\0{match.group()[1:-1].strip(' .,;').casefold()}"


_Marks = Iterator[tuple[re.Pattern[str], Mapping[str, float]]]
"""Patterns with what a clause is worth that has them, by marks that count once each."""


def _named(text: str, name: str) -> _Marks:
    """Yield a skill's name as its description spells it out, else the words of the name."""
    words = [word for word in _LETTERS.findall(spelled(name)) if stems(word)]
    whole = re.compile(r"(?<!\w)" + r"[\s-]".join(map(re.escape, words)), re.IGNORECASE)
    if words and whole.search(text):
        yield whole, {"\0name": NAME}
        return
    for word in words:
        yield (
            re.compile(rf"(?<!\w){re.escape(stem(word.casefold()))}", re.IGNORECASE),
            {f"\0{word}": NAME / len(words)},
        )


def _acronyms(text: str) -> _Marks:
    """Yield each acronym of a text and the words of the text that it stands for."""
    short = set(_ACRONYM.findall(text))
    for run in _PHRASE.findall(text) if short else ():
        words = re.split("[ -]", run)
        letters = [word if word.isupper() else word[0] for word in words]
        for first, last in combinations(range(len(words) + 1), 2):
            said = "".join(letters[first:last])
            if last - first > LONGEST or len(said) > LONGEST:
                continue
            for acronym in short if last - first > 1 else ():
                if acronym.casefold() == said.casefold():
                    either = {f"\0{said}": EITHER}
                    yield re.compile(rf"(?<![\w-]){acronym}(?![\w-])"), {**either, f"\0{said} short": BOTH}
                    whole = "[ -]".join(words[first:last])
                    yield re.compile(rf"(?<!\w){whole}(?!\w)"), {**either, f"\0{said} long": BOTH}
