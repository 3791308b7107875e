"""Words of a text in any script: split, told from boilerplate, folded to stems.

Two rooms split otherwise. `scoring.ngrams` keeps `c++` and `c#`, and the fitted profiles rest on its scores;
`requests.wording` counts as people do: a name with dots or hyphens is one word, two wide characters are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from operator import add

from skillaudit.text.scripts import UNSPACED

_SPACED = rf"[^\W_{UNSPACED}]+(?:['’][^\W\d_]+)?"
_TOKEN = re.compile(rf"[{UNSPACED}]|{_SPACED}")
_RUN = re.compile(rf"([{UNSPACED}]+)|({_SPACED})")
_ASCII = re.compile(r"[a-zA-Z0-9]+(?:'[a-zA-Z]+)?")
"""The same in a text of ASCII alone, which is read twice as fast so."""
_APART = bytes(code if chr(code).isascii() and chr(code).isalnum() else ord(" ") for code in range(256))
"""What each character of ASCII is where nothing but letters and digits counts."""
_UNSPACED_ONLY = re.compile(rf"[{UNSPACED}]+")
_JOINED = re.compile(r"\w++(?:-\w++)*+")

_STOP = """
a about across add adding after all also an and any apply applying are as ask asked asking asks at avoid be been
before being best between both build building but by can com common complete comprehensive could cover covering
covers create creates creating de der die different do does doing don each el ensure ensuring etc every existing
for from generate generates generating get given guide handle handles handling has have having help helping helps
her his how http https i if implement implementing implements in include includes including into is it its key la
like make makes making manage manages managing may md me mention mentioned mentions more most multiple must my
need needed needing needs never new no non not of on one only or other our out over per please practice practices
provide provides providing real request requests set setting several she should skill skills so some specific
such support supporting supports than that the their them then there these they this those through to trigger
triggers two und up upon us use used user users uses using various via vs want wants was we were what when
whenever where whether which while who will with within without work working works would www you your
"""
STOP_WORDS = frozenset(_STOP.split())
"""Words that say nothing about a skill: English function words and the boilerplate of descriptors."""


def tokens(text: str) -> list[str]:
    """Split into case-folded words, one per character in scripts without spaces."""
    if text.isascii():
        return _plain(text.lower())
    return [word.casefold() for word in _TOKEN.findall(text)]


def _plain(text: str) -> list[str]:
    """The words of a text of ASCII alone; where no apostrophe joins any, they are what is left between the rest."""
    return _ASCII.findall(text) if "'" in text else text.encode().translate(_APART).decode().split()


def is_unspaced(token: str) -> bool:
    """True for a token of a script that is written without spaces."""
    return _UNSPACED_ONLY.fullmatch(token) is not None


def terms(text: str) -> list[tuple[str, str]]:
    """Return (key, surface form) of each telling word; pairs of characters in scripts without spaces.

    Stop words, single letters and bare numbers are left out.
    """
    if text.isascii():
        return [(key, run) for run in _plain(text) if (key := _telling(run))]
    found: list[tuple[str, str]] = []
    for unspaced, word in _RUN.findall(text):
        if unspaced:
            pairs = list(_pairs(unspaced))
            found += zip(pairs, pairs, strict=True)
        elif key := _telling(word):
            found.append((key, word))
    return found


def _pairs(run: str) -> Iterable[str]:
    """Each two characters in a row, or the one that there is."""
    return map(add, run, run[1:]) if len(run) > 1 else (run,)


class Keys(dict[str, int]):
    """Numbers for the keys of `terms` in many texts: each word is looked at once, whatever the number of texts.

    Maps a word as it is written to the number of its key, -1 where it has none.
    """

    def __init__(self, shortest: int = 0) -> None:
        """Leave out keys of ASCII that are shorter than `shortest`."""
        super().__init__()
        self.numbers: dict[str, int] = {}
        """Of each key its number, in order."""
        self._shortest = shortest

    def __missing__(self, run: str) -> int:
        key = run if is_unspaced(run) else _telling(run)
        told = key and not (key.isascii() and len(key) < self._shortest)
        self[run] = number = self.numbers.setdefault(key, len(self.numbers)) if told else -1
        return number

    def of(self, text: str) -> set[int]:
        """Return the numbers of the different keys of a text."""
        if text.isascii():
            found = set(map(self.__getitem__, _plain(text)))
        else:
            found = set()
            for unspaced, word in _RUN.findall(text):
                found.update(map(self.__getitem__, _pairs(unspaced) if unspaced else (word,)))
        found.discard(-1)
        return found


@lru_cache(maxsize=1 << 16)
def _telling(word: str) -> str:
    """Fold the case of a word that says something; empty for one that does not."""
    key = word.casefold()
    return "" if len(word) < 2 or word.isdigit() or key in STOP_WORDS else key


_ENDINGS = ("ing", "ed", "es", "s")
_DERIVED = ("ations", "ation", "ators", "ator", "ings", "ing", "ers", "er", "ies", "ed", "es", "e", "s", "y")


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Fold the commonest English endings, so that `reports` and `reporting` are one word."""
    word = _without(word, _ENDINGS)
    return word.removesuffix("e") if len(word) > 4 else word


def root(word: str) -> str:
    """Fold derived words too, so that `calculator` and `calculation` are one; more unlike words fall together."""
    return _without(word, _DERIVED)


def _without(word: str, endings: tuple[str, ...]) -> str:
    """Cut the first ending that leaves four letters."""
    found = (end for end in endings if word.endswith(end) and len(word) - len(end) >= 4)
    return word.removesuffix(next(found, ""))


def identifiers(text: str) -> list[str]:
    """Return the words of a text that are several joined by hyphens or underscores, in order; linear."""
    return [word for word in _JOINED.findall(text) if "-" in word or "_" in word[1:-1]]
