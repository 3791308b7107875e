"""Rewrite all confused skills by one recipe: what three requests a skill cannot prove, the library's can.

A skill has few requests, so that hardly any single edit is beyond doubt, and the ones picked because they
look best promise more than they keep. A recipe for all of them has one choice in it, made by all requests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Board, Delta, Floats
from skillaudit.optimize.rewrite.candidates import by_recipe
from skillaudit.optimize.rewrite.sharpen import Rewrite
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.progress import SILENT, Progress

MAX_EMBEDDED = 600
"""Texts that are embedded: at 15 ms each, what keeps 1,000 skills within a minute."""
FINALISTS = 4
"""Recipes whose texts are embedded; the words alone choose them."""
CERTAINTY = 1.64
"""Least gain of a recipe in standard errors."""
WORSE = 0.0
"""Requests that taking one edit back must not cost for a recipe to pass its skill over."""
SWEEPS = 3


@dataclass(frozen=True, slots=True)
class _Trial:
    """One recipe, as the work half judges it."""

    gain: float
    convincing: bool
    texts: Mapping[int, str]
    scores: Mapping[int, Floats]


def rewrite_together(
    bench: Bench, lexicon: Lexicon, tasks: Sequence[Rewrite], progress: Progress = SILENT
) -> int:
    """Give every skill of `tasks` a description by the recipe that helps the library most; return how many.

    Nothing changes where no recipe helps by `CERTAINTY` standard errors, the changes of single requests
    taken as independent, or where it brings less than a reader's time is worth. Each description is an edit
    of its own, and a skill whose new one costs `WORSE` requests more than it brings keeps its old one.
    """
    tasks = sorted(tasks, key=lambda task: (-task.weight, task.row))[:MAX_EMBEDDED]
    if not tasks:
        return 0
    progress.update("optimize", 0, len(tasks), "boundary: one recipe for all")
    drafts: dict[str, dict[int, str]] = {}
    for task in tasks:
        skill = bench.start[task.row]
        for name, text in by_recipe(skill, task.row, lexicon, task.rivals, bench.limit).items():
            if text != skill.description and bench.allows(task.row, text):
                drafts.setdefault(name, {})[task.row] = text
    different = [texts for at, texts in enumerate(drafts.values()) if texts not in list(drafts.values())[:at]]
    trials = sorted((_by_words(bench, texts) for texts in different), key=lambda trial: -trial.gain)
    room = max(1, min(FINALISTS, MAX_EMBEDDED // len(tasks)))
    finals = [_in_full(bench, trial.texts) for trial in trials[:room]]
    best = max(finals, key=lambda trial: trial.gain, default=None)
    if best is None or not best.convincing:
        return 0
    return _record(bench, tasks, best, _kept(bench, best))


def _by_words(bench: Bench, texts: Mapping[int, str]) -> _Trial:
    rows = list(texts)
    new = bench.columns.lexical([bench.text(row, texts[row]) for row in rows])
    old = bench.columns.lexical([bench.text(row, bench.skills[row].description) for row in rows])
    shift = (new - old) * np.float32(2 / 3)
    return _trial(
        bench, texts, {row: bench.board.scores[:, row] + shift[:, at] for at, row in enumerate(rows)}
    )


def _in_full(bench: Bench, texts: Mapping[int, str]) -> _Trial:
    rows = list(texts)
    scores = bench.columns.full([bench.text(row, texts[row]) for row in rows])
    return _trial(bench, texts, {row: scores[:, at] for at, row in enumerate(rows)})


def _trial(bench: Bench, texts: Mapping[int, str], scores: Mapping[int, Floats]) -> _Trial:
    after = _changed(bench.board, scores)
    delta = Delta(
        soft=(after.chance - bench.board.chance) * bench.board.weights,
        hard=after.right.astype(np.int64) - bench.board.right.astype(np.int64),
    )
    delta = bench.unquoted(texts, delta)
    noise = float(np.sqrt((delta.soft**2).sum()))
    gain = bench.gain(delta)
    worth = gain >= bench.minimum * len(texts)
    convincing = delta.soft.sum() >= CERTAINTY * noise and delta.hard.sum() >= 0
    return _Trial(gain, bool(convincing and worth), texts, scores)


def _changed(board: Board, scores: Mapping[int, Floats]) -> Board:
    matrix = board.scores.copy()
    for row, column in scores.items():
        matrix[:, row] = column
    return Board(matrix, board.golds, board.sharpness, board.weights)


def _kept(bench: Bench, trial: _Trial) -> set[int]:
    """Return the skills that are better off, or no worse off, with the recipe, given that the others have it."""
    board = _changed(bench.board, trial.scores)
    kept = set(trial.texts)
    for _ in range(SWEEPS):
        before = len(kept)
        for row in sorted(kept):
            old = bench.board.scores[:, row]
            if bench.gain(board.try_column(row, old)) >= WORSE:
                board.set_column(row, old)
                kept.discard(row)
        if len(kept) == before:
            break
    return kept


def _record(bench: Bench, tasks: Sequence[Rewrite], trial: _Trial, kept: set[int]) -> int:
    for task in tasks:
        if task.row in kept:
            bench.describe(
                "boundary",
                "boundary",
                task.row,
                trial.texts[task.row],
                task.reason + (f"; one of {len(kept)} descriptions rewritten alike" if len(kept) > 1 else ""),
                trial.scores[task.row],
                task.rivals,
            )
    return len(kept)
