"""What a line out of a body is about, where it does not say: `Add a filter` stands in a skill for dashboards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from skillaudit.requests.mining import BODY_LIMIT
from skillaudit.requests.wording import pieces
from skillaudit.schema import Skill
from skillaudit.text.words import is_unspaced, stem, terms

_TELLING, _TELLING_LEAST = 0.03, 3
"""A word tells what a line is about where so large a share of the descriptors has it, or so many, at most."""
_SHARED = 2
"""A word that no other descriptor has would give the skill away."""

_SHORTEST = 4
"""A shorter word may be a function word of any language, unless it is in capitals."""
_VOICE = re.compile(r"\b(?:i|my|me|we|our|us)\b|[?？]\W*$", re.IGNORECASE)
"""What a user says in so many words is a request as it stands."""


class Context:
    """Knows what the skills of one library are about."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        """Index the descriptors of `skills`."""
        self._words = {skill.id: _surfaces(skill.text) for skill in skills}
        self._names = {skill.id: {stem(word) for word in pieces(skill.name)} for skill in skills}
        self._bodies = {skill.id: skill.body for skill in skills}
        self._used = Counter(word for words in self._words.values() for word in words)
        self._limit = max(_TELLING * len(skills), _TELLING_LEAST)

    def told(self, line: str, skill: str) -> str:
        """Return a line of the skill's body with one word of its subject before it, where it shares no telling one.

        The word is one of the descriptor, shared with another and not in the skill's name, that the body says most
        often. Without such a word the line stays as it is, as does a user's own question, and a line in a script
        without spaces.
        """
        words = self._words[skill]
        telling = {word for word in words if self._used[word] <= self._limit}
        if is_unspaced(line[0]) or _VOICE.search(line) or telling.intersection(_surfaces(line)):
            return line
        subject = [
            word
            for word in telling - self._names[skill]
            if self._used[word] >= _SHARED and (len(words[word]) >= _SHORTEST or words[word].isupper())
        ]
        body = self._bodies[skill][:BODY_LIMIT].casefold() if subject else ""
        said = {word: count for word in subject if (count := body.count(f" {word}"))}
        if not said:
            return line
        return f"{words[min(said, key=lambda word: (-said[word], self._used[word], word))]}: {line}"


def _surfaces(text: str) -> dict[str, str]:
    """The words of a text by their stems, as they are first written."""
    found: dict[str, str] = {}
    for key, written in terms(text):
        found.setdefault(stem(key), written)
    return found
