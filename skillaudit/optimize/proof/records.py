"""What a live model says of a plan."""

from __future__ import annotations

from skillaudit.schema import Estimate, Record

LEAST_PROVED = 0.005
"""Least gain in accuracy that is called proved: half a request in a hundred."""


class LiveProof(Record):
    """What a live model chose before and after the edits, the same requests with the lists in the same order."""

    model: str
    planned: int
    """Requests of the proof half."""
    pairs: int
    """Of these, decided both before and after; fewer where the budget ended."""
    before: Estimate
    """Share of the requests that have a right skill on which it was chosen."""
    after: Estimate
    silent_before: Estimate
    """Share of those on which none was chosen."""
    silent_after: Estimate
    fired_before: Estimate
    """Share of the requests that need no skill on which one was chosen."""
    fired_after: Estimate
    gained: int
    lost: int
    p_value: float | None
    """Exact McNemar test of those two, two-sided."""
    difference: Estimate
    """Change of the share that is right, by a bootstrap over skills."""
    order_noise: Estimate
    """Share of requests that the same list in another order sends elsewhere, before any edit."""
    dollars: float | None = None
    """What it cost; None where the price is not known."""

    @property
    def proved(self) -> bool:
        """Whether at least half a request in a hundred is gained, for sure."""
        gain = self.difference
        return gain.value is not None and gain.low is not None and gain.value >= LEAST_PROVED and gain.low > 0
