"""Who takes whose requests, at the edges."""

from __future__ import annotations

from typing import cast

import numpy as np
from scipy.sparse import csr_array

from skillaudit.routing.evidence import Evidence
from skillaudit.routing.flows import Traffic, top_pairs


def test_skills_that_hardly_lose_a_request_make_no_pairs() -> None:
    nothing = np.zeros(0)
    between = csr_array(np.array([[0.0, 1e-6], [0.0, 0.0]]))
    flow = Traffic(
        row=nothing.astype(np.int64), victim=nothing.astype(np.int64), taker=nothing.astype(np.int64),
        mass=nothing, weight=nothing, between=between, strays=between, owned=np.ones(2), total=2.0,
    )  # fmt: skip
    assert top_pairs([], [], cast("Evidence", None), flow, np.zeros((0, 0), dtype=np.bool_)) == ()
