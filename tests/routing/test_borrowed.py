"""Descriptors of other families' words, held against the definition word by word."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest

from skillaudit.routing.borrowed import (
    FEW,
    LEAST,
    MIN_SKILLS,
    MIN_WORD,
    MIN_WORDS,
    OVER_MEAN,
    SHARE,
    borrowed,
)
from skillaudit.schema import Skill
from skillaudit.scoring.ngrams import tokens

KINDS = ("orchid", "kernel", "violin", "ledger", "turbine", "glacier")


def library(seed: int, size: int, planted: int) -> tuple[list[Skill], list[str]]:
    """Families of made-up words, a few of them in other families too; `planted` skills take from everywhere."""
    rng = np.random.default_rng(seed)
    pools = {kind: [f"{kind}{letter}{other}" for letter in "abcde" for other in "xyz"] for kind in KINDS}
    every = [word for pool in pools.values() for word in pool]
    skills, families = [], []
    for row in range(size):
        kind = KINDS[row % len(KINDS)]
        own = rng.choice(pools[kind], 5, replace=False).tolist()
        words = (
            rng.choice(every, 14, replace=False).tolist() if row < planted else [*own, *rng.choice(every, 1)]
        )
        skills.append(Skill(id=f"s{row}", name=f"n{row}", description=" ".join([*words, "to", "use", "it"])))
        families.append(kind)
    return skills, families


def defined(skills: list[Skill], families: list[str]) -> dict[int, tuple[float, tuple[int, ...]]]:
    words = [{word for word in tokens(skill.text) if len(word) >= MIN_WORD} for skill in skills]
    most = max(FEW, int(SHARE * len(skills)))
    scores, told, owners = [], [], []
    for row, own in enumerate(words):
        of: Counter[str] = Counter()
        lent: Counter[int] = Counter()
        for word in own:
            others = [at for at, held in enumerate(words) if word in held and at != row]
            if len(others) <= most:
                lent.update(others)
                if len({families[at] for at in others}) == 1:
                    of[families[others[0]]] += 1
        counts = [count for count in of.values() if count >= MIN_WORDS]
        number = (
            math.exp(-sum(c / sum(counts) * math.log(c / sum(counts)) for c in counts)) if counts else 0.0
        )
        told.append(number)
        scores.append(number * (sum(of.values()) - max(of.values(), default=0)) / max(1, len(own)))
        owners.append(tuple(sorted(lent, key=lambda at: (-lent[at], at))))
    least = max(LEAST, OVER_MEAN * sum(scores) / len(scores))
    return {row: (told[row], owners[row]) for row, score in enumerate(scores) if score >= least}


@pytest.mark.parametrize("size", [MIN_SKILLS, 42, 150])
@pytest.mark.parametrize("planted", [0, 1, 3])
def test_who_borrows_is_found_as_it_is_defined(size: int, planted: int) -> None:
    flagged = 0
    for seed in range(6):
        skills, families = library(seed, size, planted)
        found = borrowed(skills, families)
        expected = defined(skills, families)
        assert set(found) == set(expected) <= set(range(planted))
        for row, one in found.items():
            assert one.families == pytest.approx(expected[row][0]) and one.owners == expected[row][1]
        flagged += len(found)
    assert flagged or not planted or size == 150, "many skills make every word common"


def test_a_library_too_small_to_tell_borrows_nothing() -> None:
    skills, families = library(0, MIN_SKILLS, 1)
    assert borrowed(skills[:-1], families[:-1]) == {}
