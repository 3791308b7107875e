"""What makes a black hole, and what is said of it, by hand-made flows."""

from __future__ import annotations

import dataclasses

import msgspec
import numpy as np
import pytest
from scipy.sparse import csr_array

from skillaudit.routing.flows import Traffic
from skillaudit.routing.holes import (
    CLAIM_RATE,
    MAX_Q,
    WIDTH_Q,
    black_holes,
    catch_alls,
    expected_share,
    families_robbed,
)
from skillaudit.schema import Skill

CLAIM = "A universal helper for any task and all kinds of questions."


def test_a_neighbourhood_says_what_a_skill_of_it_takes() -> None:
    absorbed = np.array([0.0, 4.0, 8.0, 0.0])
    near = np.array([[1, 2], [0, -1], [-1, -1], [0, 0]])
    # The library's mean is 3: it counts as one neighbour more, and half of it is the least.
    assert expected_share(absorbed, near) == pytest.approx([(4 + 8 + 3) / 3, 1.5, 3.0, 1.5])
    assert (
        expected_share(absorbed, None).tolist() == expected_share(absorbed, near[:, :0]).tolist() == [3.0] * 4
    )
    assert expected_share(np.zeros(0), None).tolist() == []


def flow_of(table: list[list[float]]) -> Traffic:
    nothing = np.zeros(0)
    between = csr_array(np.array(table))
    return Traffic(
        row=nothing.astype(np.int64), victim=nothing.astype(np.int64), taker=nothing.astype(np.int64),
        mass=nothing, weight=nothing, between=between, strays=csr_array((0, len(table))),
        owned=np.full(len(table), 20.0), total=20.0 * len(table),
    )  # fmt: skip


def test_families_count_by_what_is_taken_from_each() -> None:
    flow = flow_of([[0, 0, 0, 2.0], [0, 0, 0, 2.0], [0, 0, 0, 4.0], [1.0, 0, 0, 0]])
    assert families_robbed(flow, ["a", "a", "b", "c"], 4) == pytest.approx([1.0, 0.0, 0.0, 2.0])
    assert families_robbed(flow, ["a", "b", "c", "d"], 4)[3] == pytest.approx(np.exp(1.5 * np.log(2)))
    assert families_robbed(flow, ["a"] * 4, 4) == pytest.approx([1.0, 0.0, 0.0, 1.0])


def test_a_black_hole_says_what_it_takes_from_whom_and_how_it_is_known() -> None:
    size = 24
    plain = [Skill(id=f"s{at}", name=f"s{at}", description=f"does {at}") for at in range(size)]
    table = np.full((size, size), 0.05)
    table[:, 3] = 6.0
    table[5, 3] = 9.0
    np.fill_diagonal(table, 0.0)
    names = [f"f{at % 6}" for at in range(size)]
    heard = []

    def spared(row: int, left: float) -> float:
        heard.append((row, left))
        return 0.3

    (hole,) = black_holes(plain, flow_of(table.tolist()), names, None, None, spared)
    taken = 22 * 6.0 + 9.0
    assert (hole.skill, hole.evidence, hole.idle, hole.declared) == ("s3", "requests", 0.3, False)
    assert hole.absorbed == pytest.approx(taken) and hole.share == pytest.approx(taken / (20 * 23))
    assert hole.expected == pytest.approx(table.sum() / size) and hole.q_value <= MAX_Q
    assert hole.families == pytest.approx(6.0, abs=0.1) and hole.generic_phrases == ()
    assert hole.victims == ("s5", *(f"s{at}" for at in range(size) if at not in (3, 5)))
    assert heard == [(3, 0.0)]
    # The same by its text too; and by its text alone, where it takes what others do.
    claiming = [*plain]
    claiming[3] = msgspec.structs.replace(plain[3], description=CLAIM, declared_router=True)
    (both,) = black_holes(claiming, flow_of(table.tolist()), names, None, None)
    assert (both.evidence, both.idle, both.declared) == ("both", None, True) and both.generic_phrases
    assert both.q_value == hole.q_value
    even = np.full((size, size), 0.05)
    np.fill_diagonal(even, 0.0)
    (text,) = black_holes(claiming, flow_of(even.tolist()), names, None, None)
    assert text.evidence == "structure" and text.q_value == pytest.approx(CLAIM_RATE)
    # Of one family alone it is no black hole, nor is one that owns more than it takes.
    assert black_holes(plain, flow_of(table.tolist()), ["f"] * size, None, None) == ()
    own = flow_of(table.tolist())
    own = dataclasses.replace(own, owned=np.where(np.arange(size) == 3, 300.0, 20.0), total=20.0 * 23 + 300)
    assert black_holes(plain, own, names, None, None) == ()


def test_breadth_is_weighed_over_the_library() -> None:
    size = 24
    plain = [Skill(id=f"s{at}", name=f"s{at}", description=f"does {at}") for at in range(size)]
    even = np.full((size, size), 0.05)
    np.fill_diagonal(even, 0.0)
    width = np.full(size, 0.9)
    width[4] = 0.9 * WIDTH_Q / size
    names = [f"f{at}" for at in range(size)]
    (hole,) = black_holes(plain, flow_of(even.tolist()), names, None, width)
    assert (hole.skill, hole.evidence) == ("s4", "structure") and hole.q_value == pytest.approx(0.9 * WIDTH_Q)
    assert catch_alls(plain, width) == [4]
    width[4] = 1.1 * WIDTH_Q / size
    assert (
        black_holes(plain, flow_of(even.tolist()), names, None, width) == ()
        and catch_alls(plain, width) == []
    )
    few = flow_of(even[:3, :3].tolist())
    assert black_holes(plain[:3], few, names[:3], None, np.zeros(3)) == (), "too few to tell"
    assert black_holes(plain, flow_of(np.zeros((size, size)).tolist()), names, None, np.zeros(size)) == ()
