"""What an edit may cost on the requests kept aside, by what it is for, and why one that costs more is not ticked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from skillaudit.optimize.proof.paired import CHANCE
from skillaudit.optimize.proof.records import LEAST_PROVED
from skillaudit.optimize.proof.refusal import REFUSED
from skillaudit.optimize.records import OWN_CUT, Edit, StepName
from skillaudit.schema import Estimate

DEAR = 0.1
"""Requests in a hundred that an edit for what no forecast shows may cost in the forecast of any class."""
UNSEEN: frozenset[StepName] = frozenset({"merge", "activation"})
"""Steps whose edits are for what no forecast shows: two skills that are one, agents that load none."""
LEADING = "frontier"
"""The class that most agents at work belong to."""
JUDGED: frozenset[StepName] = frozenset({"narrow", "boundary", "victim"})
"""Steps whose edits are for what a forecast shows."""
UNPROVED = "the whole plan gains nothing for sure on the requests kept aside to check it"
"""Why an edit for what a forecast shows is not ticked."""
HARMFUL = "the plan loses requests for sure with it and the others like it"
"""Why an edit of a plan that does harm is not ticked."""
TOGETHER = "by itself it loses, but the plan gains less without it and the others like it"
"""Why an edit that costs something is ticked all the same."""


def cost_of(edit: Edit, judge: str) -> str:
    """Say what an accepted edit loses by itself: requests that chose it, or some of a hundred of a class that counts.

    Empty for nothing. The class that judges and the first of all may lose nothing, room for a client, skills made
    manual-only for more false triggers than that, and what no forecast shows aside: that may lose up to `DEAR`, and a
    request that changes hands.
    """
    if not edit.accept or edit.step == "budget":
        return ""
    free = DEAR if edit.step in UNSEEN else 0.0
    for name, change in edit.hundred:
        if name in (judge, LEADING) and change - (edit.triggers or 0.0) * edit.spares < -free:
            return f"{REFUSED}, it costs {name} {-change:.2f} requests in a hundred"
    effect = edit.effect
    chance = CHANCE if edit.step in UNSEEN else 0
    if effect is not None and effect.lost > effect.gained + chance and not edit.spares:
        return f"on the requests that chose it, it loses {effect.lost:,} and gains {effect.gained:,}"
    return ""


def unproved(edits: Sequence[Edit]) -> list[Edit]:
    """Refuse what is for the forecast alone: the whole plan gains nothing by it."""
    judged = [edit for edit in edits if edit.accept and edit.step in JUDGED and not edit.spares]
    return without(edits, {edit.id: UNPROVED for edit in judged})


def too_dear(edit: Edit) -> str:
    """Say what a sentence on when to use a skill takes from others, where it is more than it may."""
    router, change = min(edit.hundred, key=lambda each: each[1], default=("", 0.0))
    if not edit.accept or edit.step != "activation" or change > -DEAR:
        return ""
    return f"{REFUSED}, it costs {router} {-change:.2f} requests in a hundred"


def roomy(
    edits: Sequence[Edit],
    gain: Callable[[Sequence[Edit]], float],
    fired: Callable[[Sequence[Edit]], Estimate],
) -> list[Edit]:
    """Refuse what is shortened for a client, where its own cut of those texts hardly costs more requests.

    `gain` gives the share of requests that some edits gain as the client shows them, `fired` that of false triggers.
    """
    whole = without(edits, {edit.id: OWN_CUT for edit in edits if edit.accept and edit.step == "budget"})
    if whole == list(edits):
        return whole
    spared = (fired(whole).value or 0.0) - (fired(edits).value or 0.0)
    return whole if gain(edits) - gain(whole) + spared < LEAST_PROVED else list(edits)


def harmless(edits: Sequence[Edit], harmful: Callable[[Sequence[Edit]], bool]) -> list[Edit]:
    """Refuse the edits that lose by themselves, then all, as long as what is left is `harmful`."""
    kept = list(edits)
    for every in (False, True):
        if not harmful(kept):
            break
        lose = [
            edit.id for edit in kept if edit.accept and (every or any(value < 0 for _, value in edit.hundred))
        ]
        kept = without(kept, dict.fromkeys(lose, HARMFUL))
    return kept


def without(edits: Sequence[Edit], costs: Mapping[str, str]) -> list[Edit]:
    """Return the edits, those not ticked that have a cost here, by their ids."""
    return [
        msgspec.structs.replace(edit, accept=False, refused=costs[edit.id]) if costs.get(edit.id) else edit
        for edit in edits
    ]
