"""Hashed word and character n-gram counts, made in bulk with numpy.

Text of any script is taken: words of scripts that use spaces are whole words; runs of scripts that do
not (Han, Kana, Hangul, Thai and their neighbours) are cut into characters, so that their bigrams stand
in for words.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_array

COLUMNS = 1 << 20
"""Hash buckets. At 10,000 skills about 0.3 million distinct n-grams share them."""

_BLOCK_CHARACTERS = 400_000
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Han, Kana, Bopomofo, Hangul, Thai, Lao, Tibetan, Myanmar, Khmer: one token a character.
_UNSPACED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:[+#]+(?![^\W_]))?")


def normalize(text: str) -> str:
    """Fold case and compatibility forms, and open up camelCase, so that spellings of one word meet."""
    return unicodedata.normalize("NFKC", _CAMEL.sub(" ", text)).casefold()


def tokens(text: str) -> list[str]:
    """Words of a text in order: `c++` and `c#` stay whole, hyphens and underscores separate."""
    return _TOKEN.findall(normalize(text))


def _mix(values: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Scatter integers over the hash buckets (the finaliser of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((values ^ (values >> np.uint64(31))) & np.uint64(COLUMNS - 1)).astype(np.int64)


def _blocks(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Spans of texts of bounded total length, so that memory does not grow with the library."""
    start = total = 0
    for i, text in enumerate(texts):
        total += len(text)
        if total > _BLOCK_CHARACTERS:
            yield start, i + 1
            start, total = i + 1, 0
    if start < len(texts):
        yield start, len(texts)


def _grams(
    codes: NDArray[np.uint64], rows: NDArray[np.int64], n: int, solid: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(row, column) of every n-gram of a code sequence that stays in one row and is `solid` inside."""
    count = len(codes) - n + 1
    if count <= 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    value = np.full(count, n, dtype=np.uint64)
    keep = rows[:count] == rows[n - 1 :]
    for k in range(n):
        value = value * np.uint64(0x9E3779B97F4A7C15) + codes[k : k + count]
        if 0 < k < n - 1:
            keep &= solid[k : k + count]
    return rows[:count][keep], _mix(value[keep])


def _counts(rows: NDArray[np.int64], columns: NDArray[np.int64], height: int) -> csr_array:
    """Count equal (row, column) pairs into a sparse matrix of float32."""
    from scipy.sparse import csr_array

    pairs, counts = np.unique(rows * COLUMNS + columns, return_counts=True)
    indptr = np.searchsorted(pairs, np.arange(height + 1, dtype=np.int64) * COLUMNS)
    return csr_array(
        (counts.astype(np.float32), (pairs % COLUMNS).astype(np.int32), indptr.astype(np.int32)),
        shape=(height, COLUMNS),
    )


def _stack(blocks: list[csr_array]) -> csr_array:
    from scipy.sparse import csr_array, vstack

    if not blocks:
        return csr_array((0, COLUMNS), dtype=np.float32)
    return blocks[0] if len(blocks) == 1 else csr_array(vstack(blocks, format="csr"))


def character_counts(texts: Sequence[str], low: int = 3, high: int = 5) -> csr_array:
    """Count character n-grams inside words, a word's edge being a character of its own.

    Returns (len(texts), COLUMNS) float32 counts.
    """
    blocks = []
    for start, stop in _blocks(texts):
        padded = [f" {' '.join(tokens(text))} " for text in texts[start:stop]]
        codes = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
        rows = np.repeat(np.arange(len(padded), dtype=np.int64), [len(text) for text in padded])
        # An n-gram may begin or end at a space and never spans one, except between unspaced
        # characters, which the tokeniser has set apart.
        solid = codes != np.uint64(32)
        found = [_grams(codes, rows, n, solid) for n in range(low, high + 1)]
        blocks.append(
            _counts(np.concatenate([r for r, _ in found]), np.concatenate([c for _, c in found]), len(padded))
        )
    return _stack(blocks)


def _code(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "little")


def word_counts(texts: Sequence[str]) -> csr_array:
    """Count words and pairs of neighbouring words.

    Returns (len(texts), COLUMNS) float32 counts.
    """
    blocks = []
    known: dict[str, int] = {}
    for start, stop in _blocks(texts):
        lists = [tokens(text) for text in texts[start:stop]]
        known.update((word, _code(word)) for word in {w for words in lists for w in words} - known.keys())
        codes = np.array([known[word] for words in lists for word in words], dtype=np.uint64)
        rows = np.repeat(np.arange(len(lists), dtype=np.int64), [len(words) for words in lists])
        solid = np.ones(len(codes), dtype=np.bool_)
        found = [_grams(codes, rows, n, solid) for n in (1, 2)]
        blocks.append(
            _counts(np.concatenate([r for r, _ in found]), np.concatenate([c for _, c in found]), len(lists))
        )
    return _stack(blocks)
