"""The boundary step: rewrite skills that take each other's requests, all by one recipe, then one by one."""

from __future__ import annotations

from collections import Counter

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.rewrite.candidates import with_clause
from skillaudit.optimize.rewrite.recipe import rewrite_together
from skillaudit.optimize.rewrite.sharpen import TAKERS, Rewrite, Writer, sharpen
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.progress import SILENT, Progress

MAX_CLAUSES = 100
LEAST_SHARED = 2
"""Requests that must change hands in a pair before a clause is proposed: one may be anybody's."""


def draw_boundaries(
    bench: Bench, lexicon: Lexicon, write: Writer | None = None, progress: Progress = SILENT
) -> None:
    """Rewrite both sides of every confused pair, and propose clauses that send to each other.

    Without a model to `write`, one recipe for all is tried before single candidates.
    """
    if write is None:
        rewrite_together(bench, lexicon, boundary_tasks(bench), progress)
    sharpen(bench, lexicon, boundary_tasks(bench), "boundary", write, progress)
    add_clauses(bench, lexicon, progress)


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


def add_clauses(bench: Bench, lexicon: Lexicon, progress: Progress = SILENT) -> None:
    """Propose reciprocal `not for X, use Y` clauses for the most confused pairs.

    A cosine is drawn by the words of a clause that turns away, so most are refused here; language
    models read them (published gain: 12.8 points), which only a live probe can show.
    """
    pairs = [pair for pair in bench.confused_pairs() if pair[2] >= LEAST_SHARED][:MAX_CLAUSES]
    drafts: dict[tuple[int, int], str] = {}
    for a, b, _ in pairs:
        for row, other in ((a, b), (b, a)):
            if sum(key[0] == row for key in drafts) >= 2:
                continue
            skill = bench.skills[row]
            text = with_clause(skill, row, bench.skills[other], other, lexicon, bench.limit)
            if text != skill.description:
                drafts[row, other] = text
    keys = list(drafts)
    scores = bench.columns.full([bench.text(row, drafts[row, other]) for row, other in keys])
    counts = {(a, b): count for a, b, count in pairs}
    for at, (row, other) in enumerate(keys):
        progress.update("optimize", at, len(keys), "clauses")
        skill, rival = bench.skills[row], bench.skills[other]
        count = counts[min(row, other), max(row, other)]
        reason = f"{_changed(count)} with {rival.id}; a clause for readers that understand one"
        stale = not drafts[row, other].startswith(skill.description)
        delta = bench.board.try_column(row, scores[:, at])
        harmed = bench.harmful(row, delta)
        helps = bench.convincing(delta) and not harmed and not stale
        refused = "" if helps else "the local scorer reads no negation; prove it on a live model"
        if stale:
            continue
        bench.describe(
            "boundary", "boundary", row, drafts[row, other], reason, scores[:, at], (other,), refused
        )


def _changed(count: int) -> str:
    return "1 request changes hands" if count == 1 else f"{count} requests change hands"
