"""Both forms reproduce the papers' own numbers, and fits keep to what their coefficients mean."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.laws.forms import Law, evaluate, fit
from skillaudit.laws.published import execution, published

SIZES = (5, 10, 20, 25, 30, 40, 50, 75, 100, 150, 200)
LAWS = {law.name: law for law in published()}


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("skill-laws-mean", {10: 0.74, 20: 0.71, 50: 0.67, 100: 0.64, 200: 0.61, 500: 0.57}),
        ("single-agent-gpt-4o-mini", {10: 0.95, 20: 0.90, 50: 0.72, 100: 0.45, 200: 0.20, 500: 0.05}),
        ("single-agent-gpt-4o", {10: 0.94, 20: 0.88, 50: 0.67, 100: 0.42, 200: 0.20, 500: 0.06}),
    ],
)
def test_published_curves_give_the_papers_figures(name: str, table: dict[int, float]) -> None:
    for n, value in table.items():
        assert LAWS[name].law.accuracy(n) == pytest.approx(value, abs=0.0051)


def test_a_fit_to_the_rounded_table_of_the_first_paper_gives_its_coefficients() -> None:
    law = fit("logarithmic", [10, 20, 50, 100, 200, 500], [0.74, 0.71, 0.67, 0.64, 0.61, 0.57])
    assert law.a == pytest.approx(0.834, abs=0.01)
    assert law.b == pytest.approx(0.042, abs=0.002)
    assert (law.r_squared or 0) > 0.97
    assert 100 * (law.b or 0) * 0.6931 == pytest.approx(3, abs=0.2), "about three points per doubling"


@pytest.mark.parametrize(
    ("name", "kappa", "gamma"),
    [("single-agent-gpt-4o-mini", 91.8, 1.72), ("single-agent-gpt-4o", 83.5, 1.56)],
)
def test_a_fit_to_the_rounded_curve_of_the_second_paper_gives_its_coefficients(
    name: str, kappa: float, gamma: float
) -> None:
    accuracy = [round(value, 2) for value in evaluate(LAWS[name].law, SIZES)]
    law = fit("capacity", SIZES, accuracy)
    assert law.kappa == pytest.approx(kappa, rel=0.01)
    assert law.gamma == pytest.approx(gamma, abs=0.03)
    assert law.alpha == pytest.approx(0.97, abs=0.005)
    assert (law.r_squared or 0) > 0.97


def test_kappa_is_where_half_the_accuracy_is_left() -> None:
    law = LAWS["single-agent-gpt-4o-mini"].law
    assert law.accuracy(91.8) == pytest.approx(0.485, abs=0.001)


def test_coefficients_that_were_fitted_here_come_out_of_the_printed_points() -> None:
    entry = LAWS["lifecycle-survey"]
    law = fit("capacity", [n for n, _ in entry.measured], [value for _, value in entry.measured])
    assert law.alpha == pytest.approx(entry.law.alpha, abs=0.001)
    assert law.kappa == pytest.approx(entry.law.kappa, rel=0.001)
    assert law.gamma == pytest.approx(entry.law.gamma, abs=0.001)


def test_execution_law_gives_the_first_papers_figures() -> None:
    law = execution()
    assert law.gamma(0.042) == pytest.approx(1.37, abs=0.005)
    routing = LAWS["skill-laws-mean"].law
    for n, value in {20: 0.23, 100: 0.15, 500: 0.10}.items():
        assert routing.accuracy(n) ** (1.41 * 3) == pytest.approx(value, abs=0.006)
        assert law.accuracy(routing.accuracy(n), 3, b=0.042) == pytest.approx(value, abs=0.015)
    assert law.accuracy(0.8, 3) == pytest.approx(0.512)
    assert law.accuracy(0.8, 1, b=0.042) == pytest.approx(0.8)


def test_every_published_law_names_source_and_range() -> None:
    for law in LAWS.values():
        assert "arXiv" in law.source and law.sizes[0] < law.sizes[1]
        assert law.extrapolates(law.sizes[1] + 1) and not law.extrapolates(law.sizes[0])


@settings(max_examples=40, deadline=None)
@given(a=st.floats(0.5, 1.0), b=st.floats(0.0, 0.1))
def test_a_line_is_found_again(a: float, b: float) -> None:
    sizes = [5, 20, 80, 320]
    law = fit("logarithmic", sizes, [a - b * v for v in (1.6094379, 2.9957323, 4.3820266, 5.7683210)])
    assert law.a == pytest.approx(a, abs=1e-6) and law.b == pytest.approx(b, abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(alpha=st.floats(0.7, 0.99), kappa=st.floats(30, 400), gamma=st.floats(0.7, 2.5))
def test_a_capacity_curve_is_found_again(alpha: float, kappa: float, gamma: float) -> None:
    truth = Law(form="capacity", alpha=alpha, kappa=kappa, gamma=gamma, epsilon=0.0)
    law = fit("capacity", SIZES, evaluate(truth, SIZES))
    for n in (5, 60, 200):
        assert law.accuracy(n) == pytest.approx(truth.accuracy(n), abs=1e-3)


def test_interference_is_told_apart_from_size() -> None:
    truth = Law(form="capacity", alpha=0.95, kappa=120.0, gamma=1.3, epsilon=0.3)
    bumps = [0.1, 0.5, 0.2, 0.6, 0.1, 0.4, 0.3, 0.6, 0.2, 0.5, 0.1]
    law = fit("capacity", SIZES, evaluate(truth, SIZES, bumps), bumps)
    assert law.epsilon == pytest.approx(0.3, abs=0.01)
    assert law.kappa == pytest.approx(120, rel=0.05)


@pytest.mark.parametrize("name", list(LAWS))
def test_size_at_is_the_inverse_of_accuracy(name: str) -> None:
    law = LAWS[name].law
    size = law.size_at(0.6)
    assert size is not None
    assert law.accuracy(size) == pytest.approx(0.6, abs=1e-6)
    assert law.size_at(0.999) in (0.0, pytest.approx(1, abs=25))


def test_a_flat_law_never_crosses_its_floor() -> None:
    assert Law(form="logarithmic", a=0.9, b=0.0).size_at(0.8) is None


def test_one_size_is_no_curve() -> None:
    with pytest.raises(ValueError, match="two sizes"):
        fit("capacity", [5, 5], [0.9, 0.8])
