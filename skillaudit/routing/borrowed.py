"""How far a descriptor is made of other families' words, however specific each of them is.

A skill that names a little of everything lies near to nothing, and a scorer of whole texts passes it by; a model that
reads "kubernetes, transcriptomics and tax returns" does not. A word tells of a family when few skills hold it, all of
one family. Of a descriptor with W different words

    borrowed_j = effective number of families that its words tell of * share of the W that tell of another than the most
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from skillaudit.schema import Skill
from skillaudit.scoring.ngrams import tokens

LEAST, OVER_MEAN = 0.9, 6.0
"""A real skill stays below both: among 7,849 of eighteen libraries the most, in one of marketing plans, reaches 1.36
where six times the mean of its library is 1.45."""
RATE = 3 / 7_849
"""How often a real skill goes beyond, at most (rule of three)."""
MIN_SKILLS = 20
FEW, SHARE = 3, 0.03
"""Skills that may hold a telling word: so many, or such a share of a library."""
MIN_WORD, MIN_WORDS = 3, 2
"""Letters of a word; telling words from which a family counts."""


class Borrowed(NamedTuple):
    """A descriptor that is made of other families' words."""

    families: float
    """Their effective number."""
    owners: tuple[int, ...]
    """Rows of the skills that hold its telling words, most of them first."""


def borrowed(skills: Sequence[Skill], families: Sequence[str]) -> dict[int, Borrowed]:
    """Find, by row, the skills whose words are those of several families; none among fewer than `MIN_SKILLS`."""
    if len(skills) < MIN_SKILLS:
        return {}
    texts = [sorted({word for word in tokens(skill.text) if len(word) >= MIN_WORD}) for skill in skills]
    holders: dict[str, list[int]] = defaultdict(list)
    for row, words in enumerate(texts):
        for word in words:
            holders[word].append(row)
    most = max(FEW, int(SHARE * len(skills))) + 1
    # Once a word, since a large library has words that hundreds of skills hold.
    telling = {
        word: Counter(map(families.__getitem__, held))
        for word, held in holders.items()
        if 2 <= len(held) <= most and len(set(map(families.__getitem__, held))) <= 2
    }
    scores, told = np.zeros(len(skills)), []
    for row, words in enumerate(texts):
        of: Counter[str] = Counter()
        for word in words:
            if word not in telling:
                continue
            others = [family for family, held in telling[word].items() if held > (family == families[row])]
            if len(others) == 1:
                of[others[0]] += 1
        counts = np.array([count for count in of.values() if count >= MIN_WORDS], dtype=np.float64)
        part = counts / counts.sum() if len(counts) else counts
        told.append(float(np.exp(-(part * np.log(part)).sum())) if len(counts) else 0.0)
        strange = sum(of.values()) - max(of.values(), default=0)
        scores[row] = told[-1] * strange / max(1, len(words))
    found = np.flatnonzero(scores >= max(LEAST, OVER_MEAN * float(scores.mean()))).tolist()
    return {row: Borrowed(told[row], _owners(row, texts[row], holders, most)) for row in found}


def _owners(row: int, words: Sequence[str], holders: dict[str, list[int]], most: int) -> tuple[int, ...]:
    count = Counter(
        other for word in words if len(holders[word]) <= most for other in holders[word] if other != row
    )
    return tuple(sorted(count, key=lambda other: (-count[other], other)))
