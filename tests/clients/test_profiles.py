"""The data file of clients is complete and says what it does not know."""

from __future__ import annotations

import re

import pytest

from skillaudit.clients import profile, profiles
from skillaudit.errors import UsageError


def test_each_client_has_one_current_version() -> None:
    names = {entry.name for entry in profiles()}
    assert names == {
        "claude-code", "codex", "openclaw", "gemini-cli", "copilot-cli",
        "vscode-copilot", "cursor", "opencode", "paper",
    }  # fmt: skip
    for name in names:
        assert profile(name).current
    assert len({entry.id for entry in profiles()}) == len(profiles())


@pytest.mark.parametrize("entry", profiles(), ids=lambda entry: entry.id)
def test_profiles_are_dated_and_sourced(entry: object) -> None:
    from skillaudit.clients import ClientProfile

    assert isinstance(entry, ClientProfile)
    assert re.fullmatch(r"20\d\d-\d\d", entry.date)
    assert entry.source and entry.unknown and entry.place and entry.selection
    assert "{description}" in entry.entry and "{description}" not in entry.entry_bare


def test_budgets_follow_the_window() -> None:
    claude, codex, cursor = (profile(name).budget for name in ("claude-code", "codex", "cursor"))
    assert claude and codex and cursor
    assert [claude.limit_for(w) for w in (None, 200_000, 1_000_000)] == [
        (8_000, "characters"), (8_000, "characters"), (40_000, "characters"),
    ]  # fmt: skip
    assert [codex.limit_for(w) for w in (None, 99, 200_000)] == [
        (8_000, "characters"),
        (1, "tokens"),
        (4_000, "tokens"),
    ]
    assert cursor.limit_for(None) == cursor.limit_for(200_000) == (4_000, "tokens")


def test_a_client_in_capitals_is_nearly_known() -> None:
    with pytest.raises(UsageError, match="did you mean 'codex'"):
        profile("CODEX")
