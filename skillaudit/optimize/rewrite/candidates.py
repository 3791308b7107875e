"""Candidates for a skill's description, in whole sentences of its own file and its users: the extractive rewriter."""

from __future__ import annotations

import math
from collections.abc import Sequence

from skillaudit.optimize.words.abilities import doing
from skillaudit.optimize.words.lexicon import WHEN, Lexicon, choose_sentences
from skillaudit.optimize.words.phrasing import (
    BOOKS,
    MAX_DESCRIPTION,
    closed,
    ended,
    fit,
    language,
    without_generic,
)
from skillaudit.optimize.words.situations import SAYS_WHEN, sentence
from skillaudit.optimize.words.source import Source, is_thin, restates, stems
from skillaudit.optimize.words.topics import covering
from skillaudit.schema import Skill
from skillaudit.text.sentences import sentences

SENTENCES = (240, 480)
"""Characters of sentences of the body that the candidates add."""
ASKED = 320
"""Characters of a sentence that quotes requests."""
_LEAD = 4
"""Telling words that an opening sentence must have to say what a skill does."""


def lead_of(skill: Skill, source: Source) -> str:
    """Return the sentence that says what a skill does: the first of its description, or one of its body."""
    told = sentences(skill.description)
    first = without_generic(told[0]) if told else ""
    if len(set(stems(first))) >= _LEAD:
        return closed(first)
    return closed(source.about) or closed(first) or skill.description


def shortened(skill: Skill, row: int, lexicon: Lexicon) -> str:
    """Return the sentence that says what a skill does, and those of its description that say when, and when not."""
    lead = lead_of(skill, lexicon.sources[row])
    kept = [
        closed(text)
        for text in sentences(without_generic(skill.description))
        if (lexicon.turns_away(row, text) or WHEN.search(text)) and text.rstrip(".") not in lead
    ]
    return " ".join([lead, *kept])


def when_of(skill: Skill, row: int, lexicon: Lexicon, base: str) -> str:
    """Return a sentence that says when to use a skill whose description `base` does not; empty without one.

    It is made of situations that the skill's own file names, in English only: a list of them is put together
    by the grammar of its language.
    """
    if skill.when_to_use or SAYS_WHEN.search(base) or language(f"{base} {skill.name}") != "en":
        return ""
    return sentence(lexicon.situations[row], set(stems(f"{skill.name} {base}")), beside=base)


def about_of(row: int, lexicon: Lexicon, base: str) -> str:
    """Return a sentence of a file that says what its skill does and `base` does not; empty without one."""
    about = ended(lexicon.sources[row].about, BOOKS[language(base)].stop)
    said = set(stems(about))
    new = said - set(stems(base))
    return about if new and len(new) * 2 >= len(said) and not restates(about, base) else ""


def able_of(row: int, lexicon: Lexicon, base: str) -> str:
    """Return a sentence of what a file lists that its skill does, else of what its parts are about; English only."""
    if language(base) != "en":
        return ""
    known = set(stems(base))
    does = doing(lexicon.abilities[row], known)
    return (does if does and not restates(does, base) else "") or covering(lexicon.topics[row], known)


def asked_for(row: int, lexicon: Lexicon, base: str) -> str:
    """Return a sentence that quotes requests which a skill should have; empty without one to quote.

    Those come first that say most of what its users say and others do not.
    """
    weights = lexicon.weights(row)
    worth = {
        each: math.fsum(weights.get(word, 0.0) for word in sorted(set(stems(each.text))))
        for each in lexicon.spoken[row]
    }
    best = sorted(worth, key=lambda each: (-worth[each] / math.sqrt(8 + len(each.text)), each.text))
    return sentence(best, set(stems(base)), ASKED, least=1)


