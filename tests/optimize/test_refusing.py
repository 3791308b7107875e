"""A refusal has to undo a harm, or it is taken back."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.optimize.records import Edit, Harm
from skillaudit.optimize.refusing import _restored

HARM = Harm(skill="a", requests=9, before=0.9, after=0.5, edits=("boundary-1",))
OTHER = Harm(skill="b", requests=9, before=0.9, after=0.5, edits=("boundary-1",))
EDITS = [
    Edit(
        id="boundary-1",
        kind="boundary",
        step="boundary",
        skills=("a",),
        reason="r",
        accept=False,
        refused="a falls",
    ),
    Edit(
        id="boundary-2",
        kind="boundary",
        step="boundary",
        skills=("b",),
        reason="r",
        accept=False,
        refused="b falls",
    ),
]


def _accepted(edits: Sequence[Edit]) -> list[str]:
    return [edit.id for edit in edits if edit.accept]


def test_a_refusal_that_left_the_harm_is_taken_back() -> None:
    found = _restored(EDITS, {"boundary-1"}, [HARM], lambda edits: [HARM])
    assert _accepted(found) == ["boundary-1"]
    assert not found[0].refused
    assert found[1] == EDITS[1]


def test_a_refusal_that_spares_another_skill_stays() -> None:
    def judge(edits: Sequence[Edit]) -> list[Harm]:
        return [HARM, OTHER] if edits[0].accept else [HARM]

    assert _accepted(_restored(EDITS, {"boundary-1"}, [HARM], judge)) == []


def test_nothing_to_take_back_asks_nobody() -> None:
    def judge(edits: Sequence[Edit]) -> list[Harm]:
        raise AssertionError

    assert _restored(EDITS, set(), [HARM], judge) == EDITS
