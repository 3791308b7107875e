"""Real audits of the sample libraries say the numbers that the golden files pin; see `tests.numbers`."""

from __future__ import annotations

import json
from math import isclose
from typing import Any

import pytest

from tests.numbers import GOLDEN, PINNED, audited, numbers

RELATIVE, ABSOLUTE = 1e-3, 1e-4
"""Other processors and libraries differ in the last digits of a number; nothing else may."""


def differences(found: Any, golden: Any, where: str) -> list[str]:
    """Return one line for each place where two values differ by more than noise."""
    if isinstance(found, dict) and isinstance(golden, dict):
        out = [f"{where}: {name} is new" for name in found.keys() - golden.keys()]
        out += [f"{where}: {name} is gone" for name in golden.keys() - found.keys()]
        for name in found.keys() & golden.keys():
            out += differences(found[name], golden[name], f"{where}, {name}")
        return out
    if isinstance(found, list) and isinstance(golden, list) and len(found) == len(golden):
        pairs = enumerate(zip(found, golden, strict=True), 1)
        return [line for at, (a, b) in pairs for line in differences(a, b, f"{where} [{at}]")]
    numeric = all(isinstance(one, float | int) and not isinstance(one, bool) for one in (found, golden))
    if numeric and isclose(found, golden, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
        return []
    return [] if found == golden else [f"{where}: {found!r}, not {golden!r}"]


@pytest.mark.parametrize("name", PINNED)
def test_an_audit_says_the_pinned_numbers(name: str) -> None:
    golden = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    found = differences(numbers(audited(name)), golden, name)
    assert not found, "\n".join(sorted(found)) + f"\nmeant? python -m tests.numbers {name}"


def test_noise_passes_and_a_changed_digit_does_not() -> None:
    assert not differences({"a": [0.5, 100, None, "x"]}, {"a": [0.50001, 100.05, None, "x"]}, "")
    for other in (
        [0.502, 100, None, "x"],
        [0.5, 101, None, "x"],
        [0.5, 100, 0.0, "x"],
        [0.5, 100, None, "y"],
        [0.5],
    ):
        assert differences({"a": [0.5, 100, None, "x"]}, {"a": other}, "")
    assert differences({"a": 1}, {"b": 1}, "") == [": a is new", ": b is gone"]
    assert differences({"a": True}, {"a": 1.0001}, "")
