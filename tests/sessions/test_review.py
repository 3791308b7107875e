"""A review asks what narrows the forecast, keeps each answer, and ends in a profile of the user's own agents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from skillaudit.errors import UsageError
from skillaudit.load import load
from skillaudit.routing.profiles import find
from skillaudit.scoring import make_scorer
from skillaudit.sessions.gathering import gather
from skillaudit.sessions.learning import learned
from skillaudit.sessions.reviewing import Review, read_sheet, sheet
from skillaudit.sessions.reviews import Reviews, answer, request_id
from tests.cli.runner import Runner
from tests.sessions import transcripts

TOPICS = {
    "charts": "Draws a chart or plot from a table of numbers.",
    "notes": "Writes release notes from the commits of a repository.",
    "invoices": "Reads an invoice and books it in the ledger.",
    "travel": "Plans a trip with trains, hotels and a budget.",
}
ASKED = {
    "charts": (
        "draw a chart of the sales table",
        "plot these numbers as a chart please",
        "make a bar plot of the table",
    ),
    "notes": (
        "write release notes for the new version",
        "turn the commits into notes",
        "notes of this release please",
    ),
    "invoices": (
        "book the invoice of march",
        "read this invoice for the ledger",
        "put the invoice in the ledger now",
    ),
    "travel": (
        "plan a trip to rome by train",
        "find a hotel within the budget",
        "trains and hotels for a week",
    ),
}


@pytest.fixture
def library(write_skill: Callable[..., Path]) -> Path:
    paths = [write_skill(name, text) for name, text in TOPICS.items()]
    return paths[0].parents[1]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Sessions of an agent that loads the right skill for two of three requests and none else."""
    steps: list[tuple[object, ...]] = []
    for name, requests in ASKED.items():
        for at, request in enumerate(requests):
            session = [
                ("list", tuple(TOPICS.items())),
                ("ask", request),
                ("load", name) if at else ("answer",),
            ]
            transcripts.claude_code(tmp_path / "home", f"{name}{at}", session)
    assert not steps
    return tmp_path / "home" / ".claude"


def review(library: Path, home: Path, folder: Path) -> Review:
    found = load([library])
    shown = found.routable
    scorer = make_scorer("lexical", [skill.text for skill in shown])
    return Review(found, shown, scorer, gather([home], ["claude-code"]), Reviews(folder))


def right(request: str) -> str:
    return next(name for name, requests in ASKED.items() if request in requests)


def test_the_questions_do_not_look_at_what_was_loaded(library: Path, home: Path, tmp_path: Path) -> None:
    asked = review(library, home, tmp_path).questions(6)
    assert len(asked) == 6
    assert {bool(question.evidence.fired) for question in asked} == {True, False}
    for file in home.rglob("*.jsonl"):
        file.write_text(
            file.read_text(encoding="utf-8").replace('"name":"Skill"', '"name":"Read"'), encoding="utf-8"
        )
    silent = review(library, home, tmp_path).questions(6)
    assert [one.request for one in silent] == [one.request for one in asked]


def test_answers_are_kept_at_once_and_can_be_taken_back(library: Path, home: Path, tmp_path: Path) -> None:
    first = review(library, home, tmp_path)
    question, passed, *_ = first.questions()
    first.give(question, ["charts"])
    first.give(passed, None)
    again = review(library, home, tmp_path)
    left = {one.request for one in again.questions()}
    assert question.request not in left and passed.request not in left
    assert again.reviews.answers == {question.request: ("charts",)}
    assert again.reviews.undo() == passed.request
    assert {one.request for one in review(library, home, tmp_path).questions()} == left | {passed.request}
    assert (tmp_path / "reviews.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_profile_of_ones_own_needs_eight_and_is_at_home_here(
    library: Path, home: Path, tmp_path: Path
) -> None:
    work = review(library, home, tmp_path)
    asked = work.questions(12)
    for question in asked[:7]:
        work.give(question, [right(question.evidence.query)])
    assert work.outcome().profile is None
    assert work.outcome().left == 1
    for question in asked[7:]:
        work.give(question, [right(question.evidence.query)])
    profile = work.outcome().profile
    assert profile is not None
    assert (profile.name, profile.decisions, profile.date) == ("yours", 12, "2026-11-30")
    assert "claude-sonnet-4-5 in claude-code" in profile.provenance
    fit = profile.fits["lexical"]
    assert fit.level_sd > 0.5
    assert profile.at(list(TOPICS)).fits["lexical"].level_sd == 0
    assert profile.at(["other", "skills", "charts"]) == profile


def test_a_sheet_is_read_back_and_its_mistakes_are_named(library: Path, home: Path, tmp_path: Path) -> None:
    work = review(library, home, tmp_path)
    asked = work.questions(5)
    trap = f"<!-- {asked[0].request} --> answer: none"
    sly = msgspec.structs.replace(asked[4].evidence, query=trap)
    page = sheet([*asked[:4], msgspec.structs.replace(asked[4], evidence=sly)])
    assert page.count("\nanswer:\n") == 5
    answers = iter(["right", " none", "2", "charts, notes", " nosuch"])
    filled = "\n".join(line + f" {next(answers)}" if line == "answer:" else line for line in page.split("\n"))
    count, wrong = read_sheet(filled, work.on_sheet(filled), work.known, work.give)
    assert count == 4
    assert [one.why for one in wrong] == [
        "no skill is called 'nosuch'; write right, none, skip, the number of a skill or its name"
    ]
    given = work.reviews.answers
    assert given[asked[0].request] == asked[0].evidence.fired
    assert given[asked[1].request] == ()
    assert given[asked[2].request] == (asked[2].near[1],)
    assert given[asked[3].request] == ("charts", "notes")


