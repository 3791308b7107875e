from __future__ import annotations

from skillaudit.requests import mining
from tests.requests.libraries import skill


def mined(body: str, name: str = "deck-maker") -> list[str]:
    return list(mining.mined(mining.read(skill(name, body=body)), name))


def tasks(body: str, name: str = "deck-maker") -> list[str]:
    return list(mining.tasks(mining.read(skill(name, body=body)), name))


def test_bullets_under_when_to_use() -> None:
    body = """
# Deck maker
## When to Use This Skill
- User wants to turn **notes** into `slides`
- Preparing a talk for [the board](board.md)
- ok
### For teachers
- Building a lesson for pupils
## Steps
- Open the file with the notes
"""
    assert mined(body) == [
        "Turn notes into slides",
        "Preparing a talk for the board",
        "Building a lesson for pupils",
    ]


def test_what_is_turned_away_is_not_a_request() -> None:
    body = """
## When to use
- Writing a talk from scratch
- Not for spreadsheets of any kind
- Charts alone: use plot-maker instead
**Don't use when:**
- Editing a photo of the team
### When NOT to use
- Cleaning up a database dump
**Use plot-maker when:**
- Drawing a chart of the sales
"""
    assert mined(body) == ["Writing a talk from scratch"]


def test_what_is_done_when_a_user_says_something_is_no_request() -> None:
    body = """
## Triggers
## When User Says "Draw the sales" or similar:
1. Get the figures of all shops
2. Present a full chart with comments
## When to use
- Drawing the sales of one shop
"""
    assert mined(body) == ["Drawing the sales of one shop"]


def test_what_only_sends_the_reader_on_is_not_a_request() -> None:
    body = """
## Use cases
- Preparing a talk for the board (see [the board](board.md))
- Google ads for the talk (#31): high intent
- Short clips of the talk (#12-15)
- See [how to draw charts](charts.md) for the sales
- [Drawing a chart of the sales](charts.md)
- Drawing a chart with [plot maker](../plot-maker/SKILL.md)
- Fixing the talk of issue #31 tonight
"""
    assert mined(body) == [
        "Preparing a talk for the board (see the board)",
        "Fixing the talk of issue #31 tonight",
    ]


def test_quoted_prompts_win_over_the_line_that_they_stand_in() -> None:
    body = """
## Trigger phrases
- The user says "turn this into slides" or "make me a deck"
## Example prompts
"Give me three slides about our plans"
User: shorten the talk to ten minutes
"""
    assert mined(body) == [
        "turn this into slides",
        "make me a deck",
        "Give me three slides about our plans",
        "shorten the talk to ten minutes",
    ]


def test_examples_count_only_where_somebody_speaks() -> None:
    body = """
## Examples
- "A headline that nobody asked for"
- User asks "make the last slide shorter"
- A bullet that shows some output
User: swap the first two slides
"""
    assert mined(body) == ["make the last slide shorter", "swap the first two slides"]


def test_when_to_use_a_part_of_the_skill_is_not_when_to_use_it() -> None:
    body = """
## Layouts
### Grid
**When to use**:
- Many pictures of the same size
### When to use columns
- Two lists beside each other
"""
    assert mined(body) == []


def test_first_cells_of_a_table_of_uses() -> None:
    body = """
## When to use
| Situation | Layout |
|---|---|
| A talk with many pictures | grid |
| Instead of | nothing |
## Layouts
| Use case | Layout |
|---|---|
| Many pictures of one size | grid |
"""
    assert mined(body) == ["A talk with many pictures"]


def test_one_line_of_uses() -> None:
    assert mined("**Use when:** writing a talk, or planning a lesson for pupils") == [
        "Writing a talk",
        "Planning a lesson for pupils",
    ]


def test_other_languages() -> None:
    assert mined("## 使用场景\n- 把会议笔记变成幻灯片\n## 不适用\n- 编辑团队的照片文件\n") == [
        "把会议笔记变成幻灯片"
    ]
    assert mined("## Cuándo usar\n- Preparar una charla para el equipo\n") == [
        "Preparar una charla para el equipo"
    ]


def test_what_the_skill_does() -> None:
    body = """
# Deck maker
This skill helps you turn rough notes into a talk. You are an expert. See the guide for more of it.

## Overview
Lays out pictures and text on every slide.
## When not to use
Never touches the photos of the team.
## Features
- Exports the talk as a printable handout
## Internals
The renderer keeps a cache of all fonts.
"""
    assert tasks(body) == [
        "Turn rough notes into a talk",
        "Lays out pictures and text on every slide",
        "Exports the talk as a printable handout",
    ]


def test_only_the_start_of_a_body_is_read() -> None:
    body = (
        "## When to use\n- Writing a talk from scratch\n"
        + "\n" * mining.BODY_LIMIT
        + "\n- Planning a lesson for pupils\n"
    )
    assert mined(body)[0] == "Writing a talk from scratch"
    assert "Planning a lesson for pupils" not in mined(body)


def test_the_opening_stands_under_the_first_heading_of_any_depth() -> None:
    body = "Some words about decks before any heading.\n## Decks\nTurns rough notes into a talk.\n"
    body += "### Context\nMore of it is said here.\n"
    assert tasks(body) == ["Some words about decks before any heading", "Turns rough notes into a talk"]
