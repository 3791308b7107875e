"""Requests that give their skill away: they name it, or say its description over again.

After the probe protocol of arXiv 2605.16508 (drop a query with the joined name, or with two of its
words of four letters or more), made fair to names in everyday words: a word that other skills of the
library use too gives nothing away. What people labelled by hand is dropped only where it calls the skill by
its identifier: users do say "polars" and "SEO audit".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from skillaudit.requests.wording import pieces
from skillaudit.schema import Skill
from skillaudit.text.words import identifiers, stem

_SHARED_BY = 3
"""A word in the descriptors of this many skills is the library's, not one skill's name."""

_NAME_WORD = 4
_RUN = 4
_MOST = 0.6
"""Share of the description's words, or of the request's, that makes a request a copy."""


_PREFIXED = re.compile(r"(?:anti|co|cross|inter|multi|non|post|pre|re|self|semi|sub)-\w+")
"""Words that are written with a hyphen anyway."""


def _identifiers(skills: Sequence[Skill]) -> dict[str, str]:
    """Return the ids of the skills whose names are several words joined, by the name in lower case."""
    used = Counter(word for skill in skills for word in set(identifiers(skill.description.casefold())))
    return {
        name: skill.id
        for skill in skills
        if identifiers(name := skill.name.casefold()) == [name]
        and not _PREFIXED.fullmatch(name)
        and used[name] < _SHARED_BY
    }


class LeakFilter:
    """Knows the words of one library and tells which requests leak their skill."""

    def __init__(self, skills: Sequence[Skill]) -> None:
        """Index the descriptors of `skills`."""
        self._descriptions = {skill.id: pieces(skill.description) for skill in skills}
        self._names = {skill.id: pieces(skill.name) for skill in skills}
        self._literal = {skill.id: skill.name.casefold() for skill in skills}
        used: Counter[str] = Counter()
        for skill in skills:
            used.update({stem(word) for word in self._descriptions[skill.id] + self._names[skill.id]})
        self._used = used
        self._identifiers = _identifiers(skills)

    def names(self, query: str, skill: str) -> bool:
        """Whether a request calls the skill by its identifier: `ab-testing`, `/pdf`, `the pdf skill`."""
        name = self._literal[skill]
        text = query.casefold()
        if not name or name not in text:
            return False
        edge = rf"(?<![\w-]){re.escape(name)}(?![\w-])"
        if not re.search(edge, text):
            return False
        if len(self._names[skill]) > 1 and not name.isalpha() and " " not in name:
            return True
        return bool(
            re.search(rf"(?:^|\s)[/$@]{re.escape(name)}\b", text)
            or re.search(rf"{edge}['\"`”’]?\s+(?:skill|agent|tool|plugin)\b", text)
            or re.search(rf"\b(?:skill|plugin)\s+['\"`“‘]?{edge}", text)
        )

    def leaks(self, query: str, skill: str) -> bool:
        """Whether a line out of the skill's own files gives it away; stricter than `names`."""
        if self.names(query, skill):
            return True
        order = pieces(query)
        if (
            len(self._names[skill]) == 1
            and (name := self._names[skill][0]) in order
            and len(name) >= _NAME_WORD
        ):
            return self._used[stem(name)] < _SHARED_BY or self._repeats(order, skill)
        present = {stem(word) for word in order}
        telling = {
            folded
            for word in self._names[skill]
            if len(word) >= _NAME_WORD and self._used[folded := stem(word)] < _SHARED_BY
        }
        if len(telling & present) >= 2:
            return True
        return self._repeats(order, skill)

    def mentions(self, line: str, skill: str) -> bool:
        """Whether a line out of a skill's own files speaks of another skill by its identifier.

        So do the boundaries that authors draw (`assumes that table-approval has run`); what users ask does not.
        An identifier that three descriptors use is the name of a thing, such as `scikit-learn`, and `post-processing`
        is a word.
        """
        words = {word.strip("-_") for word in identifiers(line.casefold())}
        return any(self._identifiers.get(word, skill) != skill for word in words)

    def _repeats(self, order: list[str], skill: str) -> bool:
        """Whether a request holds most of the description, or is mostly cut out of it word for word."""
        description = self._descriptions[skill]
        if len(order) < _RUN or len(description) < _RUN:
            return False
        own = set(description)
        if len(own & set(order)) >= _MOST * len(own):
            return True
        runs = set(zip(*(description[k:] for k in range(_RUN)), strict=False))
        copied = [False] * len(order)
        for i, run in enumerate(zip(*(order[k:] for k in range(_RUN)), strict=False)):
            if run in runs:
                copied[i : i + _RUN] = [True] * _RUN
        return sum(copied) >= _MOST * len(order)
