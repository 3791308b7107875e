"""Contested: two like descriptors, of which the other scores as well; each scorer has bounds of its own."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from skillaudit.routing.contested import NAMED, TAKEN, contested
from skillaudit.routing.evidence import from_requests
from skillaudit.routing.profiles import Contrast
from skillaudit.schema import ScorerName
from tests.routing.conftest import World


@pytest.mark.parametrize("scorer", ["hybrid", "dense", "lexical"])
def test_a_rival_must_be_like_the_right_skill_and_score_as_well(scorer: ScorerName) -> None:
    world = World(6, 1)
    read = from_requests(world.skills, world.requests, world.scorer, Contrast(20.0))
    part, like = NAMED[scorer]
    gold = np.full(6, 0.5)
    scores = np.tile(0.5 * part * np.array([1.01, 1.01, 0.9, 0.9, -np.inf, 0.0])[:6], (6, 1))
    alike = np.tile([like, like - 0.01, like, 0.0, like, like], (6, 1))
    shown = dataclasses.replace(read, gold_score=gold, rival_scores=scores, rival_likeness=alike)
    expected = np.array([True, False, False, False, False, False]) & (read.rivals >= 0)
    assert np.array_equal(contested(shown, scorer, NAMED), expected)
    assert all(TAKEN[scorer][k] < NAMED[scorer][k] for k in range(2))


def test_nothing_is_contested_where_no_skill_is_right() -> None:
    world = World(6, 1, idle=2)
    read = from_requests(world.skills, world.requests, world.scorer, Contrast(20.0))
    shown = dataclasses.replace(
        read, rival_likeness=np.ones_like(read.rival_likeness), gold_score=np.zeros(len(read.gold))
    )
    assert contested(shown, "hybrid")[:6].any() and not contested(shown, "hybrid")[6:].any()
