"""Fold duplicates and clones: skills whose files say the same."""

from __future__ import annotations

from collections import Counter

import numpy as np

from skillaudit.analysis.neighbors import Neighbors
from skillaudit.optimize.bench import Bench
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.optimize.words.source import Source, stems
from skillaudit.schema import Skill

NEAREST = 8
ALIKE = 0.85
"""Share of words that two files of one skill have in common, by multiset Jaccard."""
RELATED = 0.6
"""Least share for a skill that says nothing of its own."""
_OWN = 2
"""Times that one file must say a word the other lacks, for the word to be what it is about."""


def fold_duplicates(bench: Bench, lexicon: Lexicon, neighbors: Neighbors) -> None:
    """Fold skills into a near neighbour that says the same, the one with more labelled requests staying.

    Copies of a template with another name filled in are no duplicates: each says a word, its own name
    for the thing, that the other does not have. Pairs that are merely related are proposed and refused.
    """
    words = [_words(skill, source) for skill, source in zip(bench.skills, lexicon.sources, strict=True)]
    labelled = np.array([request.source in ("file", "evals") for request in bench.requests])
    owned = bench.board.per_skill(labelled)
    for row in range(len(bench.skills)):
        for other in sorted(neighbors.indices[row, :NEAREST].tolist()):
            if other <= row or row in bench.gone or other in bench.gone:
                continue
            share = _jaccard(words[row], words[other])
            if share < RELATED:
                continue
            stays, goes = sorted((row, other), key=lambda at: (-owned[at], len(bench.skills[at].id), at))
            own = sorted(_own(words[goes], words[stays]))
            if own and share < ALIKE:
                continue
            reason = f"{share:.0%} of the words of {bench.skills[goes].id} stand in {bench.skills[stays].id}"
            refused = f"it has words of its own: {', '.join(own[:5])}" if own else ""
            lost = lost_with(bench.skills[goes], lexicon.sources[goes], bench.skills[stays])
            bench.fold(goes, stays, reason, lost, refused)


def _words(skill: Skill, source: Source) -> Counter[str]:
    # The name is what tells clones apart by definition, so it takes no part.
    named = set(stems(skill.name))
    return Counter({word: count for word, count in source.counts.items() if word not in named})


def _jaccard(a: Counter[str], b: Counter[str]) -> float:
    shared = sum(min(count, b[word]) for word, count in a.items() if word in b)
    total = a.total() + b.total() - shared
    return shared / total if total else 0.0


def _own(a: Counter[str], b: Counter[str]) -> set[str]:
    least = _OWN if sum(a.values()) > 40 else 1
    return {word for word, count in a.items() if count >= least and word not in b}


def lost_with(goes: Skill, source: Source, stays: Skill) -> tuple[str, ...]:
    """Return what only the folded skill holds: headings, then sentences of its description; at most ten."""
    kept = set(stems(f"{stays.text}\n{stays.body}"))
    titles = dict.fromkeys(title for _, title in source.titles)
    found = [title for title in titles if set(stems(title)) - kept]
    if set(stems(goes.description)) - kept:
        found.append(goes.description)
    return tuple(found[:10])
