"""The forecast as a whole: rates that add up, intervals that hold their value, sensible edges.

Long because one made-up library and its helpers serve every sentence about the forecast.
"""

from __future__ import annotations

import copy
import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.errors import UsageError
from skillaudit.routing.predict import _level_sd, forecast
from skillaudit.routing.profiles import RouterProfile, find
from skillaudit.routing.records import Routing
from skillaudit.schema import Estimate, Request, ScorerName, Skill
from tests.routing.conftest import VectorScorer, World, coverage, unit


def run(
    world: World,
    router: str | None = None,
    requests: tuple[Request, ...] | None = None,
    library: tuple[Skill, ...] | None = None,
    brief: bool = False,
    seed: int = 0,
) -> Routing:
    given_requests = world.requests if requests is None else requests
    return forecast(
        world.skills,
        given_requests,
        world.scorer,
        families=world.families,
        labels=world.labels,
        neighbors=world.neighbors,
        router=router,
        coverage=coverage(given_requests),
        library=library,
        brief=brief,
        seed=seed,
    )


def check(estimate: Estimate) -> None:
    assert estimate.value is not None and estimate.low is not None and estimate.high is not None
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert not math.isnan(estimate.low + estimate.high)


@settings(max_examples=25, deadline=None)
@given(
    size=st.integers(0, 12),
    per_skill=st.integers(0, 3),
    idle=st.integers(0, 2),
    router=st.sampled_from([None, "local"]),
    seed=st.integers(0, 5),
)
def test_rates_hold_together(size: int, per_skill: int, idle: int, router: str | None, seed: int) -> None:
    routing = run(World(size, per_skill, idle=idle, seed=seed), router)
    result = routing.forecast
    if size:
        for estimate in (result.accuracy, result.hijack, result.no_skill):
            check(estimate)
        total = sum(e.value or 0 for e in (result.accuracy, result.hijack, result.no_skill))
        assert total == pytest.approx(1)
        lost = result.taxonomy.local + result.taxonomy.drift + result.taxonomy.capture
        assert lost == pytest.approx(result.hijack.value, abs=0.005)
    else:
        assert result.accuracy == Estimate(value=None, low=None, high=None)
    assert len(routing.flows) == size
    for flow in routing.flows:
        assert flow.absorbed_low <= flow.absorbed <= flow.absorbed_high
        assert 0 <= flow.absorbed_share <= 1
        if flow.victim_rate is not None:
            assert 0 <= (flow.victim_low or 0) <= flow.victim_rate <= (flow.victim_high or 0) <= 1
    assert msgspec.json.decode(msgspec.json.encode(routing), type=Routing) == routing


def test_mass_lost_is_mass_absorbed() -> None:
    world = World(20, 4, noise=2.0)
    routing = run(world)
    lost = sum((flow.victim_rate or 0) * flow.requests for flow in routing.flows)
    assert lost == pytest.approx(sum(flow.absorbed for flow in routing.flows))
    assert lost / len(world.requests) == pytest.approx(routing.forecast.hijack.value, abs=0.003)


def test_local_router_repeats_its_measured_top_rank() -> None:
    world = World(30, 5, noise=3.0)
    scores = world.scorer.scores([request.query for request in world.requests])
    gold = [int(request.gold[0][1:]) for request in world.requests]
    measured = float((scores.argmax(axis=1) == gold).mean())
    assert run(world, "local").forecast.accuracy.value == pytest.approx(measured)
    assert 0.1 < measured < 0.95


def test_any_of_several_gold_skills_is_right() -> None:
    world = World(10, 3, noise=3.0)
    wider = tuple(msgspec.structs.replace(r, gold=(*r.gold, "s0", "s5")) for r in world.requests)
    one, many = run(world).forecast, run(world, requests=wider).forecast
    assert (many.accuracy.value or 0) > (one.accuracy.value or 0)


def test_requests_for_skills_elsewhere_are_ignored_where_the_library_is_named() -> None:
    world = World(6, 2)
    stray = Request(query="request 0 of 0", gold=("elsewhere",), source="file")
    found = run(world, requests=(*world.requests, stray), library=world.skills).forecast
    assert found == msgspec.structs.replace(run(world).forecast, coverage=coverage((*world.requests, stray)))


