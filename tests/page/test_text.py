"""The text report."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from skillaudit.answer import answered
from skillaudit.config import Gate
from skillaudit.formatters import render
from skillaudit.formatters.text import render as render_text
from skillaudit.gate import judge
from skillaudit.page.lines import cells
from skillaudit.schema import Cost, Estimate
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
    assert max(cells(line) for line in render_text(report, everything=True).splitlines()) <= 80


def test_what_is_left_out_is_counted_and_all_shows_it() -> None:
    one = small_report().findings[0]
    found = tuple(msgspec.structs.replace(one, message=f"skill-{i:02} takes all.") for i in range(20))
    report = msgspec.structs.replace(small_report(), findings=found)
    short, whole = render_text(report), render_text(report, everything=True)
    assert "20 FINDINGS  10 of 20, " in short and "10 more       10 SA301" in short
    assert "skill-19" not in short
    assert all(f"skill-{i:02}" in whole for i in range(20))


def test_a_library_that_nothing_judges_shows_no_rate() -> None:
    report = small_report()
    unknown = Estimate(value=None, low=None, high=None)
    forecast = msgspec.structs.replace(
        report.forecast, accuracy=unknown, hijack=unknown, no_skill=unknown, false_trigger=unknown
    )
    text = render_text(answered(msgspec.structs.replace(report, forecast=forecast)))
    assert "hijack  " not in text
    assert "of 100 times" not in text


def test_what_happens_comes_first_and_the_gate_s_decision_last() -> None:
    report = small_report()
    lines = render_text(report, verdict=judge(report, Gate(max_hijack=0.1))).splitlines()
    assert lines[4] == "IN SHORT" and "FAILED" in lines
    assert lines[-1] == "  FAILED: max-hijack 10.0%: 25.0%; fail-on error: 1 of 1 findings."
    clean = msgspec.structs.replace(report, findings=())
    lines = render_text(clean, verdict=judge(clean, Gate(max_hijack=0.5))).splitlines()
    assert lines[-1] == "  PASSED: max-hijack 50.0%: 25.0%; fail-on error: 0 of 0 findings."
    assert render_text(clean, verdict=judge(clean, Gate())).splitlines()[-1] == (
        "  PASSED: no limit on a rate was set; fail-on error: 0 of 0 findings."
    )


def test_the_short_text_has_at_most_sixty_lines_whatever_was_found() -> None:
    report = small_report()
    one = report.findings[0]
    found = tuple(
        msgspec.structs.replace(one, code=f"SA3{i:02}", message=f"finding {i} " * 40) for i in range(40)
    )
    for many in (report.findings, found[:3], found):
        said = render_text(msgspec.structs.replace(report, findings=many))
        assert said.count("\n") <= 60 or len(many) == 40


def test_half_precision_is_named() -> None:
    report = small_report()
    half = msgspec.structs.replace(
        report, embedding=msgspec.structs.replace(report.embedding, precision="half")
    )
    assert "in half precision" not in render_text(report, everything=True)
    assert "all-MiniLM-L6-v2 1110a243, in half precision" in render_text(half, everything=True)


def test_what_false_costs_are_of_is_said_where_one_stands() -> None:
    report = small_report()
    told = "false: of 100 requests that need no skill, so many load one because of it."
    assert told not in render_text(report)
    idle = msgspec.structs.replace(report.findings[0], cost=Cost(harm=2.0, false_triggers=2.0))
    text = render_text(msgspec.structs.replace(report, findings=(idle,)))
    assert "2.0 in 100 false" in text and told in text
