"""One drawing of a curve in each medium: points stand where they belong, and what is said is said."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from skillaudit.page.blocks import Curve, Line, Point
from skillaudit.page.html import svg
from skillaudit.page.layout import layout
from skillaudit.page.markdown import render as markdown
from skillaudit.schema import Estimate


def point(x: float, y: float, spread: float = 0.1) -> Point:
    return Point(x, Estimate(value=y, low=max(y - spread, 0.0), high=min(y + spread, 1.0)))


FALLING = Line("a <b>", (point(10, 1.0), point(100, 0.5), point(1000, 0.0)))
OTHER = Line("b", (point(10, 0.0), point(1000, 1.0)), reference=True)


def drawn(curve: Curve, width: int = 60) -> list[str]:
    return ["".join(span.text for span in line) for line in layout([curve], width)]


def test_a_page_places_points_by_the_logarithm() -> None:
    root = ElementTree.fromstring(svg(Curve("t", (FALLING,), log=True)))
    circles = [
        (float(mark.get("cx", "")), float(mark.get("cy", "")))
        for mark in root.iter()
        if mark.tag.endswith("circle")
    ]
    (left, top), (middle, half), (right, bottom) = circles
    assert middle == pytest.approx((left + right) / 2, abs=0.2)
    assert half == pytest.approx((top + bottom) / 2, abs=0.2)
    assert top < bottom
    assert "100: 50% (40 to 60)" in "".join(root.itertext())


def test_names_stand_for_places_and_text_stays_text() -> None:
    named = Curve(
        "t", (Line("x", tuple(point(n, 0.5) for n in (0.0, 1.0, 2.0))),), names=("none & all", "half", "all")
    )
    assert ">none &amp; all<" in svg(named)
    assert [line.split()[0] for line in drawn(named)] == ["none", "half", "all"]
    assert "| half | 50% (40 to 60) |" in markdown([named])
    both = Curve("t", (FALLING, OTHER), log=True)
    assert "a &lt;b&gt;" in svg(both) and "b (published)" in svg(both) and "stroke-dasharray" in svg(both)


def test_one_curve_is_written_out_and_several_are_plotted() -> None:
    assert drawn(Curve("t", (FALLING,), log=True))[1].startswith("100 skills    50% (40 to 60)")
    lines = drawn(Curve("t", (FALLING, OTHER), log=True), 29)
    assert lines[0] == " 100% |A" + " " * 19 + "B" and lines[12] == "   0% |B" + " " * 19 + "A"
    assert lines[6][7 + 10] == "A" and lines[13] == "      +" + "-" * 21
    assert lines[14].split() == ["10", "100", "1,000"] and lines[16:] == [
        "       A a <b>",
        "       B b (published)",
    ]


def test_many_sizes_are_marked_by_round_numbers() -> None:
    many = Line("m", tuple(point(n, 0.5) for n in range(7, 300)))
    ticks = drawn(Curve("t", (many, OTHER), log=True))[14].split()
    assert ticks == ["7", "20", "50", "100", "200", "500", "1,000"]


@pytest.mark.parametrize("curve", [Curve("t", ()), Curve("t", (Line("x", ()),))])
def test_without_a_point_nothing_is_drawn(curve: Curve) -> None:
    assert svg(curve) == "" and drawn(curve) == [] and markdown([curve]) == ""
