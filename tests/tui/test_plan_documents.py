"""The plan's documents: proof, steps, an edit with its diff and evidence, the tree, a skill's rewrite."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from skillaudit.optimize.apply.export import Exported
from skillaudit.optimize.apply.files import Unmade
from skillaudit.page.figures import points, signed
from skillaudit.page.layout import layout
from skillaudit.page.lines import line_width, printable
from skillaudit.page.markdown import render as to_markdown
from skillaudit.tui.plan_documents import plan_document, proposal_blocks, stand
from skillaudit.tui.planning import PlanTab
from tests.tui import plans
from tests.tui.reports import estimate
from tests.tui.test_planning import made, row


def text_of(plan: PlanTab, key: str) -> str:
    return to_markdown(plan_document(plan, row(plan, key))).replace("\\", "")


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0.0"), (-0.0004, "0.0"), (0.0314, "+3.1"), (-0.2, "-20.0")]
)
def test_points(value: float | None, text: str) -> None:
    assert points(value) == text


def test_signed_and_stand() -> None:
    assert (signed(-0.001, 2), signed(1.755, 2), signed(-3.0, 1)) == ("0.00", "+1.75", "-3.0")
    assert stand(True).text == "✓ accepted" and stand(False, by_hand=True).text == "✗ refused by you"
    assert stand(None).text == "· advice"


def test_the_summary_has_proof_test_and_steps() -> None:
    text = text_of(made(), "summary")
    assert "# 5 edits proposed" in text and "3 accepted" in text
    assert "## Proof (212 requests that chose no edit)" in text
    assert "before: 71% (65 to 77)\n- after: 81% (75 to 87)" in text
    assert "21 gained, 3 lost; so far apart by chance: p = 0.0021" in text
    assert "+9.3 (+8.3 to +10.3) points, paired" in text and "-8.4 points, paired" in text
    assert "| before |  | 71.3% | 26.0% | 3.0% |  |" in text
    assert "| narrow | 1 | 77.5% | 20.0% | 3.0% | +3.1 |" in text
    assert "no selection touched it" in text
    assert "240 requests" in text and "extractive" in text and "A note of the optimiser." in text
    assert "Harmed all the same" not in text


def test_false_triggers_are_shown_where_there_is_something_to_judge_them_by() -> None:
    plan = made()
    assert "false trigger" not in text_of(plan, "summary")
    proof = plans.proof(3)
    before, after = (
        msgspec.structs.replace(rates, false_trigger=estimate(value))
        for rates, value in ((proof.before, 0.4), (proof.after, 0.3))
    )
    text = text_of(made(proof=msgspec.structs.replace(proof, before=before, after=after)), "summary")
    assert "false trigger\n\n- before: 40% (34 to 46)\n- after: 30% (24 to 36)" in text


def test_the_summary_follows_what_is_accepted() -> None:
    plan = made()
    plan.toggle(row(plan, "boundary-2"))
    assert "Forecasting what is accepted" in text_of(plan, "summary")
    plan.learn(plan.wanted, plans.optimisation(plan.edits))
    text = text_of(plan, "summary")
    assert "after: 84% (" in text
    assert "| deploy-canary | 5 | 80.0% | 60.0% |" in text
    plan.toggle(row(plan, "boundary-1"))
    plan.forecast_error = ValueError("no [weights]")
    assert "no [weights]" in text_of(plan, "summary")


def test_a_plan_without_edits_or_proof_says_so() -> None:
    plan = made(edits=(), proof=None, planned=None, hierarchy=None, anchor="", client="codex", steps=())
    text = text_of(plan, "summary")
    assert "# No edit is proposed" in text and "nothing is proved" in text and "codex" in text
    assert "Step by step" not in text


def test_what_was_written_is_listed_with_what_was_not() -> None:
    plan = made()
    folder = Path("new")
    plan.exported = Exported(
        folder=folder,
        skills=29,
        gateways=1,
        problems=[Unmade("pdf-forms", "no frontmatter")],
        skipped=["a/link"],
    )
    text = text_of(plan, "summary")
    assert "folder: new" in text and "29 skills behind 1 gateway skill" in text
    assert "Not changed: pdf-forms: no frontmatter" in text and "Left out: a/link" in text


def test_an_edit_shows_its_diff_reason_and_evidence() -> None:
    text = text_of(made(), "boundary-1")
    assert "# pdf-forms\n\n✓ accepted · boundary-1" in text
    assert "- Fill in the fields of PDF forms and save them, keeping" in text
    assert "+ Fill in the fields of PDF forms, keeping the layout. Not for signatures: use pdf-sign." in text
    assert "3 requests change hands with pdf-sign" in text
    assert "+3.41 requests expected; 4 gained, 0 lost" in text
    assert "- + type my address into it → pdf-forms, not pdf-sign" in text
    assert "| pdf-forms | 8 | 50.0% | 87.5% | 3 | 1 |" in text
    assert "| pdf-redact |" in text and "| pdf-sign |" in text


def test_flips_say_who_wins() -> None:
    text = text_of(made(), "narrow-1")
    assert "- + fill in this form → pdf-forms, not assistant-helper" in text
    assert "- − help me out here → mail-triage, not assistant-helper" in text
    assert "- ~ look through my logs → data-quality, not assistant-helper (meant for log-search)" in text
    assert "made manual-only" in text


def test_a_refused_edit_says_why_and_whom_it_harms_once_it_is_accepted() -> None:
    plan = made()
    text = text_of(plan, "boundary-2")
    assert "✗ refused · boundary-2" in text and f"Refused by the plan: {plans.REFUSED}." in text
    assert "| deploy-preview | 4 | – | 0 |" in text and "then" not in text
    assert "deploy-canary | 5" not in text
    plan.toggle(row(plan, "boundary-2"))
    plan.learn(plan.wanted, plans.optimisation(plan.edits))
    text = text_of(plan, "boundary-2")
    assert "✓ accepted by you" in text and "Refused by the plan" in text
    assert "| deploy-canary | 5 | 80.0% | 60.0% |" in text


def test_a_fold_says_into_what_and_what_would_be_lost() -> None:
    text = text_of(made(), "merge-1")
    assert "into: sql-tuning" in text and "Reading a plan aloud" in text
    many = msgspec.structs.replace(plans.EDITS[0], lost=tuple(str(at) for at in range(15)))
    assert "and 3 parts more" in text_of(made(edits=(many,)), "merge-1")
    assert "· advice" in text_of(made(), "narrow-2")


def test_the_tree_is_held_against_the_flat_list() -> None:
    plan = made()
    text = text_of(plan, "hierarchy")
    assert "not recommended · ✗ refused" in text
    assert "| flat | 1 | 30 | 80.0% | 75.0% |" in text and "| proposed | 2 | 8 | 79.0% | 70.0% |" in text
    assert "proposed, choice by choice: 90.0% × 88.0%" in text
    assert "pdf, forms (2 skills)" in text and "canary (1 skill)" in text
    plan.toggle(row(plan, "hierarchy"))
    assert "✓ accepted by you" in text_of(plan, "hierarchy")
    assert "as proposed" not in text_of(plan, "hierarchy")
    plan.toggle(row(plan, "boundary-1"))
    assert "Made for the edits as proposed" in text_of(plan, "hierarchy")
    plan.fold(row(plan, "hierarchy"), True)
    text = text_of(plan, "hierarchy/shipping")
    assert "Bring changes to users." in text and "| ▸ canary | 1 |" in text
    plan.fold(row(plan, "hierarchy/pdf-files"), True)
    assert "Fill in forms." in text_of(plan, "hierarchy/pdf-files/pdf-forms")


def test_the_paragraph_is_shown_whole() -> None:
    text = text_of(made(), "anchor")
    assert all(line in text for line in plans.ANCHOR.splitlines())


def test_a_skill_shows_its_rewrite_or_how_to_have_one_made() -> None:
    def text(plan: PlanTab, skill: str) -> str:
        return to_markdown(proposal_blocks(plan, skill))

    assert text(PlanTab(), "pdf-forms") == ""
    assert "press i" in text(PlanTab(plans.Planner()), "pdf-forms")
    plan = made()
    assert "(boundary-1, accepted)" in text(plan, "pdf-forms") and "+ Fill in the fields" in text(
        plan, "pdf-forms"
    )
    assert "folded into sql-tuning" in text(plan, "sql-explain")
    assert "advice" in text(plan, "data-quality") and "refused" in text(plan, "deploy-preview")
    assert "leaves it as it is" in text(plan, "mail-triage")


def test_hostile_texts_are_shown_as_they_are() -> None:
    plan = PlanTab(plans.Planner())
    plan.take(plans.StandIn(plans.hostile()))
    plan.fold(row(plan, "hierarchy"), True)
    plan.fold(row(plan, "hierarchy/[x]"), True)
    for each in plan.rows():
        blocks = plan_document(plan, each)
        for width in (20, 62):
            for line in layout(blocks, width):
                assert line_width(line) <= width
        text = to_markdown(blocks)
        assert all(printable(part) == part for part in text.splitlines())
        fences = [line for line in text.splitlines() if line.startswith("```")]
        assert fences in ([], ["```diff", "```"])
