"""What one edit may cost on the requests that check the plan."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from skillaudit.optimize.proof.costs import HARMFUL, cost_of, harmless, roomy
from skillaudit.optimize.records import OWN_CUT, Edit, Effect, StepName
from skillaudit.schema import Estimate


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


@pytest.mark.parametrize("step", ["merge", "activation"])
def test_what_no_forecast_shows_may_lose_a_little_and_no_more(step: StepName) -> None:
    assert cost_of(_edit(step, frontier=-0.09), "frontier") == ""
    assert "frontier 0.11" in cost_of(_edit(step, frontier=-0.11), "frontier")
    one, two = (Effect(gained=0, lost=lost, expected=0.0) for lost in (1, 2))
    assert cost_of(msgspec.structs.replace(_edit(step), effect=one), "frontier") == ""
    assert "loses 2" in cost_of(msgspec.structs.replace(_edit(step), effect=two), "frontier")


def _plan(*steps: StepName) -> list[Edit]:
    return [
        msgspec.structs.replace(_edit(step, frontier=-0.2 if step == "budget" else 0.1), id=step, accept=True)
        for step in steps
    ]


def _ticked(edits: Sequence[Edit]) -> list[str]:
    return [edit.id for edit in edits if edit.accept]


@pytest.mark.parametrize(
    ("gained", "spared", "kept"), [(0.01, 0.0, True), (0.004, 0.0, False), (-0.002, 0.013, True), (-0.02, 0.013, False)]
)  # fmt: skip
def test_texts_are_shortened_for_a_client_only_where_its_own_cut_loses_more(
    gained: float, spared: float, kept: bool
) -> None:
    def fired(edits: Sequence[Edit]) -> Estimate:
        value = 0.08 - spared * ("budget" in _ticked(edits))
        return Estimate(value=value, low=value, high=value)

    edits = roomy(_plan("merge", "budget"), lambda some: gained * ("budget" in _ticked(some)), fired)
    assert _ticked(edits) == ["merge", *["budget"] * kept]
    assert [edit.refused for edit in edits] == ["", "" if kept else OWN_CUT]


@pytest.mark.parametrize(
    ("guilty", "left"), [((), ["merge", "budget"]), (("budget",), ["merge"]), (("budget", "merge"), [])]
)
def test_no_edit_is_ticked_in_a_plan_that_does_harm(guilty: tuple[str, ...], left: list[str]) -> None:
    edits = harmless(_plan("merge", "budget"), lambda some: any(each in guilty for each in _ticked(some)))
    assert _ticked(edits) == left
    assert all(edit.accept or edit.refused == HARMFUL for edit in edits)
