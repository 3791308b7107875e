"""Findings and edits, linked both ways."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from skillaudit.config import Config
from skillaudit.optimize import optimize
from skillaudit.optimize.mending import codes_of, linked, mended, with_plan
from skillaudit.optimize.records import Edit
from skillaudit.pipeline import audit_library
from skillaudit.schema import Finding, Library, Skill


def edit(id_: str, kind: Any, step: Any, *skills: str, accept: bool = True, into: str = "") -> Edit:
    return Edit(id=id_, kind=kind, step=step, skills=skills, reason="", accept=accept, into=into)


def finding(code: str, *skills: str) -> Finding:
    return Finding(code=code, severity="warning", skills=skills, message="", fingerprint=f"{code}{skills}")


EDITS = [
    edit("merge-1", "fold", "merge", "a", "b", into="b"),
    edit("victim-1", "describe", "victim", "c", accept=False),
    edit("victim-2", "describe", "victim", "c"),
    edit("narrow-1", "demote", "narrow", "hole"),
    edit("activation-1", "describe", "activation", "d"),
]


@pytest.mark.parametrize(
    ("one", "by"),
    [
        (finding("SA204", "a", "b"), ("merge-1",)),
        (finding("SA204", "a", "c"), ("victim-2", "victim-1")),
        (finding("SA202", "c", "d"), ("victim-2", "victim-1")),
        (finding("SA301", "hole"), ("narrow-1",)),
        (finding("SA504"), ("activation-1",)),
        (finding("SA002", "a"), ()),
    ],
)
def test_a_finding_names_its_edits_or_none(one: Finding, by: tuple[str, ...]) -> None:
    (mend,) = mended([one], EDITS)
    assert (mend.code, mend.skills, mend.edits) == (one.code, one.skills, by)


def test_every_kind_of_edit_says_what_it_is_for() -> None:
    assert all(codes_of(each) for each in EDITS)
    assert codes_of(edit("x", "split", "narrow", "a")) == ()


def test_edits_and_findings_name_each_other() -> None:
    report = audit_library(library_of(), Config(scorer="lexical", law=False, use_cache=False))
    twins = finding("SA204", "a", "b")
    report = msgspec.structs.replace(report, findings=(twins, finding("SA002", "a")))
    told = with_plan(report, EDITS)
    assert [each.edits for each in told.findings] == [("merge-1",), ()]
    assert told.plan is not None
    assert {edit.id: edit.findings for edit in told.plan if edit.findings} == {
        "merge-1": (twins.fingerprint,)
    }

    found = optimize(library_of(), Config(scorer="lexical", use_cache=False))
    both = linked(msgspec.structs.replace(found, edits=tuple(EDITS)), report.findings)
    assert {edit.id: edit.mends for edit in both.edits if edit.mends} == {"merge-1": (twins.fingerprint,)}
    assert [mend.edits for mend in both.mends] == [("merge-1",), ()]


def library_of() -> Library:
    skills = [Skill(id=name, name=name, description=f"Does {name} for tea shops.") for name in ("a", "b")]
    return Library(sources=("here",), skills=tuple(skills))
