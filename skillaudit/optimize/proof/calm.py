"""False triggers that a plan adds: the descriptions that add most are not ticked."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from skillaudit.optimize.proof.costs import without
from skillaudit.optimize.records import Edit
from skillaudit.schema import Estimate

NOTICED = 0.02
"""Rise of the rate of false triggers, of requests that need no skill, that a plan may have."""
LEAST = 0.002
"""Rise that one description must add to be refused for it."""
MOST = 60
"""Descriptions that are tried one by one."""


def calmed(edits: Sequence[Edit], fired: Callable[[Sequence[Edit]], Estimate]) -> list[Edit]:
    """Return the edits, those descriptions refused that raise false triggers most, until no rise is noticed.

    `fired` gives the rate of false triggers with some edits.
    """
    kept = list(edits)
    before, now = fired(()).value, fired(kept).value
    taken = [edit for edit in kept if edit.accept and edit.after][:MOST]
    if before is None or now is None or now - before <= NOTICED:
        return kept
    spared = {edit.id: now - (fired(without(kept, {edit.id: "tried"})).value or 0.0) for edit in taken}
    for edit in sorted(taken, key=lambda edit: -spared[edit.id]):
        if now - before <= NOTICED or spared[edit.id] < LEAST:
            break
        why = f"by itself it adds {100 * spared[edit.id]:.1f} false triggers of a hundred requests that need no skill"
        kept = without(kept, {edit.id: why})
        now = fired(kept).value or 0.0
    return kept
