"""Figures: one way to write each kind of number."""

from __future__ import annotations

import pytest

from skillaudit.page.figures import (
    amount,
    between,
    decimal,
    meter,
    number,
    percent,
    plural,
    points,
    rate,
    severity_span,
    size,
    some,
    whisker,
)  # fmt: skip
from skillaudit.schema import Estimate


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.0, "0.0%"), (0.1234, "12.3%"), (0.0004, "0.0%"), (1.0, "100.0%")]
)
def test_percent(value: float | None, text: str) -> None:
    assert percent(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.0, "0.0"), (3.44, "3.4"), (9.94, "9.9"), (9.95, "10"), (1234.0, "1,234")],
)
def test_amount(value: float | None, text: str) -> None:
    assert amount(value) == text


def estimate(value: float | None, low: float | None, high: float | None) -> Estimate:
    return Estimate(value=value, low=low, high=high)


@pytest.mark.parametrize(
    ("value", "low", "high", "text"),
    [
        (0.72, 0.22, 0.94, "72% (22 to 94)"),
        (0.8861, 0.474, 1.0, "89% (47 to 100)"),
        (0.123, 0.12, 0.131, "12.3% (12.0 to 13.1)"),
        (0.9987, 0.9985, 0.9991, "99.87% (99.85 to 99.91)"),
        (0.5, 0.5, 0.5, "50.0% (50.0 to 50.0)"),
        (0.655172, 0.655171, 0.655173, "65.5%"),
        (0.5, None, 0.6, "50.0%"),
        (None, None, None, "–"),
    ],
)
def test_a_rate_has_the_decimals_that_its_interval_carries(
    value: float | None, low: float | None, high: float | None, text: str
) -> None:
    assert rate(estimate(value, low, high)) == text == between(value, low, high)


def test_other_estimates_have_their_ends_behind_them() -> None:
    assert size(estimate(52, 0, 92188)) == "52 (0 to 92,188)"
    assert size(estimate(52, 0, None)) == "more than 0 (likeliest 52)"
    assert size(estimate(None, None, None)) == "any number"
    assert number(estimate(0.12345, 0.1, None)) == "0.123 (0.1 to beyond reach)"
    assert number(estimate(2, 2, 2)) == "2" and number(estimate(None, None, None)) == "not found"
    assert points(0.0123) == "+1.2" and points(-0.00001) == "0.0" and points(None) == "–"
    assert decimal(None) == "–" and decimal(0.456) == "0.46"


def test_counts_are_in_words() -> None:
    assert plural(1, "skill") == "1 skill" and plural(2311, "skill") == "2,311 skills"
    assert plural(2, "copy", "copies") == "2 copies"
    assert some(["a", "b", "c"], 2) == "a, b and 1 more" and some(["a", "b"], None) == "a, b"


def test_severity_is_a_word_and_a_sign() -> None:
    assert severity_span("error").text == "error !!"
    assert severity_span("warning").text.split() == ["warn", "!"]
    assert severity_span("info").tone == "info"


@pytest.mark.parametrize(
    ("value", "bar"), [(0.0, ""), (1.0, "████"), (0.5, "██"), (0.53125, "██▏"), (None, ""), (2.0, "████")]
)
def test_meter_is_drawn_to_an_eighth(value: float | None, bar: str) -> None:
    filled, rest = meter(value, 4)
    assert filled.text == bar
    assert len(filled.text) + len(rest.text) == 4


def test_whisker_has_its_dot_at_the_value_and_strokes_over_the_interval() -> None:
    spans = whisker(Estimate(value=0.5, low=0.3, high=0.6), 11)
    assert "".join(span.text for span in spans) == "···━━●━····"
    ends = whisker(Estimate(value=1.0, low=0.9, high=1.0), 11)
    assert "".join(span.text for span in ends) == "·········━●"


def test_whisker_without_a_value_is_empty() -> None:
    assert whisker(Estimate(value=None, low=None, high=None), 5)[0].text == "·····"
