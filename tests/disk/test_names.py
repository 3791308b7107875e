"""Names of files suit every system."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skillaudit.cache import cache_folder
from skillaudit.disk.names import expanded, portable, same
from skillaudit.disk.state import state_folder
from skillaudit.disk.unfinished import collect
from skillaudit.errors import UsageError


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("tea", "tea"),
        ("CON", "CON-skill"),
        ("nul.txt", "nul-skill.txt"),
        ("COM1", "COM1-skill"),
        ("com10", "com10"),
        ("console", "console"),
        ("tea. .", "tea"),
        ("..", "skill"),
        (" a:b?c\\d ", "a-b-c-d"),
        ("cafe\u0301", "caf\u00e9"),
        ("\u00e9" * 300, "\u00e9" * 100),
        ("\ufffd", "\ufffd"),
        ("", "skill"),
        ("a\udce9b", "a-b"),
    ],
)
def test_names_suit_every_system(name: str, wanted: str) -> None:
    assert portable(name) == wanted


@given(st.text(max_size=300))
def test_any_name_becomes_one_that_stays_as_it_is(name: str) -> None:
    found = portable(name)
    assert found == portable(found)
    assert 0 < len(found.encode()) <= 210
    assert not set(found) & set('<>:"/\\|?*\0')
    assert found not in (".", "..")


@pytest.mark.parametrize(
    ("one", "other"), [("Tea", "tea"), ("caf\u00e9", "CAFE\u0301"), ("Stra\u00dfe", "strasse")]
)
def test_twins_are_the_same(one: str, other: str) -> None:
    assert same(one) == same(other)


def test_a_home_that_is_nobodys_is_a_path_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert expanded("~/x") == Path("/home/me/x")
    assert expanded("~nobody-at-all/x") == Path("~nobody-at-all/x")


def test_variables_that_name_nobodys_home_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKILLAUDIT_CACHE", "~nobody-at-all/x")
    with pytest.raises(UsageError, match="no such user"):
        cache_folder()
    monkeypatch.setenv("SKILLAUDIT_STATE", "~nobody-at-all/x")
    with pytest.raises(OSError, match="no such user"):
        state_folder()
    collect(again=True)
