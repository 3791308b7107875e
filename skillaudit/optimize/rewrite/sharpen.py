"""Rewrite single skills: candidates by words, the best few in full, and each that helps and harms nobody kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Floats
from skillaudit.optimize.records import Kind, StepName
from skillaudit.optimize.rewrite.candidates import candidates
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.progress import SILENT, Progress
from skillaudit.schema import Skill

KEEP = 4
"""Candidates of one skill that are embedded; the rest falls to the lexical score."""
MAX_EMBEDDED = 400
"""Candidates of one step that are embedded: at 15 ms each, what keeps 1,000 skills within a minute."""
TAKERS = 3
"""Rivals that a skill is drawn against."""

Writer = Callable[[Skill, int, Sequence[int]], Sequence[str]]
"""Makes candidate descriptions of a skill (with its row) against the rows of its rivals."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One skill to rewrite, against whom, and why."""

    row: int
    rivals: tuple[int, ...]
    weight: float
    reason: str


def sharpen(
    bench: Bench,
    lexicon: Lexicon,
    tasks: Sequence[Rewrite],
    step: StepName,
    write: Writer | None = None,
    progress: Progress = SILENT,
    most: int = MAX_EMBEDDED,
) -> None:
    """Try rewrites of the skills in `tasks`, and keep each that helps and harms no other skill.

    All candidates are scored by words at once; the best few of each skill are embedded in one batch and
    tried in turn on the library as it then is, so that a later edit knows the earlier ones.
    """

    def extract(skill: Skill, row: int, rivals: Sequence[int]) -> Sequence[str]:
        return candidates(skill, row, lexicon, rivals, bench.limit)

    write = write or extract
    first = bench.skills if write is not extract else bench.start
    keep = max(1, min(KEEP, most // max(len(tasks), 1)))
    ranked = sorted(tasks, key=lambda task: (-task.weight, task.row))[:most]
    drafts = [
        (task, text)
        for task in ranked
        for text in write(first[task.row], task.row, task.rivals)
        if bench.allows(task.row, text)
    ]
    progress.update("optimize", 0, len(ranked), f"{step}: {len(drafts)} candidates")
    chosen = promising(bench, drafts, keep)
    scores = bench.columns.full([bench.text(task.row, text) for task, text in chosen])
    options: dict[int, list[tuple[Rewrite, str, Floats]]] = {}
    for at, (task, text) in enumerate(chosen):
        options.setdefault(task.row, []).append((task, text, scores[:, at]))
    for done, row in enumerate(_by_gain(bench, options)):
        progress.update("optimize", done, len(options), step)
        best = None
        for task, text, column in options[row]:
            delta = bench.judge(row, text, column)
            gain = bench.gain(delta)
            if not bench.convincing(delta) or (best and gain <= best[0]):
                continue
            if not bench.harmful(row, delta):
                best = (gain, task, text, column)
        if best:
            _, task, text, column = best
            kind: Kind = "boundary" if step == "boundary" else "describe"
            bench.describe(kind, step, row, text, task.reason, column, task.rivals)


def promising(bench: Bench, drafts: Sequence[tuple[Rewrite, str]], keep: int) -> list[tuple[Rewrite, str]]:
    """Return the best few drafts of each skill by words, the vector's part taken as unchanged."""
    if not drafts:
        return []
    lexical = bench.columns.lexical([bench.text(task.row, text) for task, text in drafts])
    rows = sorted({task.row for task, _ in drafts})
    place = {row: at for at, row in enumerate(rows)}
    old = bench.columns.lexical([bench.text(row, bench.skills[row].description) for row in rows])
    gains: dict[int, list[tuple[float, int]]] = {}
    for at, (task, _) in enumerate(drafts):
        shift = (lexical[:, at] - old[:, place[task.row]]) * np.float32(2 / 3)
        delta = bench.board.try_column(task.row, bench.board.scores[:, task.row] + shift)
        gains.setdefault(task.row, []).append((-bench.gain(delta), at))
    kept = sorted(at for found in gains.values() for _, at in sorted(found)[:keep])
    return [drafts[at] for at in kept]


def _by_gain(bench: Bench, options: dict[int, list[tuple[Rewrite, str, Floats]]]) -> list[int]:
    """Return the rows, most promising first."""
    gains = {
        row: max(bench.gain(bench.board.try_column(row, column)) for _, _, column in found)
        for row, found in options.items()
    }
    return sorted(gains, key=lambda row: (-gains[row], row))
