"""Which words of a skill's own file tell it from its rivals, and which sentences bring them."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from skillaudit.optimize.words.lists import QUOTED
from skillaudit.optimize.words.situations import Situation
from skillaudit.optimize.words.source import MINUS, Source, stems
from skillaudit.text.words import identifiers

_ARROW = re.compile(r"[→⇒]|[-=]>")
_SENDS = re.compile(r"\b(?:use|see|prefer|try)\s+((?:[`'\"]?[\w-]+[`'\"]?(?:,\s*|\s+or\s+|\s+and\s+)?){1,3})")
"""Sends a reader to something that may be a skill."""
_CALLED = re.compile(r"(?:also )?(?:use (?:this )?(?:skill )?)?when(?:ever)?\b", re.IGNORECASE)
"""Opens an occasion to use a skill, in which a negation may be what its user says."""
_NOT_FOR = re.compile(r"\b(?:not (?:for|when|if|to)|instead|never|do not use|don[’']t use)\b", re.IGNORECASE)
_BODY_WEIGHT = 0.25
FRESH = 0.5
"""Least share of the telling words of a sentence that a description does not say yet."""
_SUPPORT = 2
"""Work requests of a skill that must say a word, before it counts as a word of its users."""
WHEN = re.compile(
    r"\b(?:use|apply|invoke|trigger\w*|load)\b[^.]{0,40}\b(?:when|whenever|if|for|on|before|after|to)\b"
    r"|\bwhen(?:ever)? (?:the )?users?\b|^triggers?\b|\b(?:verwenden|utiliser|usar)\b",
    re.IGNORECASE,
)
"""Says when a skill is to be used."""


class Lexicon:
    """Counts of words over a library and its work requests, for weighing one skill's words."""

    def __init__(
        self,
        sources: Sequence[Source],
        texts: Sequence[str],
        queries: Sequence[Sequence[str]],
        names: Sequence[str] = (),
        spoken: Sequence[Sequence[Situation]] = (),
        situations: Sequence[Sequence[Situation]] = (),
        abilities: Sequence[Sequence[Situation]] = (),
        topics: Sequence[Sequence[Situation]] = (),
    ) -> None:
        """Take every skill's source and descriptor, its own work requests, its name, and what it lost, in parallel.

        `spoken` are requests that a skill should have had, as a description may quote them; `situations` the
        occasions to use it that its file names, `abilities` what it says that the skill does, `topics` what its parts
        are about.
        """
        self.sources = sources
        self.spoken = spoken or [()] * len(sources)
        self.situations = situations or [()] * len(sources)
        self.abilities = abilities or [()] * len(sources)
        self.topics = topics or [()] * len(sources)
        self._names = [name.casefold() for name in names]
        self._all = set(self._names)
        self._known = {name for name in self._names if identifiers(name) == [name]}
        self.described = [set(stems(text)) for text in texts]
        self.holders: Counter[str] = Counter()
        for source, words in zip(sources, self.described, strict=True):
            self.holders.update(words | set(source.counts))
        self.asked = [Counter(word for query in own for word in set(stems(query))) for own in queries]
        self.number = [len(own) for own in queries]
        self.total: Counter[str] = Counter()
        for counts in self.asked:
            self.total.update(counts)
        self.requests = max(sum(self.number), 1)

    def turns_away(self, skill: int, text: str) -> bool:
        """Say whether a text tells what a skill is not for: by a negation, an arrow, or another skill's name."""
        plain = QUOTED.sub("", text)  # `my emails don't arrive` is what a user says
        if (_NOT_FOR if _CALLED.match(text) else MINUS).search(plain) or _ARROW.search(text):
            return True
        own = self._names[skill] if skill < len(self._names) else ""
        folded = text.casefold()
        named = {word.strip("-_") for word in identifiers(folded)}
        sent = {word for run in _SENDS.findall(folded) for word in re.split(r"\W+", run)}
        return bool(((named & self._known) | (sent & self._all)) - {own, ""})

    def weights(self, skill: int, rivals: Sequence[int] = ()) -> dict[str, float]:
        """Weigh the words of one skill's file: what its users say, and what its body says, more than others.

        Both parts are contributions to a Kullback-Leibler divergence: the share here times the log of its
        ratio to the share in the library; words of a rival's descriptor count half.
        """
        source = self.sources[skill]
        size = len(self.sources)
        rare = math.log(size + 1) or 1.0
        contested = set().union(*(self.described[rival] for rival in rivals)) if rivals else set()
        loud = max(source.counts.values(), default=1)
        found: dict[str, float] = {}
        for word, count in source.counts.items():
            here = self.asked[skill][word] / max(self.number[skill], 1)
            there = (self.total[word] - self.asked[skill][word] + 0.5) / (self.requests + 1)
            said = here * max(0.0, math.log((here + 1e-3) / (there + 1e-3)))
            said *= self.asked[skill][word] >= _SUPPORT
            seldom = math.log((size + 1) / self.holders[word]) / rare if self.holders[word] else 1.0
            weight = said + _BODY_WEIGHT * seldom**2 * math.log1p(count) / math.log1p(loud)
            found[word] = weight * (0.5 if word in contested and not said else 1.0)
        return found


def choose_sentences(
    source: Source, weights: Mapping[str, float], known: set[str], limit: int, most: int = 3
) -> list[str]:
    """Pick whole sentences that bring the most weight in words that are not `known`, in the order of the file.

    At most `most`, and `limit` characters in all. A word counts once, a sentence pays for its length, and one
    that says mostly what is known already is passed over.
    """
    gains = []
    for place, (text, words) in enumerate(source.sentences.items()):
        new = words - known
        if len(new) >= FRESH * len(words) and (gain := _worth(new, weights)) > 0:
            gains.append((-gain / math.sqrt(8 + len(text)), place, text))
    gains.sort()
    chosen: set[str] = set()
    covered = set(known)
    used = 0
    for bound, _, text in gains:
        gain = _worth(source.sentences[text] - covered, weights)
        # A text whose best word another one has brought already is worth too little to read.
        if gain / math.sqrt(8 + len(text)) < 0.5 * -bound or used + len(text) + 2 > limit:
            continue
        if len(chosen) == most:
            break
        chosen.add(text)
        covered |= source.sentences[text]
        used += len(text) + 2
    return [sentence for sentence in source.sentences if sentence in chosen]


def _worth(words: frozenset[str], weights: Mapping[str, float]) -> float:
    return math.fsum(weights.get(word, 0.0) for word in words)