def without(world: World, *rows: int) -> World:
    """The same requests over a list that lacks some skills."""
    cut = copy.copy(world)
    kept = [row for row in range(len(world.skills)) if row not in rows]
    cut.skills = tuple(world.skills[row] for row in kept)
    cut.scorer = VectorScorer(world.scorer.skills[kept], world.scorer.queries)
    cut.families = tuple(world.families[row] for row in kept)
    cut.labels = tuple(world.labels[row] for row in kept)
    cut.neighbors = np.zeros((len(kept), 0), dtype=np.int64)
    return cut


def with_texts(world: World) -> World:
    """The same library, whose scorer knows the descriptors as requests."""
    texts = dict(zip((skill.text for skill in world.skills), world.scorer.skills, strict=True))
    world.scorer.queries |= texts
    return world


@pytest.mark.parametrize("router", [None, "local"])
def test_a_hidden_skill_lowers_the_forecast(router: str | None) -> None:
    world = World(20, 4, noise=0.5)
    cut = without(world, 3, 7)
    shown = tuple(request for request in world.requests if request.gold[0] not in ("s3", "s7"))
    some, everything = run(cut, router, requests=shown).forecast, run(cut, router).forecast
    # Right as often as before on the 72 requests that are on offer, never on the other 8.
    assert everything.accuracy.value == pytest.approx((some.accuracy.value or 0) * 72 / 80, abs=0.002)
    for rate in (everything.accuracy, everything.hijack, everything.no_skill):
        check(rate)
    assert (everything.accuracy.low or 0) < (some.accuracy.low or 0)
    assert (everything.accuracy.high or 0) - (everything.accuracy.low or 0) < 0.5
    assert "the right skill of 8 of 80 requests is not on offer" in everything.source
    assert "not on offer" not in some.source
    same = run(world, router).forecast.false_trigger.value
    assert everything.false_trigger.value == pytest.approx(same, abs=0.02), (
        "a lost request is no false trigger"
    )


def test_a_hidden_skills_requests_are_taken_like_those_that_should_fire_nothing() -> None:
    world = World(12, 3, noise=0.5)
    cut = without(world, 3)
    own = tuple(request for request in world.requests if request.gold == ("s3",))
    idle = tuple(msgspec.structs.replace(request, gold=()) for request in own)
    lost, fired = run(cut, requests=own).forecast, run(cut, requests=idle).forecast
    assert lost.accuracy.value == 0 and lost.accuracy.high == 0
    assert 0 < (lost.hijack.value or 0) < 1
    assert lost.hijack.value == pytest.approx(fired.false_trigger.value)
    assert (lost.hijack.low or 0) < (lost.hijack.value or 0) < (lost.hijack.high or 0), (
        "the trigger is uncertain"
    )
    assert (lost.no_skill.value or 0) + (lost.hijack.value or 0) == pytest.approx(1)
    assert (lost.no_skill.low or 0) < (lost.no_skill.value or 0) < (lost.no_skill.high or 0)
    assert lost.taxonomy.drift == pytest.approx(lost.hijack.value, abs=0.005) and lost.taxonomy.local == 0


def test_the_interval_of_lost_requests_is_that_of_the_trigger() -> None:
    world = World(12, 60, noise=0.5)
    own = tuple(request for request in world.requests if request.gold == ("s3",))
    away = unit(-world.scorer.skills.mean(axis=0).astype(np.float64))
    world.scorer.queries = dict.fromkeys(world.scorer.queries, away)
    lost = run(without(world, 3), "older", requests=own).forecast
    for rate, other in ((lost.hijack, lost.no_skill), (lost.no_skill, lost.hijack)):
        assert (rate.low or 0) < (rate.value or 0) < (rate.high or 0)
        assert (rate.high or 0) - (rate.low or 0) > 0.3, "how often a router fires is not known well"
        assert rate.low == pytest.approx(1 - (other.high or 0), abs=0.1)
    assert (lost.hijack.value or 0) < 0.3 and (lost.hijack.low or 0) < 0.1


