"""Which edit mends which finding, as both are told."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from skillaudit.optimize.mending import linked, with_plan
from skillaudit.optimize.records import STEPS, Edit, StepName
from skillaudit.page.findings import finding_blocks
from skillaudit.page.mending import mend_blocks, mended_blocks
from skillaudit.page.text import render
from skillaudit.schema import Finding, PlannedEdit
from tests.formatters.reports import make_finding, make_report

from .test_plan import found

MANY = tuple(f"skill-{number}" for number in range(74))


def rewrite(
    number: int, step: Literal["activation", "boundary"] = "activation", *, accept: bool = True
) -> Edit:
    return Edit(
        id=f"{step}-{number}", kind="describe", step=step, skills=(f"skill-{number}",), reason="", accept=accept,
        before="Old.", after="New.",
    )  # fmt: skip


def told(findings: list[Finding], *edits: Edit) -> str:
    return " ".join(render(mend_blocks(linked(found(*edits), findings))).split())


def test_an_edit_names_the_skills_that_it_touches_and_the_pair_that_it_sets_apart() -> None:
    findings = [
        make_finding("SA504", MANY[:1] + MANY[2:]),
        make_finding("SA202", ("skill-5", "skill-9")),
        make_finding("SA204", ("skill-1", "skill-9", "skill-5")),
    ]
    every = linked(found(rewrite(7), rewrite(9, "boundary"), rewrite(5, "boundary")), findings)
    said = [" ".join(render(mended_blocks(every, edit)).split()) for edit in every.edits]
    assert said == [
        "mends SA504 skill-7",
        "mends SA202 skill-5, skill-9; SA204 skill-1, skill-9",
        "mends SA202 skill-5, skill-9; SA204 skill-5",
    ]


def test_a_finding_about_many_skills_says_how_many_of_them_are_mended() -> None:
    edits = [rewrite(number, accept=number < 15) for number in range(20)]
    said = told([make_finding("SA504", MANY)], *edits)
    assert (
        "activation-0; activation-1; activation-2 and 12 more: 15 of 74 skills; 5 more not accepted" in said
    )


def test_what_was_refused_mends_nothing_and_says_why() -> None:
    one = rewrite(7, accept=False)
    edits = [msgspec.structs.replace(one, refused="it costs a request"), rewrite(8, accept=False)]
    findings = [make_finding("SA504", MANY)]
    said = told(findings, *edits)
    assert said.endswith("activation-7, not accepted: it costs a request; 1 more not accepted")
    every = linked(found(*edits), findings)
    assert render(mended_blocks(every, every.edits[0])).split() == ["would", "mend", "SA504", "skill-7"]
    planned = with_plan(msgspec.structs.replace(make_report(), findings=tuple(findings)), edits)
    text = " ".join(render(list(finding_blocks(planned, planned.findings, None, False, False))).split())
    assert "activation-7, another description, not accepted: it costs a request" in text


def test_a_pair_without_an_edit_says_why_or_that_the_anchor_paragraph_tells_it_apart() -> None:
    anchor = "## Choosing\n\n- `mail` or `letters`? Sends mail. → `mail`. Writes letters. → `letters`."
    made = msgspec.structs.replace(found(), tried=STEPS, work_requests=10, anchor=anchor)
    pairs = [make_finding("SA202", ("letters", "post/mail")), make_finding("SA204", ("a", "b"))]
    text = " ".join(render(mend_blocks(linked(made, pairs))).split())
    assert "SA202 letters, post/mail no edit; the anchor paragraph (--all) tells the two apart" in text
    assert "SA204 a, b no edit no edit neither names nor files make the two one" in text


@pytest.mark.parametrize(
    ("code", "said"),
    [("SA402", "with --client NAME"), ("SA203", "no edit of this plan"), ("SA012", "by hand 1 SA012")],
)
def test_no_edit_is_told_only_where_a_step_tries(code: str, said: str) -> None:
    one = make_finding(code, ("a",))
    assert said in told([one], rewrite(1))
    assert ("no edit of this plan" in told([one])) is (said == "no edit of this plan")

    report = msgspec.structs.replace(make_report(), findings=(one,), plan=())
    text = render(list(finding_blocks(report, report.findings, None, False, False)))
    assert ("edit: " in text) is (code != "SA012")


@pytest.mark.parametrize(
    ("code", "tried", "requests", "said"),
    [
        ("SA203", STEPS, 10, "nothing was found"),
        ("SA301", STEPS, 10, "no edit: of the requests that the plan is made by it takes few or none"),
        ("SA301", ("merge", "hierarchy"), 10, "not tried: --only left out retire, narrow"),
        ("SA504", ("merge", "retire"), 0, "not tried: --only left out activation"),
        ("SA202", ("merge", "retire"), 10, "nothing was found: --only left out boundary, victim"),
        ("SA009", ("merge", "retire"), 0, "not tried: narrow, boundary, victim need requests"),
    ],
)
def test_which_steps_did_not_look(code: str, tried: tuple[StepName, ...], requests: int, said: str) -> None:
    made = msgspec.structs.replace(found(), tried=tried, work_requests=requests)
    text = " ".join(render(mend_blocks(linked(made, [make_finding(code, ("a",))]))).split())
    assert text.endswith(f"{code} a {said}")


def test_findings_of_several_clients_are_told_apart_and_say_what_was_asked_for() -> None:
    texts = (
        "Codex has no room for this library: of 9 skills, 9 cut.",
        "2 clients have no room: in Cursor 9 cut.",
    )
    findings = [msgspec.structs.replace(make_finding("SA402", ()), message=text) for text in texts]
    said = told(findings, rewrite(1))
    assert "Codex has no room for this library with --client NAME" in said
    assert "2 clients have no room with --client NAME" in said
    asked = msgspec.structs.replace(found(rewrite(1)), client="codex", tried=STEPS)
    said = " ".join(render(mend_blocks(linked(asked, findings))).split())
    assert "--client" not in said and "Codex has no room for this library nothing was found" in said
    report = msgspec.structs.replace(make_report(), findings=tuple(findings), plan=(), client="codex")
    text = render(list(finding_blocks(report, report.findings, None, False, False)))
    assert "no edit of this plan" in text and "--client NAME" not in text


def test_the_report_names_the_skill_that_stays() -> None:
    fold = Edit(id="merge-1", kind="fold", step="merge", skills=("a", "b"), into="b", reason="")
    report = msgspec.structs.replace(make_report(), findings=(make_finding("SA204", ("a", "b")),))
    planned = with_plan(report, (fold,))
    assert planned.plan is not None and planned.plan[0].into == "b"
    text = render(list(finding_blocks(planned, planned.findings, None, False, False)))
    assert "merge-1, folded into b" in " ".join(text.split())


def test_an_edit_names_what_it_mends_once() -> None:
    findings = [make_finding("SA504", MANY[:40]), make_finding("SA504", MANY[:50])]
    every = linked(found(rewrite(7)), findings)
    assert render(mended_blocks(every, every.edits[0])).split() == ["mends", "SA504", "skill-7"]


def test_the_report_counts_the_edits_that_it_does_not_name() -> None:
    plan = tuple(
        PlannedEdit(id=f"activation-{at}", kind="describe", skills=(f"skill-{at}",), accept=True)
        for at in range(5)
    )
    one = msgspec.structs.replace(make_finding("SA504", MANY), edits=tuple(edit.id for edit in plan))
    report = msgspec.structs.replace(make_report(), findings=(one,), plan=plan)
    text = " ".join(render(list(finding_blocks(report, report.findings, None, False, False))).split())
    assert "activation-1, another description and 3 more: 5 of 74 skills" in text
