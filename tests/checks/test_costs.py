"""What findings cost, and the order that follows."""

from __future__ import annotations

import msgspec

from skillaudit.checks import check
from skillaudit.schema import ClientView, Defect, Estimate, ForecastRow, Pair
from tests.checks.test_rules import evidence, hole, library
from tests.reports import skill_report

NONE = Estimate(value=0.0, low=0.0, high=0.0)


def test_harm_comes_before_severity_and_is_of_a_hundred_requests() -> None:
    skills = (
        skill_report("s1", requests=40, absorbed=0.0),
        skill_report("s2", requests=10, absorbed=0.0),
        skill_report("s3", requests=50, absorbed=5.0),
    )
    pair = Pair(a="s1", b="s2", cosine=0.7, a_to_b=0.3, b_to_a=0.1)
    found = check(
        evidence(
            skills=skills,
            pairs=(pair,),
            black_holes=(hole(skill="s3", idle=0.02),),
            library=library(Defect(kind="no-description", skill="s2", path="p")),
        )
    )
    assert [(f.code, f.cost.harm) for f in found] == [("SA202", 13.0), ("SA007", 10.0), ("SA301", 7.0)]
    assert found[1].cost.breaks == 1 and found[1].cost.requests is None
    assert (found[2].cost.requests, found[2].cost.false_triggers) == (5.0, 2.0)


def test_a_skill_that_loses_much_has_a_finding_unless_a_pair_tells_it() -> None:
    loser = skill_report("s1", victim_rate=0.45, victim_low=0.0, requests=1)
    (found,) = check(evidence(skills=(loser,)))
    assert (found.code, found.severity, found.cost.requests) == ("SA203", "info", 45.0)
    pair = Pair(a="s1", b="s2", cosine=0.7, a_to_b=0.4, b_to_a=0.0)
    assert [f.code for f in check(evidence(skills=(loser,), pairs=(pair,)))] == ["SA202"]


def test_what_a_client_hides_costs_what_the_forecast_for_it_says() -> None:
    view = ClientView(
        client="c", title="C", date="2026-08", full=1, shortened=0, name_only=5, invisible=0, lost=9, unit="bytes",
        used=9, whole=20, budget=9, assumption="",
    )  # fmt: skip

    def row(client: str | None, value: float) -> ForecastRow:
        right = Estimate(value=value, low=value, high=value)
        return ForecastRow(
            router="frontier", client=client, situation="asked", accuracy=right, hijack=NONE, no_skill=NONE,
            false_trigger=NONE, contested=NONE,
        )  # fmt: skip

    (found,) = check(evidence(clients=(view,)))
    assert (found.cost.unseen, found.cost.client, found.cost.requests) == (5, "C", None)
    (found,) = check(evidence(clients=(view,), rows=(row(None, 0.9), row("c", 0.7))))
    assert round(found.cost.requests or 0.0, 6) == round(found.cost.harm, 6) == 20.0


def test_without_requests_a_broken_skill_is_an_even_share() -> None:
    skills = tuple(skill_report(f"s{n}", requests=0, victim_rate=None) for n in range(4))
    (found,) = check(
        evidence(skills=skills, library=library(Defect(kind="no-description", skill="s1", path="p")))
    )
    assert found.cost.harm == 25.0 and msgspec.to_builtins(found.cost)["requests"] is None