def test_what_a_hidden_skill_loses_is_absorbed_and_shown() -> None:
    world = World(12, 3, noise=0.5)
    routing = run(without(world, 3))
    hijack = (routing.forecast.hijack.value or 0) * 36
    assert sum(flow.absorbed for flow in routing.flows) == pytest.approx(hijack, abs=0.1)
    assert "s3" not in {flow.id for flow in routing.flows}
    stolen = [loss for flow in routing.flows for loss in flow.stolen if loss.gold == "s3"]
    assert stolen and {loss.query for loss in stolen} <= {f"request {n} of 3" for n in range(3)}
    victims = sum((flow.victim_rate or 0) * flow.requests for flow in routing.flows)
    assert victims < hijack
    assert all(flow.requests == 3 and flow.absorbed_share <= flow.absorbed / 33 for flow in routing.flows)
    parts = routing.forecast.taxonomy
    assert parts.local + parts.drift + parts.capture == pytest.approx(
        routing.forecast.hijack.value, abs=0.005
    )
    assert "s3" not in {name for pair in routing.pairs for name in (pair.a, pair.b)}


@pytest.mark.parametrize("requests", [None, ()])
def test_with_everything_hidden_nothing_is_right(requests: tuple[Request, ...] | None) -> None:
    world = World(3, 2)
    forecast_ = run(without(world, 0, 1, 2), requests=requests, library=world.skills).forecast
    assert (forecast_.accuracy.value, forecast_.hijack.value, forecast_.no_skill.value) == (0, 0, 1)


@pytest.mark.parametrize("router", [None, "local"])
def test_without_requests_a_hidden_skill_counts_as_lost(router: str | None) -> None:
    world = with_texts(World(20, 0))
    whole = run(world, router, library=world.skills).forecast
    assert whole == run(world, router).forecast
    before = whole.accuracy.value or 0
    for hidden in ((3,), (3, 7), (3, 7, 8, 9, 11)):
        found = run(without(world, *hidden), router, library=world.skills).forecast
        assert (found.accuracy.value or 0) < before
        assert (found.accuracy.value or 0) == pytest.approx(
            (run(without(world, *hidden), router).forecast.accuracy.value or 0) * (1 - len(hidden) / 20)
        )
        before = found.accuracy.value or 0
        for rate in (found.accuracy, found.hijack, found.no_skill):
            check(rate)
        assert f"{len(hidden)} of 20 skills are not on offer" in found.source
        assert (found.hijack.value or 0) > 0


def test_without_requests_a_cut_text_is_held_against_the_whole_one() -> None:
    world = with_texts(World(20, 0))
    vague = copy.copy(world)
    blurred = world.scorer.skills.copy()
    blurred[:10] = unit(blurred[:10] + 4 * world.scorer.skills.mean(axis=0, dtype=np.float64))
    vague.scorer = VectorScorer(blurred, world.scorer.queries)
    vague.skills = tuple(
        msgspec.structs.replace(skill, description="") if row < 10 else skill
        for row, skill in enumerate(world.skills)
    )
    whole, cut = run(world, library=world.skills).forecast, run(vague, library=world.skills).forecast
    assert (cut.accuracy.value or 0) < (whole.accuracy.value or 0) - 0.02
    # Where the list says more than the author did, the list speaks.
    assert run(world, library=vague.skills).forecast == whole


def test_the_source_names_the_training_set_and_the_range_does_not_repeat_it() -> None:
    found = run(World(6, 2)).forecast
    assert found.fit_range == "2 to 2,000 skills on offer"
    assert "until 2026-11-29" in found.source and found.source.count("2,003") == 1
    old = run(World(6, 2), "gpt-4o").forecast.source
    assert "over a year younger" in old and "over a year younger" not in found.source


def test_without_requests_the_interval_widens_and_the_source_says_so() -> None:
    world = World(12, 2)
    supported, bare = run(world), run(world, requests=())
    assert "no request" in bare.forecast.source and "no request" not in supported.forecast.source
    assert all(flow.victim_rate is None and flow.requests == 0 for flow in bare.flows)
    widths = [(f.forecast.accuracy.high or 0) - (f.forecast.accuracy.low or 0) for f in (supported, bare)]
    assert widths[1] > widths[0] > 0
    assert "eleven other libraries" not in bare.forecast.source


