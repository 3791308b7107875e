"""How widely one descriptor lies over a whole library, however specific its words are.

A normal skill is near its own kind and far from the rest; an over-general one is not much nearer to anything,
and far from nothing. So the lower part of its similarities is raised while its best ones are not:

    breadth_j = z(10th percentile_j) + z(25th percentile_j) + z(25th percentile of requests_j)
                - z(mean of the three best_j) / 2

over its similarities to the other skills and its scores on other skills' requests; z is the distance from
the library's median in robust standard deviations, and so is the result. Requests count half of what they would
with the similarities to other skills: vague ones lie near to whatever has plain words. So `(z + z with requests) / 2`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from skillaudit.routing.evidence import Remembered
from skillaudit.schema import Request, ScorerName, Skill

if TYPE_CHECKING:
    from skillaudit.analysis.neighbors import Block
    from skillaudit.routing.survey import Survey
    from skillaudit.scoring import Scorer

Floats = npt.NDArray[np.float64]

MIN_SKILLS = 20
"""With fewer skills the robust spread says nothing."""
SAMPLE = 1500
"""Skills that every skill is held against."""
REQUESTS = 400
"""Requests that every skill is held against."""
BLOCK = 64

TAIL: dict[ScorerName, tuple[float, float]] = {
    "hybrid": (0.99, 2.17),
    "dense": (0.99, 2.17),
    "lexical": (1.99, 0.89),
}
"""(rate, power) of P(breadth > z) = exp(-rate * z ** power): the upper tail over 2,488 skills of thirteen real
libraries. Under the hybrid scorer, which stands in for the dense one, it is lighter than the normal's: 1% lie
beyond 2.0, the largest at 2.7."""


def breadth(
    skills: Sequence[Skill], requests: Sequence[Request], scorer: Scorer, survey: Survey | None = None
) -> Floats | None:
    """(N,) standardised breadth of each skill; None for a library too small to tell, or of names alone.

    Large libraries are read off a sample of skills and requests. Vectors alone tell a broad descriptor from
    a normal one in six cases of ten, with words in nineteen of twenty: a dense scorer is joined with words. A
    `survey` of the library has a sample at hand.
    """
    size = len(skills)
    if size < MIN_SKILLS or 2 * sum(bool(skill.description) for skill in skills) < size:
        return None
    read = _WithWords(skills, scorer) if scorer.name == "dense" else scorer
    if survey is None:
        block = _similarities(size, read).__getitem__
    else:
        held = read.against(survey.sample) if isinstance(read, _WithWords) else survey.tail
        block = partial(_sampled, held, survey.sample, size)
    parts = [_measures(block(slice(start, start + SAMPLE))) for start in range(0, size, SAMPLE)]
    low, middle, best = (np.concatenate(found) for found in zip(*parts, strict=True))
    total: Floats = robust_z(low) + robust_z(middle) - 0.5 * robust_z(best)
    reached = _request_quartile(skills, requests, read)
    if reached is None:
        return _standing_out(total)
    return (_standing_out(total) + _standing_out(total + robust_z(reached))) / 2


def _standing_out(total: Floats) -> Floats:
    """Distance from the median in standard deviations, robust or whole ones, whichever are wider.

    In a library of one subject the middle is narrow, and its foundations would stand out.
    """
    spread = max(_spread(total), float(total.std()))
    return (total - np.median(total)) / spread if spread > 1e-9 else np.zeros(len(total))


class _WithWords:
    """The mean that the hybrid scorer takes, of a dense scorer and the two lexical cosines."""

    def __init__(self, skills: Sequence[Skill], dense: Scorer) -> None:
        from skillaudit.scoring import LexicalScorer

        self._dense = dense
        self._lexical = LexicalScorer([skill.text for skill in skills])

    def scores(self, queries: Sequence[str]) -> npt.NDArray[np.float32]:
        total = self._dense.scores(queries) + 2 * self._lexical.scores(queries)
        return np.asarray(total / 3, dtype=np.float32)

    def similarities(self, start: int, stop: int) -> npt.NDArray[np.float32]:
        total = self._dense.similarities(start, stop) + 2 * self._lexical.similarities(start, stop)
        return np.asarray(total / 3, dtype=np.float32)

    def against(self, chosen: npt.NDArray[np.int64]) -> Block:
        """The same against the `chosen` skills alone, of a scorer of a whole library."""
        from skillaudit.scoring import DenseScorer

        assert isinstance(self._dense, DenseScorer | Remembered)
        dense, lexical = self._dense.against(chosen), self._lexical.against(chosen)
        return lambda start, stop: (dense(start, stop) + 2 * lexical(start, stop)) / np.float32(3)


def tail(z: Floats, scorer: ScorerName) -> Floats:
    """Probability that a normal skill's breadth under a scorer lies beyond `z`."""
    rate, power = TAIL[scorer]
    return np.asarray(np.exp(-rate * np.maximum(z, 0.0) ** power), dtype=np.float64)


