"""Who takes whose requests, at the edges."""

from __future__ import annotations

from typing import cast

import numpy as np
from scipy.sparse import csr_array

from skillaudit.routing.evidence import Evidence
from skillaudit.routing.flows import Traffic, taxonomy, top_pairs


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
