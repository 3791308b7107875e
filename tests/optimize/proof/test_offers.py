"""Refused edits are offered where the library gains and one skill pays."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest

from skillaudit.optimize import Edit, Optimisation, Proof
from skillaudit.optimize.proof.offers import offers
from skillaudit.optimize.records import Effect, Harm
from skillaudit.schema import Estimate


def edit(name: str, kind: str = "demote", *, accept: bool = False, expected: float = 0.0) -> Edit:
    return Edit(
        id=f"{kind}-{name}",
        kind=kind,  # type: ignore[arg-type]  # a case of a table
        step="narrow",
        skills=(name,),
        reason="takes much",
        accept=accept,
        refused="" if accept else f"{name} would lose requests",
        effect=Effect(gained=0, lost=0, expected=expected),
    )


@pytest.fixture
def proof(optimised: Optimisation) -> Proof:
    assert optimised.proof is not None
    return _at(optimised.proof, 0.5)


def _at(proof: Proof, accuracy: float, harmed: Sequence[Harm] = ()) -> Proof:
    estimate = Estimate(value=accuracy, low=0.0, high=1.0)
    return msgspec.structs.replace(
        proof, after=msgspec.structs.replace(proof.after, accuracy=estimate), harmed=tuple(harmed)
    )


HARM = Harm(skill="a", requests=2, before=1.0, after=0.0, edits=("demote-a",))


def test_what_brings_nothing_is_not_offered(proof: Proof) -> None:
    assert offers([edit("a"), edit("b")], proof, lambda edits: _at(proof, 0.501)) == ()
    assert offers([edit("a", accept=True)], proof, lambda edits: _at(proof, 0.9)) == ()


def test_skills_that_stand_in_for_each_other_are_offered_together(proof: Proof) -> None:
    def prove(edits: Sequence[Edit]) -> Proof:
        away = sum(each.accept for each in edits)
        return _at(proof, 0.6 if away == 2 else 0.5, [HARM])

    (offer,) = offers([edit("a"), edit("b")], proof, prove)
    assert offer.edits == ("demote-a", "demote-b")
    assert offer.gain == pytest.approx(0.1)
    assert offer.harmed == (HARM,)


def test_the_best_comes_first_and_old_harms_are_left_out(proof: Proof) -> None:
    gains = {"demote-a": 0.55, "fold-b": 0.7}

    def prove(edits: Sequence[Edit]) -> Proof:
        return _at(proof, max(gains[each.id] for each in edits if each.accept), [HARM])

    known = msgspec.structs.replace(proof, harmed=(HARM,))
    found = offers([edit("a"), edit("b", "fold")], known, prove)
    assert [offer.edits for offer in found] == [("fold-b",), ("demote-a",)]
    assert all(offer.harmed == () for offer in found)


@pytest.mark.parametrize("kind", ["declare", "split"])
def test_what_only_the_author_can_do_is_not_tried(proof: Proof, kind: str) -> None:
    def prove(edits: Sequence[Edit]) -> Proof:
        raise AssertionError

    assert offers([edit("a", kind)], proof, prove) == ()


def test_a_description_is_not_tried_over_an_accepted_one(proof: Proof) -> None:
    accepted = msgspec.structs.replace(edit("a", "boundary", accept=True), id="boundary-1")
    assert offers([accepted, edit("a", "describe")], proof, lambda edits: _at(proof, 0.9)) == ()
    assert offers([accepted, edit("a", "demote")], proof, lambda edits: _at(proof, 0.9))
