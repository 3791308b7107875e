"""Lists and visibility in words."""

from __future__ import annotations

from skillaudit.clients import listing, losses, summary

from .libraries import many, skill


def test_a_summary_names_the_budget_and_what_is_lost() -> None:
    shown = listing(many(120, 300), "copilot-cli")
    first, second = summary(shown)
    assert first == (
        f"Copilot CLI (2026-11): {shown.used:,} of 15,000 characters; uncut it would be {shown.whole:,} (322%)."
    )
    assert (
        "37 skills are shown whole, 0 shortened, 0 by name alone, 83 not at all; 24,900 characters" in second
    )


def test_one_skill_is_told_as_one() -> None:
    assert summary(listing(many(1, 30), "codex"))[1].startswith("1 skill is shown whole, 0 shortened")


def test_assumptions_are_stated_only_where_something_is_cut() -> None:
    assert summary(listing(many(200, 100), "claude-code"))[-1] == (
        "Assumed: skills later in the library are used less."
    )
    assert len(summary(listing(many(3, 10), "claude-code"))) == 2
    assert "no known budget" in summary(listing(many(3, 10), "gemini-cli"))[0]


def test_losses_show_the_lost_text() -> None:
    library = [
        skill("long", "x" * 1534 + "END"),
        skill("manual", "By hand.", manual_only=True),
        skill("fine", "Ok."),
    ]
    assert list(losses(library, listing(library, "claude-code"))) == [
        "long: shortened, 2 characters lost: ND",
        "manual: invisible (manual-only)",
    ]
    assert list(losses(library[2:], listing(library[2:], "codex"))) == []
