"""An optimisation as text: short by default, whole when asked for."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit.formatters.optimisation import ALIKE, IN_FULL, NAMED, WIDTH, render
from skillaudit.optimize.records import (
    PLAN_VERSION,
    Edit,
    Effect,
    Harm,
    Offer,
    Optimisation,
)


def edit(number: int, *, accept: bool, refused: str = "", text: str = "") -> Edit:
    return Edit(
        id=f"boundary-{number}",
        kind="boundary",
        step="boundary",
        skills=(f"skill-{number}",),
        reason="requests change hands",
        accept=accept,
        refused=refused,
        before="Old text.",
        after=text or f"New text {number}.",
        effect=Effect(gained=number, lost=0, expected=number / 10),
    )


def found(*edits: Edit, offers: tuple[Offer, ...] = ()) -> Optimisation:
    return Optimisation(
        plan_version=PLAN_VERSION,
        sources=("skills",),
        router="llm",
        scorer="hybrid",
        rewriter="extractive",
        client="",
        work_requests=10,
        proof_requests=0,
        edits=edits,
        steps=(),
        proof=None,
        planned=None,
        offers=offers,
    )


def test_few_accepted_edits_are_shown_in_the_order_of_the_plan() -> None:
    text = render(found(*(edit(number, accept=True) for number in range(3))))
    assert text.index("New text 0.") < text.index("New text 1.") < text.index("New text 2.")
    assert "--all" not in text


def test_of_many_the_best_are_shown_whole_and_the_others_in_a_line() -> None:
    edits = [edit(number, accept=True) for number in range(IN_FULL + 2)]
    text = render(found(*edits))
    assert "New text 0." not in text
    assert "New text 1." not in text
    assert text.index(f"New text {IN_FULL + 1}.") < text.index("New text 2.")
    assert "boundary-1  boundary  skill-1  +0.10 expected" in text
    whole = render(found(*edits), everything=True)
    assert all(each.after in whole for each in edits)


def test_refused_edits_with_one_reason_are_counted() -> None:
    edits = [edit(number, accept=False, refused="no negation") for number in range(ALIKE)]
    text = render(found(*edits, edit(9, accept=False, refused="skill-9 falls")))
    assert f"{ALIKE} edits: no negation" in text
    assert "boundary-9  boundary  skill-9: skill-9 falls" in text
    assert "boundary-1" not in text
    assert "New text" not in text
    assert "New text 9." in render(found(*edits, edit(9, accept=False)), everything=True)


def test_too_many_single_refusals_are_cut() -> None:
    edits = [edit(number, accept=False, refused=f"reason {number}") for number in range(NAMED + 5)]
    text = render(found(*edits))
    assert "and 5 others" in text
    assert text.count("reason") == NAMED


@pytest.mark.parametrize("everything", [False, True])
def test_an_offer_tells_its_price(everything: bool) -> None:
    refused = msgspec.structs.replace(edit(4, accept=False, refused="skill-4 would lose"), kind="demote")
    offer = Offer(
        edits=("boundary-4",),
        accuracy=0.83,
        hijack=0.1,
        gain=0.012,
        harmed=(Harm(skill="skill-4", requests=3, before=0.9, after=0.6, edits=("boundary-4",)),),
    )
    text = render(found(refused, offers=(offer,)), everything=everything)
    assert "boundary-4: make manual-only skill-4: accuracy 83.0% (+1.2), hijack 10.0%" in text
    assert "costs skill-4 90% -> 60% of 3" in " ".join(text.split())
    assert all(len(line) <= WIDTH for line in text.splitlines())
