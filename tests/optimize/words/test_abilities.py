"""What a file lists that its skill does, as a sentence: whole items that can stand in one, and none of its steps."""

from __future__ import annotations

import pytest

from skillaudit.optimize.words.abilities import abilities, doing
from skillaudit.optimize.words.source import source_of
from skillaudit.requests.mining import read
from skillaudit.schema import Skill


def does(heading: str, *items: str, known: tuple[str, ...] = ()) -> str:
    body = f"# T\n\n## {heading}\n\n" + "".join(f"- {item}\n" for item in items)
    return doing(abilities(read(Skill(id="s", name="s", description="", body=body)), "s"), known)


@pytest.mark.parametrize(
    ("heading", "items", "expected"),
    [
        ("Core Capabilities", ("Parse commit messages by rule", "Render sections of a changelog (added, fixed)"),
         "Parse commit messages by rule and render sections of a changelog."),
        ("Features", ("**Removal**: Detects removed endpoints", "**Shape**: Identifies changes of responses"),
         "Detects removed endpoints and identifies changes of responses."),
        ("Core Capabilities\n\n### 1. Linting", ("Checks names of resources", "Validates the use of methods"),
         "Checks names of resources and validates the use of methods."),
        ("Features", ("Parse commit messages by rule", "Detects removed endpoints"), ""),
        ("Features", ("Multi-provider support", "Latency, traffic and errors", "Never log a secret word"), ""),
        ("Features", ("Explains why a chart is drawn that way", "Checks it twice a day", "Describe your chart"), ""),
        ("Workflow", ("Parse commit messages by rule", "Render sections of a changelog"), ""),
        ("Features", ("Parse `a.b.c` messages: by rule", "Write to {path} at once", "Ask me what to do"), ""),
    ],
)  # fmt: skip
def test_items_that_open_with_a_verb_make_a_sentence(
    heading: str, items: tuple[str, ...], expected: str
) -> None:
    assert does(heading, *items) == expected


def test_what_is_known_is_not_said_again() -> None:
    items = ("Parse commit messages by rule", "Render sections of a changelog")
    assert does("Features", *items, known=("pars", "parse", "commit", "messag", "message", "rule")) == ""


@pytest.mark.parametrize(
    ("sentence", "about"),
    [
        ("The Chart Maker skill provides ways to draw and print tables.", "Provides ways to draw and print tables"),
        ("chart.Maker is how one draws charts of tables.", "chart.Maker is how one draws charts of tables"),
        ("The official chart client is made of tables and of lines.", ""),
        ("Charts are tedious to draw and most people copy an old one.", ""),
        ("Cover letters are tedious to write and most people copy an old one.", ""),
        ("Draws charts of tables and explains why a line was drawn that way.", ""),
        ("Describe charts and tables in words, get clean pictures of lines.", ""),
        ("Reflection-based toolkit, designed to draw charts of many tables.",
         "Reflection-based toolkit, designed to draw charts of many tables"),
        ("Your goal is to help draw charts that show tables of every kind.",
         "Draw charts that show tables of every kind"),
        ("Your goal is to help users get their tables drawn as clear charts.",
         "Helps users get their tables drawn as clear charts"),
        ("Help the user once these charts are drawn from their tables.", ""),
        ("Draw charts of many tables — bars, lines, and rings — for readers in a hurry.",
         "Draw charts of many tables — bars, lines, and rings — for readers in a hurry"),
        ("Chart rendering — draw every table of the folder as bars.", ""),
        ("Systematically draw every table of a folder as clear bars.",
         "Systematically draw every table of a folder as clear bars"),
        ("Chart Maker enables you to draw clear charts of every table.", "Draw clear charts of every table"),
    ],
)  # fmt: skip
def test_what_a_file_says_of_its_skill_by_name_is_what_the_skill_does(sentence: str, about: str) -> None:
    body = f"# Chart Maker\n\n## Overview\n\n{sentence}\n"
    assert source_of(Skill(id="s", name="chart-maker", description="", body=body)).about == about
