"""The few words that a rewritten description needs beside the skill's own, in the author's language."""

from __future__ import annotations

import re
import unicodedata
from itertools import takewhile
from typing import NamedTuple

from skillaudit.analysis.generic import GENERIC_PHRASES, claims
from skillaudit.text.sentences import sentences
from skillaudit.text.words import tokens

MAX_DESCRIPTION = 1024
"""Longest description that the Agent Skills specification allows, in characters."""
MAX_NAME = 64
"""Longest name that it allows."""


class Phrasebook(NamedTuple):
    """How one language joins what is taken from the file."""

    marks: frozenset[str]
    """Function words that give the language away."""
    cover: str
    """Opens a list of phrases."""
    comma: str = ", "
    stop: str = "."


def _book(marks: str, cover: str) -> Phrasebook:
    return Phrasebook(frozenset(marks.split()), cover)


BOOKS: dict[str, Phrasebook] = {
    "en": _book(
        "the and for when use with from this that or of",
        "Covers ",
    ),
    "de": _book(
        "und der die das für mit wenn von zu ein eine oder",
        "Umfasst ",
    ),
    "fr": _book(
        "les des pour avec quand une est dans sur ou du",
        "Couvre ",
    ),
    "es": _book(
        "los las para con cuando una del que en el y o",
        "Incluye ",
    ),
    "pt": _book(
        "os para com quando uma que em do da não e ou",
        "Inclui ",
    ),
    "it": _book(
        "gli per con quando una che del della di il e o",
        "Comprende ",
    ),
    "zh": Phrasebook(frozenset(), "涵盖", "、", "。"),
    "ja": Phrasebook(
        frozenset(),
        "対象：",
        "、",
        "。",
    ),
    "": Phrasebook(frozenset(), ""),
}
"""By language; the last is for all others and has no words at all."""

JOINING = "also use when for requests such as or and the user you need wants asks to about before after"
"""What joins situations in a sentence on when to use a skill."""
FUNCTION_WORDS = frozenset(
    [*tokens(JOINING), *(word for book in BOOKS.values() for word in tokens(book.cover))]
)
"""Every word that a rewrite may add of its own."""

_KANA = re.compile("[\u3040-\u30ff]")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_GENERIC = re.compile(r"(?<!\w)(?:" + "|".join(GENERIC_PHRASES) + r")(?!\w)", re.IGNORECASE)
_LOOSE = re.compile(
    _GENERIC.pattern + r"(?!\s+(?:to|that|which|where|about|with|involving|requiring|related|regarding)\b)",
    re.IGNORECASE,
)
"""The same but for `any request to edit a page`, which says what about."""
_CLAUSE = re.compile(r"(?<=[,;])\s+|(?<=[，；、])\s*|(?<!\s)\s+(?=(?:and|or|[–—]) )")
_QUOTED_END = re.compile(r"(?<=[.!?]['\"”’])\s+(?=[A-Z])")
"""End of a sentence that ends inside a quotation."""
_END = re.compile(r"[\s,;:–—-]+$")


def language(text: str) -> str:
    """Return the key of the phrasebook for a text; empty where none fits."""
    if _KANA.search(text):
        return "ja"
    if len(_HAN.findall(text)) > 3:
        return "zh"
    words = tokens(text)
    if not words:
        return ""
    counts = {
        name: sum(word in book.marks for word in words) / len(words)
        for name, book in BOOKS.items()
        if book.marks
    }
    best = max(counts, key=lambda name: (counts[name], name == "en"))
    if counts[best] >= 0.08:
        return best
    # A bare list of English words has no function words either; other scripts get no words of ours.
    letters = [letter for letter in text if letter.isalpha()]
    return "en" if all(letter.isascii() for letter in letters) else ""


def closed(text: str, stop: str = ".") -> str:
    """Return a text that ends as a sentence does."""
    text = _END.sub("", text)
    return (
        text
        if not text
        or text.endswith((".", "!", "?", "。", "！", "？", ")", '"', "”", "’", "'"))
        or not text[-1].isalnum()
        else text + stop
    )


def ended(text: str, stop: str = ".") -> str:
    """Return a text that another sentence can follow."""
    text = closed(text, stop)
    return text if not text or re.search(r"[.!?。！？…][\"'”’)]?$", text) else text + stop


def listing(book: Phrasebook, phrases: list[str]) -> str:
    """Return a sentence that lists phrases."""
    return closed(book.cover + book.comma.join(phrases), book.stop) if phrases else ""


def slug(text: str) -> str:
    """Return a name that the Agent Skills specification allows: lower-case ASCII words with hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9]+", "-", plain)).strip("-")[:MAX_NAME].strip("-")


def spelled(name: str) -> str:
    """Return a skill's name as words: `keyword-research` gives `keyword research`."""
    return " ".join(re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-_:/.]+", " ", name).split())


def without_generic(description: str) -> str:
    """Return a description without the clauses that claim everything; never empty.

    Of a sentence stays what comes before such a clause, and nothing of it when that is how it begins, so that no
    half sentence is left; the whole text stays when nothing else would.
    """
    claiming = _GENERIC if claims(description) else _LOOSE
    if not claiming.search(description):
        return description
    kept = []
    for sentence in in_sentences(description):
        clauses = [part for part in _CLAUSE.split(sentence) if part]
        clean = list(takewhile(lambda part: not claiming.search(part), clauses))
        if len(clean) == len(clauses):
            kept.append(sentence)
        elif clean and is_whole(text := " ".join(clean)):
            cut = re.sub(r"\s+(?:and|or)$", "", _END.sub("", text))
            if last := re.match(r"(and|or) ", clauses[len(clean)]):  # a list that has lost its end
                cut = re.sub(r",\s+([^,]+)$", rf" {last[1]} \1", cut)
            kept.append(ended(re.sub(r",(['\"”’])$", r".\1", cut)))
    return " ".join(kept) or description


def in_sentences(text: str) -> list[str]:
    """Return the sentences of a text; what stands in brackets or quotes ends none."""
    found: list[str] = []
    for part in (part for whole in sentences(text) for part in _QUOTED_END.split(whole)):
        if found and not is_whole(found[-1]):
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def is_whole(text: str) -> bool:
    """Whether every bracket and quote of a text is closed."""
    return text.count("(") == text.count(")") and text.count('"') % 2 == 0 and text.count("`") % 2 == 0


def fit(text: str, limit: int, *, whole: bool = False) -> str:
    """Cut a text at the last sentence, else clause, else word that fits in `limit` characters.

    With `whole` nothing is cut at a word: the text is empty where no sentence or clause ends in time.
    """
    if len(text) <= limit:
        return text
    cut = text[:limit]
    for mark in (r"[.!?](?=\s)|[。！？]", r"[,;，；、](?=\s)?"):
        ends = [match.end() for match in re.finditer(mark, cut)]
        if ends and ends[-1] >= limit // 2 and (not whole or is_whole(cut[: ends[-1]])):
            return _END.sub("", cut[: ends[-1]])
    return "" if whole else _END.sub("", cut.rsplit(" ", 1)[0]) or cut
