"""The boundary step: rewrite skills that take each other's requests, all by one recipe, then one by one."""

from __future__ import annotations

from collections import Counter

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.rewrite.recipe import rewrite_together
from skillaudit.optimize.rewrite.sharpen import TAKERS, Rewrite, Writer, sharpen
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.progress import SILENT, Progress


def draw_boundaries(
    bench: Bench, lexicon: Lexicon, write: Writer | None = None, progress: Progress = SILENT
) -> None:
    """Rewrite both sides of every confused pair.

    Without a model to `write`, one recipe for all is tried before single candidates.
    """
    if write is None:
        rewrite_together(bench, lexicon, boundary_tasks(bench), progress)
    sharpen(bench, lexicon, boundary_tasks(bench), "boundary", write, progress)


def boundary_tasks(bench: Bench) -> list[Rewrite]:
    """Return the tasks of the boundary step: both sides of every confused pair, each skill once."""
    rivals: dict[int, list[int]] = {}
    weight: Counter[int] = Counter()
    for a, b, count in bench.confused_pairs():
        for row, other in ((a, b), (b, a)):
            if bench.skills[row].declared_router:
                continue  # it is meant to speak of what others do
            rivals.setdefault(row, []).append(other)
            weight[row] += count
    return [
        Rewrite(
            row,
            tuple(others[:TAKERS]),
            weight[row],
            f"{_changed(weight[row])} with {', '.join(bench.skills[at].id for at in others[:TAKERS])}",
        )
        for row, others in rivals.items()
    ]


def _changed(count: int) -> str:
    return "1 request changes hands" if count == 1 else f"{count} requests change hands"
