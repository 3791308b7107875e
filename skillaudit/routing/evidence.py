"""Turn requests into the few numbers that the choice models need, block by block.

For a request q with right skills G among N skills, scores s_j in [-1, 1] and s_G the best of G:

    v(s) = ln(max(s, 0) + offset)
    clearance(q) = -1/beta * ln( sum over j not in G of exp(beta * (v(s_j) - v(s_G))) + exp(beta * (v(0) - v(s_G))) )

It is the smooth margin of the right skill over its best rival, where an unrelated text, with score zero,
always competes: -1/beta times the log competition index of the request, the odds against the right skill
under Luce's rule where the strength of a skill is the power beta of its score. Text that says more than a request
asks for lowers all its cosines by one factor; ratios of scores inside one request are blind to that, so they are
comparable between libraries whose descriptions differ in length and style. The larger the offset, the less small
scores count; without one, v(s) = s, and differences of scores are compared.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from skillaudit.analysis.neighbors import lower_bound
from skillaudit.progress import SILENT, Progress

if TYPE_CHECKING:
    from skillaudit.analysis.neighbors import Block
    from skillaudit.routing.profiles import Contrast
    from skillaudit.schema import Request, ScorerName, Skill
    from skillaudit.scoring import Scorer

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Array = TypeVar("Array", bound=npt.NDArray[np.floating[Any]])

RIVALS = 24
"""Rivals kept per request; what lies beyond carries no measurable share of wrong choices."""
NEXT_DOOR = 8
"""Of these, skills whose descriptors are nearest to the right one's, however badly they score: the takers of 17% of
recorded errors are not among the 24 best scores of the request, and of 8% not among 16 with the 8 nearest."""
PAIRS, FEWER = 200_000, 8
"""Beyond so many pairs of descriptors, only so many rivals a request are held against its skill."""
PAIR_BLOCK = 50_000
BLOCK_CELLS = 4_000_000
"""Scores held at once."""
LONG, CROWD = 1_024, 16
"""Scores of a request from which on the best are looked for among those that reach a bound; so many times as many as
are wanted may reach it, as hundreds that are equal do not."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Numbers of R requests against N skills, as parallel arrays."""

    size: int
    """N, the number of skills on offer."""
    request: Ints
    """(R,) position of each row in the sequence of requests that it was read from."""
    gold: Ints
    """(R,) row of the skill that owns the request; -1 when nothing should fire or no right skill is on offer."""
    hidden: Ints
    """(R,) for a request whose right skills all are missing from the list, the number of its skill among the
    missing ones; else -1."""
    clearance: Floats
    """(R,) smooth margin of the right skill over its rivals; meaningless where none is on offer."""
    gold_score: Floats
    """(R,) best score among the right skills on offer; 0 where there is none."""
    rivals: Ints
    """(R, M) rows of the best wrong skills, best first; -1 pads."""
    rival_scores: Floats
    """(R, M) their scores; -inf pads."""
    rival_likeness: Floats
    """(R, M) similarity of their descriptors to the right skill's; 0 where none is on offer."""
    shift: Floats
    """(R,) logits by which requests of the row's source are easier than labelled ones."""
    weight: Floats
    """(R,) how often each request comes, with mean 1 over those that are judged; exactly 1 where all come alike."""
    catch_all: float = 0.0
    """How much of the list claims everything, in [0, 1]."""

    @property
    def routed(self) -> npt.NDArray[np.bool_]:
        """Rows whose request has a right skill on offer."""
        return self.gold >= 0

    @property
    def judged(self) -> npt.NDArray[np.bool_]:
        """Rows whose request has a right skill, on offer or not."""
        return self.routed | (self.hidden >= 0)

    @property
    def owners(self) -> Ints:
        """(R,) one number per skill that owns requests: its row, or beyond the rows where it is missing."""
        return np.where(self.hidden >= 0, self.size + self.hidden, self.gold)

    def mean(self, values: Floats, rows: npt.NDArray[np.bool_]) -> float:
        """Mean of `values` (R,) over `rows`, each counted as often as it comes."""
        weight = self.weight[rows]
        return float((values[rows] * weight).sum() / weight.sum())

    def worth(self, rows: npt.NDArray[np.bool_]) -> float:
        """How many requests that come alike tell as much of a rate as `rows` (Kish's effective number)."""
        weight = self.weight[rows]
        return float(weight.sum() ** 2 / (weight**2).sum()) if len(weight) else 0.0

    @property
    def best_rival(self) -> Floats:
        """(R,) score of the best wrong skill, -inf where there is none."""
        return self.rival_scores[:, 0] if self.rival_scores.shape[1] else np.full(len(self.gold), -np.inf)


