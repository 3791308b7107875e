"""Effective numbers and false discoveries, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from skillaudit.stats.counting import benjamini_hochberg, effective_number


def test_effective_number() -> None:
    assert effective_number([]) == 0
    assert effective_number(["a"] * 5) == pytest.approx(1)
    assert effective_number(["a", "b", "c", "a", "b", "c"]) == pytest.approx(3)
    assert effective_number(["a", "a", "a", "b"]) == pytest.approx(4 / 3**0.75)


def test_benjamini_hochberg_by_hand() -> None:
    adjusted = benjamini_hochberg(np.array([0.04, 0.01, 0.03, 0.5]))
    np.testing.assert_allclose(adjusted, [0.16 / 3, 0.04, 0.16 / 3, 0.5])
    assert benjamini_hochberg(np.zeros(0)).size == 0
