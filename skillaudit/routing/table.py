"""Lay recorded decisions out as the numbers that a choice model is fitted to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from skillaudit.routing.breadth import breadth, tail
from skillaudit.routing.decisions import DecisionLog, fold_of
from skillaudit.routing.evidence import NEXT_DOOR, RIVALS, Remembered, likeness, measure_block, top
from skillaudit.routing.holes import CROWD, catch_alls
from skillaudit.routing.outcome import regressors

if TYPE_CHECKING:
    from skillaudit.routing.profiles import Contrast
    from skillaudit.scoring import Scorer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

FOLDS = 5
QUERY_BLOCK = 256


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """Decisions as numbers: R requests as they were put, in parallel arrays."""

    x: Floats
    """(R, 3) regressors."""
    size: Ints
    """(R,) skills on offer."""
    request: Ints
    """(R,) number of the request; one is often asked several times, with more and more on offer."""
    fold: Ints
    """(R,) fold of the request, by a hash of its text."""
    routed: Mask
    """(R,) whether some skill is right."""
    gold_score: Floats
    best: Floats
    """(R,) score of the best wrong skill, 0 when there is none."""
    rivals: Ints
    """(R, M) library rows of the best wrong skills."""
    rival_scores: Floats
    rival_likeness: Floats
    """(R, M) similarity of their descriptors to the right skill's."""
    catch_all: Floats
    """(R,) how much of what was on offer claims everything."""
    outcomes: dict[str, Ints] = field(default_factory=dict)
    """Per model (R,) `RIGHT`, `WRONG`, `NONE` or `UNASKED`."""
    chosen: dict[str, Ints] = field(default_factory=dict)


def _next_door(scorer: Scorer, own: int, offered: Ints, gold: list[int]) -> Ints | None:
    """(1, k) which of the skills on offer are nearest to a right one; None where there is none."""
    if own < 0:
        return None
    similar = scorer.similarities(own, own + 1)[:, offered]
    similar[0, gold] = -np.inf
    return top(similar, min(NEXT_DOOR, len(offered) - len(gold)))[0]


def tabulate(log: DecisionLog, scorer: Scorer, contrast: Contrast, kappa: float = 90.0) -> DecisionTable:
    """Turn a log into regressors; the scorer's columns are the log's skills."""
    count = len(log.decisions)
    scorer = Remembered(scorer, len(log.skills))
    queries = list(dict.fromkeys(decision.query for decision in log.decisions))
    number = {query: row for row, query in enumerate(queries)}
    by_query: dict[str, list[int]] = {}
    for row, decision in enumerate(log.decisions):
        by_query.setdefault(decision.query, []).append(row)
    size, clearance, gold_score = np.zeros(count, dtype=np.int64), np.zeros(count), np.zeros(count)
    rivals = np.full((count, RIVALS), -1, dtype=np.int64)
    rival_scores = np.full((count, RIVALS), -np.inf)
    golds = np.full(count, -1, dtype=np.int64)
    everything = np.arange(len(log.skills), dtype=np.int64)
    wide = breadth(log.skills, (), scorer)
    claims = np.zeros(len(log.skills))
    claims[catch_alls(log.skills, None if wide is None else tail(wide, scorer.name))] = 1.0
    catch_all = np.zeros(count)
    for start in range(0, len(queries), QUERY_BLOCK):
        block = queries[start : start + QUERY_BLOCK]
        scores = np.asarray(scorer.scores(block), dtype=np.float32)
        for line, query in enumerate(block):
            for row in by_query[query]:
                decision = log.decisions[row]
                offered = everything if decision.offered is None else decision.offered
                gold = np.flatnonzero(np.isin(offered, decision.gold)).tolist()
                width = min(RIVALS, len(offered))
                if gold:
                    golds[row] = offered[gold[int(np.argmax(scores[line, offered[gold]]))]]
                beside = _next_door(scorer, int(golds[row]), offered, gold) if len(offered) > RIVALS else None
                shown = scores[line, offered][None, :].copy()
                part = measure_block(shown, [gold], contrast, width, beside)
                size[row], clearance[row], gold_score[row] = len(offered), part[0][0], part[1][0]
                catch_all[row] = min(1.0, CROWD * claims[offered].sum() / max(len(offered), 1))
                found = part[2][0]
                rivals[row, :width] = np.where(found >= 0, offered[np.maximum(found, 0)], -1)
                rival_scores[row, :width] = part[3][0]
    return DecisionTable(
        x=regressors(clearance, size.astype(np.float64), kappa),
        size=size,
        request=np.array([number[decision.query] for decision in log.decisions], dtype=np.int64),
        fold=np.array([fold_of(decision.query, FOLDS) for decision in log.decisions], dtype=np.int64),
        routed=np.array([bool(decision.gold) for decision in log.decisions], dtype=bool),
        gold_score=gold_score,
        best=np.where(np.isfinite(rival_scores[:, 0]), rival_scores[:, 0], 0.0),
        rivals=rivals,
        rival_scores=rival_scores,
        rival_likeness=likeness(scorer, golds, rivals),
        catch_all=catch_all,
        outcomes={
            model: np.array([d.outcome(model) for d in log.decisions], dtype=np.int64) for model in log.models
        },
        chosen={
            model: np.array([d.chosen.get(model, -1) for d in log.decisions], dtype=np.int64)
            for model in log.models
        },
    )
