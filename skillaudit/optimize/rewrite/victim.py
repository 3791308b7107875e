"""The victim step: skills that lose requests get the words that their users say."""

from __future__ import annotations

from collections import Counter

import numpy as np

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.rewrite.sharpen import TAKERS, Rewrite, Writer, sharpen
from skillaudit.optimize.words.lexicon import Lexicon
from skillaudit.progress import SILENT, Progress

ROUNDS = (400, 200)
"""Most candidates that are embedded in each round: a skill rewritten against one rival may lose to another."""


def help_victims(
    bench: Bench, lexicon: Lexicon, write: Writer | None = None, progress: Progress = SILENT
) -> None:
    """Rewrite every skill that loses requests, worst first, in two rounds."""
    for most in ROUNDS:
        sharpen(bench, lexicon, victim_tasks(bench), "victim", write, progress, most)


def victim_tasks(bench: Bench) -> list[Rewrite]:
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
        Rewrite(
            row,
            tuple(at for at, _ in takers.get(row, Counter()).most_common(TAKERS)),
            float(soft[row]),
            f"loses {int(lost[row])} requests; its users' words stand in its file, not in its description",
        )
        for row in order
    ]
