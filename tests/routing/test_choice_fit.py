"""What errors go to, and what fires where nothing is right, is found again in simulated decisions."""

from __future__ import annotations

import dataclasses

import msgspec
import numpy as np
import pytest

from skillaudit.routing.calibrate import starts_of
from skillaudit.routing.choice_fit import fit_choice, fit_router
from skillaudit.routing.decisions import NONE, RIGHT, UNASKED, WRONG, DecisionLog, Observation
from skillaudit.routing.profiles import ChoiceFit, find
from skillaudit.routing.table import DecisionTable, tabulate
from skillaudit.stats.logistic import Normal, logistic
from tests.routing.conftest import World

PRIOR = find("frontier", "hybrid").fits["hybrid"]
RIGHTS = Normal(np.array([1.0, 6.0, -1.0]), 0.01 * np.eye(3))


def table_of(size: int = 40, per_skill: int = 10, idle: int = 300) -> DecisionTable:
    world = World(size, per_skill, idle=idle, noise=2.0)
    decisions = tuple(
        Observation(
            query=request.query,
            gold=tuple(int(one[1:]) for one in request.gold),
            offered=None,
            chosen={"m": -1},
        )
        for request in world.requests
    )
    return tabulate(DecisionLog(skills=world.skills, decisions=decisions), world.scorer, PRIOR.contrast)


TABLE = table_of()


def decided(outcome: np.ndarray, chosen: np.ndarray, table: DecisionTable = TABLE) -> DecisionTable:
    return dataclasses.replace(
        table, outcomes={"m": outcome.astype(np.int64)}, chosen={"m": chosen.astype(np.int64)}
    )


def fitted(table: DecisionTable, prior: ChoiceFit = PRIOR, **options: float) -> ChoiceFit:
    return fit_choice([(table, "m")], RIGHTS, prior, **options)


@pytest.mark.parametrize("temperature", [5.0, 40.0])
@pytest.mark.parametrize("likeness", [0.0, 0.7])
def test_who_takes_a_lost_request_tells_how_sharply_scores_decide(
    temperature: float, likeness: float
) -> None:
    rng = np.random.default_rng(0)
    pull = temperature * (TABLE.rival_scores + likeness * TABLE.rival_likeness)
    taken = (pull + rng.gumbel(size=pull.shape)).argmax(axis=1)
    outcome = np.where(TABLE.routed, WRONG, UNASKED)
    chosen = np.where(TABLE.routed, TABLE.rivals[np.arange(len(taken)), taken], -1)
    fit = fitted(
        decided(outcome, chosen), msgspec.structs.replace(PRIOR, likeness=likeness, temperature=15.0)
    )
    assert fit.temperature == pytest.approx(temperature, rel=0.35)
    assert (fit.likeness, fit.library_sd, fit.set_sd) == (likeness, PRIOR.library_sd, PRIOR.set_sd)
    assert fit.coefficients == tuple(RIGHTS.mean.tolist()) and fit.covariance[0] == (0.01, 0.0, 0.0)


@pytest.mark.parametrize("share", [0.2, 0.8])
def test_errors_are_hijacks_as_often_as_they_were(share: float) -> None:
    rng = np.random.default_rng(1)
    wrong = rng.random(len(TABLE.size)) < share
    outcome = np.where(
        ~TABLE.routed, UNASKED, np.where(rng.random(len(wrong)) < 0.3, RIGHT, np.where(wrong, WRONG, NONE))
    )
    fit = fitted(decided(outcome, np.where(outcome == WRONG, TABLE.rivals[:, 3], -1)))
    errors = (outcome == WRONG) | (outcome == NONE)
    told = logistic(TABLE.x[errors] @ np.array(fit.hijack)).mean()
    assert told == pytest.approx((outcome[errors] == WRONG).mean(), abs=0.03)
    assert 0.3 <= fit.hijack_sd <= PRIOR.hijack_sd
    # What was decided right, of one skill alone or not at all says nothing of errors.
    lone = dataclasses.replace(TABLE, size=np.where(np.arange(len(wrong)) % 2, TABLE.size, 1))
    part = fitted(decided(outcome, np.full(len(wrong), -1), lone))
    half = fitted(decided(np.where(lone.size == 1, UNASKED, outcome), np.full(len(wrong), -1)))
    assert part.hijack == pytest.approx(half.hijack)


def test_what_fires_where_nothing_is_right_is_read_off_the_best_score() -> None:
    rng = np.random.default_rng(2)
    idle = ~TABLE.routed
    fires = rng.random(len(idle)) < logistic(-3.0 + 12.0 * TABLE.best)
    outcome = np.where(idle, np.where(fires, WRONG, NONE), UNASKED)
    fit = fitted(decided(outcome, np.where(fires, 0, -1)))
    rows = np.column_stack([np.ones(idle.sum()), TABLE.best[idle], TABLE.catch_all[idle]])
    chances = logistic(rows @ np.array(fit.trigger))
    assert chances.mean() == pytest.approx(fires[idle].mean(), abs=0.03)
    assert np.corrcoef(chances, TABLE.best[idle])[0, 1] > 0.9
    assert (
        fit.trigger_sd <= PRIOR.trigger_sd
        and fitted(decided(outcome, fires - 1), trigger_sd=0.77).trigger_sd == 0.77
    )
    asked = dataclasses.replace(
        TABLE, outcomes={"m": np.where(np.arange(len(idle)) % 2, outcome, UNASKED)}, chosen={"m": fires - 1}
    )
    assert fitted(asked).trigger != fit.trigger, "who was not asked did not fire"


def test_what_a_log_leaves_open_is_believed_as_before() -> None:
    nothing = fitted(decided(np.where(TABLE.routed, RIGHT, UNASKED), TABLE.rivals[:, 0] * 0))
    for name in ("temperature", "trigger_sd", "kappa", "beta", "sources", "always"):
        assert getattr(nothing, name) == getattr(PRIOR, name)
    assert nothing.hijack == pytest.approx(PRIOR.hijack) and nothing.trigger == pytest.approx(PRIOR.trigger)
    assert nothing.gold_score == pytest.approx(float(np.median(TABLE.gold_score[TABLE.routed])))
    idle = table_of(5, 0, 20)
    assert fitted(decided(np.full(20, NONE), np.full(20, -1), idle)).gold_score == PRIOR.gold_score


def test_a_router_is_fitted_to_its_own_decisions_at_the_rows_that_are_asked_for() -> None:
    rng = np.random.default_rng(3)
    right = rng.random(len(TABLE.size)) < logistic(TABLE.x @ np.array([0.5, 6.0, 0.0]))
    outcome = np.where(TABLE.routed, np.where(right, RIGHT, NONE), UNASKED)
    rows = TABLE.fold != 0
    starts = starts_of("hybrid")
    fit = fit_router(decided(outcome, np.full(len(right), -1)), "m", rows, starts)
    assert logistic(TABLE.x[TABLE.routed] @ fit.right.mean).mean() == pytest.approx(
        right[TABLE.routed].mean(), abs=0.05
    )
    assert 0 < fit.start.weight <= 1 and fit.start.name in {start.name for start in starts}
    assert logistic(TABLE.x[TABLE.routed] @ fit.hijack).mean() < 0.05, "no error went to another skill"
    other = np.where(rows, outcome, np.where(outcome == RIGHT, WRONG, RIGHT))
    again = fit_router(decided(other, np.full(len(right), -1)), "m", rows, starts)
    assert np.array_equal(fit.right.mean, again.right.mean) and np.array_equal(fit.hijack, again.hijack)