@pytest.mark.parametrize("size", [12, 60])
def test_without_requests_a_local_router_is_judged_as_scorers_fare_elsewhere(size: int) -> None:
    world = World(size, 0)
    local = run(world, "local").forecast
    for rate in (local.accuracy, local.hijack, local.no_skill):
        check(rate)
    assert "eleven other libraries" in local.source
    # A scorer always takes some skill, and does worse on real requests than a model does.
    assert local.no_skill.value == pytest.approx(0, abs=1e-6)
    assert 0.3 < (local.accuracy.value or 0) < (run(world).forecast.accuracy.value or 0)
    assert (local.accuracy.high or 0) - (local.accuracy.low or 0) > 0.1


def test_in_brief_rates_and_flows_are_the_same_and_nothing_else_is_looked_for() -> None:
    world = World(30, 3, noise=2.0)
    whole, brief = run(world), run(world, brief=True)
    assert brief.flows == whole.flows
    assert brief.forecast == msgspec.structs.replace(
        whole.forecast, taxonomy=brief.forecast.taxonomy, false_trigger=brief.forecast.false_trigger
    )
    assert whole.pairs and not brief.pairs and not brief.black_holes


@pytest.mark.parametrize(
    ("noise", "router", "said"), [(4.0, None, True), (4.0, "local", False), (0.2, None, False)]
)
def test_a_model_that_is_trusted_beyond_the_scorer_is_explained(
    noise: float, router: str | None, said: bool
) -> None:
    world = World(30, 4, noise=noise)
    found = run(world, router).forecast
    assert ("models got 86% right" in found.source) == said
    if said:
        ranked = run(world, "local").forecast.accuracy.value or 0
        assert f"rank {ranked:.0%} of these requests right" in found.source


def test_harder_requests_are_forecast_worse() -> None:
    easy, hard = (run(World(30, 4, noise=n)).forecast.accuracy.value for n in (0.3, 3.0))
    assert (easy or 0) > (hard or 0) + 0.1


def test_same_input_same_forecast() -> None:
    world = World(15, 3, idle=4)
    assert run(world) == run(world)


def test_ends_settle_between_seeds_and_the_point_is_the_mean_of_its_draws() -> None:
    world = World(30, 3, noise=2.0, idle=4)
    ends = []
    for seed in range(10):
        found = run(world, seed=seed).forecast
        ends.append([v for e in (found.accuracy, found.hijack) for v in (e.value, e.low, e.high)])
    assert np.ptp(np.array(ends, dtype=float), axis=0).max() < 0.003
    # The requests' own chances are averaged over the same uncertainty, so that flows add up to the rate.
    assert float(np.mean([row[3] or 0 for row in ends])) == pytest.approx(
        sum(flow.absorbed for flow in run(world).flows) / len([r for r in world.requests if r.gold]),
        abs=0.003,
    )


def test_false_triggers_are_their_own_rate_and_always_known() -> None:
    world = World(10, 2, idle=5)
    with_idle, without = run(world).forecast, run(World(10, 2)).forecast
    check(with_idle.false_trigger)
    check(without.false_trigger)
    assert with_idle.false_trigger != without.false_trigger
    assert run(World(10, 2), brief=True).forecast.false_trigger.value is None
    assert with_idle.accuracy.value == pytest.approx(without.accuracy.value)


def test_the_classes_stand_side_by_side_and_a_named_router_comes_first() -> None:
    world = World(30, 3, noise=2.0)
    routing = run(world)
    asked = [row for row in routing.rows if row.situation == "asked"]
    assert [row.router for row in asked] == ["frontier", "fast", "older"]
    assert asked[0].accuracy == routing.forecast.accuracy
    values = [row.accuracy.value or 0 for row in asked]
    assert values == sorted(values, reverse=True)
    widths = [(row.accuracy.high or 0) - (row.accuracy.low or 0) for row in asked]
    assert min(widths) == widths[0], "least is known of what was measured least"
    named = run(world, "gpt-4o").rows
    assert named[0].router == "gpt-4o" and [row.router for row in named if row.client is None][1:] == [
        row.router for row in asked
    ]
    assert run(world, "fast").rows[:2] == routing.rows[:2]
    assert run(world, brief=True).rows == ()


