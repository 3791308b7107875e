"""Held-out decisions: who predicted them never saw them, and cells and intervals say what the definition says."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from skillaudit.routing.calibrate import starts_of
from skillaudit.routing.decisions import NONE, RIGHT, UNASKED, WRONG
from skillaudit.routing.judging import DRAWS, ENOUGH, MAX_CELLS, HeldOut, cells_of, judge, model_fit
from skillaudit.routing.table import DecisionTable, tabulate
from skillaudit.schema import ScorerName
from tests.routing.test_calibrate import simulated

HYBRID: ScorerName = "hybrid"


def table_of(sizes: list[int], outcomes: list[int]) -> DecisionTable:
    """Decisions of a model m of which only this is known."""
    count = len(sizes)
    none, whole = np.zeros(count), np.zeros(count, dtype=np.int64)
    return DecisionTable(
        x=np.zeros((count, 3)),
        size=np.array(sizes, dtype=np.int64),
        request=whole,
        fold=whole,
        routed=np.ones(count, dtype=bool),
        gold_score=none,
        best=none,
        rivals=np.zeros((count, 0), dtype=np.int64),
        rival_scores=np.zeros((count, 0)),
        rival_likeness=np.zeros((count, 0)),
        catch_all=none,
        outcomes={"m": np.array(outcomes, dtype=np.int64)},
    )


def predicted(right: list[float], hijack: float = 0.1) -> HeldOut:
    """Predictions that are sure of their chances."""
    chance = np.array(right)
    draws = np.repeat(chance[:, None], DRAWS, axis=1)
    return HeldOut(chance, np.full(len(right), 0.5), np.full(len(right), hijack), draws)


def mask(*rows: int, count: int) -> npt.NDArray[np.bool_]:
    found = np.zeros(count, dtype=bool)
    found[list(rows)] = True
    return found


def test_a_cell_holds_what_was_held_out_at_its_size() -> None:
    trial = table_of([2, 2, 2, 10, 10, 2], [RIGHT, WRONG, NONE, RIGHT, WRONG, RIGHT])
    foretold = predicted([0.9, 0.6, 0.3, 0.5, 0.7, 0.0])
    first, second = cells_of(trial, "m", mask(0, 1, 2, 3, 4, count=6), foretold)
    assert (first.model, first.n, first.decisions, second.n, second.decisions) == ("m", 2, 3, 10, 2)
    assert [first.predicted_accuracy, first.measured_accuracy] == pytest.approx([0.6, 1 / 3])
    assert [first.predicted_hijack, first.measured_hijack] == pytest.approx([0.1, 1 / 3])
    assert [second.predicted_accuracy, second.measured_accuracy, second.measured_hijack] == [0.6, 0.5, 0.5]


@pytest.mark.parametrize("sizes", [MAX_CELLS, MAX_CELLS + 1])
def test_many_sizes_are_taken_together_by_powers_of_two(sizes: int) -> None:
    every = list(range(1, sizes + 1))
    trial = table_of([*every, 700], [RIGHT] * (sizes + 1))
    held = np.arange(sizes + 1) < sizes  # what is not held out makes no size
    cells = cells_of(trial, "m", held, predicted([0.5] * (sizes + 1)))
    if sizes <= MAX_CELLS:
        assert [(cell.n, cell.decisions) for cell in cells] == [(size, 1) for size in every]
    else:
        # 1, 2, 3 to 5, 6 to 11, 12 and 13: the nearest power, not the one below.
        assert [(cell.n, cell.decisions) for cell in cells] == [(1, 1), (2, 1), (4, 3), (8, 6), (12, 2)]


@settings(max_examples=25, deadline=None)
@given(chance=st.floats(0.05, 0.95), count=st.integers(8, 120))
def test_a_range_is_that_of_the_count_that_will_be_seen(chance: float, count: int) -> None:
    (cell,) = cells_of(
        table_of([5] * count, [RIGHT] * count), "m", np.ones(count, dtype=bool), predicted([chance] * count)
    )
    ends = np.asarray(binom.ppf([0.05, 0.95], count, chance)) / count
    assert cell.low <= cell.predicted_accuracy <= cell.high
    assert [cell.low, cell.high] == pytest.approx(ends.tolist(), abs=2.5 / count + 0.03)


def test_who_is_sure_of_all_stays_within_what_can_be() -> None:
    for chance in (0.0, 1.0):
        (cell,) = cells_of(
            table_of([5] * 30, [RIGHT] * 30), "m", np.ones(30, dtype=bool), predicted([chance] * 30)
        )
        assert (cell.high if chance else cell.low) == chance and cell.high - cell.low <= 1 / 30


def coverage_of(parts: list[int], shown: list[int]) -> float | None:
    """Of parts with so many decisions of which so many were right, all foretold as even chances."""
    outcomes = [
        RIGHT if at < right else NONE for part, right in zip(parts, shown, strict=True) for at in range(part)
    ]
    ends = np.cumsum(parts)
    count = int(ends[-1])
    rows = [
        (np.arange(count) >= end - part) & (np.arange(count) < end)
        for part, end in zip(parts, ends, strict=True)
    ]
    trial = table_of([5] * count, outcomes)
    return model_fit(trial, "m", np.ones(count, dtype=bool), predicted([0.5] * count), rows).coverage


def test_coverage_is_over_parts_that_are_large_enough() -> None:
    assert coverage_of([ENOUGH - 1, ENOUGH - 1], [5, 0]) is None
    assert coverage_of([ENOUGH, ENOUGH - 1], [5, 0]) == 1.0
    assert coverage_of([ENOUGH, 40], [0, 20]) == 0.5
    assert coverage_of([40, 40, 40, 40], [20, 21, 19, 40]) == 0.75


@pytest.mark.parametrize(("chance", "outcome"), [(1.0, RIGHT), (0.0, NONE)])
def test_who_is_sure_and_right_is_covered(chance: float, outcome: int) -> None:
    every = np.ones(ENOUGH, dtype=bool)
    trial = table_of([5] * ENOUGH, [outcome] * ENOUGH)
    assert model_fit(trial, "m", every, predicted([chance] * ENOUGH), [every]).coverage == 1.0


def test_the_same_decisions_give_the_same_ranges() -> None:
    trial, foretold = table_of([2] * 9, [RIGHT] * 9), predicted([0.4] * 9)
    first, again = (cells_of(trial, "m", np.ones(9, dtype=bool), foretold) for _ in range(2))
    assert first == again and first[0].low < 0.4 < first[0].high


def test_figures_are_of_the_rows_that_were_held_out() -> None:
    trial = table_of([2, 2, 2, 2], [RIGHT, NONE, RIGHT, RIGHT])
    fit = model_fit(trial, "m", mask(0, 1, 2, count=4), predicted([0.9, 0.2, 0.6, 0.0]), [])
    assert fit.decisions == 3 and fit.auc == 1.0 and fit.coverage is None
    assert fit.log_loss == pytest.approx(-np.log([0.9, 0.8, 0.6]).mean())
    assert fit.log_loss_size_only == pytest.approx(np.log(2))
    assert fit.brier == pytest.approx((0.01 + 0.04 + 0.16) / 3)


def test_a_prediction_depends_on_no_outcome_that_it_foretells() -> None:
    log, world = simulated(6)
    starts = starts_of(HYBRID)[:1]
    table = tabulate(log, world.scorer, starts[0].fit.contrast)
    held = table.fold == 0
    split = [(~held, held)]
    found = judge(table, table, "m", split, starts, np.random.default_rng(0))
    turned = np.where(held, np.where(table.outcomes["m"] == RIGHT, WRONG, RIGHT), table.outcomes["m"])
    other = dataclasses.replace(table, outcomes={"m": turned})
    again = judge(other, other, "m", split, starts, np.random.default_rng(0))
    for name in ("right", "size_only", "hijack", "draws"):
        assert np.array_equal(getattr(found, name), getattr(again, name))
        assert not getattr(found, name)[~held].any(), "nothing is foretold of what was learnt from"
    assert (found.right[held] > 0).all() and found.draws[held].mean(axis=1) == pytest.approx(
        found.right[held], abs=0.03
    )
    # By size alone: equal sizes are foretold alike, and fewer to choose from better.
    alone = {int(n): set(found.size_only[held & (table.size == n)].round(9).tolist()) for n in (2, 10, 60)}
    (two,), (ten,), (sixty,) = alone.values()
    shares = [float((table.outcomes["m"][~held & (table.size == n)] == RIGHT).mean()) for n in (2, 10, 60)]
    assert two > ten > sixty and [two, ten, sixty] == pytest.approx(shares, abs=0.06)


def test_decisions_that_were_not_made_teach_nothing_and_one_skill_alone_is_no_rival() -> None:
    log, world = simulated(6)
    starts = starts_of(HYBRID)[:1]
    table = tabulate(log, world.scorer, starts[0].fit.contrast)
    held = table.fold == 0
    some = ~held & (np.arange(len(held)) % 2 == 0)
    unasked = dataclasses.replace(table, outcomes={"m": np.where(some | held, table.outcomes["m"], UNASKED)})
    lone = dataclasses.replace(table, size=np.where(table.size == 2, 1, table.size))
    found = judge(unasked, lone, "m", [(~held, held)], starts, np.random.default_rng(0))
    fewer = judge(table, table, "m", [(some, held)], starts, np.random.default_rng(0))
    assert found.right[held] == pytest.approx(fewer.right[held])
    assert (
        not found.hijack[held & (lone.size == 1)].any() and (found.hijack[held & (lone.size > 1)] > 0).all()
    )
    assert (found.right + found.hijack <= 1).all()
