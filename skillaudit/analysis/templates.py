"""Skills whose descriptions are one sentence with another name filled in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from skillaudit.analysis.clustering import Labels, components, numbered
from skillaudit.text.words import is_unspaced, tokens

PHRASE = 4
"""Words in a row that make a phrase."""
COMMON = 5
"""Descriptions that must have a phrase before it counts as part of a template."""
SHARE = 0.5
"""Share of a description's words that common phrases must cover."""
_SPREAD, _BUCKETS = np.uint64(0xD6E8FEB86659FD93), 22
"""An odd number that carries the low bits of a hash up to its highest, of which so many name a bucket."""


def template_families(descriptions: Sequence[str], *, smallest: int = COMMON) -> Labels:
    """Group descriptions that are mostly made of the same phrases; -1 for free text.

    A description belongs to a template when phrases of `PHRASE` words that at least `COMMON`
    descriptions have cover at least `SHARE` of it; two such descriptions with a common phrase are of
    one family. Groups are numbered by first member; those below `smallest` are dropped.
    """
    n = len(descriptions)
    vocabulary: defaultdict[str, int] = defaultdict()
    vocabulary.default_factory = vocabulary.__len__
    words: list[int] = []
    length = np.zeros(n, dtype=np.int64)
    for index, text in enumerate(descriptions):
        found = tokens(text)
        length[index] = len(found)
        words += map(vocabulary.__getitem__, found)
    flat = np.array(words, dtype=np.uint64)
    document = np.repeat(np.arange(n), length)
    # In scripts without spaces a token is one character, about half a word.
    short = np.array([is_unspaced(word) for word in vocabulary], dtype=bool)
    unspaced = np.bincount(document, weights=short[flat.astype(np.int64)], minlength=n) > length / 2
    labels = np.full(n, -1, dtype=np.int64)
    for kind, width in ((~unspaced, PHRASE), (unspaced, 2 * PHRASE)):
        family = _families(np.where(kind[document], flat, 0), document, kind, length, width, smallest)
        labels = np.where(family >= 0, family + labels.max(initial=-1) + 1, labels)
    return numbered(labels)


def _families(
    flat: NDArray[np.uint64],
    document: NDArray[np.int64],
    kind: NDArray[np.bool_],
    length: NDArray[np.int64],
    width: int,
    smallest: int,
) -> Labels:
    """Template of each description of one `kind`, by phrases of `width` tokens."""
    n = length.size
    start = np.flatnonzero(document[: 1 - width] == document[width - 1 :])
    start = start[kind[document[start]]]
    owner = document[start]
    phrase = np.zeros(start.size, dtype=np.uint64)
    for offset in range(width):  # a polynomial hash: 64 bits never collide among millions
        phrase = phrase * np.uint64(0x9E3779B97F4A7C15) + flat[start + offset] + np.uint64(1)
    # Most phrases stand once, and need not be sorted to tell: so many that `COMMON` hold fall into one bucket.
    bucket = (phrase * _SPREAD >> np.uint64(64 - _BUCKETS)).astype(np.int64)
    often = np.flatnonzero(np.bincount(bucket)[bucket] >= COMMON)
    often = often[np.argsort(phrase[often], kind="stable")]
    start, owner, phrase = start[often], owner[often], phrase[often]
    new = np.diff(phrase, prepend=~phrase[:1]) != 0
    key = np.cumsum(new) - 1
    holders = np.bincount(key, weights=new | (np.diff(owner, prepend=-1) != 0))
    common = holders[key] >= COMMON
    start, owner, key = start[common], owner[common], key[common]
    hit = np.zeros(flat.size, dtype=bool)
    for offset in range(width):
        hit[start + offset] = True
    member = np.bincount(document, weights=hit, minlength=n) >= SHARE * np.maximum(length, 1)
    owner, key = owner[member[owner]], key[member[owner]]
    # A star per phrase: everybody who has it is joined with the first who does.
    first = np.flatnonzero(np.diff(key, prepend=-1))
    families = components(n, owner, np.repeat(owner[first], np.diff(first, append=key.size)))
    return np.where(member & (np.bincount(families, minlength=n)[families] >= smallest), families, -1)