def without(evidence: Evidence, row: int, catch_all: float) -> Evidence:
    """Return the evidence of requests that the skill of `row` has no right to, with it off the list.

    `catch_all` is how much of the list claims everything then.
    """
    scores = np.where(evidence.rivals == row, -np.inf, evidence.rival_scores)
    order = np.argsort(-scores, axis=1, kind="stable")
    rivals = np.where(evidence.rivals == row, -1, evidence.rivals)
    return dataclasses.replace(
        evidence,
        rivals=np.take_along_axis(rivals, order, axis=1),
        rival_scores=np.take_along_axis(scores, order, axis=1),
        rival_likeness=np.take_along_axis(evidence.rival_likeness, order, axis=1),
        catch_all=catch_all,
    )


class Remembered:
    """A scorer that keeps the similarities of a small library, which several stages read."""

    LARGEST = 2000

    def __init__(self, scorer: Scorer, size: int) -> None:
        """Wrap a scorer of `size` skills; beyond `LARGEST` nothing is kept."""
        self.name: ScorerName = scorer.name
        self._scorer = scorer
        self._size = size
        self._rows: npt.NDArray[np.float32] | None = None

    def scores(self, queries: Sequence[str]) -> npt.NDArray[np.float32]:
        """(Q, N) scores of requests."""
        return self._scorer.scores(queries)

    def similarities(self, start: int, stop: int) -> npt.NDArray[np.float32]:
        """(stop - start, N) similarities; the caller must not write into them."""
        if self._size > self.LARGEST:
            return self._scorer.similarities(start, stop)
        if self._rows is None:
            step = 256
            parts = [
                self._scorer.similarities(row, min(row + step, self._size))
                for row in range(0, self._size, step)
            ]
            self._rows = np.concatenate(parts)
        return self._rows[start:stop]

    def against(self, chosen: Ints) -> Block:
        """Return what scores descriptors against the `chosen` alone, of a scorer of a whole library."""
        from skillaudit.scoring import DenseScorer, HybridScorer, LexicalScorer

        assert isinstance(self._scorer, DenseScorer | HybridScorer | LexicalScorer)
        return self._scorer.against(chosen)

    def pairs(self, rows: Ints, columns: Ints) -> npt.NDArray[np.float32]:
        """(E,) similarities of descriptors, pair by pair."""
        if self._size > self.LARGEST or (self._rows is None and len(rows) <= RIVALS):
            return self._scorer.pairs(rows, columns)
        self.similarities(0, 0)
        assert self._rows is not None
        return self._rows[rows, columns]


def likeness(scorer: Scorer, golds: Ints, rivals: Ints) -> Floats:
    """(R, M) similarity of each rival's descriptor to the right skill's, 0 where either is missing."""
    found = np.zeros(rivals.shape)
    read = (rivals >= 0) & (golds >= 0)[:, None]
    if read.sum() > PAIRS:
        read[:, FEWER:] = False
    row, column = np.nonzero(read)
    for start in range(0, len(row), PAIR_BLOCK):
        part = row[start : start + PAIR_BLOCK], column[start : start + PAIR_BLOCK]
        found[part] = scorer.pairs(golds[part[0]], rivals[part])
    return found


