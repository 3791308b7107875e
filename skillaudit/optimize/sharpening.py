"""Rewrite descriptions where requests go wrong: between two rivals, and of single victims."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Floats
from skillaudit.optimize.records import Kind, StepName
from skillaudit.optimize.rewriting import candidates, with_clause
from skillaudit.optimize.terms import Lexicon
from skillaudit.progress import SILENT, Progress
from skillaudit.schema import Skill

KEEP = 4
"""Candidates of one skill that are embedded; the rest falls to the lexical score."""
MAX_EMBEDDED = 400
"""Candidates of one step that are embedded: at 15 ms each, what keeps 1,000 skills within a minute."""
MAX_PAIRS = 400
MAX_CLAUSES = 100
LEAST_SHARED = 2
"""Requests that must change hands in a pair before a clause is proposed: one may be anybody's."""
TAKERS = 3

Writer = Callable[[Skill, int, Sequence[int]], Sequence[str]]
"""Makes candidate descriptions of a skill (with its row) against the rows of its rivals."""


@dataclass(frozen=True, slots=True)
class Task:
    """One skill to rewrite, against whom, and why."""

    row: int
    rivals: tuple[int, ...]
    weight: float
    reason: str


def confused_pairs(bench: Bench) -> list[tuple[int, int, int]]:
    """Return (a, b, requests that change hands between them by top rank), most first."""
    wrong = ~bench.board.right
    counts: Counter[tuple[int, int]] = Counter()
    for owner, taker in zip(
        bench.board.owner[wrong].tolist(), bench.board.rival[wrong].tolist(), strict=True
    ):
        counts[min(owner, taker), max(owner, taker)] += 1
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(a, b, count) for (a, b), count in ranked if not {a, b} & bench.gone][:MAX_PAIRS]


def boundary_tasks(bench: Bench) -> list[Task]:
    """Return the tasks of the boundary step: both sides of every confused pair, each skill once."""
    rivals: dict[int, list[int]] = {}
    weight: Counter[int] = Counter()
    for a, b, count in confused_pairs(bench):
        for row, other in ((a, b), (b, a)):
            if bench.skills[row].declared_router:
                continue  # it is meant to speak of what others do
            rivals.setdefault(row, []).append(other)
            weight[row] += count
    return [
        Task(
            row,
            tuple(others[:TAKERS]),
            weight[row],
            f"{_changed(weight[row])} with {', '.join(bench.skills[at].id for at in others[:TAKERS])}",
        )
        for row, others in rivals.items()
    ]


def victim_tasks(bench: Bench) -> list[Task]:
    """Return the tasks of the victim step: every skill that loses requests, worst first."""
    wrong = ~bench.board.right
    lost = bench.board.per_skill(wrong)
    soft = bench.board.per_skill(1 - bench.board.chance)
    takers: dict[int, Counter[int]] = {}
    for owner, taker in zip(
        bench.board.owner[wrong].tolist(), bench.board.rival[wrong].tolist(), strict=True
    ):
        takers.setdefault(owner, Counter())[taker] += 1
    order = [
        row
        for row in np.argsort(-soft, kind="stable").tolist()
        if soft[row] > 0.2 and row not in bench.gone and not bench.skills[row].declared_router
    ]
    return [
        Task(
            row,
            tuple(at for at, _ in takers.get(row, Counter()).most_common(TAKERS)),
            float(soft[row]),
            f"loses {int(lost[row])} requests; its users' words stand in its file, not in its description",
        )
        for row in order
    ]


def sharpen(
    bench: Bench,
    lexicon: Lexicon,
    tasks: Sequence[Task],
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
    options: dict[int, list[tuple[Task, str, Floats]]] = {}
    for at, (task, text) in enumerate(chosen):
        options.setdefault(task.row, []).append((task, text, scores[:, at]))
    for done, row in enumerate(_by_gain(bench, options)):
        progress.update("optimize", done, len(options), step)
        best = None
        for task, text, column in options[row]:
            delta = bench.board.try_column(row, column)
            gain = bench.gain(delta)
            if not bench.convincing(delta) or (best and gain <= best[0]):
                continue
            if not bench.harmful(row, delta):
                best = (gain, task, text, column)
        if best:
            _, task, text, column = best
            kind: Kind = "boundary" if step == "boundary" else "describe"
            bench.describe(kind, step, row, text, task.reason, column, task.rivals)


def promising(bench: Bench, drafts: Sequence[tuple[Task, str]], keep: int) -> list[tuple[Task, str]]:
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


def _by_gain(bench: Bench, options: dict[int, list[tuple[Task, str, Floats]]]) -> list[int]:
    """Return the rows, most promising first."""
    gains = {
        row: max(bench.gain(bench.board.try_column(row, column)) for _, _, column in found)
        for row, found in options.items()
    }
    return sorted(gains, key=lambda row: (-gains[row], row))


def add_clauses(bench: Bench, lexicon: Lexicon, progress: Progress = SILENT) -> None:
    """Propose reciprocal `not for X, use Y` clauses for the most confused pairs.

    A cosine is drawn by the words of a clause that turns away, so most are refused here; language
    models read them (published gain: 12.8 points), which only a live probe can show.
    """
    pairs = [pair for pair in confused_pairs(bench) if pair[2] >= LEAST_SHARED][:MAX_CLAUSES]
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
