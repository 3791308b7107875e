"""Descriptors in the place of requests, where no request speaks for a library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from skillaudit.progress import SILENT, Progress
from skillaudit.routing.evidence import (
    BLOCK_CELLS,
    FEWER,
    PAIRS,
    RIVALS,
    Evidence,
    likeness,
    log_sum_exp,
    measure_block,
    strengths,
    top,
)

if TYPE_CHECKING:
    from skillaudit.routing.profiles import Contrast
    from skillaudit.routing.survey import Survey
    from skillaudit.schema import ScorerName, Skill
    from skillaudit.scoring import Scorer

WHOLE: dict[ScorerName, float] = {"hybrid": 0.5, "dense": 0.8, "lexical": 0.6}
"""Part of a whole descriptor in the request that stands in for a skill whose text is cut. Requests lean on what a
cut keeps, the beginning: so weighed, cuts to 80, to 40 and to 0 characters cost as many logits as they cost the
real requests of six libraries."""


def from_descriptors(
    skills: Sequence[Skill],
    scorer: Scorer,
    contrast: Contrast,
    gold_score: float,
    progress: Progress = SILENT,
    library: Sequence[Skill] | None = None,
    survey: Survey | None = None,
) -> Evidence:
    """Stand in for requests with the descriptors themselves, one per skill.

    A request is taken as its skill's descriptor seen through noise that is unrelated to every rival: its score
    with any text on the list is a typical score of a request with its own skill (`gold_score`) times the
    similarity of the descriptor and that text.

    `library` holds the skills as their authors wrote them. A user asks for no less because a client cut the
    text, so where the list has a shorter one the whole descriptor stands in beside it, with the weight
    `WHOLE`, and skills of `library` that are missing from `skills` are kept as `hidden`. Where none is cut or
    missing, a `survey` of a large library spares holding all against all.
    """
    own = {skill.id: skill for skill in library or ()}
    whole = [_longer(skill, own.get(skill.id)) for skill in skills]
    shown = {skill.id for skill in skills}
    missing = [skill.text for skill in library or () if skill.id not in shown]
    if survey and not missing and whole == [skill.text for skill in skills]:
        return _surveyed(survey, scorer, contrast, gold_score, progress)
    size, count = len(skills), len(skills) + len(missing)
    width, share = min(RIVALS, size), WHOLE[scorer.name]
    clearance, golds = np.zeros(count), np.zeros(count)
    rivals = np.full((count, width), -1, dtype=np.int64)
    rival_scores = np.full((count, width), -np.inf)
    block = max(1, BLOCK_CELLS // max(size, 1))
    for start in range(0, size, block):
        progress.update("routing", start, count)
        stop = min(start + block, size)
        scores = np.array(scorer.similarities(start, stop), dtype=np.float32)
        inside = np.arange(stop - start)
        itself = scores[inside, inside + start]
        scores *= (gold_score / np.where(itself > 0, itself, 1.0))[:, None].astype(np.float32)
        scores[inside, inside + start] = gold_score
        cut = [row for row in range(start, stop) if whole[row] != skills[row].text]
        if cut:
            rows = np.array(cut) - start
            scores[rows] *= 1 - share
            scores[rows] += gold_score * share * scorer.scores([whole[row] for row in cut])
        part = slice(start, stop)
        found = measure_block(scores, [[row] for row in range(start, stop)], contrast, width)
        clearance[part], golds[part], rivals[part], rival_scores[part] = found
    for start in range(size, count if size else 0, block):
        progress.update("routing", start, count)
        part = slice(start, min(start + block, count))
        scores = np.float32(gold_score) * scorer.scores(missing[start - size : part.stop - size])
        rivals[part], rival_scores[part] = top(scores, width)
    order = np.arange(count, dtype=np.int64)
    gold = np.where(order < size, order, -1)
    return Evidence(
        size=size,
        request=np.full(count, -1, dtype=np.int64),
        gold=gold,
        hidden=np.where(order < size, -1, order - size),
        clearance=clearance,
        gold_score=golds,
        rivals=rivals,
        rival_scores=rival_scores,
        rival_likeness=likeness(scorer, gold, rivals),
        shift=np.zeros(count),
        weight=np.ones(count),
    )


def _longer(shown: Skill, own: Skill | None) -> str:
    """The descriptor of a skill as it is listed or as its author wrote it, whichever says more."""
    return shown.text if own is None or len(own.text) <= len(shown.text) else own.text


_AT_ONCE = 16


def _surveyed(
    survey: Survey, scorer: Scorer, contrast: Contrast, gold_score: float, progress: Progress
) -> Evidence:
    """The same from the nearest of each skill, and a sample in the place of all others."""
    near = survey.neighbors
    size, own = near.n, np.arange(near.n, dtype=np.int64)
    itself = scorer.pairs(own, own)
    factor = (gold_score / np.where(itself > 0, itself, 1.0)).astype(np.float32)
    strength, unrelated = (
        float(strengths(np.array([score]), contrast.offset)[0]) for score in (gold_score, 0.0)
    )
    clearance = np.zeros(size)
    # Half a dozen such blocks are held at once, and nothing is asked of a scorer that larger ones would make quicker.
    block = max(1, BLOCK_CELLS // (_AT_ONCE * (near.k + len(survey.sample))))
    for start in range(0, size, block):
        progress.update("routing", start, size)
        stop = min(start + block, size)
        part = slice(start, stop)
        held = survey.known(start, stop)
        counted = len(survey.sample) - np.bincount(held[0], minlength=stop - start)
        scores = (
            np.concatenate((near.similarities[part], survey.tail(start, stop)), axis=1) * factor[part, None]
        )
        shift = (strengths(scores, contrast.offset) - np.float32(strength)) * np.float32(contrast.beta)
        shift[:, near.k :] += np.log((size - 1 - near.k) / np.maximum(counted, 1)).astype(np.float32)[:, None]
        shift[held[0], near.k + held[1]] = -np.inf
        index = np.logaddexp(log_sum_exp(shift), contrast.beta * (unrelated - strength))
        clearance[part] = -index / contrast.beta
    progress.update("routing", size, size)
    similar = near.similarities[:, :RIVALS].astype(np.float64)
    rivals = near.indices[:, :RIVALS].astype(np.int64)
    like = similar.copy()
    if like.size > PAIRS:
        like[:, FEWER:] = 0.0
    return Evidence(
        size=size,
        request=np.full(size, -1, dtype=np.int64),
        gold=own,
        hidden=np.full(size, -1, dtype=np.int64),
        clearance=clearance,
        gold_score=np.full(size, gold_score),
        rivals=rivals,
        rival_scores=similar * factor[:, None],
        rival_likeness=like,
        shift=np.zeros(size),
        weight=np.ones(size),
    )
