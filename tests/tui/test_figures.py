"""Figures: one way to write each kind of number."""

from __future__ import annotations

import pytest

from skillaudit.schema import Estimate
from skillaudit.tui.figures import amount, bounds, decimal, estimate, meter, percent, severity_span, whisker


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


def test_estimates_carry_their_bounds() -> None:
    assert estimate(Estimate(value=0.5, low=0.4, high=0.61)) == "50.0% [40.0, 61.0]"
    assert estimate(Estimate(value=None, low=None, high=None)) == "–"
    assert bounds(0.1, None) == ""
    assert decimal(None) == "–"
    assert decimal(0.456) == "0.46"


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
