"""The retire step: a skill that was never used, where one that is used often answers the same requests."""

from __future__ import annotations

from collections.abc import Callable

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Floats
from skillaudit.optimize.loadout import unused
from skillaudit.routing.contested import NAMED
from skillaudit.schema import ScorerName


def retire(bench: Bench, similarities: Callable[[int, int], Floats], scorer: ScorerName) -> None:
    """Propose to take such skills off the list; nothing without use counts.

    A copy is merged, and what loses a request by it is not ticked. `similarities` are rows of the matrix of
    descriptors, from start to stop.
    """
    skills = bench.skills
    listed = [row for row, skill in enumerate(skills) if row not in bench.gone and not skill.manual_only]
    for row, other in unused(skills, listed, similarities, NAMED[scorer][1]).items():
        reason = f"it was never used, and {skills[other].id}, which is used often, answers the same requests"
        harmed = f"{skills[row].id} would lose requests" if (bench.board.owner == row).any() else ""
        bench.remove(
            "demote", "retire", row, f"{reason}; manual-only, it can still be called by name", harmed
        )
