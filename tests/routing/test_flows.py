"""Who takes whose requests: at the edges, and against the same sums in plain loops."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import NamedTuple, cast

import msgspec
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from skillaudit.routing.contested import contested
from skillaudit.routing.evidence import Evidence, from_requests
from skillaudit.routing.flows import EXAMPLES, PAIR_SHARE, Traffic, skill_flows, taxonomy, top_pairs, traffic
from skillaudit.routing.outcome import Outcome, choose
from skillaudit.routing.profiles import find
from skillaudit.schema import Request, RequestLoss
from tests.routing.conftest import World
from tests.routing.test_staged import twins

FIT = find("frontier", "hybrid").fits["hybrid"]


def test_skills_that_hardly_lose_a_request_make_no_pairs() -> None:
    nothing = np.zeros(0)
    between = csr_array(np.array([[0.0, 1e-6], [0.0, 0.0]]))
    flow = Traffic(
        row=nothing.astype(np.int64), victim=nothing.astype(np.int64), taker=nothing.astype(np.int64),
        mass=nothing, weight=nothing, between=between, strays=between, owned=np.ones(2), total=2.0,
    )  # fmt: skip
    assert top_pairs([], [], cast("Evidence", None), flow, np.zeros((0, 0), dtype=np.bool_)) == ()


def test_each_lost_request_is_one_kind_of_error() -> None:
    """Of eight requests: two go to a neighbour, one far away, one to a black hole, and two of a missing skill."""
    nothing = np.zeros(0)
    between = csr_array(
        np.array([[0.0, 2.0, 1.0, 0.5], [0.0, 0.0, 0.0, 0.5], [0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    )
    flow = Traffic(
        row=nothing.astype(np.int64), victim=nothing.astype(np.int64), taker=nothing.astype(np.int64),
        mass=nothing, weight=nothing, between=between, strays=csr_array(np.array([[0.0, 0.0, 0.5, 1.5]])),
        owned=np.ones(4), total=8.0,
    )  # fmt: skip
    families, alone = ["a", "b", "c", "d"], [-1, -1, -1, -1]
    for labels, kin, near in (
        ([0, 0, -1, -1], families, None),
        (alone, ["a", "a", "c", "d"], None),
        (alone, families, np.array([[1], [0], [3], [2]])),
    ):
        found = taxonomy(flow, kin, labels, near, {3})
        assert (found.local, found.drift, found.capture) == (2 / 8, 1.5 / 8, 2.5 / 8)
    found = taxonomy(flow, families, alone, None, set())
    assert (found.local, found.drift, found.capture) == (0.0, 6 / 8, 0.0)


class Loss(NamedTuple):
    """One request that one rival may take."""

    row: int
    victim: int
    taker: int
    mass: float
    weight: float
    shared: bool


class Scene(NamedTuple):
    """A library with twins, a skill that is missing and requests that come more or less often."""

    world: World
    requests: tuple[Request, ...]
    evidence: Evidence
    outcome: Outcome
    shared: npt.NDArray[np.bool_]
    losses: list[Loss]


def scene(seed: int, weights: list[float]) -> Scene:
    world = twins(World(8, 3, noise=3.0, seed=seed, idle=1))
    gone = [Request(query=world.requests[at].query, gold=("gone",), source="file") for at in (0, 7)]
    requests = tuple(
        msgspec.structs.replace(request, weight=weight, origin=f"line {at}")
        for at, (request, weight) in enumerate(zip([*world.requests, *gone], weights, strict=True))
    )
    evidence = from_requests(world.skills, requests, world.scorer, FIT.contrast)
    outcome = choose(evidence, FIT)
    shared = contested(evidence, "hybrid")
    losses = []
    for row in range(len(requests)):
        for place, taker in enumerate(evidence.rivals[row].tolist()):
            mass = float(outcome.hijack[row] * outcome.shares[row, place])
            if requests[row].gold and taker >= 0 and mass > 1e-9:
                weight = float(evidence.weight[row])
                losses.append(
                    Loss(row, int(evidence.gold[row]), taker, mass, weight, bool(shared[row, place]))
                )
    return Scene(world, requests, evidence, outcome, shared, losses)


def told(losses: list[Loss], found: Scene) -> list[tuple[str, str, str, object, str]]:
    """What a report says of some losses, likeliest first."""
    chosen = sorted((one for one in losses if one.mass >= 0.005), key=lambda one: (-one.mass, one.row))
    return [
        (
            found.requests[one.row].query,
            f"s{one.victim}" if one.victim >= 0 else "gone",
            f"s{one.taker}",
            pytest.approx(one.mass),
            f"line {one.row}",
        )
        for one in chosen[:EXAMPLES]
    ]


def said(losses: tuple[RequestLoss, ...]) -> list[tuple[str, str, str, float, str]]:
    return [(one.query, one.gold, one.taken_by, one.probability, one.origin) for one in losses]


WEIGHTS = st.lists(st.sampled_from([1.0, 1.0, 2.0, 7.0]), min_size=27, max_size=27)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 30), weights=WEIGHTS)
def test_skills_lose_and_take_what_their_requests_say(seed: int, weights: list[float]) -> None:
    found = scene(seed, weights)
    flow = traffic(found.evidence, found.outcome)
    owned, lost, absorbed = np.zeros(8), np.zeros(8), np.zeros(8)
    for line, gold in enumerate(found.evidence.gold.tolist()):
        if gold >= 0:
            owned[gold] += found.evidence.weight[line]
    for one in found.losses:
        absorbed[one.taker] += one.mass * one.weight
        if one.victim >= 0:
            lost[one.victim] += one.mass * one.weight
    total = sum(
        float(found.evidence.weight[row]) for row, request in enumerate(found.requests) if request.gold
    )
    assert flow.total == pytest.approx(total) and flow.owned == pytest.approx(owned)
    assert flow.lost == pytest.approx(lost) and flow.absorbed == pytest.approx(absorbed)
    assert flow.strays.sum() == pytest.approx(
        sum(one.mass * one.weight for one in found.losses if one.victim < 0)
    )
    rows = skill_flows(found.world.skills, found.requests, found.evidence, found.outcome, flow, 0.1)
    unsure = skill_flows(found.world.skills, found.requests, found.evidence, found.outcome, flow, 0.6)
    unequal = False
    for at, (row, wide) in enumerate(zip(rows, unsure, strict=True)):
        assert (row.id, row.requests) == (f"s{at}", 3)
        assert row.victim_rate == pytest.approx(lost[at] / owned[at])
        assert row.absorbed == pytest.approx(absorbed[at])
        assert row.absorbed_share == pytest.approx(min(1.0, absorbed[at] / (total - owned[at])))
        assert 0 <= (row.victim_low or 0) <= (row.victim_rate or 0) <= (row.victim_high or 0) <= 1
        assert row.absorbed_low <= row.absorbed <= row.absorbed_high
        assert wide.absorbed_low <= row.absorbed_low and (wide.victim_low or 0) <= (row.victim_low or 0)
        unequal |= wide.absorbed_low < row.absorbed_low
        best: dict[int, Loss] = {}
        for one in found.losses:
            if one.victim == at and (one.row not in best or one.mass > best[one.row].mass):
                best[one.row] = one
        assert said(row.lost) == told(list(best.values()), found)
        assert said(row.stolen) == told([one for one in found.losses if one.taker == at], found)
    assert unequal


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 30), weights=WEIGHTS, limit=st.sampled_from([2, 500]))
def test_pairs_are_those_that_lose_most_to_each_other(seed: int, weights: list[float], limit: int) -> None:
    found = scene(seed, weights)
    flow = traffic(found.evidence, found.outcome)
    between: dict[tuple[int, int], float] = defaultdict(float)
    for one in found.losses:
        if one.victim >= 0:
            between[one.victim, one.taker] += one.mass * one.weight
    expected = []
    for a in range(8):
        for b in range(a + 1, 8):
            there, back = between[a, b] / flow.owned[a], between[b, a] / flow.owned[b]
            if there + back >= PAIR_SHARE:
                expected.append((-round(between[a, b] + between[b, a], 12), a, b, there, back))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skillaudit.routing.flows.PAIR_LIMIT", limit)
        pairs = top_pairs(found.world.skills, found.requests, found.evidence, flow, found.shared)
    assert len(pairs) == min(limit, len(expected))
    for pair, (_, a, b, there, back) in zip(pairs, sorted(expected), strict=False):
        assert (pair.a, pair.b) == (f"s{a}", f"s{b}")
        assert [pair.a_to_b, pair.b_to_a] == pytest.approx([min(1.0, there), min(1.0, back)])
        moved = [one for one in found.losses if {one.victim, one.taker} == {a, b}]
        assert said(pair.requests) == told(moved, found)
        often = [one.mass * one.weight for one in moved if one.shared]
        half = sum(often) / sum(one.mass * one.weight for one in moved)
        assert pair.contested == (half >= 0.5) or half == pytest.approx(0.5)


def test_half_of_what_the_scenes_exchange_is_contested() -> None:
    """Else the test of pairs would hold whatever they said of it."""
    shared = [one.shared for seed in range(5) for one in scene(seed, [1.0] * 27).losses]
    assert 0.05 < np.mean(shared) < 0.95


def test_few_requests_leave_a_rate_unsure_and_descriptors_have_none() -> None:
    world = World(8, 12, noise=3.0)
    widths = []
    for count in (1, 12):
        requests = tuple(request for at, request in enumerate(world.requests) if at % 12 < count)
        evidence = from_requests(world.skills, requests, world.scorer, FIT.contrast)
        outcome = choose(evidence, FIT)
        rows = skill_flows(world.skills, requests, evidence, outcome, traffic(evidence, outcome), 0.0)
        assert [row.requests for row in rows] == [count] * 8
        widths.append(np.mean([(row.victim_high or 0) - (row.victim_low or 0) for row in rows]))
    assert widths[0] > 1.15 * widths[1] > 0
    # Row -1 of the requests: a descriptor stands in, and nobody asked.
    unasked = dataclasses.replace(evidence, request=np.full(len(evidence.gold), -1))
    rows = skill_flows(world.skills, (), unasked, outcome, traffic(unasked, outcome), 0.0)
    assert {(row.requests, row.victim_rate, row.victim_low, row.lost, row.stolen) for row in rows} == {
        (0, None, None, (), ())
    }
    assert sum(row.absorbed for row in rows) > 0
