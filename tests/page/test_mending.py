"""Which edit mends which finding, as both are told."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from skillaudit.optimize.mending import linked
from skillaudit.optimize.records import Edit
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
    assert "activation-0; activation-1; activation-2 and 17 more: 15 of 74 skills" in " ".join(said.split())


@pytest.mark.parametrize(
    ("code", "said"),
    [("SA402", "with --client NAME"), ("SA203", "nothing was found"), ("SA012", "by hand 1 SA012")],
)
def test_nothing_was_found_only_where_a_step_tries(code: str, said: str) -> None:
    one = make_finding(code, ("a",))
    assert said in told([one], rewrite(1))
    assert ("nothing was found" in told([one])) is (said == "nothing was found")

    report = msgspec.structs.replace(make_report(), findings=(one,), plan=())
    text = render(list(finding_blocks(report, report.findings, None, False, False)))
    assert ("edit: " in text) is (code != "SA012")


def test_the_report_counts_the_edits_that_it_does_not_name() -> None:
    plan = tuple(
        PlannedEdit(id=f"activation-{at}", kind="describe", skills=(f"skill-{at}",), accept=True)
        for at in range(5)
    )
    one = msgspec.structs.replace(make_finding("SA504", MANY), edits=tuple(edit.id for edit in plan))
    report = msgspec.structs.replace(make_report(), findings=(one,), plan=plan)
    text = " ".join(render(list(finding_blocks(report, report.findings, None, False, False))).split())
    assert "activation-1, another description and 3 more: 5 of 74 skills" in text
