"""Candidates for a skill's description, made of words of its own file: the extractive rewriter."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.optimize.words.lexicon import WHEN, Lexicon, choose, choose_sentences
from skillaudit.optimize.words.phrasing import (
    BOOKS,
    MAX_DESCRIPTION,
    closed,
    fit,
    language,
    listing,
    spelled,
    without_generic,
)
from skillaudit.optimize.words.source import Source, stems
from skillaudit.schema import Skill
from skillaudit.text.sentences import sentences
from skillaudit.text.words import is_unspaced

LEAST_LISTED = 2
"""Phrases that make a list."""
LIST_LENGTHS = (120, 300)
"""Characters of phrases that the candidates add."""
SENTENCES = (240, 480)
"""Characters of sentences of the body that the candidates add."""
_SUBJECT = 60
"""Characters of what a boundary clause turns away."""
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
    everything, then sentences of the body, and the phrases of its file that tell it
    most from `rivals` and that its users say. Every word comes from the skill's own file, but for
    `wording.FUNCTION_WORDS`.
    """
    limit = min(limit, MAX_DESCRIPTION)
    source = lexicon.sources[row]
    weights, plain = lexicon.weights(row, rivals), lexicon.plain(row)
    book = BOOKS[language(skill.description)]
    whole = closed(without_generic(skill.description), book.stop)
    lead = shortened(skill, row, lexicon)
    found: dict[str, None] = {fit(whole, limit): None}
    about = closed(source.about, book.stop) if source.about else ""
    bases: dict[str, tuple[int, ...]] = dict.fromkeys([whole, lead] if shorten else [whole], LIST_LENGTHS)
    if about and not set(stems(about)) <= set(stems(whole)):
        bases.setdefault(f"{whole} {about}", LIST_LENGTHS)
    for base in (whole, lead) if shorten else (whole,):
        for room in SENTENCES:
            told = set(stems(f"{skill.name} {base}"))
            if more := choose_sentences(source, weights, told, min(room, limit - len(base) - 1)):
                bases.setdefault(" ".join([base, *more]), LIST_LENGTHS[:1])
    for base, lengths in bases.items():
        found[base] = None
        known = set(stems(f"{skill.name} {base}"))
        for length in lengths:
            room = min(length, limit - len(base) - len(book.cover) - 2)
            if room < 20:
                continue
            phrases = choose(source, weights, known, room, plain)
            if len(phrases) >= LEAST_LISTED:
                found[f"{base} {listing(book, phrases)}"] = None
    found.pop(skill.description, None)
    return tuple(text for text in found if text and len(text) <= limit)


def by_recipe(
    skill: Skill, row: int, lexicon: Lexicon, rivals: Sequence[int] = (), limit: int = MAX_DESCRIPTION
) -> dict[str, str]:
    """Return what each recipe makes of the description of `skill`, by the name of the recipe.

    Every recipe keeps the whole description, rid of phrases that claim everything, and adds phrases, the
    opening of the body, sentences, or several of these; where a file has nothing to add, the text is short of it.
    """
    limit = min(limit, MAX_DESCRIPTION)
    source = lexicon.sources[row]
    weights, plain = lexicon.weights(row, rivals), lexicon.plain(row)
    book = BOOKS[language(skill.description)]
    whole = fit(closed(without_generic(skill.description), book.stop), limit)
    about = closed(source.about, book.stop) if source.about else ""
    opened = f"{whole} {about}" if about and not set(stems(about)) <= set(stems(whole)) else whole

    def listed(base: str, length: int) -> str:
        room = min(length, limit - len(base) - len(book.cover) - 2)
        known = set(stems(f"{skill.name} {base}"))
        phrases = choose(source, weights, known, room, plain) if room >= 20 else []
        return f"{base} {listing(book, phrases)}" if len(phrases) >= LEAST_LISTED else base

    def told(base: str, length: int) -> str:
        known = set(stems(f"{skill.name} {base}"))
        return " ".join([base, *choose_sentences(source, weights, known, min(length, limit - len(base) - 1))])

    opened = opened if len(opened) <= limit else whole
    return {
        "phrases": listed(whole, 120),
        "more phrases": listed(whole, 300),
        "opening": opened,
        "opening and phrases": listed(opened, 120),
        "opening and more phrases": listed(opened, 300),
        "sentences": told(whole, 240),
        "sentences and phrases": listed(told(whole, 240), 120),
        "more sentences and phrases": listed(told(whole, 480), 120),
    }


def with_clause(
    skill: Skill, row: int, rival: Skill, other: int, lexicon: Lexicon, limit: int = MAX_DESCRIPTION
) -> str:
    """Return the description with a clause that sends to `rival` what is its own; unchanged without room.

    What is turned away is named in phrases of the skill's own file that the rival's descriptor says and the
    skill's own does not, else in the words of the rival's name; a name of one word says too little, and there
    is no clause.
    """
    if rival.name.casefold() in skill.description.casefold():
        return skill.description
    book = BOOKS[language(skill.description)]
    theirs = lexicon.weights(other, (row,))
    wanted = lexicon.described[other] - lexicon.described[row]
    weights = {word: weight for word, weight in theirs.items() if word in wanted}
    phrases = choose(lexicon.sources[row], weights, set(), _SUBJECT)
    subject = book.comma.join(
        phrase for phrase in phrases if _is_subject(phrase, rival, lexicon.described[other])
    )
    named = spelled(rival.name).lower()
    same = language(named) == language(skill.description)
    if not subject and same and len(set(stems(named))) > 1 and set(stems(named)) - lexicon.described[row]:
        subject = named
    if not subject:
        return skill.description
    turned = book.boundary.format(subject=subject, rival=rival.name)
    text = f"{closed(skill.description, book.stop)} {turned}"
    return text if len(text) <= min(limit, MAX_DESCRIPTION) else skill.description


def _is_subject(phrase: str, rival: Skill, described: set[str]) -> bool:
    """Whether a phrase says enough to turn somebody away with: two words, or one of a script without spaces."""
    several = " " in phrase or is_unspaced(phrase)
    return several and set(stems(phrase)) <= described and phrase.casefold() != rival.name.casefold()
