"""The law's curve and the clients on the HTML page."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import msgspec

from skillaudit.formatters import render
from skillaudit.formatters.html_law import clients, law
from tests.reports import small_report


def test_the_section_says_in_words_what_the_chart_shows() -> None:
    section = ElementTree.fromstring("".join(law(small_report())))
    said = "".join(section.itertext())
    assert "Room above 60.0%: 60 more skills of this kind." in said
    curve = small_report().law
    assert curve is not None
    assert all(f"{point.n} skills" in said for point in curve.points)
    assert section.find(".//div[@id='law']") is not None


def test_without_a_curve_there_is_no_section() -> None:
    assert list(law(msgspec.structs.replace(small_report(), law=None))) == []
    assert list(clients(msgspec.structs.replace(small_report(), clients=()))) == []


def test_both_stand_on_the_page() -> None:
    page = render("html", msgspec.structs.replace(small_report(), client="codex"))
    assert 'id="law"' in page and '"target_id":"law"' in page
    assert "Codex (audited)" in page
    assert "400 bytes" in page
