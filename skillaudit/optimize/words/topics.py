"""What a file covers, by the titles of its parts, and the sentence that says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from skillaudit.optimize.words.situations import NO_GERUND, Situation, sentence, tidy
from skillaudit.optimize.words.source import EVERYWHERE, MINUS, VERBS, Source
from skillaudit.requests.headings import scope_of
from skillaudit.text.markdown import bare

_OUTSIDE = re.compile(
    r"\b(?:examples?|summary|mistakes?|reading|reference|guides?|guidelines|principles?|philosophy|rules?|overview|"
    r"checklists?|templates?|instructions?|inputs?|outputs?|steps?|phases?|tips|notes|purpose|goals?|scripts?|"
    r"workflows?|protocols?|dives?|details?|context|personas?|roles?|skills?|agents?|versions?|criteria|metrics|"
    r"formats?|anti-patterns|capabilit\w+|questions?|glance|history|links|related)$"
    r"|^(?:by|from|to|of|at|on|as|before|after|during|without|post|pre|key|core|common|quick|critical|important|required|optional|additional|further|detailed|general|basic|"
    r"advanced|final|first|next|future|how|why|when|what|which|where|who|the|your|this|if|for|in|with|step|phase|part|level|"
    r"rule|mode|tier|section|option|pattern|example|stage|task|day|week)\b"
    r"|\b(?:claude|skill)\b|[^\w\s'’&/.+#-]|\d$|^\d|\w_\w|\s-\s|\.\w+$|(?:^|\s)[./]",
    re.IGNORECASE,
)
"""Titles that speak of the file, open a sentence, or hold what no list of topics does."""
_MANY = re.compile(
    r"(?:(?<!s)s|ing|ment|[ts]ion|ity|ance|ence|ncy|ics|ism|ship|ness|ware|gy|iou?r|head|(?:cover|us|stor|lever|lin|tri)age|ture|design|control|access"
    r"|support|choice|setup|review|logic|context|safety|reload|data|code|[A-Z0-9]|[A-Z]\S+)$"
)
"""Ends what a list may name without an article: several things, a doing, a quality, a name."""
_ONE = re.compile(
    r"\b(?:framework|system|rubric|model|playbook|method|scorecard|dashboard|matrix|library|engine|pipeline|loop"
    r"|lifecycle|calendar|formula|pattern|tree|map|curve|layer|stack|flow|outline|sequence|funnel|profile|pool|taxonomy"
    r"|policy|algorithm|interface|graph|index|standard|score|budget|desk|cache|queue|theory|theorem|law|spectrum)$"
)
"""Ends what a list names with an article."""
ROOM = 320
"""Characters of a sentence that lists topics."""
FEWEST = 3
"""Topics of a sentence that lists some."""
_SPLIT = re.compile(r"\b[a-z]+ [A-Z][a-z]+$")
"""A name of several words of which the last alone has kept its capital."""
DEPTHS = (2, 3)
"""Of titles, those of the large parts first."""
_WITHIN = re.compile(r"(?:(?<=[a-z,] )|(?<=[a-z]-))([A-Za-z][a-z]+)\b")
"""A word within a sentence."""


class Writing:
    """How some files write the words that a title begins with a capital."""

    def __init__(self, sources: Iterable[Source]) -> None:
        """Count them in the prose of the files."""
        counts: Counter[str] = Counter()
        for source in sources:
            titles = {bare(title) for _, title in source.titles}
            counts.update(
                word for line in source.lines if line not in titles for word in _WITHIN.findall(line)
            )
        self._counts = counts

    def within(self, word: str) -> str:
        """Return a word of a title as it is written within a sentence; `?` where no file writes it in one."""
        if len(word) == 1 or word[1:] != word[1:].lower() or word.islower():
            return word
        small, capital = self._counts[word.lower()], self._counts[word]
        return word if capital > small else word.lower() if small else "?"


def topics(source: Source, own: str, writing: Writing) -> tuple[Situation, ...]:
    """Return what the parts of a file are about, in its order, ready to stand in a list of those of one depth.

    `own` is the skill's name. A part is passed over where its title needs an article or is written with capitals
    that may be a name's.
    """
    found: dict[str, Situation] = {}
    for depth, title in source.titles:
        text = re.sub(r"\s*\([^)]*\)", "", bare(title)).strip(" .:*").replace(" & ", " and ")
        words = text.split()
        spoken = depth in DEPTHS and 1 <= len(words) <= 6 and not scope_of(title, own)
        odd = EVERYWHERE.match(text) or _OUTSIDE.search(text) or MINUS.search(text)
        if spoken and not odd and words[0].casefold() not in VERBS and text.isascii() and tidy(text):
            small = re.sub(r"[^\W_]+", lambda word: writing.within(word.group()), text)
            does = words[0].casefold().endswith("ing") and words[0].casefold() not in NO_GERUND
            one = _ONE.search(small) is not None and not does
            if "?" not in small and (one or _MANY.search(small)) and not _SPLIT.search(small):
                found.setdefault(
                    small.casefold(), Situation("topic", f"the {small}" if one else small, depth)
                )
    return tuple(found.values())


def covering(found: Sequence[Situation], known: Collection[str]) -> str:
    """Return a sentence on what a file covers, by its large parts or else by the small ones; empty for too few."""
    lists = (
        sentence([each for each in found if each.where == depth], known, ROOM, least=FEWEST)
        for depth in DEPTHS
    )
    return next(filter(None, lists), "")
