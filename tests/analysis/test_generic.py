"""Claims on everything: found in many wordings, and not where a sentence goes on and says what about."""

from __future__ import annotations

import pytest

from skillaudit.analysis.generic import claims, generic_phrases, longest_list


@pytest.mark.parametrize(
    "text",
    [
        "Plans and checks any piece of work. Use at the start of every task, whatever the subject.",
        "Use for technical questions of all kinds.",
        "Use whenever someone asks for help with their product, their customers or their code.",
        "Handles requests on any subject. Should be loaded by default.",
        "Use for all user requests.",
        "A universal helper, general-purpose by design.",
        "Plans, writes, edits, translates, formats and prints. Use for all desk work.",
        f"Works on {', '.join(f'{word}s' for word in 'abcdefghijklmnopqrstuvwxyz')} and others.",
        "Gathers context. Call it before any other skill.",
    ],
)
def test_a_claim_on_everything_is_found(text: str) -> None:
    assert claims(text)


@pytest.mark.parametrize(
    "text",
    [
        "Writes a research paper on any topic.",
        "Use when the user asks for help with a Terraform module.",
        "Manages semantic versions for any project. Use when bumping a version.",
        "Use for any question about Kubernetes networking.",
        "Use for all SQL work.",
        "Use before every commit to a Go repository.",
        "Converts any task list to a table.",
        "Plans, writes, edits, translates and formats invoices.",
        "Replace with description of the skill and when Claude should use it.",
        "Agent skill for analyze-code-quality - invoke with $agent-analyze-code-quality",
    ],
)
def test_a_sentence_that_says_what_about_claims_nothing(text: str) -> None:
    assert not claims(text)


def test_two_hints_make_a_claim_and_one_does_not() -> None:
    assert generic_phrases("Anything about charts.") and not claims("Anything about charts.")
    assert claims("Anything about charts, all-in-one.") == ("anything", "all-in-one")


def test_lists_are_counted_in_plain_words() -> None:
    assert longest_list("Helps with strategy, content, copy, pricing and reports.") == 5
    assert longest_list("Reads `a.csv`, checks the header against a schema, and says so.") <= 1
    assert longest_list("") == 0
