"""A refusal has to undo a harm, or it is taken back."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.optimize.proof.refusal import _one_by_one, _restored
from skillaudit.optimize.records import Edit, Harm

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


def _three() -> list[Edit]:
    return [
        Edit(id=name, kind="describe", step="victim", skills=(name,), reason="r") for name in ("a", "b", "c")
    ]


def _harm(skill: str, lost: float, *edits: str) -> Harm:
    return Harm(skill=skill, requests=10, before=0.9, after=0.9 - lost, edits=edits)


def test_the_edit_that_leaves_least_harm_is_refused() -> None:
    def judge(edits: Sequence[Edit]) -> list[Harm]:
        state = set(_accepted(edits))
        if "b" not in state:
            return []
        return [_harm("x", 0.4, "a", "b")] if "a" in state else [_harm("y", 0.2, "b")]

    edits, harms = _one_by_one(_three(), judge(_three()), judge, 10)
    assert _accepted(edits) == ["a", "c"]
    assert not harms
    assert "x falls from 90% to 50%" in edits[1].refused


def test_what_helps_nobody_is_not_refused() -> None:
    def judge(edits: Sequence[Edit]) -> list[Harm]:
        return [_harm("x", 0.2, "a")] if "a" in _accepted(edits) else [_harm("y", 0.3, "b")]

    edits, harms = _one_by_one(_three(), judge(_three()), judge, 10)
    assert _accepted(edits) == ["a", "b", "c"]
    assert [harm.skill for harm in harms] == ["x"]


def test_a_harm_without_a_culprit_is_looked_for_everywhere() -> None:
    def judge(edits: Sequence[Edit]) -> list[Harm]:
        return [_harm("x", 0.2)] if "c" in _accepted(edits) else []

    assert _accepted(_one_by_one(_three(), judge(_three()), judge, 10)[0]) == ["a", "b"]
    assert _accepted(_one_by_one(_three(), judge(_three()), judge, 2)[0]) == ["a", "b", "c"]