def from_requests(
    skills: Sequence[Skill],
    requests: Sequence[Request],
    scorer: Scorer,
    contrast: Contrast,
    progress: Progress = SILENT,
    hidden: Collection[str] | None = None,
    near: Ints | None = None,
) -> Evidence:
    """Read the evidence of `requests` off a scorer.

    `near` (N, k) holds the skills that are nearest to each, best first: they are rivals for its requests.

    A request whose right skills are all missing from `skills`, such as those that a client cut off its list,
    cannot be routed right and is kept as `hidden`. `hidden` limits that to these ids: requests for other
    missing skills say nothing about this library and are left out. A request with several right skills belongs
    to its home skill where that is one of them, else to the first. Memory is bounded by `BLOCK_CELLS` scores.
    """
    kept, golds, owners, strays = _placed(skills, requests, hidden)
    size = len(skills)
    width = min(RIVALS, size)
    count = len(kept)
    clearance = np.zeros(count)
    gold_score = np.zeros(count)
    rivals = np.full((count, width), -1, dtype=np.int64)
    rival_scores = np.full((count, width), -np.inf)
    block = max(1, BLOCK_CELLS // max(size, 1))
    for start in range(0, count if size else 0, block):
        progress.update("routing", start, count)
        stop = min(start + block, count)
        scores = np.array(
            scorer.scores([requests[kept[row]].query for row in range(start, stop)]), np.float32
        )
        beside = None
        if near is not None:
            mine = np.array(owners[start:stop], dtype=np.int64)
            beside = np.where(mine[:, None] < 0, -1, near[np.maximum(mine, 0), :NEXT_DOOR])
        part = measure_block(scores, golds[start:stop], contrast, width, beside)
        clearance[start:stop], gold_score[start:stop], rivals[start:stop], rival_scores[start:stop] = part
    progress.update("routing", count, count)
    gold, hides = np.array(owners, dtype=np.int64), np.array(strays, dtype=np.int64)
    return Evidence(
        size=size,
        request=np.array(kept, dtype=np.int64),
        gold=gold,
        hidden=hides,
        clearance=clearance,
        gold_score=gold_score,
        rivals=rivals,
        rival_scores=rival_scores,
        rival_likeness=likeness(scorer, gold, rivals),
        shift=np.zeros(count),
        weight=relative(np.array([requests[at].weight for at in kept]), (gold >= 0) | (hides >= 0)),
    )


def relative(weight: Floats, judged: npt.NDArray[np.bool_]) -> Floats:
    """Weights with mean 1 over the judged requests, so that a constant in them is none of a rate's business."""
    if not len(weight) or np.ptp(weight) == 0:
        return np.ones(len(weight))
    return np.asarray(weight / weight[judged if judged.any() else slice(None)].mean(), dtype=np.float64)


def _placed(
    skills: Sequence[Skill], requests: Sequence[Request], hidden: Collection[str] | None
) -> tuple[list[int], list[list[int]], list[int], list[int]]:
    """Positions of the requests that count, the rows of their right skills, of their owner, and missing skills."""
    row_of = {skill.id: row for row, skill in enumerate(skills)}
    kept: list[int] = []
    golds: list[list[int]] = []
    owners: list[int] = []
    missing: dict[str, int] = {}
    strays: list[int] = []
    for position, request in enumerate(requests):
        rows = [row_of[name] for name in request.gold if name in row_of]
        stray = -1
        if request.gold and not rows:
            cut = [name for name in request.gold if hidden is None or name in hidden]
            if not cut:
                continue
            stray = missing.setdefault(request.home if request.home in cut else cut[0], len(missing))
        kept.append(position)
        strays.append(stray)
        golds.append(rows)
        home = row_of.get(request.home, -1)
        owners.append(home if home in rows else (rows[0] if rows else -1))
    return kept, golds, owners, strays


def measure_block(
    scores: npt.NDArray[np.float32],
    golds: Sequence[Sequence[int]],
    contrast: Contrast,
    width: int,
    beside: Ints | None = None,
) -> tuple[Floats, Floats, Ints, Floats]:
    """Clearance, gold score and best rivals of one block; overwrites `scores`.

    `beside` (rows, k), k below `width`, are columns that are rivals in any case, -1 pads.
    """
    rows = np.repeat(np.arange(len(golds)), [len(g) for g in golds])
    columns = np.array([column for g in golds for column in g], dtype=np.int64)
    gold_score = np.full(len(golds), -np.inf)
    np.maximum.at(gold_score, rows, scores[rows, columns].astype(np.float64))
    gold_score[np.isneginf(gold_score)] = 0.0
    scores[rows, columns] = -np.inf
    rivals, rival_scores = top(scores, width)
    if beside is not None and width < scores.shape[1]:
        rivals, rival_scores = _joined(scores, rivals, rival_scores, beside)
    strength = strengths(gold_score.copy(), contrast.offset)
    unrelated = strengths(np.zeros(1), contrast.offset)
    shift = strengths(scores, contrast.offset)
    shift[rows, columns] = -np.inf
    shift -= strength[:, None].astype(np.float32)
    shift *= np.float32(contrast.beta)
    index = np.logaddexp(log_sum_exp(shift), contrast.beta * (unrelated - strength))
    return -index / contrast.beta, gold_score, rivals, rival_scores


def _joined(
    scores: npt.NDArray[np.float32], rivals: Ints, rival_scores: Floats, beside: Ints
) -> tuple[Ints, Floats]:
    """Rivals whose last places go to those of `beside` that are not among the first, best score first."""
    kept = rivals.shape[1] - beside.shape[1]
    values = np.take_along_axis(scores, np.maximum(beside, 0), axis=1).astype(np.float64)
    known = (beside[:, :, None] == rivals[:, None, :kept]).any(axis=2) | (beside < 0) | np.isneginf(values)
    columns = np.concatenate([rivals[:, :kept], np.where(known, -1, beside)], axis=1)
    found = np.concatenate([rival_scores[:, :kept], np.where(known, -np.inf, values)], axis=1)
    order = np.lexsort((columns, -found), axis=1)
    return np.take_along_axis(columns, order, axis=1), np.take_along_axis(found, order, axis=1)


def strengths(scores: Array, offset: float | None) -> Array:
    """ln(max(score, 0) + offset), or the scores themselves without an offset; overwrites `scores`."""
    if offset is None:
        return scores
    np.maximum(scores, 0.0, out=scores)
    np.add(scores, offset, out=scores)
    np.log(scores, out=scores)
    return scores


def top(scores: npt.NDArray[np.float32], width: int) -> tuple[Ints, Floats]:
    """Columns and values of the `width` best scores of each row, best first, ties by column."""
    if scores.shape[1] >= LONG:
        reached = scores >= lower_bound(scores, width)[:, None]
        counts = np.count_nonzero(reached, axis=1)
        if counts.max(initial=0) <= CROWD * width:
            row, column = np.nonzero(reached)
            found = scores[row, column]
            first = np.cumsum(counts) - counts
            best = np.lexsort((column, -found, row))[first[:, None] + np.arange(width)]
            return column[best], found[best].astype(np.float64)
    if width < scores.shape[1]:
        chosen = np.argpartition(scores, scores.shape[1] - width, axis=1)[:, -width:]
    else:
        chosen = np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    chosen = np.sort(chosen, axis=1)
    values = np.take_along_axis(scores, chosen, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    ranked: Floats = np.take_along_axis(values, order, axis=1).astype(np.float64)
    columns: Ints = np.take_along_axis(chosen, order, axis=1).astype(np.int64)
    return np.where(np.isneginf(ranked), -1, columns), ranked


def log_sum_exp(values: npt.NDArray[np.float32]) -> Floats:
    """Log of the sum of exponentials per row, -inf for a row of -inf; overwrites `values`."""
    if not values.shape[1]:
        return np.full(len(values), -np.inf)
    peak = values.max(axis=1)
    peak[np.isneginf(peak)] = 0.0
    values -= peak[:, None]
    np.exp(values, out=values)
    with np.errstate(divide="ignore"):
        total = np.log(values.sum(axis=1, dtype=np.float64))
    return np.asarray(peak + total, dtype=np.float64)
