"""What a file says that its skill does, item by item, and the sentence that says so."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from skillaudit.optimize.words.situations import LABEL, Form, Situation, sentence, tidy
from skillaudit.optimize.words.source import LEANS, MINUS, VERBS
from skillaudit.requests.headings import scope_of
from skillaudit.requests.mining import scoped
from skillaudit.requests.wording import words
from skillaudit.text.markdown import Block, bare

FEWEST = 2
"""Abilities of a sentence that lists some."""
ROOM = 260
"""Characters of that sentence."""
_LONGEST = 90
_DEPTH = 2
"""Depth of a heading from which on the one above it says what its list is of."""


def abilities(parts: Sequence[Block], own: str) -> tuple[Situation, ...]:
    """Return what the lists of a file say that the skill called `own` does, in order, ready to stand in a sentence.

    Read are lists under headings such as "Core Capabilities" and under those below them; of an item stays its first
    sentence, where that opens with a verb and needs nothing around it.
    """
    found: dict[str, Situation] = {}
    places: dict[object, int] = {}
    for part, scope in scoped(parts, own):
        below = any(scope_of(title, own) == "about" for depth, title in part.headings if depth >= _DEPTH)
        if part.kind in ("prose", "cell") or scope not in ("about", "") or not (below or scope == "about"):
            continue
        place = places.setdefault((part.headings, part.intro), len(places))
        for text in dict.fromkeys((bare(part.raw), bare(LABEL.sub("", part.raw)))):
            if (form := _form(short := re.sub(r"\s*\([^)]*\)", "", text).strip(" .;"))) is not None:
                found.setdefault(short.casefold(), Situation(form, short[:1].lower() + short[1:], place))
                break
    return tuple(found.values())


def _form(text: str) -> Form | None:
    """Return the form of the verb that an item opens with; None for an item that cannot stand in a list."""
    first, _, rest = text.partition(" ")
    verb = first.casefold()
    whole = (
        tidy(text)
        and not MINUS.search(text)
        and not LEANS.search(text)
        and text.isascii()
        and not re.search(r"[,:;.]|\s-\s|--", text)
    )
    if not whole or not 3 <= words(text) <= 14 or len(text) > _LONGEST or not rest[:1].isalnum():
        return None
    if verb in VERBS:
        return "do"
    return (
        "does"
        if {verb.removesuffix("s"), verb.removesuffix("es"), verb.removesuffix("ies") + "y"} & VERBS
        else None
    )


def doing(found: Sequence[Situation], known: Collection[str]) -> str:
    """Return a sentence on what a skill does, of the first list that has enough to say; empty for too few."""
    for place in dict.fromkeys(each.where for each in found):
        if said := sentence([each for each in found if each.where == place], known, ROOM, least=FEWEST):
            return said
    return ""
