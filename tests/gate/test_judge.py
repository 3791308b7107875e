"""Decisions of the gate: limits, severities, and what they are compared with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec.structs import replace

from skillaudit.clients import listing, select
from skillaudit.config import Config, Gate
from skillaudit.errors import UsageError
from skillaudit.formatters import concise, github, junit, sarif, text
from skillaudit.gate import Selection, judge
from skillaudit.load import load
from skillaudit.pipeline import audit
from skillaudit.schema import Estimate
from tests.clients.libraries import many
from tests.formatters.reports import make_finding, make_report

CLEAN = make_report(findings=())


@pytest.mark.parametrize(
    ("gate", "passed"),
    [
        (Gate(), True),
        (Gate(max_hijack=0.12), True),
        (Gate(max_hijack=0.119), False),
        (Gate(min_accuracy=0.8), True),
        (Gate(min_accuracy=0.81), False),
        (Gate(max_false_trigger=0.3), True),
        (Gate(max_false_trigger=0.29), False),
        # The interval of hijack is 0.08 to 0.16, of accuracy 0.76 to 0.84, of false triggers 0.2 to 0.4.
        (Gate(max_hijack=0.15, gate_on="high"), False),
        (Gate(max_hijack=0.16, gate_on="high"), True),
        (Gate(max_hijack=0.09, gate_on="low"), True),
        (Gate(max_hijack=0.07, gate_on="low"), False),
        (Gate(min_accuracy=0.77, gate_on="high"), False),
        (Gate(min_accuracy=0.75, gate_on="high"), True),
        (Gate(min_accuracy=0.83, gate_on="low"), True),
        (Gate(min_accuracy=0.85, gate_on="low"), False),
    ],
)
def test_limits(gate: Gate, passed: bool) -> None:
    verdict = judge(CLEAN, gate)
    assert verdict.passed is passed
    assert verdict.exit_code == (0 if passed else 1)
    assert bool(verdict.reasons) is not passed


def test_a_limit_that_nothing_can_judge_fails() -> None:
    verdict = judge(make_report(findings=(), hijack=None), Gate(max_hijack=1.0))
    assert not verdict.passed
    assert "cannot be judged" in verdict.reasons[0]


def test_that_nothing_was_forecast_is_told_and_fails_nothing_by_itself(
    write_skill: Callable[..., Path], tmp_path: Path
) -> None:
    none = replace(CLEAN.forecast, accuracy=Estimate(value=None, low=None, high=None))
    unasked = judge(replace(CLEAN, forecast=none), Gate())
    assert unasked.passed
    assert unasked.notes == (
        "Only false triggers were forecast, as no request judges any of 3 skills: beside them, files and lists were "
        "judged.",
    )
    none = replace(none, false_trigger=Estimate(value=None, low=None, high=None))
    assert judge(replace(CLEAN, forecast=none), Gate()).notes == (
        "No rate was forecast, as no request judges any of 3 skills: what was judged is files and lists.",
    )
    assert judge(CLEAN, Gate()).notes == ()

    for name in ("slides", "tables"):
        write_skill(name, f"Makes {name} of notes.", folder="repo/.github/skills")
    config = Config(scorer="lexical", use_cache=False, client="claude-code")
    library = select(load([tmp_path]), config)
    report = audit([tmp_path], config)
    assert "as none of 2 skills competes for requests" in judge(report, Gate()).notes[0]
    shown = listing(library.skills, "claude-code")
    for form in (text, concise, github, sarif, junit):
        said = " ".join(form.render(report, verdict=judge(report, Gate(), listing=shown)).split())
        assert "claude-code shows the model none of 2 skills" in said


def test_reasons_name_both_numbers() -> None:
    (reason,) = judge(CLEAN, Gate(max_hijack=0.1)).reasons
    assert reason == "Predicted hijack rate 12.0% is above the limit of 10.0% (max-hijack)."


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        (
            Gate(max_false_trigger=0.29),
            "false-trigger rate 30.0% is above the limit of 29.0% (max-false-trigger).",
        ),
        (Gate(min_accuracy=0.9), "accuracy 80.0% is below the limit of 90.0% (min-accuracy)."),
        (
            Gate(max_hijack=0.15, gate_on="high"),
            "hijack rate 16.0% (the high-risk end of its interval) is above the limit of 15.0% (max-hijack).",
        ),
        (
            Gate(min_accuracy=0.9, gate_on="low"),
            "accuracy 84.0% (the low-risk end of its interval) is below the limit of 90.0% (min-accuracy).",
        ),
    ],
)
def test_a_reason_says_which_rate_on_which_side_of_its_limit(gate: Gate, said: str) -> None:
    assert judge(CLEAN, gate).reasons == (f"Predicted {said}",)


@pytest.mark.parametrize(
    ("fail_on", "severities", "passed"),
    [
        ("error", ["warning", "info"], True),
        ("error", ["error"], False),
        ("warning", ["warning"], False),
        ("warning", ["info"], True),
        ("info", ["info"], False),
        ("never", ["error", "warning", "info"], True),
    ],
)
def test_severities(fail_on: Any, severities: list[str], passed: bool) -> None:
    findings = [make_finding(severity=severity) for severity in severities]  # type: ignore[arg-type]  # a case
    assert judge(make_report(findings=findings), Gate(fail_on=fail_on)).passed is passed


def test_a_reason_counts_findings_and_quotes_the_first() -> None:
    findings = [
        make_finding("SA301", ("b",), "error", "b takes all."),
        make_finding("SA002", ("a",), "error", "Bad."),
    ]
    verdict = judge(make_report(findings=findings), Gate())
    assert verdict.reasons == ("2 errors (SA002, SA301): b takes all.",)


def test_the_budget_of_a_client() -> None:
    shown = listing(many(120, 300), "copilot-cli")
    verdict = judge(CLEAN, Gate(max_budget=1.0), listing=shown)
    assert not verdict.passed
    assert "of the budget of copilot-cli" in verdict.reasons[0]
    assert judge(CLEAN, Gate(max_budget=1.0), listing=listing(many(10, 100), "copilot-cli")).passed
    with pytest.raises(UsageError, match="--client"):
        judge(CLEAN, Gate(max_budget=1.0))
    with pytest.raises(UsageError, match="no known budget"):
        judge(CLEAN, Gate(max_budget=1.0), listing=listing(many(3, 10), "gemini-cli"))


def test_a_budget_that_is_used_up_to_the_limit_passes() -> None:
    shown = listing(many(120, 300), "copilot-cli")
    share = shown.whole / (shown.budget or 0)
    assert judge(CLEAN, Gate(max_budget=share), listing=shown).passed
    assert not judge(CLEAN, Gate(max_budget=share - 1e-9), listing=shown).passed


def test_the_conclusion_names_every_limit_and_what_fails() -> None:
    report = make_report(findings=[make_finding(severity="error"), make_finding(severity="info")])
    said = judge(report, Gate(max_hijack=0.5, min_accuracy=0.1)).conclusion
    assert (
        said
        == "FAILED: fail-on error: 1 of 2 findings; held: max-hijack 50.0%: 12.0%; min-accuracy 10.0%: 80.0%."
    )
    assert judge(report, Gate(fail_on="never")).conclusion == (
        "PASSED: no limit on a rate was set; findings never fail."
    )


@pytest.mark.parametrize("gate", [Gate(fail_on=cast(Any, "errors")), Gate(gate_on=cast(Any, "upper"))])
def test_settings_that_make_no_sense(gate: Gate) -> None:
    with pytest.raises(UsageError, match="it can be"):
        judge(CLEAN, gate)


def test_findings_left_out_by_selection_do_not_fail() -> None:
    report = make_report(findings=[make_finding(severity="error")])
    verdict = judge(report, Gate(), selection=Selection(ignore=("SA2",)))
    assert verdict.passed and verdict.findings == ()
    raised = judge(
        make_report(findings=[make_finding()]), Gate(), selection=Selection(severity={"SA202": "error"})
    )
    assert not raised.passed and raised.findings[0].severity == "error"


def test_what_could_not_be_read_is_named_in_the_conclusion() -> None:
    row = make_finding("SA001", (), message="tools.jsonl:3 was not loaded.", path="tools.jsonl:3")
    one = judge(make_report(findings=(row,)), Gate())
    assert one.passed and one.conclusion.endswith("; 1 file or row could not be read, tools.jsonl:3.")
    two = judge(make_report(findings=(row, row)), Gate())
    assert two.conclusion.endswith("; 2 files or rows could not be read, tools.jsonl:3 first.")
    meant = make_finding("SA001", (), "info", path="references")
    assert "could not be read" not in judge(make_report(findings=(meant,)), Gate()).conclusion
