"""Answers are read strictly: which option, or in which way none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.asking.answers import parse

IDS = ("skill_001", "skill_002", "skill_010")
NAMES = ("pdf-tools", "pdf", "docs:writer", "help", "pdf-tools-extra")


@pytest.mark.parametrize(
    "text",
    [
        "skill_002", " skill_002\n", "`skill_002`", "**skill_002**", '"skill_002"', "skill_002.", "SKILL_002",
        "- skill_002", "Skill ID: skill_002", "Answer: skill_002", "The best skill is: skill_002",
        '{"id": "skill_002"}',
        '```json\n{"skill": "skill_002"}\n```', '["skill_002"]', '{"choice": "skill_002"}', '"skill_002"',
        '[{"id": "skill_002", "why": "it fits"}]', "<think>skill_001? no.</think>skill_002",
    ],
)  # fmt: skip
def test_one_id_in_any_wrapping_is_that_option(text: str) -> None:
    found = parse(text, IDS, "NONE")
    assert (found.options, found.failure, found.prose) == ((1,), None, False)


@pytest.mark.parametrize(
    "text",
    [
        "I would use skill_002 here.",
        "After some thought, I would use **skill_002** for this.",
        "skill_002: Writer",
    ],
)
def test_one_id_in_prose_is_that_option_and_marked(text: str) -> None:
    found = parse(text, IDS, "NONE")
    assert (found.options, found.prose) == ((1,), True)


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("NONE", "none"),
        ("none.", "none"),
        ("None of the skills fits this task.", "none"),
        ("There is no skill here that fits.", "none"),
        ('{"id": null}', "none"),
        ("N/A", "none"),
        ("I'm sorry, I can't help with that.", "refusal"),
        ("I cannot assist with this request, for it would be harmful to others.", "refusal"),
        ("skill_999", "invalid"),
        ("I would take skill_123 for this one.", "invalid"),
        ('{"id": "skill_999"}', "invalid"),
        ("invoice-writer", "invalid"),
        ("", "unparsable"),
        ("...", "unparsable"),
        ("skill_001 or skill_002", "unparsable"),
        ("It depends on what the user really wants to have done here.", "unparsable"),
    ],
)
def test_the_ways_to_choose_nothing_are_told_apart(text: str, failure: str) -> None:
    found = parse(text, IDS, "NONE")
    assert (found.options, found.failure) == ((), failure)


def test_a_filter_is_a_refusal_whatever_it_left_of_the_text() -> None:
    assert parse("", IDS, "NONE", finish="content_filter").failure == "refusal"


@pytest.mark.parametrize(
    ("text", "options", "failure"),
    [
        ("pdf-tools", (0,), None),
        ("Use pdf-tools for it", (0,), None),
        ("I would go for pdf-tools-extra", (4,), None),
        ("docs:writer", (2,), None),
        ("use `help`", (3,), None),
        ("Skill: help", (3,), None),
        ("I am happy to help with every pdf.", (), "unparsable"),
        ("pdf-toolsmith", (), "invalid"),
    ],
)
def test_names_count_as_whole_words_and_everyday_words_only_when_marked(
    text: str, options: tuple[int, ...], failure: str | None
) -> None:
    found = parse(text, NAMES, "NONE")
    assert (found.options, found.failure) == (options, failure)


def test_options_that_share_a_label_are_all_named() -> None:
    assert parse("writer", ("writer", "reader", "Writer"), "NONE").options == (0, 2)


def test_a_skill_that_is_called_none_can_be_chosen() -> None:
    assert parse("none", ("none", "some"), "NO_SKILL").options == (0,)
    assert parse("NO_SKILL", ("none", "some"), "NO_SKILL").failure == "none"


@given(st.text(max_size=300))
def test_any_text_ends_in_an_option_on_offer_or_a_failure(text: str) -> None:
    found = parse(text, IDS, "NONE")
    assert bool(found.options) != bool(found.failure)
    assert all(0 <= option < len(IDS) for option in found.options)
    if found.options:
        assert IDS[found.options[0]] in text.casefold()


@given(st.integers(0, 2), st.sampled_from(["", "  ", "`", "**", '"', "\n"]))
def test_a_bare_label_is_always_understood(at: int, mark: str) -> None:
    assert parse(f"{mark}{IDS[at]}{mark}", IDS).options == (at,)