def robust_z(values: npt.NDArray[np.floating[Any]]) -> Floats:
    """Distance from the median in robust standard deviations; zero where all are alike."""
    spread = _spread(values)
    if spread < 1e-9:
        return np.zeros(len(values))
    return np.asarray((values - np.median(values)) / spread, dtype=np.float64)


def _spread(values: npt.NDArray[np.floating[Any]]) -> float:
    return float(1.4826 * np.median(np.abs(values - np.median(values))))


def _by_hash(texts: Sequence[str], limit: int) -> list[int]:
    """Positions of at most `limit` texts, chosen by hash, in order."""
    if len(texts) <= limit:
        return list(range(len(texts)))
    keys = [hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest() for text in texts]
    return sorted(sorted(range(len(texts)), key=keys.__getitem__)[:limit])


def sample_starts(size: int) -> npt.NDArray[np.int64]:
    """First rows of the blocks of `BLOCK` skills, at even distances, that a library beyond `SAMPLE` is read in."""
    return np.linspace(0, size - BLOCK, SAMPLE // BLOCK).astype(np.int64)


def _similarities(skills: int, scorer: Scorer | _WithWords) -> npt.NDArray[np.float32]:
    """(N, sample) similarities, NaN between a skill and itself.

    A library beyond `SAMPLE` skills is read in blocks at even distances: a block of rows costs a scorer
    little more than one row.
    """
    starts = np.arange(0, skills, BLOCK) if skills <= SAMPLE else sample_starts(skills)
    found = np.empty((skills, min(skills, len(starts) * BLOCK)), dtype=np.float32)
    for at, start in enumerate(starts.tolist()):
        stop = min(start + BLOCK, skills)
        column = at * BLOCK
        found[:, column : column + BLOCK] = scorer.similarities(start, stop).T
        found[np.arange(start, stop), column + np.arange(stop - start)] = np.nan
    return found


def _sampled(held: Block, sample: npt.NDArray[np.int64], size: int, rows: slice) -> npt.NDArray[np.float32]:
    """The same for some of `size` skills, `held` against a sample; overwrites what that returns."""
    start, stop, _ = rows.indices(size)
    block = held(start, stop)
    place = np.flatnonzero((sample >= start) & (sample < stop))
    block[sample[place] - start, place] = np.nan
    return block


def _measures(similar: npt.NDArray[np.float32]) -> tuple[Floats, Floats, npt.NDArray[np.float32]]:
    """10th and 25th percentile of each row, and the mean of its three best; one entry of a row may be missing.

    What is missing sorts last, so that the rank of a percentile hardly moves. Numpy sorts whole rows faster than it
    finds three ranks of them; `numpy.nanquantile` takes a row at a time and a hundred times as long.
    """
    ordered = np.sort(similar, axis=1)
    last = ordered.shape[1] - 1
    low, middle = (ordered[:, round(share * last)].astype(np.float64) for share in (0.10, 0.25))
    end = last + 1 - np.isnan(ordered[:, last])
    best = np.take_along_axis(ordered, end[:, None] + np.arange(-3, 0), axis=1)
    return low, middle, best.mean(axis=1)


def _request_quartile(
    skills: Sequence[Skill], requests: Sequence[Request], scorer: Scorer | _WithWords
) -> Floats | None:
    """(N,) 25th percentile of each skill's scores on requests that are not its own."""
    row_of = {skill.id: row for row, skill in enumerate(skills)}
    known = [request for request in requests if any(gold in row_of for gold in request.gold)]
    known = [known[i] for i in _by_hash([request.query for request in known], REQUESTS)]
    if len(known) < MIN_SKILLS:
        return None
    scores = np.concatenate(
        [
            np.array(scorer.scores([request.query for request in known[i : i + BLOCK]]), dtype=np.float32)
            for i in range(0, len(known), BLOCK)
        ]
    )
    for line, request in enumerate(known):
        scores[line, [row_of[gold] for gold in request.gold if gold in row_of]] = np.inf
    rank = round(0.25 * (len(known) - 1))
    quartile: Floats = np.minimum(np.partition(scores, rank, axis=0)[rank], 1.0).astype(np.float64)
    return quartile
