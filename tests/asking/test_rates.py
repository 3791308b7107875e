"""Rates, and intervals that hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.asking.orders import hash_of
from skillaudit.asking.rates import Ints, arms, proportion, rates
from skillaudit.asking.records import Decision, Outcome, Trial
from skillaudit.asking.samples import Sample
from skillaudit.probe.sequential import Sampler
from skillaudit.schema import Estimate
from tests.asking.test_log import decision


def inside(value: float, estimate: Estimate) -> bool:
    """Whether an interval covers a value."""
    assert estimate.low is not None and estimate.high is not None
    return estimate.low <= value <= estimate.high


def width(estimate: Estimate) -> float:
    """Return the width of an interval."""
    assert estimate.low is not None and estimate.high is not None
    return estimate.high - estimate.low


def test_decisions_of_one_group_are_worth_less() -> None:
    rng = np.random.default_rng(0)
    owners = np.repeat(np.arange(40), 5)
    alone = proportion(rng.random(200) < 0.7, np.arange(200))
    shared = proportion(np.repeat(rng.random(40) < 0.7, 5), owners)
    assert width(shared) > 1.8 * width(alone)


def test_repeats_of_certain_outcomes_do_not_make_them_surer() -> None:
    once = proportion(np.ones(20), np.arange(20))
    thrice = proportion(np.ones(60), np.repeat(np.arange(20), 3))
    assert once == thrice and once.value == 1.0 and once.low == pytest.approx(0.881, abs=1e-3)


@pytest.mark.parametrize("p", [0.5, 0.9])
def test_intervals_cover_nine_times_in_ten(p: float) -> None:
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(300):
        chance = rng.beta(4 * p, 4 * (1 - p), size=30)  # skills differ, so their requests go together
        outcome = rng.random((30, 4)) < chance[:, None]
        hits += inside(p, proportion(outcome.ravel(), np.repeat(np.arange(30), 4)))
    assert 0.86 <= hits / 300 <= 0.96


@given(
    st.lists(
        st.sampled_from(["right", "hijack", "none", "refusal", "invalid", "unparsable"]),
        min_size=1,
        max_size=40,
    )
)
def test_the_three_rates_sum_to_one(found: list[Outcome]) -> None:
    made = rates([decision(str(at), outcome=o, group=str(at % 7)) for at, o in enumerate(found)])
    values = [e.value for e in (made.accuracy, made.hijack, made.no_skill)]
    assert sum(v for v in values if v is not None) == pytest.approx(1.0)
    parts = [e.value or 0 for e in (made.invalid, made.refusal, made.unparsable)]
    assert sum(parts) <= (made.no_skill.value or 0) + 1e-9
    for estimate in (made.accuracy, made.hijack, made.no_skill, made.invalid):
        assert estimate.value is not None and inside(estimate.value, estimate)
        assert (estimate.low or 0) >= 0 and (estimate.high or 0) <= 1


def test_no_skill_requests_count_for_false_triggers_only() -> None:
    idle = [
        decision(f"i{at}", gold=(), outcome="hijack" if at < 3 else "none", group=str(at)) for at in range(10)
    ]
    made = rates([decision("a"), *idle])
    assert made.decisions == 1 and made.accuracy.value == 1.0
    assert made.no_skill_decisions == 10 and made.false_trigger.value == pytest.approx(0.3)
    nothing = rates([])
    assert nothing.accuracy.value is None and nothing.false_trigger.value is None


def test_a_part_of_the_plan_weighs_what_it_is_a_share_of() -> None:
    sure = [decision(f"s{at}", stratum=0, share=0.8, group=f"s{at}") for at in range(10)]
    unsure = [
        decision(f"u{at}", stratum=1, share=0.2, group=f"u{at}", outcome="hijack" if at % 2 else "right")
        for at in range(40)
    ]
    assert rates([*sure, *unsure]).accuracy.value == pytest.approx(0.8 + 0.2 * 0.5)


def test_arms_stand_by_their_level() -> None:
    made = arms([decision("a", condition="n=20", x=20.0), decision("b", condition="n=5", x=5.0)])
    assert [(arm.condition, arm.x) for arm in made] == [("n=5", 5.0), ("n=20", 20.0)]


def test_a_paired_difference_is_surer_than_two_rates_apart() -> None:
    rng = np.random.default_rng(2)
    made: list[Decision] = []
    for at in range(100):
        hard = bool(rng.random() < 0.5)
        for arm in ("a", "b"):
            right = not hard or bool(rng.random() < 0.1)
            made.append(
                decision(f"{at}{arm}", condition=arm, group=str(at), outcome="right" if right else "hijack")
            )
    sample = Sample(made)
    one, other = sample.accuracy("a"), sample.accuracy("b")
    assert width(sample.estimate(one.less(other))) < width(sample.estimate(one))
    assert one.value == sum(d.outcome == "right" for d in made if d.condition == "a") / 100


def trials(groups: int, each: int) -> list[Trial]:
    """Return trials of skills."""
    return [
        Trial(condition="all", query=f"{group}-{n}", gold=(str(group),), offered=(), group=str(group))
        for group in range(groups)
        for n in range(each)
    ]


def settle(sampler: Sampler, chance: dict[str, float], seed: int = 0) -> list[Decision]:
    """Answer what a sampler asks until it has enough."""
    made: list[Decision] = []
    while batch := sampler.next(made):
        for trial in batch:
            draw = int.from_bytes(hash_of(f"draw {trial.query}", seed), "big") / 2**64
            made.append(
                decision(
                    trial.query,
                    query=trial.query,
                    group=trial.group,
                    gold=trial.gold,
                    outcome="right" if draw < chance[trial.group] else "hijack",
                    stratum=trial.stratum,
                    share=trial.share,
                )
            )
    return made


def test_sampling_stops_when_it_is_precise_and_asks_most_where_it_is_least_sure() -> None:
    chance = {str(g): 0.5 if g < 100 else 0.99 for g in range(300)}
    doubt = {g: (p * (1 - p)) ** 0.5 for g, p in chance.items()}
    every = trials(300, 10)
    made = settle(Sampler(every, doubt, 0.03), chance)
    truth = sum(chance.values()) / 300
    found = rates(made).accuracy
    assert len(made) < len(every) / 3
    assert width(found) <= 0.06 and inside(truth, found)
    unsure = sum(int(d.group) < 100 for d in made)
    assert unsure / len(made) > 0.55
    plain = settle(Sampler(every, {}, 0.03), chance)
    assert len(made) < 0.85 * len(plain), "the forecast saves questions"


def test_sampling_is_not_misled_by_unequal_shares() -> None:
    chance = {str(g): 0.5 if g < 50 else 0.95 for g in range(150)}
    doubt = {g: (p * (1 - p)) ** 0.5 for g, p in chance.items()}
    truth = sum(chance.values()) / 150
    hits = [
        inside(truth, rates(settle(Sampler(trials(150, 6), doubt, 0.05), chance, s)).accuracy)
        for s in range(60)
    ]
    assert sum(hits) / len(hits) >= 0.8


def test_what_cannot_be_made_precise_is_asked_whole() -> None:
    every = trials(10, 2)
    made = settle(Sampler(every, {}, 0.001), {str(g): 0.5 for g in range(10)})
    assert sorted(d.query for d in made) == sorted(t.query for t in every)


@pytest.mark.parametrize(
    ("groups", "low", "high"),
    [
        (np.arange(24), 0.573, 0.870),
        (np.repeat(np.arange(8), 3), 0.522, 0.892),
        (np.repeat(np.arange(4), 6), 0.339, 0.946),
    ],
)
def test_the_interval_knows_how_the_groups_differ(groups: Ints, low: float, high: float) -> None:
    hits = np.array([1] * 12 + [0, 1, 1] * 2 + [0, 0, 1] * 2, dtype=bool)
    found = proportion(hits, groups)
    assert (found.value, found.low, found.high) == pytest.approx((0.75, low, high), abs=1e-3)


def test_a_rate_can_be_written_whatever_numbers_it_came_from() -> None:
    found = proportion(np.array([True, False, True, True]), np.array([0, 0, 1, 2]), np.ones(4))
    assert [type(end) for end in (found.value, found.low, found.high)] == [float, float, float]
