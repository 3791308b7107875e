"""When to use a skill: whole phrases of a file, grammar of the sentence, and the direction of one measured rewrite."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from skillaudit.optimize.words.phrasing import ended
from skillaudit.optimize.words.situations import (
    SAYS_WHEN,
    Situation,
    cues,
    particular,
    said,
    sentence,
    situations,
)
from skillaudit.requests.mining import read
from skillaudit.schema import Skill

DATA = Path(os.environ.get("SKILLAUDIT_DATA", Path(__file__).parents[3].parent / "shared" / "data"))
MEASURED = DATA / "routing" / "uipath_measured"


def told(*items: str, heading: str = "When to use") -> str:
    body = f"# T\n\n## {heading}\n\n" + "\n".join(f"- {item}" for item in items)
    skill = Skill(id="s", name="s", description="", body=body)
    return sentence(situations(read(skill), "s"), set())


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (("Building a chart", "Cleaning sales data"), "Use when building a chart or cleaning sales data."),
        (
            ("Building a chart, map or plot", "Cleaning sales data", "Sharing results"),
            "Use when building a chart, map or plot; cleaning sales data; or sharing results.",
        ),
        (
            ("User wants to draw a chart", "The user asks about map colours"),
            "Use when the user wants to draw a chart or asks about map colours.",
        ),
        (("You need a chart fast", "Need to clean data"), "Use when you need a chart fast or you need to clean data."),
        (("Draw a sales chart", "Clean old price data"), "Use to draw a sales chart or clean old price data."),
        (("After finishing a big feature", "Before starting a release"),
         "Use after finishing a big feature or before starting a release."),
        (
            ('"Draw a sales chart by region"', '"Plot price data of tea shops"'),
            'Use for requests such as "Draw a sales chart by region" or "Plot price data of tea shops".',
        ),
        (("Needing charts or plots of sales", "Wanting maps of tea shops"),
         "Use when needing charts or plots of sales, or wanting maps of tea shops."),
        (("Need pre-trained chart model", "Need high accuracy of maps"), ""),
        (("Use wallet query for all maps", "Use chart streams of sales"), ""),
        (('"Present sales and ask which chart fits"', '"Plot price data - Anna said so"'), ""),
        (("Overview", "Chart basics"), ""),
        (("Starting a chart and need it fast", "Cleaning sales data"), ""),
        (("Building a chart without data", "Never sharing results"), ""),
        (("Build times are slow here", "Work is done by them"), ""),
        (("Running `x --y | z`", "Opening https://a.b/c"), ""),
        (("Pricing page changes", "Existing chart errors"), ""),
    ],
)  # fmt: skip
def test_the_sentence_is_one_that_a_person_writes(items: tuple[str, ...], expected: str) -> None:
    assert told(*items) == expected


@pytest.mark.parametrize("heading", ["When to use each skill", "When to use which tool"])
def test_a_list_of_what_several_are_for_speaks_for_none(heading: str) -> None:
    items = ("Building a chart", "Cleaning sales data")
    assert told(*items, heading="When to use this skill")
    assert told(*items, heading=heading) == ""


@pytest.mark.parametrize(
    "heading", ["Handling user requests", "Example interactions: steps", "User asks: workflow"]
)
def test_what_an_agent_does_is_no_request(heading: str) -> None:
    items = ("Validate files using validation script", "Explain each step as script runs")
    assert told(*items, heading="Sample prompts")
    assert told(*items, heading=heading) == ""


def test_steps_in_their_order_are_no_requests() -> None:
    steps = (
        "1. Ask for the region of the map\n2. Draw the sales chart of last year\n3. Save all old price data\n"
    )
    for heading in ("Example usage", "When to use this skill"):
        skill = Skill(id="s", name="s", description="", body=f"# T\n\n## {heading}\n\n{steps}")
        assert sentence(situations(read(skill), "s"), set()) == ""
    for kept, form in (('1. "Draw the tea sales chart"', "said"), ("1. Drawing a chart of sales", "doing")):
        skill = Skill(id="s", name="s", description="", body=f"# T\n\n## When to use this skill\n\n{kept}\n")
        assert [each.form for each in situations(read(skill), "s")] == [form]


def test_a_list_of_when_goes_before_more_examples() -> None:
    when = "## When to use\n\n- Draw a sales chart\n- Clean old price data\n"
    asked = "## Sample prompts\n\n- Plot the tea shops by region\n- Sort all coffee bars by price\n"
    more = "- Count the bakeries of every town\n"
    skill = Skill(id="s", name="s", description="", body=f"# T\n\n{asked}{more}\n{when}")
    found = situations(read(skill), "s")
    assert len([each for each in found if each.example]) == 3
    assert sentence(found, set()) == "Use to draw a sales chart or clean old price data."


def test_a_question_for_anybody_is_not_quoted() -> None:
    asked = [
        Situation("said", text)
        for text in ("How am I doing now?", "Show my Kraken balance", "Sell some coins")
    ]
    assert sentence(asked, {"kraken", "coin"}) == (
        'Use for requests such as "Show my Kraken balance" or "Sell some coins".'
    )


def test_single_words_that_anybody_says_call_for_no_skill() -> None:
    real = ("User asks to recall decisions of last week", "User asks about notes of a meeting")
    wanted = "Use when the user asks to recall decisions of last week or asks about notes of a meeting."
    everybody = 'User explicitly mentions "satori", "remember", "save", "add", "store", or similar'
    assert (
        told(*real) == told(everybody.replace("explicitly ", ""), *real) == told(everybody, *real) == wanted
    )
    assert "satori" in told('User mentions "satori" or "supermemory" by name', *real)


def test_what_turns_away_is_not_read() -> None:
    assert told("Building a chart", "Cleaning sales data", heading="When not to use") == ""


def test_what_a_template_puts_into_every_file_is_left_out() -> None:
    names = ("axolotl", "unsloth", "deepspeed")
    found = []
    for name in names:
        body = f"## When to use\n\n- Debugging {name} code\n- Tuning {name} for {name[:3]}x chips\n"
        found.append(situations(read(Skill(id=name, name=name, description="", body=body)), name))
    assert [[each.text for each in own] for own in particular(found, names)] == [
        [f"tuning {name} for {name[:3]}x chips"] for name in names
    ]


@pytest.mark.parametrize(
    ("query", "quoted"),
    [
        ("How do I plot overtime pay by month?", "How do I plot overtime pay by month?"),
        ("We sell tea. Should we list the shop on three directories?", "Should we list the shop on three directories?"),
        ("Should I update it or start fresh today?", None),
        ("Approve task 555 with payload {}", None),
        ("thanks", None),
        ("Check your feed for new offers of coding", None),
        ("Can you plot your overtime pay by month?", "Can you plot your overtime pay by month?"),
    ],
)  # fmt: skip
def test_a_request_is_quoted_whole_or_not_at_all(query: str, quoted: str | None) -> None:
    found = said(query)
    assert (found.text if found else None) == quoted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Draws charts", "Draws charts."),
        ("Charts (all)", "Charts (all)."),
        ("Alert at 95%", "Alert at 95%."),
        ('Says "go."', 'Says "go."'),
    ],
)  # fmt: skip
def test_a_sentence_can_follow(text: str, expected: str) -> None:
    assert ended(text) == expected


def test_a_description_that_calls_for_its_skill_and_sends_elsewhere_has_more_cues() -> None:
    plain = "Coded apps. Scaffold, build, deploy."
    assert cues(plain, ["uipath-rpa"]) == 0
    assert (
        cues(f"Always invoke for `app.config.json` files. {plain} For .cs→uipath-rpa.", ["uipath-rpa"]) == 3
    )
    assert not SAYS_WHEN.search(plain)


@pytest.mark.parametrize(
    "text", ["Use this skill any time I lose my keys.", "Load it every time the user greets."]
)
def test_any_time_says_when(text: str) -> None:
    assert SAYS_WHEN.search(text)


@pytest.mark.skipif(not MEASURED.is_dir(), reason="needs the development data")
def test_the_measured_rewrite_has_more_cues_for_most_of_its_skills() -> None:
    texts = []
    for state in ("before", "after"):
        with gzip.open(MEASURED / f"library_2026-05-{state}.jsonl.gz", "rt", encoding="utf-8") as rows:
            texts.append({row["name"]: row["listing"] for row in map(json.loads, rows)})
    before, after = texts
    changed = [name for name in before if before[name] != after[name]]
    change = [
        cues(after[name], [other for other in after if other != name])
        - cues(before[name], [other for other in before if other != name])
        for name in changed
    ]
    assert sum(each > 0 for each in change) > len(changed) / 2
    assert min(change) >= 0
