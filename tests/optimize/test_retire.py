"""Which skills nothing would be lost by: never used, and one like them is."""

from __future__ import annotations

import numpy as np
import pytest

from skillaudit.optimize.bench import Bench
from skillaudit.optimize.board import Columns
from skillaudit.optimize.retire import retire
from skillaudit.schema import Request, Skill


def retired(used: tuple[float, float, float], likeness: float, *asked: str) -> list[tuple[str, bool]]:
    """The skills that are proposed to go, ticked or not; the first two are like each other."""
    skills = [
        Skill(id=name, name=name, description=f"Draws {name}.", used=count)
        for name, count in zip(("charts", "plots", "mails"), used, strict=True)
    ]
    requests = [Request(query=f"draw me {gold} now", gold=(gold,), source="file") for gold in asked]
    columns = Columns("lexical", [skill.text for skill in skills], [each.query for each in requests], None)
    bench = Bench.of(skills, requests, columns, 60.0, 1024)
    rows = np.eye(3, dtype=np.float32)
    rows[0, 1] = rows[1, 0] = likeness
    retire(bench, lambda start, stop: rows[start:stop], "lexical")
    return [(edit.skills[0], edit.accept) for edit in bench.edits]


@pytest.mark.parametrize(
    ("used", "likeness", "asked", "expected"),
    [
        ((9, 0, 9), 0.9, ("charts",), [("plots", True)]),
        ((9, 0, 9), 0.9, ("plots",), [("plots", False)]),
        ((9, 0, 9), 0.1, (), []),
        ((2, 0, 9), 0.9, (), []),
        ((9, 1, 9), 0.9, (), []),
        ((0, 0, 0), 0.9, (), []),
    ],
)
def test_what_was_never_used_goes_where_a_used_one_answers(
    used: tuple[float, float, float],
    likeness: float,
    asked: tuple[str, ...],
    expected: list[tuple[str, bool]],
) -> None:
    assert retired(used, likeness, *asked) == expected
