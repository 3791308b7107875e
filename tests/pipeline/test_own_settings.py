"""What the library says about its own audit stands in the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.pipeline import audit, making
from skillaudit.pipeline.assemble import assemble
from skillaudit.pipeline.own_settings import undeclared, with_own_settings
from skillaudit.schema import Library, OwnSettings, Report, Skill
from tests.conftest import SAMPLES
from tests.formatters.reports import make_report

SOURCE = SAMPLES / "black_hole"


def test_what_the_settings_said_reaches_the_report() -> None:
    own = OwnSettings(file="x", notices=("x speaks.",))
    config = Config(scorer="lexical", use_cache=False, law=False, own_settings=own)
    found = audit([SOURCE], config).own_settings
    assert found is not None and found.file == "x" and found.notices[0] == "x speaks."


def test_declared_routers_that_would_be_black_holes_are_named() -> None:
    report = make_report()
    holes = [msgspec.structs.replace(hole, declared=True) for hole in report.black_holes]
    assert holes
    declared = msgspec.structs.replace(report, black_holes=tuple(holes))
    own = with_own_settings(declared, OwnSettings(notices=("x speaks.",))).own_settings
    assert own.routers == tuple(hole.skill for hole in holes)
    assert own.notices[0] == "x speaks."
    assert own.notices[1].startswith(f"The library says that {holes[0].skill} is a router")
    assert with_own_settings(report, OwnSettings()).own_settings == OwnSettings()


def test_in_isolation_no_skill_is_declared_a_router() -> None:
    library = load([SOURCE])
    routers = [skill.id for skill in library.skills if skill.declared_router]
    assert routers
    alone = undeclared(library)
    assert [skill.id for skill in alone.skills] == [skill.id for skill in library.skills]
    assert not any(skill.declared_router for skill in alone.skills)


def test_an_isolated_audit_counts_no_declared_router(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Library] = []

    def spy(library: Library, shown: Sequence[Skill], *others: Any) -> Report:
        seen.append(library)
        return assemble(library, shown, *others)

    monkeypatch.setattr(making, "assemble", spy)
    for isolated in (False, True):
        own = OwnSettings(isolated=isolated)
        audit([SOURCE], Config(scorer="lexical", use_cache=False, law=False, own_settings=own))
    assert [any(skill.declared_router for skill in library.skills) for library in seen] == [True, False]
