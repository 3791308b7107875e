"""Descriptions say what a skill does and when to use it, whatever the source says of its agent."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.compile.descriptors import describe
from skillaudit.compile.names import skill_name, slug, unique
from skillaudit.compile.prose import (
    acts_as,
    fill_holes,
    first_sentence,
    role_of,
    shorten,
    show_holes,
    topics,
)
from skillaudit.compile.system import Task
from skillaudit.text.sentences import sentences
from tests.compile.systems import agent

REVIEWER = "You are a senior reviewer of code.\n\nSecurity review:\n- x\n\nDesign patterns:\n- y\n"


@pytest.mark.parametrize(
    ("description", "policy", "expected"),
    [
        (
            "Expert reviewer of code. Use PROACTIVELY after every change.",
            REVIEWER,
            "Expert reviewer of code. Use proactively after every change.",
        ),
        (
            "Use this agent when you need to review code for faults.",
            REVIEWER,
            "Review code for faults. Use for security review and design patterns.",
        ),
        (
            "Use this agent when you need to review code for faults.",
            "You review.",
            "Review code for faults. Use when the request asks for code reviewer work.",
        ),
        (
            "Use this agent when reviewing code.",
            REVIEWER,
            "Acts as a senior reviewer of code. Use when reviewing code.",
        ),
        (
            "Use the code-reviewer agent for all pull requests.",
            REVIEWER,
            "Acts as a senior reviewer of code. Use for all pull requests.",
        ),
        (
            "Reviews code. MUST BE USED before a merge.",
            REVIEWER,
            "Reviews code. Must be used before a merge.",
        ),
        (
            "Grooms a backlog. Triggers on: 'groom', 'refine stories'.",
            "",
            "Grooms a backlog. Use when the request says 'groom', 'refine stories'.",
        ),
        ("Reviews code.", REVIEWER, "Reviews code. Use for security review and design patterns."),
        ("Reviews code.", "You are a tester.", "Reviews code. Use when the request calls for a tester."),
        ("Reviews code.", "Review it.", "Reviews code. Use when the request asks for code reviewer work."),
        (
            "",
            "You are an HR clerk who answers letters. Be kind.",
            "Acts as an HR clerk who answers letters. Use when the request calls for an HR clerk.",
        ),
        ("Handles {topic} for teams.", "Do it.", "Handles the given topic for teams. Use for"),
    ],
)
def test_descriptions_of_agents(description: str, policy: str, expected: str) -> None:
    if expected.endswith("Use for"):
        expected = expected.replace("Use for", "Use when the request asks for code reviewer work.")
    assert describe(agent("code-reviewer", policy, description=description)).text == expected


def test_examples_become_requests() -> None:
    text = (
        "Use this agent when you need to mend tests. Examples: <example>Context: red.\nuser: 'The login test fails "
        "since noon' assistant: 'I will use the agent' <commentary>why</commentary></example>"
    )
    found = describe(agent("mender", REVIEWER, description=text))
    assert found.text.startswith("Mend tests. ") and "example" not in found.text and "red" not in found.text
    assert found.examples == ("The login test fails since noon",)


@pytest.mark.parametrize(
    ("task", "output", "expected"),
    [
        ("Write the letter.", "A letter.", "Write the letter. Use when the result wanted is a letter."),
        ("You will check code.", "Your final answer must be code.", "Check code. Use when the result wanted is code."),
        ("Check the\ncode.\n\nMore.", "The report must say.", "Check the code. Use when the report must say."),
        ("Sum up {text}.", "JSON only", "Sum up the given text. Use when the result wanted is: JSON only."),
        ("Facts\n-----\n{x}\n\nJudge the facts.", "", "Judge the facts. Use when the request calls for a clerk."),
    ],
)  # fmt: skip
def test_descriptions_of_tasks(task: str, output: str, expected: str) -> None:
    made = Task(name="t", text=task, output=output)
    assert describe(agent("clerk", "x", role="clerk", tasks=(made,)), made).text == expected


def test_what_comes_before_is_named() -> None:
    after = describe(agent("b", "You check.", description="Checks sums."), after=("plan", "solve")).text
    assert after.endswith("Runs after plan or solve, on their result.")


ANY = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=400)


@settings(max_examples=100, deadline=None)
@given(ANY, ANY, ANY, ANY)
def test_every_description_is_one_short_line(name: str, description: str, policy: str, role: str) -> None:
    found = describe(agent(name or "x", policy or "Do it.", description=description, role=role)).text
    assert 0 < len(found) <= 1024 and "\n" not in found
    assert re.search(r"<[A-Za-z][^<>\n]*>", found.replace(role, "")) is None or "<" not in description


@settings(max_examples=200, deadline=None)
@given(st.lists(ANY, max_size=6))
def test_names_are_names_of_the_specification(texts: list[str]) -> None:
    names = unique(slug(text) for text in texts)
    assert len(set(names)) == len(texts)
    assert unique(["con", "con", "nul"]) == ["con-skill", "con-skill-2", "nul-skill"]
    assert all(re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name) and len(name) <= 64 for name in names)


@pytest.mark.parametrize(
    ("owner", "task", "alone", "name"),
    [
        ("research_agent", "", False, "research"),
        ("QAEngineer", "", False, "qaengineer"),
        ("financialAnalyst", "", False, "financial-analyst"),
        ("writer", "write_letter_task", True, "write-letter"),
        ("writer", "task1", True, "writer-task1"),
        ("writer", "review", True, "writer-review"),
        ("writer", "write_letter_task", False, "writer"),
        ("résumé reader", "", False, "resume-reader"),
        ("审查员", "", False, ""),
    ],
)
def test_names_of_skills(owner: str, task: str, alone: bool, name: str) -> None:
    assert skill_name(owner, task, alone) == name


def test_unique_names_are_numbered() -> None:
    assert unique(["a", "a", "", "", "a-2"]) == ["a", "a-2", "skill", "skill-2", "a-2-2"]
    long = "x" * 64
    assert unique([long, long])[1] == "x" * 62 + "-2"


@pytest.mark.parametrize(
    ("text", "filled", "shown"),
    [
        ("about {topic}.", "about the given topic.", "about [topic]."),
        ("the {chapter_title} of", "the given chapter title of", "the [chapter title] of"),
        ("the stock {company_stock} now", "the given company stock now", "the stock [company stock] now"),
        ("the {company_stock} stock", "the given company stock", "the [company stock] stock"),
        ("the project {description} of", "the project the given description of", "the project [description] of"),
        ("for {guests} guests", "for the given guests", "for [guests] guests"),
        ("the {name}'s house", "the given name's house", "the [name]'s house"),
        ("{{discussion}} ends", "the given discussion ends", "[discussion] ends"),
        ('{"json": 1}', '{"json": 1}', '{"json": 1}'),
    ],
)  # fmt: skip
def test_placeholders(text: str, filled: str, shown: str) -> None:
    assert (fill_holes(text), show_holes(text)) == (filled, shown)


def test_sentences_mind_abbreviations_and_paragraphs() -> None:
    assert sentences("Use e.g. Python. Then stop! See Dr. Orr (now).\n\nNew part") == [
        "Use e.g. Python.", "Then stop!", "See Dr. Orr (now).", "New part",
    ]  # fmt: skip
    assert first_sentence("# Title\n\n- item\n\nThe first. The second.") == "The first."
    assert first_sentence("- only\n- items") == ""


@pytest.mark.parametrize(
    ("text", "acts", "role"),
    [
        ("You are a senior reviewer who reads.", "Act as a senior reviewer who reads.", "a senior reviewer"),
        ("You're an SRE specializing in alerts.", "Act as an SRE specializing in alerts.", "an SRE"),
        ("Review it.", "Review it.", ""),
        ("You are helpful.", "You are helpful.", ""),
    ],
)
def test_roles(text: str, acts: str, role: str) -> None:
    assert (acts_as(text), role_of(text)) == (acts, role)


def test_topics_leave_out_what_every_prompt_has() -> None:
    labels = (
        "## Capabilities",
        "### Query Plans",
        "**Lock Analysis:**",
        "Output format:",
        "```",
        "## In Code",
        "```",
    )
    policy = "\n".join((*labels, "When invoked:", "## 1. Step One", ""))
    assert topics(policy) == ["query plans", "lock analysis"]


@pytest.mark.parametrize(
    ("limit", "short"), [(40, "one two three, four five six"), (20, "one two three…"), (12, "one two…")]
)
def test_shortening_keeps_words_whole(limit: int, short: str) -> None:
    assert shorten("one two three, four five six", limit) == short
