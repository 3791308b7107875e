"""An optimisation as text: short by default, whole when asked for."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit.optimize.records import (
    OWNERS,
    PLAN_VERSION,
    Edit,
    Effect,
    Flip,
    Harm,
    Mend,
    Offer,
    Optimisation,
    PairedTest,
    Proof,
    Room,
    RoutingRates,
    SaysWhen,
    StepName,
)
from skillaudit.page.blocks import Bullet
from skillaudit.page.lines import cells
from skillaudit.page.plan import ALIKE, IN_FULL, NAMED, document, flip_blocks
from skillaudit.page.proof import verdict
from skillaudit.page.text import WIDTH
from skillaudit.page.text import render as render_text
from skillaudit.schema import Estimate


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
        router="frontier",
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


def render(found: Optimisation, *, everything: bool = False) -> str:
    return render_text(document(found, everything=everything), hint="" if everything else "--all shows them")


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
    assert "boundary-1  skill-1  +0.10 expected" in text
    whole = render(found(*edits), everything=True)
    assert all(each.after in whole for each in edits)


def test_refused_edits_with_one_reason_are_counted() -> None:
    edits = [edit(number, accept=False, refused="no negation") for number in range(ALIKE)]
    text = render(found(edit(0, accept=True), *edits, edit(9, accept=False, refused="skill-9 falls")))
    assert f"{ALIKE} edits       no negation" in text
    assert "boundary-9  skill-9  skill-9 falls" in text
    assert "boundary-1" not in text
    assert "New text 1." not in text
    assert "New text 9." in render(found(*edits, edit(9, accept=False)), everything=True)


def test_too_many_single_refusals_are_cut() -> None:
    edits = [edit(number, accept=False, refused=f"reason {number}") for number in range(NAMED + 5)]
    text = render(found(edit(99, accept=True), *edits))
    assert "and 5 edits more" in text
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
    text = render(found(edit(1, accept=True), refused, offers=(offer,)), everything=everything)
    offered = " ".join(text[text.index("YOURS TO DECIDE") : text.index("REFUSED")].split())
    for said in ("boundary-4", "make", "83.0%", "+1.2", "10.0%", "skill-4 90%"):
        assert said in offered, said
    assert all(cells(line) <= WIDTH for line in text.splitlines())


def test_an_offer_that_costs_nobody_anything_says_why_it_waits() -> None:
    why = "names and descriptions agree, but the files have little in common"
    merge = msgspec.structs.replace(
        edit(4, accept=False, refused=f"{OWNERS}: {why}"), kind="fold", skills=("goes", "stays"), into="stays"
    )
    offer = Offer(edits=(merge.id,), accuracy=0.83, hijack=0.1, gain=0.012)
    text = render(found(edit(1, accept=True), merge, offers=(offer,)))
    offered = " ".join(text[text.index("YOURS TO DECIDE") : text.index("REFUSED")].split())
    assert "one skill" not in offered
    assert all(word in offered.split() for word in why.replace("names and", "").split())


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.01, 0.05, "Proved: "),
        (-0.01, 0.05, "Not proved: "),
        (-0.05, -0.01, "As planned these edits did harm"),
    ],
)
def test_the_verdict_goes_by_the_half_that_refused_nothing(low: float, high: float, verdict: str) -> None:
    def proof(low: float, high: float) -> Proof:
        rates = RoutingRates(
            accuracy=Estimate(value=0.5, low=0.4, high=0.6),
            hijack=Estimate(value=0.3, low=0.2, high=0.4),
            no_skill=Estimate(value=0.2, low=0.1, high=0.3),
            requests=40,
        )
        change = Estimate(value=(low + high) / 2, low=low, high=high)
        test = PairedTest(gained=3, lost=1, p_value=0.6, difference=change, hijack=change)
        return Proof(router="frontier", before=rates, after=rates, test=test)

    refused = edit(2, accept=False, refused="on the proof half skill-2 falls from 50% to 20%")
    whole = msgspec.structs.replace(
        found(edit(1, accept=True), refused), planned=proof(low, high), proof=proof(0.2, 0.3)
    )
    text = " ".join(render(whole, everything=True).split())
    assert text.startswith(verdict)
    assert text.index("PROOF OF THE PLAN AS IT WAS MADE") < text.index("WITHOUT WHAT HARMS")
    kept = " ".join(render(msgspec.structs.replace(whole, proof=whole.planned)).split())
    alone = {"As planned these edits did harm": "These edits do harm", "Not proved: ": "No gain is sure"}
    assert kept.startswith(alone.get(verdict, verdict))
    assert ("PROOF" in kept) is (low > 0)


def test_a_plan_that_gains_nothing_says_so_in_one_line_and_stops() -> None:
    refused = [edit(number, accept=False, refused="no decision changes") for number in range(5)]
    lines = render(found(*refused)).strip().splitlines()
    assert lines == ["No gain is sure: 5 edits were tried and refused; --all shows them."]
    assert "REFUSED" in render(found(*refused), everything=True)


@pytest.mark.parametrize(
    ("refused", "offered", "told"),
    [
        ([], (), "No edit was found that gains a request: keep your library."),
        (["it harms"], (), "1 edit was tried and refused; here."),
        (["it harms"], (0,), "1 edit was tried and refused, it is yours to decide; here."),
        (["it harms", f"{OWNERS}: who knows"], (), "2 edits were tried and refused, one is yours to decide; here."),
        (["it harms", f"{OWNERS}: who knows"], (0, 1), "2 edits were tried and refused, 2 are yours to decide; here."),
    ],
)  # fmt: skip
def test_what_was_refused_and_what_is_the_owners_to_decide_is_counted(
    refused: list[str], offered: tuple[int, ...], told: str
) -> None:
    edits = [edit(number, accept=False, refused=why) for number, why in enumerate(refused)]
    offers = [Offer(edits=(edits[number].id,), accuracy=0.8, hijack=0.1, gain=0.01) for number in offered]
    assert verdict(found(*edits, offers=tuple(offers)), "here").endswith(told)


def test_findings_that_no_edit_mends_are_left_to_the_owner() -> None:
    left = Mend(code="SA202", skills=("a", "b"), fingerprint="f", edits=())
    said = verdict(msgspec.structs.replace(found(), mends=(left, left)), "here")
    assert said == "No edit was found that gains a request; 2 findings of the report are left to you: here."


def test_a_skill_that_is_taken_off_against_false_triggers_is_told_apart() -> None:
    away = msgspec.structs.replace(
        edit(1, accept=True), kind="demote", step="narrow", after="", triggers=-22.15
    )
    assert "1 skill made manual-only for false triggers: up to 22 of 100 by one alone." in verdict(
        found(away)
    )
    offer = Offer(edits=(away.id,), accuracy=0.9, hijack=0.1, gain=-0.001, triggers=-22.15)
    refused = msgspec.structs.replace(away, accept=False, refused="who knows")
    text = " ".join(render(found(refused, offers=(offer,))).split())
    assert "it is yours to decide" in text
    assert "-22.1 of 100" in text or "-22.2 of 100" in text


def test_a_request_that_a_merge_makes_right_where_it_was_is_not_said_to_move() -> None:
    flips = [Flip(query="to do", gold="todo", before=before, after="todo") for before in ("todo", "tasks")]
    blocks = flip_blocks(msgspec.structs.replace(edit(1, accept=True), flips=tuple(flips)))
    shown = [block.tail for block in blocks if isinstance(block, Bullet)]
    assert shown == ["todo", "todo, not tasks"]


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        (("merge", "merge"), "Ticked for what no forecast shows: 2 merges;"),
        (("merge", "activation"), "1 merge, 1 description that would say when to use the skill, or what it does;"),
        (("boundary",), ""),
    ],
)  # fmt: skip
def test_a_plan_without_a_proof_says_what_its_edits_are_for(steps: tuple[StepName, ...], told: str) -> None:
    edits = [
        msgspec.structs.replace(edit(number, accept=True), step=step) for number, step in enumerate(steps)
    ]
    text = " ".join(render(found(*edits)).split())
    assert text.startswith("No request was kept back to judge this library: nothing is proved.")
    assert told in text if told else "Ticked" not in text
    assert "REFUSED" not in text


def test_what_the_edits_gain_stands_beside_the_room_of_each_client() -> None:
    rooms = (
        Room(
            client="tight", before=3, skills_before=9, after=5, skills_after=8,
            gained=Estimate(value=0.021, low=0.004, high=0.04),
        ),
        Room(
            client="wide", before=9, skills_before=9, after=8, skills_after=8,
            gained=Estimate(value=-0.001, low=-0.002, high=0.001),
        ),
    )  # fmt: skip
    whole = msgspec.structs.replace(found(edit(1, accept=True)), rooms=rooms)
    text = " ".join(render(whole).split())
    assert "tight 3 of 9 5 of 8 +2.1 (+0.4 to +4.0)" in text
    assert "1 other client shows all: -0.1 (-0.2 to +0.1) in a hundred" in text


def test_what_an_agent_loads_skills_by_is_counted_before_and_after() -> None:
    told = SaysWhen(before=3, skills_before=9, after=7, skills_after=8)
    merge = msgspec.structs.replace(edit(1, accept=True), step="merge", triggers=-1.5)
    rooms = (
        Room(client="tight", before=3, skills_before=9, after=5, skills_after=8),
        Room(client="wide", before=9, skills_before=9, after=8, skills_after=8),
    )
    whole = msgspec.structs.replace(found(merge), says_when=told, rooms=rooms)
    text = " ".join(render(whole).split())
    assert "says when 3 of 9 → 7 of 8 skills" in text
    assert "tight 3 of 9 5 of 8" in text
    assert "1 other client shows all" in text and "gained in a hundred" not in text
    assert "wide" not in text
    assert "false triggers -1.50 of a hundred requests that need no skill" in text


def test_the_verdict_says_what_the_plan_costs() -> None:
    """False triggers and other clients' losses stand in the sentence that says what is gained."""

    def planned(fired: float, elsewhere: float) -> str:
        def rates(share: float) -> RoutingRates:
            some = Estimate(value=0.3, low=0.2, high=0.4)
            idle = Estimate(value=share, low=0.0, high=1.0)
            return RoutingRates(accuracy=some, hijack=some, no_skill=some, requests=40, false_trigger=idle)

        change = Estimate(value=0.022, low=0.01, high=0.04)
        test = PairedTest(gained=3, lost=1, p_value=0.6, difference=change, hijack=change)
        proof = Proof(router="frontier", before=rates(0.037), after=rates(fired), test=test)
        gained = Estimate(value=elsewhere, low=elsewhere - 0.01, high=elsewhere + 0.008)
        room = Room(client="codex", before=1, skills_before=2, after=2, skills_after=2, gained=gained)
        return verdict(msgspec.structs.replace(found(edit(1, accept=True)), proof=proof, rooms=(room,)))

    assert planned(0.041, 0.0).startswith("Proved: +2.2") and "But" not in planned(0.041, 0.0)
    told = planned(0.109, -0.009)
    assert "But false triggers rise from 3.7% to 10.9%." in told
    assert "In other clients it costs up to 0.9 requests in a hundred." in told
    assert "other clients" not in planned(0.109, -0.007)


def test_a_merge_says_which_skill_stays() -> None:
    merges = []
    for number, refused in enumerate(("yours to decide", "")):
        skills = (f"gone-{number}", f"stays-{number}")
        merges.append(
            Edit(
                id=f"merge-{number}",
                kind="fold",
                step="merge",
                skills=skills,
                reason="alike",
                accept=not refused,
                refused=refused,
                into=skills[1],
            )
        )
    text = " ".join(render(found(*merges)).split())
    assert "merge-1 folded into stays-1: gone-1" in text
    assert "merge-0 gone-0 into stays-0" in text


def test_a_shortened_text_is_weighed_where_all_is_shown_whole() -> None:
    """Its words cost something there, while its room brings something in the client: the two are not one figure."""
    edits = [
        msgspec.structs.replace(
            edit(number, accept=True), step="budget", kind="shorten", hundred=(("frontier", 0.0),)
        )
        for number in range(IN_FULL + 1)
    ]
    text = " ".join(render(found(*edits)).split())
    assert (
        "requests expected where every text is shown whole; what the room brings is counted for all together"
        in text
    )
    assert (
        "+0.00 expected where all is shown whole" in text
        and "in a hundred" not in text
        and " gained, " not in text
    )
