"""What one edit may cost on the requests that check the plan."""

from __future__ import annotations

import msgspec

from skillaudit.optimize.proof.prove import cost_of
from skillaudit.optimize.records import Edit, Effect, StepName


def _edit(step: StepName, **hundred: float) -> Edit:
    return Edit(id="e", kind="describe", step=step, skills=("a",), reason="r", hundred=tuple(hundred.items()))


def test_what_costs_the_leading_or_the_judging_class_anything_is_told() -> None:
    loses = _edit("victim", frontier=-0.01, fast=0.2, older=0.3)
    assert cost_of(loses, "local/hybrid").endswith("it costs frontier 0.01 requests in a hundred")
    assert "older 0.01" in cost_of(_edit("victim", frontier=0.1, older=-0.01), "older")
    assert cost_of(_edit("victim", frontier=0.0, older=-0.2), "frontier") == ""


def test_more_requests_lost_than_gained_cost_something_but_for_room_and_refused_edits() -> None:
    loses = msgspec.structs.replace(_edit("victim"), effect=Effect(gained=1, lost=2, expected=0.5))
    assert cost_of(loses, "frontier") == "on the requests that chose it, it loses 2 and gains 1"
    assert cost_of(msgspec.structs.replace(loses, step="budget"), "frontier") == ""
    assert cost_of(msgspec.structs.replace(loses, accept=False), "frontier") == ""
    assert cost_of(_edit("victim"), "frontier") == ""
