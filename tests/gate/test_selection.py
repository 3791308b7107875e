"""Selectors: which of several matches decides."""

from __future__ import annotations

import pytest

from skillaudit.errors import UsageError
from skillaudit.gate import PathRule, Selection, check_selectors, known_rules
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
