"""What a probe can be set to."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit.asking.routers import parse_local
from skillaudit.errors import UsageError
from skillaudit.tui.probe_form import LOCAL, ROWS, Form
from skillaudit.tui.state import ReportState
from tests.tui import reports


def test_the_stand_ins_are_those_of_the_engine() -> None:
    assert [f"local/{parse_local(name)[0]}" for name in LOCAL] == list(LOCAL)


def test_rows_are_named_as_the_options_are() -> None:
    from skillaudit.cli.probe import command

    options = {option for parameter in command.params for option in parameter.opts}
    assert {f"--{row.name}" for row in ROWS} <= options


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("model", ""), ("model", "two words"), ("study", "nosuch"), ("study", ""), ("budget", ""), ("budget", "-1"),
        ("budget", "much"), ("budget", "inf"), ("budget", "nan"), ("repeats", "0"), ("repeats", "1.5"),
        ("repeats", ""), ("limit", "-3"), ("limit", "9" * 5000), ("limit", "²"), ("precision", "0"),
        ("precision", "0.6"), ("price", "1"), ("price", "1,2,3"), ("price", "-1,2"), ("price", "a,b"),
        ("api-base", "localhost"),
    ],
)  # fmt: skip
def test_what_a_row_cannot_hold_is_said_and_not_taken(name: str, text: str) -> None:
    form = Form()
    before = form[name]
    with pytest.raises(UsageError) as caught:
        form.set(name, text)
    assert "\n" not in str(caught.value) and form[name] == before


def test_the_settings_are_what_the_rows_say() -> None:
    form = Form()
    form.set("model", " openai/known ")
    form.set("budget", "$0.50")
    form.set("repeats", "2")
    form.set("limit", "10")
    form.set("precision", "0.05")
    form.set("price", "1, 10")
    form.set("api-base", "http://127.0.0.1:1/v1")
    settings = form.settings()
    assert (settings.model, settings.study, settings.budget, settings.no_budget) == (
        "openai/known", "accuracy", 0.5, False,
    )  # fmt: skip
    assert (settings.repeats, settings.limit, settings.precision) == (2, 10, 0.05)
    assert settings.price is not None and settings.price.of(1e6, 1e6) == pytest.approx(11)
    assert settings.api_base == "http://127.0.0.1:1/v1" and not form.local
    form.set("study", "decay")
    assert form.settings().precision is None


def test_untouched_rows_leave_the_engine_its_defaults() -> None:
    form = Form()
    settings = form.settings()
    assert form.local and settings.budget == 2.5
    assert (settings.limit, settings.precision, settings.price, settings.api_base) == (None,) * 4


def test_optional_rows_can_be_emptied() -> None:
    form = Form()
    form.set("limit", "5")
    form.set("limit", "  ")
    assert form["limit"] == ""


def test_choices_go_round() -> None:
    form = Form()
    assert form.step("study", -1) and form["study"] == "rescue"
    assert form.step("study", 1) and form["study"] == "accuracy"
    assert not form.step("budget", 1)
    form.set("model", "openai/gpt-4o")
    assert form.step("model", 1) and form["model"] == LOCAL[0]
    form.set("model", "openai/gpt-4o")
    assert form.step("model", -1) and form["model"] == LOCAL[-1]


def test_a_copy_stays_as_it_is() -> None:
    form = Form()
    other = form.copy()
    form.set("study", "decay")
    assert other["study"] == "accuracy" and other.rows != form.rows


def test_a_form_begins_with_the_scorer_of_the_audit() -> None:
    assert Form()["model"] == LOCAL[0] and Form("lexical")["model"] == "local/lexical"
    report = msgspec.structs.replace(
        reports.small(), forecast=msgspec.structs.replace(reports.small().forecast, scorer="lexical")
    )
    assert ReportState(report).probing.form["model"] == "local/lexical"