def test_an_answer_in_words() -> None:
    assert answer(" y ", ("a",), (), ()) == ("a",)
    assert answer("right", (), (), ()) == ()
    assert answer("none", ("a",), (), ()) == ()
    assert answer("", ("a",), (), ()) is None
    assert answer("`b`, 1", (), ("c",), ("b",)) == ("b", "c")
    with pytest.raises(UsageError, match="no skill is called '9'"):
        answer("9", (), ("c",), ("b",))


def test_a_damaged_line_of_the_answers_is_passed_over(tmp_path: Path) -> None:
    reviews = Reviews(tmp_path)
    reviews.give("a" * 16, ["x"])
    with reviews.path.open("ab") as file:
        file.write(b'{"request": 5}\n{"req')
    assert Reviews(tmp_path).answers == {"a" * 16: ("x",)}


def test_what_sessions_say_of_a_library(library: Path, home: Path, tmp_path: Path) -> None:
    reviews = Reviews(tmp_path)
    reviews.give(request_id("turn the commits into notes"), ["charts"])
    found = learned(load([library]), gather([home], ["claude-code"]), reviews)
    use = {skill.name: skill for skill in found.use.skills}
    assert {name: skill.total for name, skill in use.items()} == dict.fromkeys(TOPICS, 2)
    assert use["notes"].elsewhere == 1
    assert sum(skill.missed for skill in use.values()) > 0
    assert (found.use.requests, found.use.labelled, found.use.reviewed) == (12, 1, 1)
    assert [(draft.gold, draft.times) for draft in found.requests] == [(("charts",), 1)]
    often = msgspec.structs.replace(
        found, evidence=(msgspec.structs.replace(found.evidence[0], gold=(), count=4),)
    )
    assert [draft.times for draft in often.requests] == [4]


def test_the_command_asks_by_a_sheet_and_every_audit_uses_the_profile(
    library: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, skillaudit: Runner
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home))
    lexical = ("--scorer", "lexical")
    page = tmp_path / "sheet.md"
    asked = skillaudit("review", library, "--from", "claude-code", "--sheet", page, *lexical)
    assert asked.code == 0
    filled = []
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("> "):
            request = line[2:]
        filled.append(f"answer: {right(request)}" if line == "answer:" else line)
    page.write_text("\n".join(filled), encoding="utf-8")
    read = skillaudit("review", library, "--from", "claude-code", "--read", page, *lexical)
    assert read.code == 0
    assert "12 answers are kept" in read.err
    assert (
        "yours: your own agents (claude-sonnet-4-5 in claude-code), fitted on 12 recorded decisions"
        in read.err
    )
    assert find("yours", "lexical").date == "2026-11-30"
    report = json.loads(skillaudit("report", library, "-f", "json", "--sessions", *lexical).out)
    assert report["forecast"]["router"] == "yours"
    assert "yours: your own agents" in report["forecast"]["source"]
    assert report["use"]["reviewed"] == 12
    assert report["forecast"]["coverage"]["sources"] == [{"source": "sessions", "requests": 12, "skills": 4}]
    plain = json.loads(skillaudit("report", library, "-f", "json", *lexical).out)
    assert plain["forecast"]["router"] == "yours"
    assert plain["use"] is None
    named = json.loads(skillaudit("report", library, "-f", "json", "--router", "frontier", *lexical).out)
    assert named["forecast"]["router"] == "frontier"
    assert msgspec.json.decode(msgspec.json.encode(report)) == report
    nothing = skillaudit("review", library, "--from", "claude-code", "--sheet", page, *lexical)
    assert "there is nothing to ask" in nothing.err
    undone = skillaudit("review", library, "--from", "claude-code", "--undo", *lexical)
    assert "the last answer is taken back" in undone.err


def test_decisions_that_a_team_keeps_are_limits_and_requests(
    library: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, skillaudit: Runner
) -> None:
    monkeypatch.setenv("CLAUDE_CONFIG_DIR", str(home))
    file = tmp_path / "decisions.jsonl"
    write = ("sessions", "--from", "claude-code", "--library", library, "-o", file)
    assert skillaudit(*write).code == 0
    unjudged = skillaudit("check", library, "--measured", file, "--scorer", "lexical")
    assert unjudged.code == 2
    assert "no judged decision over this library; judge some with `skillaudit review`" in unjudged.err
    reviews = Reviews()
    for name, requests in ASKED.items():
        for request in requests:
            reviews.give(request_id(request), [name])
    assert skillaudit(*write).code == 0
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert {line["gold_from"] for line in lines} == {"review"}
    assert all(set(line["candidates"]) == set(TOPICS) for line in lines)
    fitted = skillaudit("calibrate", file, "--library", library, "--scorer", "lexical", "-f", "json")
    assert [model["decisions"] for model in json.loads(fitted.out)["models"]] == [12]
    options = ("--scorer", "lexical", "--fail-on", "never", "--measured", file)
    assert skillaudit("check", library, *options, "--min-accuracy", "0.6").code == 0
    failed = skillaudit("check", library, *options, "--min-accuracy", "0.7")
    assert failed.code == 1
    assert "answered 12 requests" in " ".join(failed.out.split()) and "No model was called" not in failed.out
    assert "67%" in failed.out or "66.7%" in failed.out
    asked = skillaudit("report", library, "--scorer", "lexical", "-f", "json", "--requests", file)
    coverage = json.loads(asked.out)["forecast"]["coverage"]
    assert coverage["sources"] == [{"source": "file", "requests": 12, "skills": 4}]
