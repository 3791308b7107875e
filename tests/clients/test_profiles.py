"""The data file of clients is complete and says what it does not know."""

from __future__ import annotations

import re
from datetime import date

import pytest

from skillaudit.clients import profile, profiles
from skillaudit.clients.age import is_old, notices
from skillaudit.errors import UsageError
from skillaudit.settings import resolve


def test_each_client_has_one_current_version() -> None:
    names = {entry.name for entry in profiles()}
    assert names == {
        "claude-code", "codex", "openclaw", "gemini-cli", "copilot-cli",
        "vscode-copilot", "cursor", "opencode", "crush", "goose", "cline", "hermes", "paper",
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


def test_todays_version_goes_by_its_bare_name() -> None:
    with pytest.raises(UsageError, match="did you mean 'claude-code'\\?"):
        profile(f"claude-code@{profile('claude-code').version}")


def test_rules_grow_old() -> None:
    rule = profile("copilot-cli@0.0.409")
    assert rule.date == "2026-03"
    assert not is_old(rule, date(2026, 9, 28)) and is_old(rule, date(2026, 9, 29))
    assert notices("claude-code", date(2026, 12, 1)) == ()
    (told,) = notices("claude-code", date(2027, 12, 1))
    assert told.startswith("Claude Code (2026-11): the rules of this client are more than 180 days old")
    assert "Cursor (2026-07)" in notices(None, date(2027, 3, 1))[0]
    assert "paper" not in notices(None, date(2029, 3, 1))[0].casefold()


def test_every_report_says_that_rules_are_old(monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve(sources=["."], environ={}).config().own_settings.notices == ()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1900000000")
    (notice,) = resolve(sources=["."], environ={}).config().own_settings.notices
    assert "more than 180 days old" in notice