def test_at_work_most_is_lost_by_not_loading() -> None:
    rows = run(World(30, 3, noise=2.0)).rows
    work = next(row for row in rows if row.situation == "at work")
    bare = next(row for row in rows if row.router == work.router)
    assert work.client == "claude-code" and "recall 0.29 to 0.90" in work.source
    assert (work.no_skill.value or 0) > 3 * (work.hijack.value or 1)
    assert (work.no_skill.low or 1) < 0.15 and (work.no_skill.high or 0) > 0.7, (
        "the width is all that is known"
    )
    assert (work.accuracy.value or 1) < (bare.accuracy.value or 0)
    total = sum(e.value or 0 for e in (work.accuracy, work.hijack, work.no_skill))
    assert total == pytest.approx(1)


def test_unknown_router_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="local/hybrid"):
        run(World(3, 1), "local/hybird")


def test_examples_are_bounded_and_ranked() -> None:
    routing = run(World(12, 9, noise=4.0))
    for flow in routing.flows:
        for losses in (flow.lost, flow.stolen):
            assert len(losses) <= 5
            chances = [loss.probability for loss in losses]
            assert chances == sorted(chances, reverse=True)
        assert all(loss.gold == flow.id for loss in flow.lost)
        assert all(loss.taken_by == flow.id for loss in flow.stolen)
    assert any(flow.lost for flow in routing.flows)


def test_pairs_agree_with_flows() -> None:
    world = World(8, 4, noise=4.0)
    routing = run(world)
    assert routing.pairs
    per_skill = dict.fromkeys((skill.id for skill in world.skills), 0.0)
    for pair in routing.pairs:
        per_skill[pair.a] += pair.a_to_b
        per_skill[pair.b] += pair.b_to_a
    for flow in routing.flows:
        assert per_skill[flow.id] == pytest.approx(flow.victim_rate, abs=0.1)
    totals = [pair.a_to_b + pair.b_to_a for pair in routing.pairs]
    assert totals == sorted(totals, reverse=True)
    assert np.all(np.array(totals) > 0)


def test_requests_in_authors_words_are_told_from_users_own() -> None:
    world = World(8, 2)
    mined = tuple(msgspec.structs.replace(request, source="mined") for request in world.requests)
    told, own = "in the words of the skills' authors", run(world).forecast.source
    world.requests = mined
    assert told in run(world).forecast.source and told not in own


def test_who_always_loads_something_errs_by_a_wrong_skill(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(30, 4, noise=2.0)

    def hijack(always: float) -> tuple[float, float]:
        def found(name: str | None, scorer: ScorerName) -> RouterProfile:
            profile = find(name, scorer)
            fits = {key: msgspec.structs.replace(fit, always=always) for key, fit in profile.fits.items()}
            return msgspec.structs.replace(profile, fits=fits)

        monkeypatch.setattr("skillaudit.routing.predict.find", found)
        routed = run(world)
        rates = routed.forecast
        assert rates.hijack.value is not None and rates.accuracy.value is not None
        assert always < 1 or rates.hijack.value == pytest.approx(1 - rates.accuracy.value, abs=1e-6)
        return rates.hijack.value, sum(flow.absorbed for flow in routed.flows) / len(world.requests)

    for never, half, ever in zip(*(hijack(always) for always in (0.0, 0.5, 1.0)), strict=True):
        assert never < half < ever and half == pytest.approx((never + ever) / 2, abs=1e-4)


def test_how_sure_the_mass_of_wrong_choices_is_comes_from_its_interval() -> None:
    normal = Estimate(value=0.2, low=0.2 - 1.645 * 0.03, high=0.2 + 1.645 * 0.03)
    assert _level_sd(normal) == pytest.approx(0.03 / 0.2)
    for unknown in ({"value": None}, {"low": None}, {"high": None}, {"value": 0.0}):
        assert _level_sd(msgspec.structs.replace(normal, **unknown)) == 0.0
