"""The law's curve and the clients on the HTML page."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import msgspec

from skillaudit.formatters import render
from skillaudit.formatters.html_law import clients, law
from tests.reports import small_report


def test_the_curve_falls_as_accuracy_does_and_stays_on_the_page() -> None:
    section = ElementTree.fromstring("".join(law(small_report())))
    curve = section.find(".//polyline")
    assert curve is not None
    points = [tuple(map(float, pair.split(","))) for pair in curve.attrib["points"].split()]
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert [y for _, y in points] == sorted(y for _, y in points)
    assert all(0 <= x <= 640 and 0 <= y <= 240 for x, y in points)
    assert "Room above 60.0%: 60 more skills of this kind." in "".join(section.itertext())


def test_without_a_curve_there_is_no_section() -> None:
    assert list(law(msgspec.structs.replace(small_report(), law=None))) == []
    assert list(clients(msgspec.structs.replace(small_report(), clients=()))) == []


def test_both_stand_on_the_page() -> None:
    page = render("html", msgspec.structs.replace(small_report(), client="codex"))
    assert 'id="law"' in page
    assert "Codex (audited)" in page
    assert "400 bytes" in page
