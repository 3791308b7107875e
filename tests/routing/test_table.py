"""Decisions laid out as numbers: each row what the request meets in the list that was on offer."""

from __future__ import annotations

import numpy as np
import pytest

from skillaudit.routing.decisions import NONE, RIGHT, UNASKED, WRONG, DecisionLog, Observation
from skillaudit.routing.evidence import NEXT_DOOR, RIVALS, from_requests
from skillaudit.routing.profiles import find
from skillaudit.routing.table import tabulate
from skillaudit.schema import Request
from tests.routing.conftest import World

FIT = find("frontier", "hybrid").fits["hybrid"]


def observed(query: str, gold: tuple[int, ...], offered: list[int] | None, **chosen: int) -> Observation:
    rows = None if offered is None else np.array(offered, dtype=np.int64)
    return Observation(query=query, gold=gold, offered=rows, chosen=chosen)


def test_a_row_is_what_the_request_meets_in_the_list_on_offer() -> None:
    world = World(30, 1, noise=3.0)
    rng = np.random.default_rng(0)
    lists = [sorted(rng.permutation(30)[: 2 + 9 * at].tolist()) for at in range(4)]
    observations = tuple(
        observed(world.requests[own].query, (own,), offered)
        for offered in lists
        for own in (offered[0], offered[-1])
    )
    table = tabulate(
        DecisionLog(skills=world.skills, decisions=observations), world.scorer, FIT.contrast, FIT.kappa
    )
    for row, one in enumerate(observations):
        assert one.offered is not None
        offered = one.offered.tolist()
        part = World(30, 1, noise=3.0)
        part.scorer.skills = part.scorer.skills[offered]
        asked = Request(query=one.query, gold=(f"s{one.gold[0]}",), source="file")
        alone = from_requests([world.skills[at] for at in offered], [asked], part.scorer, FIT.contrast)
        assert table.size[row] == len(offered) and table.routed[row]
        assert table.x[row] == pytest.approx([1.0, alone.clearance[0], np.log1p(len(offered) / FIT.kappa)])
        assert table.gold_score[row] == pytest.approx(alone.gold_score[0])
        rivals = [offered[at] for at in alone.rivals[0].tolist() if at >= 0]
        kept = [at for at in table.rivals[row].tolist() if at >= 0]
        assert kept[:12] == rivals[:12] and one.gold[0] not in kept
        assert table.best[row] == pytest.approx(alone.best_rival[0])
        similar = world.scorer.similarities(one.gold[0], one.gold[0] + 1)[0]
        assert table.rival_likeness[row, : len(kept)] == pytest.approx(similar[kept], abs=1e-6)


@pytest.mark.parametrize("size", [RIVALS, 60])
def test_of_a_long_list_the_skills_next_door_are_rivals_too(size: int) -> None:
    world = World(size, 1, noise=6.0)
    observations = [observed(request.query, (at,), None) for at, request in enumerate(world.requests)]
    observations.append(observed(world.requests[0].query, (), None))
    table = tabulate(
        DecisionLog(skills=world.skills, decisions=tuple(observations)), world.scorer, FIT.contrast
    )
    missed = 0
    scores = world.scorer.scores([request.query for request in world.requests])
    for gold in range(size):
        similar = world.scorer.similarities(gold, gold + 1)[0]
        similar[gold] = -np.inf
        near = set(np.argsort(-similar)[:NEXT_DOOR].tolist())
        assert near <= set(table.rivals[gold].tolist()), "however badly they score"
        best = [at for at in np.argsort(-scores[gold]).tolist() if at != gold][:RIVALS]
        missed += len(near - set(best))
    assert (missed > 0) == (size > RIVALS)
    assert not table.routed[-1] and len(set(table.rivals[-1].tolist()) - {-1}) == min(RIVALS, size)


def test_of_several_right_skills_the_nearest_is_the_one() -> None:
    world = World(10, 1, noise=2.0)
    query = world.requests[4].query
    both = observed(query, (4, 7), None, m=7, n=2)
    nothing = observed(query, (), None, m=-1)
    table = tabulate(DecisionLog(skills=world.skills, decisions=(both, nothing)), world.scorer, FIT.contrast)
    scores = world.scorer.scores([query])[0]
    assert table.gold_score[0] == pytest.approx(max(scores[4], scores[7]))
    assert {4, 7}.isdisjoint(table.rivals[0].tolist()) and {4, 7} <= set(table.rivals[1].tolist())
    assert table.request.tolist() == [0, 0] and table.fold[0] == table.fold[1]
    assert {model: rows.tolist() for model, rows in table.outcomes.items()} == {
        "m": [RIGHT, NONE],
        "n": [WRONG, UNASKED],
    }
    assert {model: rows.tolist() for model, rows in table.chosen.items()} == {"m": [7, -1], "n": [2, -1]}
    nearest = 4 if scores[4] > scores[7] else 7
    rivals = [at for at in table.rivals[0].tolist() if at >= 0]
    assert table.rival_likeness[0, : len(rivals)] == pytest.approx(
        world.scorer.similarities(nearest, nearest + 1)[0][rivals], abs=1e-6
    )


def test_a_list_of_one_has_no_rival() -> None:
    world = World(3, 1)
    table = tabulate(
        DecisionLog(skills=world.skills, decisions=(observed(world.requests[1].query, (1,), [1]),)),
        world.scorer,
        FIT.contrast,
    )
    assert (
        table.best.tolist() == [0.0] and set(table.rivals[0].tolist()) == {-1} and table.size.tolist() == [1]
    )
