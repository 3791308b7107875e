"""Turns as decisions: what counts as a choice, what was right, and what says nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from skillaudit.routing.decisions import read_decisions
from skillaudit.schema import Skill
from skillaudit.sessions.corrections import correction, named_in
from skillaudit.sessions.counting import reading
from skillaudit.sessions.deciding import Occasion, evidence, is_request, rows
from skillaudit.sessions.gathering import gather
from skillaudit.sessions.reviews import request_id
from tests.sessions import transcripts

SKILLS = (
    ("release-notes", "Writes release notes."),
    ("pdf", "Reads PDF files."),
    ("pdf-forms", "Fills in PDF forms."),
)


def read(tmp_path: Path, *steps: tuple[Any, ...], **options: Any) -> tuple[Occasion, ...]:
    transcripts.claude_code(tmp_path, "one", (("list", SKILLS), *steps))
    return evidence(gather([tmp_path / ".claude"], ["claude-code"]), **options)


@pytest.mark.parametrize(
    ("said", "loaded", "right"),
    [
        ("no, use release-notes", ["pdf"], ("release-notes",)),
        ("no, use the release notes skill please", [], ("release-notes",)),
        ("wrong skill, I wanted `pdf`", ["release-notes"], ("pdf",)),
        ("not that one, use pdf-forms", ["pdf"], ("pdf-forms",)),
        ("no, don't use pdf, use release-notes instead", ["pdf"], ("release-notes",)),
        ("stop, no skill needed for this", ["pdf"], ()),
        ("don't use a skill here", ["pdf"], ()),
        ("nein, nimm release-notes", ["pdf"], ("release-notes",)),
        ("不对，用 release-notes 吧", ["pdf"], ("release-notes",)),
        ("no, the pdf is broken", ["release-notes"], None),
        ("now write the release notes", [], None),
        ("no, that is fine", ["pdf"], None),
        ("no, use pdf", ["pdf"], None),
    ],
)
def test_a_correction_names_what_was_right(
    said: str, loaded: list[str], right: tuple[str, ...] | None
) -> None:
    assert correction(said, loaded, [name for name, _ in SKILLS]) == right


def test_a_name_of_one_common_word_must_be_marked() -> None:
    assert named_in("read this pdf for me", ["pdf"]) == ()
    assert named_in("use the pdf skill on it", ["pdf"]) == ("pdf",)
    assert named_in("with `pdf` read it", ["pdf"]) == ("pdf",)


def test_few_words_are_no_request() -> None:
    assert [is_request(words) for words in ("go on", "yes please do", "整理这个表格吧", "好的")] == [
        False,
        True,
        True,
        False,
    ]


def test_a_correction_labels_the_request_before_it_and_is_no_choice_itself(tmp_path: Path) -> None:
    steps = (
        ("ask", "write up the changes"),
        ("load", "pdf"),
        ("ask", "no, use release-notes"),
        ("load", "release-notes"),
    )
    (one,) = read(tmp_path, *steps)
    assert (one.query, one.fired, one.gold, one.gold_from) == (
        "write up the changes", ("pdf",), ("release-notes",), "correction",
    )  # fmt: skip


def test_what_the_user_calls_by_name_is_right_and_no_choice_of_the_model(tmp_path: Path) -> None:
    called, named = read(
        tmp_path,
        ("call", "pdf", "the contract of march"),
        ("ask", "use the pdf skill on this file"),
        ("load", "pdf"),
    )
    assert {(one.gold, one.gold_from, one.how) for one in (called, named)} == {
        (("pdf",), "command", "command")
    }
    assert {one.query for one in (called, named)} == {
        "the contract of march",
        "use the pdf skill on this file",
    }
    assert [row["choice"] for row in rows((called, named))] == [{}, {}]


def test_nothing_loaded_says_nothing_where_a_skill_stands_in_the_context(tmp_path: Path) -> None:
    steps = (
        ("ask", "read the contract please"),
        ("load", "pdf"),
        ("ask", "and the second one too"),
        ("answer",),
    )
    found = {one.query: one for one in read(tmp_path, *steps)}
    assert found["read the contract please"].decided
    carried = found["and the second one too"]
    assert carried.carried and not carried.decided
    (router,) = reading(gather([tmp_path / ".claude"], ["claude-code"]), tuple(found.values())).routers
    assert (router.decisions, router.none.value) == (1, 0.0)


def test_equal_requests_count_once_with_their_number(tmp_path: Path) -> None:
    for name, day in (("a", "2026-11-01"), ("b", "2026-11-05")):
        steps = (("list", SKILLS), ("ask", "Write the  notes now"), ("answer",))
        transcripts.claude_code(tmp_path, name, steps, day=day)
    (one,) = evidence(gather([tmp_path / ".claude"], ["claude-code"]))
    assert (one.count, one.time[:10], one.decided) == (2, "2026-11-05", True)


def test_a_review_overrules_and_another_library_stays_out(tmp_path: Path) -> None:
    steps = (("ask", "write up the changes"), ("load", "pdf"), ("ask", "no, use release-notes"), ("answer",))
    known = {"pdf": "tools/pdf", "release-notes": "release-notes"}
    (one,) = read(
        tmp_path,
        *steps,
        names=known.get,
        skills=known.values(),
        reviews={request_id("write up the changes"): ()},
    )
    assert (one.fired, one.gold, one.gold_from) == (("tools/pdf",), (), "review")
    assert one.offered == ("release-notes", "tools/pdf")
    assert read(tmp_path, *steps, names={}.get) == ()


def test_without_a_listing_only_projects_count_in_which_a_skill_was_ever_loaded(tmp_path: Path) -> None:
    asked = (("ask", "write up the changes"), ("answer",))
    transcripts.claude_code(tmp_path, "here", (*asked, ("ask", "read the contract please"), ("load", "pdf")))
    transcripts.claude_code(
        tmp_path, "there", (("ask", "mend the failing test"), ("answer",)), project="/tmp/other"
    )
    found = evidence(gather([tmp_path / ".claude"], ["claude-code"]))
    assert {one.query for one in found} == {"write up the changes", "read the contract please"}


def test_lines_are_read_by_calibrate(tmp_path: Path) -> None:
    steps = (("ask", "write up the changes"), ("load", "pdf"), ("ask", "no, use release-notes"), ("answer",))
    found = read(tmp_path, *steps, ("ask", "read the contract please"), ("load", "pdf"))
    path = transcripts.write(tmp_path / "decisions.jsonl", rows(found))
    log = read_decisions(path, [Skill(id=name, name=name, description=text) for name, text in SKILLS])
    (decision,) = log.decisions
    assert decision.outcome("claude-sonnet-4-5@claude-code") == 2
    assert log.date == "2026-11-30"
