"""What is read off one pass over a state agrees with the whole forecast."""

from __future__ import annotations

import dataclasses

import msgspec
import numpy as np
import pytest

from skillaudit.optimize.proof.paired import harmed
from skillaudit.optimize.proof.state import Chances, Variant, chances, expected, rates, variant
from skillaudit.optimize.records import Optimisation
from skillaudit.page.plan import document
from skillaudit.page.text import render
from skillaudit.routing.predict import forecast
from skillaudit.schema import Coverage, Estimate, Request, Skill

TOPICS = ("invoice payment", "hotel travel", "payslip pension", "chart sales", "server log")
NONE = Coverage(requests=0, no_skill_requests=0, judged_skills=0, unjudged=(), sources=(), leaked=0)


def _state(gone: tuple[str, ...] = ()) -> Variant:
    skills = [
        Skill(id=f"s{at}", name=f"s{at}", description=f"Handles {topic} matters.")
        for at, topic in enumerate(TOPICS)
    ]
    requests = [
        Request(
            query=f"{topic.split()[0]} and {TOPICS[at - 1].split()[1]} {extra}",
            gold=(f"s{at}",),
            source="file",
        )
        for at, topic in enumerate(TOPICS)
        for extra in ("today", "sales please")
    ]
    idle = [Request(query="sing me a song about payment", gold=(), source="file")]
    return variant("lexical", skills, gone, {}, requests, None, idle)


def _whole(state: Variant, router: str, rows: list[int]) -> Estimate:
    return forecast(
        state.skills,
        [state.requests[row] for row in rows],
        state.replay,
        families=[""] * len(state.skills),
        labels=[-1] * len(state.skills),
        neighbors=None,
        brief=True,
        router=router,
        coverage=NONE,
    ).forecast.accuracy


@pytest.mark.parametrize("router", ["frontier", "gpt-4o"])
@pytest.mark.parametrize("gone", [(), ("s1",)])
def test_a_part_is_judged_as_a_forecast_of_its_own_would(router: str, gone: tuple[str, ...]) -> None:
    state = _state(gone)
    for rows in ([0, 1], [2, 5, 7], list(range(10))):
        value = _whole(state, router, rows).value
        assert expected(state, "lexical", router, rows)[0] == pytest.approx(value, abs=0.002)
    total = rates(state, "lexical", router)[1]
    assert total.hijack.value == pytest.approx(
        float(chances(state, "lexical", router).hijack.mean()), abs=0.002
    )


def test_equals_share_with_a_local_router_as_in_the_forecast() -> None:
    twins = [Skill(id=name, name="pay", description="Handles invoice payment matters.") for name in "ab"]
    asked = [Request(query=f"invoice payment {extra}", gold=("a",), source="file") for extra in ("x", "y")]
    state = variant("lexical", twins, (), {}, asked, None)
    assert expected(state, "lexical", "local", [0, 1]) == (0.5, 0.5)
    assert rates(state, "lexical", "local")[1].accuracy.value == 0.5
    assert not state.right.any()  # a sign test counts no win between equals


def test_a_router_is_asked_once_and_each_router_for_itself() -> None:
    state = _state()
    assert chances(state, "lexical", "frontier") is chances(state, "lexical", "frontier")
    assert (chances(state, "lexical", "frontier").right != chances(state, "lexical", "local").right).any()
    assert (chances(state, "lexical", "local").right == state.right).all()


def test_requests_for_no_skill_count_for_false_triggers_alone() -> None:
    state = _state()
    bare = _without_idle(state)
    name, found = rates(state, "lexical", "frontier")
    assert name == "frontier"
    assert found.false_trigger.value is not None
    assert 0 < found.false_trigger.value < 1
    without = rates(bare, "lexical", "frontier")[1]
    assert without.false_trigger.value is None
    assert (without.accuracy.value, without.requests) == (found.accuracy.value, found.requests)


def _without_idle(state: Variant) -> Variant:
    """The same state without requests for no skill."""
    return variant("lexical", state.skills, (), {}, state.requests, None)


def test_false_triggers_are_shown_where_they_are_known(optimised: Optimisation) -> None:
    assert "false trigger" not in render(document(optimised))
    proof = optimised.proof
    assert proof is not None
    known = Estimate(value=0.5, low=0.4, high=0.6)
    proof = msgspec.structs.replace(
        proof,
        before=msgspec.structs.replace(proof.before, false_trigger=known),
        after=msgspec.structs.replace(proof.after, false_trigger=known),
    )
    assert "false trigger\n    before      50% (40 to 60)" in render(
        document(msgspec.structs.replace(optimised, proof=proof))
    )


def test_one_request_that_changes_hands_harms_nobody() -> None:
    before = _state()
    own = [row for row, owner in enumerate(before.owner) if owner == "s0"]
    for lost, harms in ((1, 0), (2, 1)):
        right = np.ones(len(before.right))
        first = _decided(before, right)
        right = right.copy()
        right[own[:lost]] = 0.0
        assert len(harmed(first, _decided(before, right), "lexical", "local", {})) == harms


def _decided(state: Variant, right: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Variant:
    """The same state with a choice for each request."""
    return dataclasses.replace(state, chances={"local": Chances(right, 1 - right)})
