"""What a sentence can lose: every text that is left is one that a person would write."""

from __future__ import annotations

import pytest

from skillaudit.optimize.prune import clauses_of, joined, less
from skillaudit.optimize.words.lists import shorter


def every(text: str, most: int = 400) -> set[str]:
    """All texts that leaving out parts, one after another, makes of `text`."""
    found: set[str] = set()
    rest = [clauses_of(text)]
    while rest and len(found) < most:
        for option in less(rest.pop(), lambda _: False):
            if (made := joined(option)) not in found:
                found.add(made)
                rest.append(option)
    return found


SOCIAL = (
    "When the user wants help creating, scheduling, or optimizing social media content for LinkedIn, Twitter/X, "
    "Instagram, TikTok, Facebook, or other platforms, or wants to do social listening and engagement triage."
)
COPY = (
    "When the user wants to write, rewrite, or improve marketing copy for any page — including homepage, landing "
    "pages, pricing pages, feature pages, about pages, or product pages."
)
SMS = (
    "When the user wants to plan, build, or optimize SMS or MMS marketing — including welcome flows, abandoned cart "
    "texts, post-purchase, win-back, promotional sends, or transactional/auth SMS."
)
ADS = (
    "When the user wants to generate, iterate, or scale ad creative — headlines, descriptions, primary text, or full "
    "ad variations — for any paid advertising platform."
)
TESTING = (
    "When the user wants to plan, design, or implement an A/B test or experiment, or build a growth experimentation "
    "program."
)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Draws a, b or c.", "Draws a or c."),
        ("Draws bars, pies, or maps.", "Draws bars or maps."),
        ("Draws bars, pies, lines and maps.", "Draws bars, lines and maps."),
        (
            SOCIAL,
            "When the user wants help creating or optimizing social media content for LinkedIn or other platforms.",
        ),
        (COPY, "When the user wants to write or improve marketing copy for any page."),
        (SMS, "When the user wants to plan or optimize SMS or MMS marketing."),
        (SMS, "When the user wants to plan, build, or optimize SMS or MMS marketing."),
        (ADS, "When the user wants to generate, iterate, or scale ad creative for any paid advertising platform."),
        (TESTING, "When the user wants to plan or implement an A/B test or experiment."),
        ("Asks the press (papers and radio).", "Asks the press."),
        ("Plots runs, including bars, pies, and maps.", "Plots runs, including bars and maps."),
        ("Matches bank transfers with invoices, and flags double payments.", "Matches bank transfers with invoices."),
    ],
)  # fmt: skip
def test_what_is_left_is_a_sentence(text: str, left: str) -> None:
    assert left in every(text)


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        (SOCIAL, "or other platforms"),
        (SOCIAL, "social media content"),
        (SMS, "optimize SMS or MMS marketing"),
        (ADS, "scale ad creative"),
        (TESTING, "implement an A/B test or experiment"),
        (COPY, "improve marketing copy for any page"),
        ("For tracking, use counters, timers, or logs.", "use counters"),
        ("When the user asks for more, create bars, pies, or maps.", "create bars"),
        ("If bars are asked for, draw bars, which are black, or maps.", "draw bars"),
        ("For bars, and for pies, see charts.", "see charts"),
        ("Wants to plan, or optimize SMS.", "optimize SMS"),
    ],
)
def test_a_verb_keeps_its_object_and_a_sentence_its_main_clause(text: str, stays: str) -> None:
    assert all(stays in left for left in every(text))


@pytest.mark.parametrize("text", [SOCIAL, COPY, SMS, ADS, TESTING])
def test_two_items_take_no_comma_and_no_list_ends_without_its_join(text: str) -> None:
    for left in every(text):
        assert left.endswith(".")
        for said in ("creating, Instagram", " plan, or optimize", " write, or improve", "headlines, or full"):
            assert said not in left
        head, _, listed = left.partition("including ")
        assert "," not in listed or " or " in listed
        assert listed or not head.rstrip().endswith(("—", ","))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            'Also use when the user mentions "A/B test," "split test," or "uplift."',
            {
                'Also use when the user mentions "A/B test" or "uplift."',
                'Also use when the user mentions "A/B test" or "split test."',
            },
        ),
        (
            "Use when they say 'AI SEO,' 'people aren't buying,' or 'llms.txt.'",
            {
                "Use when they say 'AI SEO' or 'llms.txt.'",
                "Use when they say 'AI SEO' or 'people aren't buying.'",
            },
        ),
        (
            'Use when asked to "get prices", "check quotes" or "look up earnings" today.',
            {
                'Use when asked to "get prices" or "look up earnings" today.',
                'Use when asked to "get prices" or "check quotes" today.',
            },
        ),
        (
            'Triggers: "one two", "three four", "five".',
            {'Triggers: "one two", "five".', 'Triggers: "three four", "five".'},
        ),
        ("Use it when the user's page isn't the author's.", set()),
    ],
)
def test_a_row_of_quoted_phrases_loses_one_at_a_time(text: str, left: set[str]) -> None:
    found = {" ".join(rest) for rest in shorter(clauses_of(text)[0])}
    assert left <= found
    assert all(part.count('"') % 2 == 0 for part in found)
    assert left or not any("'s" not in part for part in found)


@pytest.mark.parametrize(
    "text",
    [
        "Identify the best motions across 7 types: Inbound, Outbound, Community, Partners, and Product.",
        "Covers four formats — singular alternative, plural alternatives, you vs competitor, and others.",
        "Generate 5 creative, cheap ideas with channels, messaging, and rationale.",
        "Generate a plain, short text with channels, and rationale.",
    ],
)
def test_a_list_that_is_counted_and_adjectives_lose_nothing(text: str) -> None:
    assert every(text) <= {text}


def test_two_quoted_phrases_stay_and_so_does_an_aside_that_says_what_is_not_meant() -> None:
    assert not list(shorter(clauses_of('Triggers: "one two", "three four".')[0]))
    assert not list(shorter(clauses_of("Asks the press (not pull requests).")[0]))
