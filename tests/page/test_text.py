"""The text report."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from skillaudit.config import Gate
from skillaudit.formatters import render
from skillaudit.formatters.text import render as render_text
from skillaudit.gate import judge
from skillaudit.page.lines import cells
from skillaudit.schema import Estimate
from tests.reports import skill_report, small_report

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.mark.parametrize(
    ("form", "name"), [("text", "report.txt"), ("markdown", "report.md"), ("json", "report.json")]
)
def test_golden(form: str, name: str) -> None:
    text = render(form, small_report())
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert text == path.read_text(encoding="utf-8")


def test_no_line_is_wider_than_80_cells() -> None:
    wide = small_report()
    skills = tuple(skill_report(f"{'部署' * 30}-{i}", absorbed=2.0) for i in range(20))
    report = msgspec.structs.replace(wide, skills=skills)
    assert max(cells(line) for line in render_text(report, rows=None).splitlines()) <= 80


def test_what_is_left_out_is_counted_and_all_shows_it() -> None:
    skills = tuple(skill_report(f"skill-{i:02}") for i in range(20))
    report = msgspec.structs.replace(small_report(), skills=skills)
    short, whole = render_text(report), render_text(report, rows=None)
    assert "... and 8 skills more (--all shows them)" in short
    assert "skill-19" not in short
    assert all(f"skill-{i:02}" in whole for i in range(20))


def test_a_library_that_nothing_judges_shows_no_rate() -> None:
    report = small_report()
    unknown = Estimate(value=None, low=None, high=None)
    forecast = msgspec.structs.replace(
        report.forecast, accuracy=unknown, hijack=unknown, no_skill=unknown, false_trigger=unknown
    )
    text = render_text(msgspec.structs.replace(report, forecast=forecast))
    assert "hijack  " not in text
    assert "A prior over language models." in text


def test_the_gate_s_decision_comes_first() -> None:
    report = small_report()
    assert render_text(report, verdict=judge(report, Gate(max_hijack=0.1))).splitlines()[3] == "FAILED"
    clean = msgspec.structs.replace(report, findings=())
    assert render_text(clean, verdict=judge(clean, Gate(max_hijack=0.5))).splitlines()[3] == "PASSED"
