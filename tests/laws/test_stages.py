"""Kinds of error by size: sorted as planted, and recovered within their intervals over forty seeds."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pytest

from skillaudit.laws.stages import ErrorProgress, Pick, progress_of, recorded_progress
from skillaudit.routing.decisions import DecisionLog, Observation
from skillaudit.schema import Skill
from skillaudit.scoring import make_scorer

SIZES = (16, 64, 256)
HOLE = 999


def near(gold: Hashable, offered: Sequence[Hashable]) -> set[Hashable]:
    """The five ids that follow are the most alike."""
    assert isinstance(gold, int)
    return {other for other in offered if other in range(gold + 1, gold + 6)}


def simulated(seed: int, drift: float, capture: float, idle: float = 0.0, count: int = 400) -> ErrorProgress:
    """A router that loses a tenth to neighbours, and `drift` and `capture` times log2(size) / 8 otherwise."""
    rng = np.random.default_rng(seed)
    picks = []
    for size in SIZES:
        share = np.log2(size) / 8
        for at in range(count):
            offered = [*range(size - 1), HOLE]
            gold = int(rng.integers(size - 8))
            draw = rng.random()
            if draw < 0.1:
                chosen = gold + int(rng.integers(1, 6))
            elif draw < 0.1 + drift * share:
                close = {gold, *near(gold, offered)}
                far = [other for other in range(size - 1) if other not in close]
                chosen = int(rng.choice(far))
            elif draw < 0.1 + (drift + capture) * share:
                chosen = HOLE
            else:
                chosen = gold
            picks.append(Pick(f"{at}", (gold,), chosen, offered))
            if idle:
                picks.append(Pick(f"idle {at}", (), HOLE if rng.random() < idle * share else None, offered))
    return progress_of("planted", picks, near)


def test_planted_kinds_are_found() -> None:
    found = simulated(0, drift=0.1, capture=0.3, idle=0.5)
    last = found.stages[-1]
    assert [stage.size for stage in found.stages] == list(SIZES)
    assert last.capture.value == pytest.approx(0.3, abs=0.06) and last.local.value == pytest.approx(
        0.1, abs=0.04
    )
    assert last.idle == 400 and last.idle_taken.value == pytest.approx(0.5, abs=0.08)
    assert last.idle_takers == pytest.approx(1.0)
    low = found.rise["capture"].low
    assert low is not None and low > 0
    # Five of the 255 others are neighbours.
    assert last.by_chance == pytest.approx(5 / 255)


def test_requests_that_need_nothing_are_taken_as_often_as_something_fires() -> None:
    assert simulated(0, drift=0.1, capture=0.3, idle=0.2).stages[-1].idle_taken.value == pytest.approx(
        0.2, abs=0.06
    )


def test_without_a_hole_nothing_is_captured() -> None:
    captured = [stage.capture.value for seed in range(10) for stage in simulated(seed, 0.2, 0.0).stages]
    assert sum(value != 0 for value in captured) <= 2


@pytest.mark.slow
def test_over_forty_seeds_shares_and_slopes_lie_in_their_intervals() -> None:
    slope = {"local": 0.0, "drift": 0.2 / 8 / np.log(2), "capture": 0.2 / 8 / np.log(2)}
    hits = dict.fromkeys((*slope, "share"), 0)
    for seed in range(40):
        found = simulated(seed, drift=0.2, capture=0.2)
        for kind, truth in slope.items():
            end = found.rise[kind]
            hits[kind] += (end.low or 0.0) <= truth <= (end.high or 0.0)
        share = found.stages[1].capture
        hits["share"] += (share.low or 0.0) <= 0.2 * 6 / 8 <= (share.high or 0.0)
    assert all(count >= 31 for count in hits.values()), hits


def test_recorded_decisions_are_sorted_by_likeness() -> None:
    texts = [f"topic{at // 4} word{at}" for at in range(40)]
    skills = tuple(Skill(id=str(at), name=f"n{at}", description=text) for at, text in enumerate(texts))
    rows = np.arange(40)
    chosen = [1, 2, 3, 20, -1, 0, 0, 0, 0, 0, 0, 0]
    decisions = tuple(
        Observation(query=f"q{at}", gold=(0,), offered=rows if at % 2 else None, chosen={"m": row})
        for at, row in enumerate(chosen)
    )
    log = DecisionLog(skills=skills, decisions=decisions)
    (found,) = recorded_progress(log, make_scorer("lexical", [skill.text for skill in skills]))
    (stage,) = found.stages
    assert (stage.decisions, stage.size) == (12, 40)
    assert [
        round(12 * (getattr(stage, kind).value or 0)) for kind in ("right", "none", "local", "drift")
    ] == [7, 1, 3, 1]
    assert found.rise["local"].value is None
