"""Edits that describe one skill become one, so that each can be had without the others."""

from __future__ import annotations

import msgspec

from skillaudit.optimize.edits import applied, independent
from skillaudit.optimize.records import Edit, Effect
from skillaudit.schema import Skill


def edit(name: str, before: str, after: str, *, accept: bool = True, expected: float = 1.0) -> Edit:
    return Edit(
        id=name,
        kind="describe",
        step="narrow" if name.startswith("n") else "victim",
        skills=("a",),
        reason=f"reason of {name}",
        accept=accept,
        before=before,
        after=after,
        rivals=(f"rival of {name}",),
        effect=Effect(gained=1, lost=0, expected=expected),
    )


FIRST = edit("n1", "Old.", "New.", expected=2.0)
SECOND = edit("v1", "New.", "Newest.")
OTHER = msgspec.structs.replace(edit("v2", "Else.", "Otherwise."), skills=("b",))
CLAUSE = edit("v3", "Newest.", "Newest. Not for b: use b.", accept=False)


def test_a_chain_becomes_one_edit_from_the_first_text_to_the_last() -> None:
    joined, other, clause = independent([FIRST, SECOND, OTHER, CLAUSE])
    assert (joined.before, joined.after) == ("Old.", "Newest.")
    assert (joined.id, joined.step) == ("n1", "narrow")
    assert joined.reason == "reason of n1; then reason of v1"
    assert joined.rivals == ("rival of n1", "rival of v1")
    assert joined.effect == Effect(gained=2, lost=0, expected=3.0)
    assert (other, clause) == (OTHER, CLAUSE)


def test_what_is_made_of_the_library_stays_the_same() -> None:
    skills = [
        Skill(id="a", name="a", description="Old."),
        Skill(id="b", name="b", description="Else."),
    ]
    edits = [FIRST, OTHER, SECOND]
    assert applied(skills, independent(edits)) == applied(skills, edits)


def test_single_edits_are_left_alone() -> None:
    refused = msgspec.structs.replace(SECOND, accept=False)
    assert independent([FIRST, refused, OTHER]) == [FIRST, refused, OTHER]
