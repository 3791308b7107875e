"""Selectors: which of several matches decides."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from skillaudit.errors import UsageError
from skillaudit.gate import PathRule, Selection, check_selectors, known_rules
from skillaudit.gate.decisions import selection_of, suppressions_of
from skillaudit.settings import resolve
from tests.formatters.reports import make_finding

FINDING = make_finding("SA202", path="drafts/alpha/SKILL.md")


@pytest.mark.parametrize(
    ("selection", "kept"),
    [
        (Selection(), True),
        (Selection(ignore=("ALL",)), False),
        (Selection(ignore=("SA2",)), False),
        (Selection(ignore=("SA3",)), True),
        (Selection(select=("SA202",), ignore=("SA2",)), True),
        (Selection(select=("SA2",), ignore=("SA202",)), False),
        (Selection(select=("SA2",), ignore=("SA2",)), False),
        (Selection(select=("SA3",)), False),
        (Selection(select=("confusable-pair",), ignore=("SA202",)), False),
        (Selection(select=("sa202",)), True),
        (Selection(per_path=(PathRule(pattern="drafts/*", ignore=("SA2",)),)), False),
        (Selection(per_path=(PathRule(pattern="drafts/*", ignore=("SA3",)),)), True),
        (Selection(per_path=(PathRule(pattern="other/*", ignore=("ALL",)),)), True),
    ],
)
def test_the_longest_selector_decides(selection: Selection, kept: bool) -> None:
    assert (selection.keep(FINDING) is not None) is kept


def test_a_finding_without_a_place_is_in_no_path() -> None:
    nowhere = msgspec.structs.replace(FINDING, location=None)
    assert Selection(per_path=(PathRule(pattern="*", ignore=("ALL",)),)).keep(nowhere) == nowhere


def test_settings_say_which_rules_count_and_what_is_excused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        "select = ['SA2']\nextend-select = ['SA301']\nignore = ['SA204']\nextend-ignore = ['SA203']\n"
        "severity = {'SA202' = 'error'}\nper-path-ignores = {'drafts/*' = ['SA2']}\n"
        "[[suppress]]\nrules = ['SA202']\nskills = ['alpha']\nreason = 'because'\n"
    )
    settings = resolve(config=path, environ={})
    assert selection_of(settings) == Selection(
        select=("SA2", "SA301"),
        ignore=("SA204", "SA203"),
        severity={"SA202": "error"},
        per_path=(PathRule(pattern="drafts/*", ignore=("SA2",)),),
    )
    (one,) = suppressions_of(settings)
    assert (one.codes, one.skills, one.reason, one.where) == (("SA202",), ("alpha",), "because", "config")
    assert one.location is not None and one.location.path.endswith("mine.toml") and one.location.line == 7
    assert suppressions_of(resolve(environ={})) == ()


@pytest.mark.parametrize(
    "line",
    [
        *(f"{key} = ['SA9x']" for key in ("select", "ignore", "extend-select", "extend-ignore")),
        "severity = {'SA9x' = 'error'}",
        "per-path-ignores = {'x' = ['SA9x']}",
    ],
)
def test_a_selector_of_the_settings_that_names_no_rule_is_refused(tmp_path: Path, line: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(line)
    with pytest.raises(UsageError, match=f"mine.toml.*{line.partition(' ')[0]}: no rule is called 'SA9x'"):
        selection_of(resolve(config=path, environ={}))


def test_severity_of_the_longest_selector() -> None:
    kept = Selection(severity={"SA2": "info", "SA202": "error", "ALL": "warning"}).keep(FINDING)
    assert kept is not None and kept.severity == "error"
    assert kept.fingerprint == FINDING.fingerprint


def test_unknown_selectors_name_the_nearest() -> None:
    check_selectors(["ALL", "SA2", "black-hole", "sa301"], "--select")
    with pytest.raises(
        UsageError, match="--ignore: no rule is called 'black-hol'; did you mean 'black-hole'"
    ):
        check_selectors(["black-hol"], "--ignore")
    with pytest.raises(UsageError, match="no rule is called ''"):
        check_selectors([""], "--select")


def test_codes_are_unique() -> None:
    assert len(set(known_rules().values())) == len(known_rules())
    assert {"SA901", "SA902", "SA903"} <= set(known_rules())
