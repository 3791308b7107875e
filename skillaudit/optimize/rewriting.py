"""Candidates for a skill's description, made of words of its own file: the extractive rewriter."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.optimize.terms import Lexicon, Source, choose, stems
from skillaudit.optimize.wording import (
    BOOKS,
    MAX_DESCRIPTION,
    clause,
    closed,
    fit,
    language,
    listing,
    without_generic,
)
from skillaudit.requests.wording import split_sentences
from skillaudit.schema import Skill

LIST_LENGTHS = (120, 300, 560)
"""Characters of phrases that the candidates add."""
_SUBJECT = 60
"""Characters of what a boundary clause turns away."""
_LEAD = 4
"""Telling words that an opening sentence must have to say what a skill does."""


def lead_of(skill: Skill, source: Source) -> str:
    """Return the sentence that says what a skill does: the first of its description, or one of its body."""
    sentences = split_sentences(skill.description)
    first = without_generic(sentences[0]) if sentences else ""
    if len(set(stems(first))) >= _LEAD:
        return closed(first)
    return closed(source.about) or closed(first) or skill.description


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
    everything, then a sentence of the body on what the skill does, and the phrases of its file that tell it
    most from `rivals` and that its users say. Every word comes from the skill's own file, but for
    `wording.FUNCTION_WORDS`.
    """
    limit = min(limit, MAX_DESCRIPTION)
    source = lexicon.sources[row]
    weights = lexicon.weights(row, rivals)
    book = BOOKS[language(skill.description)]
    whole = closed(without_generic(skill.description), book.stop)
    lead = lead_of(skill, source)
    found: dict[str, None] = {fit(whole, limit): None}
    about = closed(source.about, book.stop) if source.about else ""
    bases = [whole] if not shorten else [whole, lead]
    if about and not set(stems(about)) <= set(stems(whole)):
        bases.append(f"{whole} {about}")
    for base in dict.fromkeys(bases):
        found[base] = None
        known = set(stems(f"{skill.name} {base}"))
        for length in LIST_LENGTHS:
            room = min(length, limit - len(base) - len(book.cover) - 2)
            if room < 20:
                continue
            if phrases := choose(source, weights, known, room):
                found[f"{base} {listing(book, phrases)}"] = None
    found.pop(skill.description, None)
    return tuple(text for text in found if text and len(text) <= limit)


def with_clause(
    skill: Skill, row: int, rival: Skill, other: int, lexicon: Lexicon, limit: int = MAX_DESCRIPTION
) -> str:
    """Return the description with a clause that sends to `rival` what is its own; unchanged without room.

    What is turned away is named in phrases of the skill's own file that the rival's descriptor says and the
    skill's own does not; without any, the clause names the rival alone.
    """
    if rival.name.casefold() in skill.description.casefold():
        return skill.description
    book = BOOKS[language(skill.description)]
    theirs = lexicon.weights(other, (row,))
    wanted = lexicon.described[other] - lexicon.described[row]
    weights = {word: weight for word, weight in theirs.items() if word in wanted}
    phrases = choose(lexicon.sources[row], weights, set(), _SUBJECT)
    subject = book.comma.join(phrase for phrase in phrases if set(stems(phrase)) <= lexicon.described[other])
    text = f"{closed(skill.description, book.stop)} {clause(book, subject, rival.name)}"
    return text if len(text) <= min(limit, MAX_DESCRIPTION) else skill.description
