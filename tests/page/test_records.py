"""Every record as text: 80 cells, nothing cut, nothing that a runner obeys, whatever the names are."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.clients import visibility
from skillaudit.config import Gate
from skillaudit.gate import judge
from skillaudit.page import html, markdown, text
from skillaudit.page.blocks import Block, Bullet, Column, Field, Heading, Paragraph, Title, table
from skillaudit.page.library import visibility_blocks
from skillaudit.page.lines import Span, cells
from skillaudit.page.plan import document as plan_of
from skillaudit.page.report import SECTIONS, Section, document, pane
from skillaudit.page.text import WIDTH, harmless
from skillaudit.safety.exits import shown
from skillaudit.schema import Finding, Report
from tests.clients.libraries import skill
from tests.formatters.reports import HOSTILE, make_hostile_report
from tests.reports import execution, small_report
from tests.tui import plans, reports

NAMES = st.one_of(
    st.sampled_from(
        (*HOSTILE, "部署" * 60, "a" * 300, "##[group]x", "::error::boom", "👩‍💻" * 50, "word " * 60)
    ),
    st.text(min_size=1, max_size=60),
)


def check(blocks: Iterable[Block]) -> str:
    """Return blocks as text that holds what must hold of any."""
    said = text.render(list(blocks), hint="--all shows them")
    for line in said.splitlines():
        assert cells(line) <= WIDTH, line
        assert line == shown(line), line
    return said


@pytest.mark.parametrize("most", [None, 3, 12])
@pytest.mark.parametrize("report", [reports.small(), reports.one(), reports.hostile(), small_report()])
def test_samples_fit(report: Report, most: int | None) -> None:
    whole = msgspec.structs.replace(report, execution=execution())
    verdict = judge(whole, Gate(max_hijack=0.01))
    said = check(document(whole, verdict, most))
    ours = msgspec.json.encode(whole).decode()
    assert "…" in ours or "…" not in said


@settings(deadline=None, max_examples=40)
@given(st.lists(NAMES, min_size=1, max_size=3))
def test_any_name_fits_and_none_is_cut(names: list[str]) -> None:
    report = make_hostile_report(names)
    said = check(document(report, judge(report, Gate()), None))
    assert any("…" in name for name in names) or "…" not in said


def test_plans_fit() -> None:
    for found in (plans.optimisation(anchor=plans.ANCHOR), plans.hostile()):
        for everything in (False, True):
            check(plan_of(found, everything=everything))


@pytest.mark.parametrize("name", HOSTILE)
def test_no_runner_finds_a_command(name: str) -> None:
    columns = (Column(name), Column(name, 9, "right"))
    blocks: list[Block] = [
        Title(name, (Span(name),)), Heading(name, name), Paragraph(name), Field(name, (Span(name), Span(name))),
        Bullet("·", name, name, name), table(columns, [(Span(name), Span(name))], 2, name),
    ]  # fmt: skip
    check(blocks)
    assert "<script" not in markdown.render(blocks)


@pytest.mark.parametrize(
    ("line", "safe"),
    [
        ("::error file=x::boom", ":·error file=x::boom"),
        ("  ::set-output name=x::y", "  :·set-output name=x::y"),
        ("a ##[group]b ##vso[task]c", "a #·[group]b #·vso[task]c"),
        ("std::vector, a ## b", "std::vector, a ## b"),
    ],
)
def test_commands_are_broken_without_making_a_line_longer(line: str, safe: str) -> None:
    assert harmless(line) == safe and cells(safe) == cells(line) and shown(safe) == safe


def test_rules_are_counted_by_findings_and_not_by_skills() -> None:
    found = tuple(
        Finding(code="SA402", severity="info", skills=("a",), message=f"client {n} cuts the list")
        for n in range(11)
    )
    said = check(document(msgspec.structs.replace(small_report(), findings=found)))
    assert "and SA402     6 of 11 info: a" in said and "11 FINDINGS  5 of 11" in said


def test_units_and_sizes_are_not_cut() -> None:
    report = reports.small()
    assert report.law is not None
    point = msgspec.structs.replace(report.law.points[0], n=55_142)
    law = msgspec.structs.replace(report.law, points=(*report.law.points, point))
    clients = tuple(msgspec.structs.replace(c, budget=8_000, unit="characters") for c in report.clients)
    said = check(document(msgspec.structs.replace(report, law=law, clients=clients)))
    assert "55,142 skills " in said and "8,000 characters" in said


def test_clusters_stand_most_confused_first() -> None:
    report = reports.small()
    said = check(document(report))
    order = sorted(report.clusters, key=lambda cluster: -(cluster.confusion or 0.0))
    places = [said.index(f"\n  {cluster.label} ") for cluster in order]
    assert places == sorted(places)


def test_a_new_section_is_one_builder_and_shows_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = Section(lambda report, most: [Heading("Toy", "a section", "toy"), Paragraph("toys are here")])
    monkeypatch.setattr("skillaudit.page.report.SECTIONS", (*SECTIONS, toy))
    report = small_report()
    assert "TOY  a section\n  toys are here" in text.render(document(report))
    assert "## Toy (a section)\n\ntoys are here" in markdown.render(document(report))
    page = html.render(lambda most: document(report, most=most, page=True), title="t")
    assert '<section id="toy">' in page and 'href="#toy"' in page and "toys are here" in page
    assert Paragraph("toys are here") in pane(report, "forecast")


def test_what_each_client_shows_is_a_table_with_the_clients_by_number() -> None:
    library = [skill("long", "x" * 1600), skill("manual", "By hand.", manual_only=True)]
    said = check(visibility_blocks(visibility(library, ["claude-code", "opencode"])))
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert any("claude-code: Claude Code" in line for line in lines)
    assert lines[-3:] == ["skill 1 2", "long ~ +", "manual - +"]
