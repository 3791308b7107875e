"""What was read and how skills are used, as people see it."""

from __future__ import annotations

import msgspec

from skillaudit.page.details import skill_document
from skillaudit.page.index import Index
from skillaudit.page.report import document
from skillaudit.page.sessions import evidence, sessions_blocks
from skillaudit.page.text import render
from skillaudit.schema import Estimate, RouterUse, SkillUse, Use
from skillaudit.sessions.counting import Reading
from skillaudit.sessions.records import Unread
from tests.reports import small_report

SHARE = Estimate(value=0.25, low=0.1, high=0.5)
ROUTER = RouterUse(client="claude-code", model="haiku", decisions=40, none=SHARE)


def used() -> Use:
    report = small_report()
    first, *others = [skill.id for skill in report.skills]
    rows = (
        SkillUse(name=first, by_model=3, by_command=1, last="2026-11-29", missed=2, elsewhere=1),
        *(SkillUse(name=skill) for skill in others),
    )
    return Use(
        first="2026-09-01", last="2026-11-30", transcripts=12, requests=57, labelled=9, reviewed=0,
        routers=(ROUTER,), skills=rows,
    )  # fmt: skip


def test_a_report_names_its_evidence_first_and_what_was_never_used() -> None:
    plain = small_report()
    assert evidence(plain) == ""
    report = msgspec.structs.replace(plain, use=used())
    text = render(document(report))
    told = (
        "Your sessions: 57 requests in 12 transcripts, 2026-09-01 to 2026-11-30; the right skill of 9 is known, "
        "0 by your review."
    )
    assert evidence(report) == told
    assert " ".join(text.split()).index("Your sessions: 57 requests") < text.index("FORECAST")
    assert "IN YOUR SESSIONS" in text
    assert "Never used: " in text
    assert "25% (10 to 50)" in text
    assert "`skillaudit review` asks what was right" in text or "skillaudit review" in text


def test_a_profile_of_ones_own_is_named_with_its_date_and_count() -> None:
    source = "yours: your own agents (haiku in claude-code), fitted on 24 recorded decisions until 2026-11-30 (x); y."
    plain = small_report()
    forecast = msgspec.structs.replace(plain.forecast, router="yours", source=source)
    told = evidence(msgspec.structs.replace(plain, forecast=forecast))
    assert told.startswith(
        "Forecast for yours: your own agents (haiku in claude-code), fitted on 24 recorded"
    )
    assert "until 2026-11-30" in told and "; y" not in told


def test_the_detail_of_a_skill_says_how_it_is_used() -> None:
    report = msgspec.structs.replace(small_report(), use=used())
    index = Index(report)
    first, second = report.skills[:2]
    text = render(skill_document(index, first))
    assert "3 times by agents, 1 by you, last 2026-11-29" in text
    assert "1 times where another skill, or none, was right" in text
    assert "2 requests close to it for which nothing was loaded" in text
    assert "never" in render(skill_document(index, second))
    assert "used" not in render(skill_document(Index(small_report()), first))


def test_what_could_not_be_read_is_counted_and_named() -> None:
    found = Reading(
        folders=("~/.claude",), files=3, reread=3, sessions=2, repeated=4, by_agents=1, first="2026-11-01",
        last="2026-11-30", turns=9, requests=7, labelled=2, routers=(ROUTER,),
        skills=(SkillUse(name="alpha", by_model=2, last="2026-11-02"),),
        unread=(
            Unread(client="codex", path="~/a.jsonl", what="broken", count=2),
            Unread(client="codex", path="~/b.jsonl", what="broken", count=1),
        ),
    )  # fmt: skip
    text = " ".join(render(sessions_blocks(found)).split())
    assert "3 transcripts, 2026-11-01 to 2026-11-30; 3 new or changed" in text
    assert "4 turns of forked or resumed sessions and 1 transcript of sub-agents" in text
    assert "haiku in claude-code 40 25% (10 to 50)" in text
    assert "codex: 3 lines that are no JSON, in ~/a.jsonl and 1 more files" in text
    nothing = msgspec.structs.replace(found, files=0)
    assert "No transcript was found. Looked in: ~/.claude." in render(sessions_blocks(nothing))


def test_one_of_each_is_told_as_one() -> None:
    found = Reading(
        folders=("~/.claude",), files=1, reread=1, sessions=1, repeated=0, by_agents=0, first="2026-11-01",
        last="2026-11-01", turns=1, requests=1, labelled=0, routers=(), unread=(),
        skills=(SkillUse(name="deploy", by_model=1),),
    )  # fmt: skip
    text = render(sessions_blocks(found))
    assert "1 different one in 1 turn" in text and "1 was loaded" in text
