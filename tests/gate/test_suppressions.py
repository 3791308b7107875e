"""Suppressions in the configuration, in metadata and in comments, and what is said of idle ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from skillaudit.config import Gate
from skillaudit.gate import Selection, Suppression, inline_suppressions, judge
from skillaudit.gate.suppressions import apply
from skillaudit.load import load
from skillaudit.load.place import place
from skillaudit.schema import Skill
from tests.formatters.reports import make_finding, make_report

PAIR = make_finding("SA202", ("alpha", "beta"))


def test_a_suppression_covers_its_rule_and_skills_only() -> None:
    other = make_finding("SA202", ("alpha", "gamma"))
    third = make_finding("SA203", ("alpha", "beta"))
    one = Suppression(codes=("SA202",), skills=("alpha", "beta"), reason="twins")
    counted, suppressed = apply([PAIR, other, third], [one])
    assert counted == (other, third)
    assert [(entry.finding, entry.by, entry.reason) for entry in suppressed] == [(PAIR, "config", "twins")]


@pytest.mark.parametrize(
    ("codes", "reason", "code"),
    [
        (("SA301",), "because", "SA901"),
        (("SA202",), "", "SA902"),
        (("SA999",), "because", "SA903"),
        (("SA2",), "prefixes hide too much", "SA903"),
    ],
)
def test_idle_suppressions_are_findings(codes: tuple[str, ...], reason: str, code: str) -> None:
    counted, suppressed = apply([PAIR], [Suppression(codes=codes, reason=reason)])
    assert [finding.code for finding in counted] == ["SA202", code]
    assert suppressed == ()


def test_every_code_that_names_no_rule_is_named() -> None:
    counted, _ = apply(
        [], [Suppression(codes=("SA999", "SA202", "SA2"), skills=("a", "b"), reason="because")]
    )
    assert [finding.message for finding in counted] == [
        "The suppression of SA999, SA202, SA2 about a, b names no rule: SA999, SA2."
    ]


def test_slugs_work_as_codes() -> None:
    counted, _ = apply([PAIR], [Suppression(codes=("confusable-pair",), reason="known")])
    assert counted == ()


def test_a_suppression_is_used_even_when_its_rule_is_not_selected() -> None:
    one = Suppression(codes=("SA202",), reason="twins")
    verdict = judge(
        make_report(findings=[PAIR]),
        Gate(fail_on="warning"),
        suppressions=[one],
        selection=Selection(select=("SA3",)),
    )
    assert verdict.passed and verdict.findings == ()


def test_the_verdict_keeps_what_was_suppressed() -> None:
    one = Suppression(codes=("SA202",), reason="twins by design")
    verdict = judge(make_report(findings=[PAIR]), Gate(fail_on="info"), suppressions=[one])
    assert verdict.passed
    assert verdict.suppressed[0].reason == "twins by design"
    assert verdict.notes == ("1 finding is suppressed with a reason.",)


@pytest.mark.parametrize(
    ("comment", "codes", "reason"),
    [
        ("<!-- skillaudit: ignore SA201 because twins -->", ("SA201",), "twins"),
        ("<!--skillaudit:ignore sa201,SA202 : two  words-->", ("SA201", "SA202"), "two words"),
        (
            "<!-- skillaudit: ignore confusable-pair -- a dash - in it -->",
            ("confusable-pair",),
            "a dash - in it",
        ),
        ("<!-- skillaudit: ignore SA201 — typographic -->", ("SA201",), "typographic"),
        ("<!-- SkillAudit: Ignore SA201 BECAUSE loud -->", ("SA201",), "loud"),
        ("<!-- skillaudit: ignore SA201 -->", ("SA201",), ""),
        ("<!-- skillaudit: ignore -->", ("nothing",), ""),
        ("<!-- skillaudit: ignore SA201 no link word -->", ("SA201 no link word",), ""),
    ],
)
def test_comments(comment: str, codes: tuple[str, ...], reason: str) -> None:
    skill = Skill(id="a", name="a", description="d", body=f"# Title\n\n{comment}\nText.", path="a.jsonl:1")
    (found,) = inline_suppressions([skill])
    assert (found.codes, found.reason, found.skills, found.where) == (codes, reason, ("a",), "comment")
    assert found.location is not None and found.location.line == 3


def test_other_comments_are_left_alone() -> None:
    body = "<!-- skillaudit: note ignore SA201 because x -->\n<!-- ignore SA201 because x -->\n"
    body += "skillaudit: ignore SA201 because x"
    assert inline_suppressions([Skill(id="a", name="a", description="d", body=body)]) == ()


def test_metadata_and_comments_in_files(tmp_path: Path) -> None:
    folder = tmp_path / "alpha"
    folder.mkdir()
    (folder / "SKILL.md").write_text(
        "---\n"
        "name: alpha\n"
        "description: Does alpha things for people who ask.\n"
        "metadata:\n"
        "  skillaudit-ignore: SA203 because it is a demo\n"
        '  skillaudit-ignore-SA202: "twins: by design"\n'
        "---\n"
        "\n"
        "<!-- skillaudit: ignore SA201 because translated -->\n",
        encoding="utf-8",
    )
    library = load([tmp_path])
    found = inline_suppressions(library.skills)
    assert [(one.codes, one.reason, one.where) for one in found] == [
        (("SA203",), "it is a demo", "metadata"),
        (("SA202",), "twins: by design", "metadata"),
        (("SA201",), "translated", "comment"),
    ]
    assert [one.location.line for one in found if one.location] == [5, 6, 9]


def test_a_path_that_leads_out_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "SKILL.md").write_text("<!-- skillaudit: ignore SA201 because x -->", encoding="utf-8")
    skill = Skill(
        id="a",
        name="a",
        description="d",
        path="../SKILL.md",
        place=place(tmp_path / "root", (), "../SKILL.md"),
    )
    assert inline_suppressions([skill]) == ()


def test_what_the_library_excuses_itself_is_counted_apart_from_what_the_user_does() -> None:
    findings = [make_finding(code) for code in ("SA201", "SA202", "SA203", "SA204")]
    excuses = [
        Suppression(codes=("SA201",), reason="so"),
        Suppression(codes=("SA202",), reason="so", where="library"),
        Suppression(codes=("SA203",), reason="so", where="comment"),
        Suppression(codes=("SA204",), reason="so", where="comment"),
    ]
    verdict = judge(make_report(findings=findings), Gate(fail_on="warning"), suppressions=excuses)
    assert verdict.notes == (
        "1 finding is suppressed with a reason.",
        "3 findings do not count because the library itself says so, with reasons: 2 by its comments, "
        "1 by its settings file.",
    )


def test_a_source_excuses_nothing_about_the_skills_of_another() -> None:
    body = "<!-- skillaudit: ignore SA202 because so -->"
    skills = [
        Skill(id=name, name=name, description="d", body=body if name == "alpha" else "", root=root)
        for name, root in (("alpha", "one"), ("twin", "one"), ("beta", "two"))
    ]
    other = make_finding("SA202", ("alpha", "twin"))
    counted, suppressed = apply([PAIR, other], inline_suppressions(skills))
    assert counted == (PAIR,) and [one.finding for one in suppressed] == [other]
    counted, _ = apply([PAIR, other], inline_suppressions([skill for skill in skills if skill.root == "one"]))
    assert counted == ()


@pytest.mark.parametrize(
    ("where", "shown"), [("config", False), ("library", True), ("metadata", True), ("comment", True)]
)
def test_a_librarys_own_suppression_of_an_error_is_shown(where: str, shown: bool) -> None:
    error = make_finding("SA301", ("alpha",), severity="error")
    one = Suppression(codes=("SA301", "SA202"), reason="we like it", where=where)  # type: ignore[arg-type]  # a case
    counted, suppressed = apply([error, PAIR], [one])
    assert len(suppressed) == 2
    assert [(one.code, one.severity, one.skills) for one in counted] == [
        ("SA904", "info", ("alpha",))
    ] * shown
    if shown:
        assert "SA301" in counted[0].message and "we like it" in counted[0].evidence
        assert apply([*counted, error], [one])[0][-1].code == "SA904"
