"""Rounding of a report."""

from __future__ import annotations

import numpy as np

from skillaudit.config import Config
from skillaudit.pipeline import audit
from skillaudit.pipeline.rounding import rounded
from skillaudit.schema import Estimate, LawForm, LibraryCurve, Pair, Record, Rival
from tests.conftest import SAMPLES


class Inner(Record):
    name: str
    parts: tuple[tuple[str, float], ...]


class Outer(Record):
    texts: tuple[str, ...]
    inner: Inner | None
    many: tuple[Inner, ...]
    count: int = 7


def test_floats_at_any_depth_are_rounded_and_nothing_else_changes() -> None:
    inner = Inner(name="a", parts=(("x", 0.123456), ("y", 1.0)))
    found = rounded(Outer(texts=("0.123456",), inner=inner, many=(inner, inner)))
    expected = Inner(name="a", parts=(("x", 0.1235), ("y", 1.0)))
    assert found == Outer(texts=("0.123456",), inner=expected, many=(expected, expected))


def test_numbers_of_numpy_become_plain_and_minus_zero_becomes_zero() -> None:
    found = rounded(Estimate(value=np.float64(0.00001), low=-0.00001, high=None))
    assert type(found.value) is float
    assert str(found.low) == "0.0"
    assert found.high is None


def test_mappings_and_kept_fields() -> None:
    form = LawForm(
        form="capacity", parameters={"a": 0.99999}, r_squared=None, left_out_error=None, chosen=True
    )
    curve = LibraryCurve(points=(), forms=(form,))
    assert rounded(curve).forms[0].parameters == {"a": 1.0}
    assert rounded(curve, keep=("forms",)) == curve


def test_records_without_anything_to_round_are_handed_back() -> None:
    pair = Pair(a="a", b="b", cosine=0.123456, a_to_b=0.0, b_to_a=0.0)
    assert rounded(pair).cosine == 0.1235
    assert rounded(Rival(id="a", cosine=0.5)) == Rival(id="a", cosine=0.5)


def test_the_costs_of_findings_are_rounded() -> None:
    report = audit([SAMPLES / "black_hole"], Config(scorer="lexical", use_cache=False))
    costs = [finding.cost for finding in report.findings]
    assert any(cost.harm for cost in costs)
    assert [rounded(cost) for cost in costs] == costs
