"""The description of two skills in one."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from skillaudit.optimize.words.phrasing import MAX_DESCRIPTION, closed, ended, spelled
from skillaudit.optimize.words.situations import SAYS_WHEN, calls
from skillaudit.optimize.words.source import VERBS, stems, telling
from skillaudit.schema import Skill
from skillaudit.text.sentences import sentences
from skillaudit.text.words import is_unspaced, tokens

NEW = 0.6
"""Share of a sentence's telling words that a description must lack for the sentence to be joined to it."""
LONG = 600
"""Characters of a joined description."""
SHORT = 140
"""Characters of a sentence that is joined to another one."""
SUBJECT = 2
"""Words that name subjects, of a sentence on when to use a skill that is joined to another skill's description."""
_WIDE = ("。", "！", "？")
EMPTY = re.compile(
    r"\b(?:not|no) (?:yet|currently|longer) (?:available|implemented|supported|maintained)\b|\ba placeholder\b"
    r"|(?:^|\b(?:is|now|been) )(?:deprecated|obsolete)\b",
    re.IGNORECASE,
)
"""A description that says that its skill is of no use now."""


def joined(stays: Skill, goes: Skill, common: Collection[str] = ()) -> str:
    """Return the description of two skills in one: the first one's, and what only the other one does.

    The other one's, where it says what the first one says and more; unchanged where the other one says nothing of its
    own or is of no use yet, or where both do not fit. Sentences of `common` are a library's and not a skill's.
    """
    known = set(stems(stays.text))
    said = set(stems(goes.description))
    new = said - known
    if len(new) * 4 < len(said) or EMPTY.search(goes.description):
        return stays.description
    if set(stems(stays.description)) <= said and new - set(stems(spelled(goes.name))):
        return goes.description
    base = sentences(stays.description)
    forms = {form(part, stays.name) for part in base} - {()}
    # A sentence of a template says nothing new: the name of the other is what differs.
    told = [part for part in sentences(goes.description) if form(part, goes.name) not in forms]
    when = next((part for part in told if _occasion(part, known) and part not in common), "")
    lead = told[0] if told and not SAYS_WHEN.search(told[0]) else ""
    first = base[0].rstrip(" .") if base else stays.name
    if lead and len(set(stems(lead)) - known) > NEW * len(set(stems(lead))) and _alike(first, lead):
        also = lead.rstrip(" .")
        base = [f"{first}; also {also[:1].lower()}{also[1:]}.", *base[1:]]
    if when and (not SAYS_WHEN.search(stays.description) or not lead):
        base.append(closed(when, _stop(when)))
    text = _run_on([*(ended(part, _stop(part)) for part in base[:-1]), *base[-1:]])
    return text if len(text) <= min(max(LONG, len(stays.description)), MAX_DESCRIPTION) else stays.description


def _stop(sentence: str) -> str:
    return "。" if is_unspaced(sentence[-1:]) else "."


def _run_on(parts: Sequence[str]) -> str:
    """Return sentences in a row, with no blank after a stop that is as wide as a character."""
    return "".join(part if part.endswith(_WIDE) else f"{part} " for part in parts).rstrip()


def _occasion(sentence: str, known: Collection[str]) -> bool:
    """Whether a sentence names an occasion that is not `known`, and not one that any work is, as `creating content`."""
    own = set(stems(sentence))
    return calls(sentence) and bool(own - set(known)) and len(telling(own)) >= SUBJECT


def _alike(first: str, other: str) -> bool:
    """Whether two short sentences open with other verbs of one form, so that `also` may join them."""
    heads = [(text.split() or [""])[0].casefold() for text in (first, other)]
    forms = [(head in VERBS, head.removesuffix("s") in VERBS) for head in heads]
    return (
        forms[0] == forms[1] != (False, False) and heads[0] not in (heads[1], "use") and len(other) <= SHORT
    )


def form(sentence: str, name: str) -> tuple[str, ...]:
    """Return the words of a sentence without those of a name, in one word or several: what is left of a template."""
    own = tokens(spelled(name))
    return tuple(word for word in tokens(sentence) if not any(_within(word, each) for each in own))


def _within(word: str, whole: str) -> bool:
    """Whether a word is another one or one end of a compound, as `calendar` is of `googlecalendar`."""
    rest = len(whole) - len(word)
    return word == whole or (min(rest, len(word)) > 2 and (whole.startswith(word) or whole.endswith(word)))
