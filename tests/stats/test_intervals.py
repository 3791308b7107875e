"""Wilson's intervals, by the tables, and central parts of draws."""

from __future__ import annotations

import numpy as np
import pytest

from skillaudit.stats.intervals import UNKNOWN, interval, share, wilson


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        (0, 10, 0.0, 0.2130),
        (10, 10, 0.7870, 1.0),
        (8, 10, 0.5408, 0.9315),
        (50, 100, 0.4189, 0.5811),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilson_at_ninety_percent(hits: int, count: int, low: float, high: float) -> None:
    assert wilson(hits, count) == pytest.approx((low, high), abs=1e-3)


def test_a_share_has_wilsons_interval_or_nothing() -> None:
    found = share(8, 10)
    assert (found.low, found.value, found.high) == (wilson(8, 10)[0], 0.8, wilson(8, 10)[1])
    assert share(0, 0) == UNKNOWN


def test_an_interval_holds_nine_draws_of_ten_and_its_number() -> None:
    draws = np.arange(1, 100, dtype=np.float64)
    found = interval(50, draws)
    assert (found.low, found.value, found.high) == pytest.approx((5.0, 50.0, 95.0))
    assert interval(99, draws).high == 99.0 and interval(1, draws).low == 1.0


def test_few_draws_hold_as_much_as_many() -> None:
    rng = np.random.default_rng(0)
    ends = [interval(0.5, rng.random(60)) for _ in range(2000)]
    assert np.mean([(end.high or 0.0) - (end.low or 0.0) for end in ends]) == pytest.approx(0.9, abs=0.005)
