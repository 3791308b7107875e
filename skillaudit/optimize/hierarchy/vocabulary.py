"""Describe a group of skills in their own words, so that each of them is spoken of."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterator, Sequence

from skillaudit.optimize.words.phrasing import (
    BOOKS,
    MAX_DESCRIPTION,
    closed,
    language,
    listing,
    spelled,
    without_generic,
)
from skillaudit.optimize.words.source import phrases, stems
from skillaudit.schema import Skill

SAID = 0.5
"""What is left of a member's claim to be spoken of, each time that it has been."""
MAX_PHRASES = 40
"""Phrases of one member's descriptor that are looked at."""
NAMED = 2.0
"""Weight of a word that stands in a member's name."""
_COST = 20
"""Characters that a phrase costs beside its own: a list of few long phrases reads better than one of scraps."""
_SHORTEST = 3


class Vocabulary:
    """The phrases of each skill's descriptor, and how telling their words are in the library."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        """Read the descriptors of a library."""
        self.skills = skills
        self._phrases = [_read(skill) for skill in skills]
        self._named = [frozenset(stems(spelled(skill.name))) for skill in skills]
        self._holders: Counter[str] = Counter()
        for found in self._phrases:
            self._holders.update({word for words in found.values() for word in words})

    def telling(self, word: str) -> float:
        """Return the logarithm of how seldom a word is in the library, in [0, log N]."""
        return math.log(len(self.skills) / self._holders[word])

    def described(self, name: str, rows: Sequence[int]) -> str:
        """Describe a category: its name, then phrases that speak of as many of its members as fit.

        All words are the members' own. A phrase counts for every member that says its words, by how telling
        they are and how short it is; a member that has been spoken of counts half from then on, so that none
        is hidden behind a talkative one.
        """
        book = BOOKS[language(" ".join(self.skills[row].description for row in rows[:20]))]
        head = closed(name, book.stop)
        room = MAX_DESCRIPTION - len(head) - len(book.cover) - 2
        chosen = list(self._cover(rows, set(stems(name)), room, len(book.comma)))
        return f"{head} {listing(book, chosen)}" if chosen else head

    def _cover(self, rows: Sequence[int], known: set[str], room: int, comma: int) -> Iterator[str]:
        says: dict[str, set[int]] = {}
        options: dict[str, frozenset[str]] = {}
        for row in rows:
            for phrase, words in self._phrases[row].items():
                options.setdefault(phrase, words)
                for word in words:
                    says.setdefault(word, set()).add(row)
        claim = dict.fromkeys(rows, 1.0)

        def worth(phrase: str) -> float:
            # An exact sum, for the order of a set of words differs from run to run.
            value = math.fsum(
                self.telling(word) * claim[row] * (NAMED if word in self._named[row] else 1.0)
                for word in options[phrase] - known
                for row in says[word]
            )
            return value / (len(phrase) + comma + _COST)

        heap = [(-worth(phrase), phrase) for phrase in options]
        heapq.heapify(heap)
        while heap:
            bound, phrase = heapq.heappop(heap)
            # Worth only falls as others are chosen, so what keeps its worth is the best that is left.
            value = worth(phrase)
            if value <= 0 or len(phrase) + comma > room:
                continue
            if value < -bound - 1e-12:
                heapq.heappush(heap, (-value, phrase))
                continue
            room -= len(phrase) + comma
            for row in sorted({row for word in options[phrase] - known for row in says[word]}):
                claim[row] *= SAID
            known |= options[phrase]
            yield phrase


def _read(skill: Skill) -> dict[str, frozenset[str]]:
    """Return the phrases of a descriptor and the telling words of each: runs between stop words, and single words.

    Where there is a body, a word of the description that the body never says again is left out: it is seldom
    what the skill is about.
    """
    found: dict[str, frozenset[str]] = {}
    body = skill.body.casefold()
    for text in (spelled(skill.name), without_generic(skill.description)):
        for run in phrases(text):
            for part in dict.fromkeys((run, *run.split())):
                words = frozenset(stems(part))
                if not words or len(part) < _SHORTEST or len(found) == MAX_PHRASES:
                    continue
                if not body or text == spelled(skill.name) or all(body.count(word) > 1 for word in words):
                    found.setdefault(part, words)
    return found
