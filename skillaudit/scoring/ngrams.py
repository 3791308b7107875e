"""Hashed word and character n-gram counts, made in bulk with numpy.

Text of any script is taken: words of scripts that use spaces are whole words; runs of scripts that do
not (Han, Kana, Hangul, Thai and their neighbours) are cut into characters, so that their bigrams stand
in for words.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from skillaudit.text.scripts import SYLLABIC

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    Counts = csr_array[Any, tuple[int, int]]
    """Sparse float32 counts, (texts, COLUMNS)."""

COLUMNS = 1 << 20
"""Hash buckets that n-grams are scattered over; two that share one are counted as one."""

LOW, HIGH = 3, 4
"""Lengths of character n-grams, both included. Five-grams cost a third more and find no more."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_TOKEN = re.compile(rf"[{SYLLABIC}]|[^\W_{SYLLABIC}]+(?:[+#]+(?![^\W_]))?")
_ASCII = re.compile(r"[a-zA-Z0-9]+(?:[+#]+(?![a-zA-Z0-9]))?")
"""The same in a text of ASCII alone, which is read in two thirds of the time so."""


@lru_cache(maxsize=1 << 16)
def _words(raw: str) -> tuple[str, ...]:
    return tuple(part.casefold() for part in _CAMEL.split(raw))


def _raw_tokens(text: str) -> list[str]:
    if text.isascii():
        return _ASCII.findall(text)
    return _TOKEN.findall(unicodedata.normalize("NFKC", text))


def tokens(text: str) -> list[str]:
    """Words of a text in order, case folded.

    `c++` and `c#` stay whole; camelCase, hyphens and underscores separate.
    """
    return list(chain.from_iterable(map(_words, _raw_tokens(text))))


def _mix(values: NDArray[np.uint64]) -> NDArray[np.int32]:
    """Scatter integers over the hash buckets (the finaliser of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((values ^ (values >> np.uint64(31))) & np.uint64(COLUMNS - 1)).astype(np.int32)


def _grams(
    codes: NDArray[np.uint64], rows: NDArray[np.int32], n: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(row, column) of every n-gram of a code sequence that stays within one row."""
    count = len(codes) - n + 1
    if count <= 0:
        return np.empty(0, np.int32), np.empty(0, np.int32)
    value = np.full(count, n, dtype=np.uint64)
    for k in range(n):
        value = value * np.uint64(0x9E3779B97F4A7C15) + codes[k : k + count]
    keep = rows[:count] == rows[n - 1 :]
    return rows[:count][keep], _mix(value[keep])


def _count(found: list[tuple[NDArray[np.int32], NDArray[np.int32]]], shape: tuple[int, int]) -> Counts:
    """Count equal (row, column) pairs."""
    from scipy.sparse import coo_array

    rows = np.concatenate([r for r, _ in found])
    columns = np.concatenate([c for _, c in found])
    return coo_array((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape).tocsr()


def _word_codes(words: Sequence[str]) -> NDArray[np.uint64]:
    digests = [hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest() for word in words]
    return np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)


def _characters_of(words: Sequence[str]) -> Counts:
    """Character n-grams of single words, a word's edges being a space: (len(words), COLUMNS)."""
    padded = [f" {word} " for word in words]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
    rows = np.repeat(np.arange(len(padded), dtype=np.int32), [len(word) for word in padded])
    return _count([_grams(codes, rows, n) for n in range(LOW, HIGH + 1)], (len(words), COLUMNS))


class _Vocabulary(dict[str, list[int]]):
    """The numbers of the words that a raw token is made of, given out as they are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.words: dict[str, int] = {}

    def __missing__(self, raw: str) -> list[int]:
        numbers = [self.words.setdefault(word, len(self.words)) for word in _words(raw)]
        self[raw] = numbers
        return numbers


def count_ngrams(texts: Sequence[str]) -> tuple[Counts, Counts]:
    """Count words with their pairs, and character n-grams inside words.

    Returns two matrices (len(texts), COLUMNS): words and pairs of neighbouring words; character n-grams.
    Each distinct word is taken apart once, whatever the number of texts that use it.
    """
    vocabulary = _Vocabulary()
    sequence: list[int] = []
    lengths: list[int] = []
    for text in texts:
        before = len(sequence)
        sequence += chain.from_iterable(map(vocabulary.__getitem__, _raw_tokens(text)))
        lengths.append(len(sequence) - before)
    order = np.array(sequence, dtype=np.int32)
    rows = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    words = list(vocabulary.words)
    codes = _word_codes(words)[order]
    shape = (len(texts), COLUMNS)
    singles = _count([(rows, order)], (len(texts), len(words)))
    characters = singles @ _characters_of(words)
    # Rows in order are compared pair by pair six times as fast as rows that have to be sorted on the way.
    characters.sort_indices()
    return _count([_grams(codes, rows, n) for n in (1, 2)], shape), characters
