"""Profiles of routers: what they say of themselves, where they reach, and when they are old."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from skillaudit.errors import UsageError
from skillaudit.routing.profiles import (
    CLASSES,
    STALE_DAYS,
    RouterProfile,
    built_in,
    check_name,
    classes,
    find,
    newest,
    profiles,
)

BARE = RouterProfile(name="mine", kind="choice", description="a model", training="a log")


@pytest.mark.parametrize(
    ("known", "clause"),
    [
        ({}, "mine: a model"),
        ({"decisions": 1200}, "mine: a model, fitted on 1,200 recorded decisions (a log)"),
        (
            {"decisions": 7, "libraries": 1},
            "mine: a model, fitted on 7 recorded decisions over 1 library (a log)",
        ),
        (
            {"decisions": 7, "libraries": 2000, "request_sets": 1},
            "mine: a model, fitted on 7 recorded decisions over 2,000 libraries and 1 request set (a log)",
        ),
        (
            {"decisions": 7, "request_sets": 3, "date": "2026-11-01"},
            "mine: a model, fitted on 7 recorded decisions and 3 request sets until 2026-11-01 (a log)",
        ),
        ({"libraries": 2, "request_sets": 2, "date": "2026-11-01"}, "mine: a model"),
        ({"date": "2001-01-01"}, "mine: a model; the latest that are known are over a year younger"),
    ],
)
def test_a_profile_says_what_it_was_fitted_on(known: dict[str, Any], clause: str) -> None:
    assert msgspec.structs.replace(BARE, **known).provenance == clause


def test_a_profile_is_old_a_year_after_its_last_decision() -> None:
    dated = msgspec.structs.replace(BARE, date="2025-01-01")
    assert STALE_DAYS >= 365
    assert not dated.stale("2025-12-31") and dated.stale("2026-12-31")
    assert not dated.stale("") and not BARE.stale("2026-12-31")
    assert newest() == max(profile.date for profile in built_in())


@pytest.mark.parametrize(("size", "beyond"), [(0, False), (4, True), (5, False), (90, False), (91, True)])
def test_a_profile_reaches_from_its_smallest_list_to_its_largest(size: int, beyond: bool) -> None:
    assert msgspec.structs.replace(BARE, sizes=(5, 90)).extrapolates(size) is beyond


def test_what_can_be_named_is_found_under_its_name() -> None:
    listed = profiles()
    names = [profile.name for profile in listed]
    assert len(set(names)) == len(names) and names[: len(built_in())] == [one.name for one in built_in()]
    assert {"local/hybrid", "local/dense", "local/lexical"} <= set(names)
    assert [one.name for one in classes()] == list(CLASSES)
    for profile in listed:
        scorer = "lexical" if profile.kind == "choice" else profile.name.partition("/")[2]
        assert find(profile.name, scorer) == profile  # type: ignore[arg-type]  # a name of a table


def test_a_name_that_is_nearly_one_is_told_what_it_is_near_to() -> None:
    with pytest.raises(UsageError, match="the nearest are: frontier"):
        find("frontie", "hybrid")
    with pytest.raises(UsageError, match=r"the nearest are: .*, .*, "):
        find("\u2603", "hybrid")
    for name, stem in (("a/b", "a__b"), ("A.b_c@d+e-1", "A.b_c@d+e-1"), ("\u00e9", "\u00e9")):
        assert check_name(name) == stem