class _Parts:
    """What may be added to one description."""

    def __init__(self, skill: Skill, row: int, lexicon: Lexicon, rivals: Sequence[int], limit: int) -> None:
        self.skill, self.row, self.lexicon, self.limit = skill, row, lexicon, limit
        self.source, self.weights = lexicon.sources[row], lexicon.weights(row, rivals)
        self.thick = not is_thin(skill.description)
        self.stop = BOOKS[language(skill.description)].stop

    def opened(self, base: str) -> str:
        """With what the file says that the skill does, where the description says next to nothing."""
        if self.thick:
            return base
        about = about_of(self.row, self.lexicon, base)
        return self._within(base, about) if about else self.able(base)

    def full(self, base: str) -> str:
        """With both."""
        about = about_of(self.row, self.lexicon, base) if not self.thick else ""
        return self.able(self._within(base, about))

    def able(self, base: str) -> str:
        """With what the file lists that the skill does, where the description says next to nothing."""
        return base if self.thick else self._within(base, able_of(self.row, self.lexicon, base))

    def told(self, base: str, length: int) -> str:
        """With sentences of the opening of the body, where the description says next to nothing."""
        if self.thick:
            return base
        known = set(stems(f"{self.skill.name} {base}"))
        chosen = choose_sentences(self.source, self.weights, known, min(length, self.limit - len(base) - 1))
        return " ".join([base, *chosen])

    def when(self, base: str) -> str:
        """With a sentence that says when."""
        return self._within(base, when_of(self.skill, self.row, self.lexicon, base))

    def asked(self, base: str) -> str:
        """With requests that were lost."""
        return self._within(base, asked_for(self.row, self.lexicon, base))

    def _within(self, base: str, more: str) -> str:
        text = f"{ended(base, self.stop)} {more}"
        return text if more and len(text) <= self.limit else base


def candidates(
    skill: Skill,
    row: int,
    lexicon: Lexicon,
    rivals: Sequence[int] = (),
    limit: int = MAX_DESCRIPTION,
    *,
    shorten: bool = False,
) -> tuple[str, ...]:
    """Return descriptions of `skill` to try, each at most `limit` characters, its own left out.

    The whole description (with `shorten` its opening sentence alone, too), rid of phrases that claim
    everything, with whole sentences after it: what the body says that the skill does, when to use it,
    requests that it lost. Every word comes from the skill's own file or its users, but for the words that
    join them.
    """
    limit = min(limit, MAX_DESCRIPTION)
    parts = _Parts(skill, row, lexicon, rivals, limit)
    whole = closed(without_generic(skill.description), parts.stop)
    found: dict[str, None] = {fit(whole, limit): None}
    for base in (whole, shortened(skill, row, lexicon)) if shorten else (whole,):
        found[base] = None
        for text in _grown(parts, base).values():
            found[text] = None
    found.pop(skill.description, None)
    return tuple(text for text in found if text and len(text) <= limit)


def by_recipe(
    skill: Skill, row: int, lexicon: Lexicon, rivals: Sequence[int] = (), limit: int = MAX_DESCRIPTION
) -> dict[str, str]:
    """Return what each recipe makes of the description of `skill`, by the name of the recipe.

    Every recipe keeps the whole description, rid of phrases that claim everything, and adds sentences; where
    a file has nothing to add, the text is short of it.
    """
    limit = min(limit, MAX_DESCRIPTION)
    parts = _Parts(skill, row, lexicon, rivals, limit)
    return _grown(parts, fit(closed(without_generic(skill.description), parts.stop), limit))


def _grown(parts: _Parts, base: str) -> dict[str, str]:
    opened = parts.opened(base)
    able = parts.able(base)
    full = parts.full(base)
    told, more = parts.told(base, SENTENCES[0]), parts.told(base, SENTENCES[1])
    return {
        "when": parts.when(base),
        "opening": opened,
        "opening and when": parts.when(opened),
        "abilities": able,
        "abilities and when": parts.when(able),
        "abilities and requests": parts.asked(able),
        "opening and abilities": full,
        "opening, abilities and when": parts.when(full),
        "opening, abilities and requests": parts.asked(full),
        "sentences": told,
        "sentences and when": parts.when(told),
        "more sentences and when": parts.when(more),
        "requests": parts.asked(base),
        "opening and requests": parts.asked(opened),
        "sentences and requests": parts.asked(told),
        "more sentences and requests": parts.asked(parts.when(more)),
    }
