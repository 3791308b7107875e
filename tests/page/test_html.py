"""The HTML page: self-contained, small enough, and safe whatever the library's text says."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skillaudit.config import Gate
from skillaudit.formatters import html
from skillaudit.gate import Suppression, judge
from skillaudit.page.html import MOST_BYTES
from skillaudit.schema import Report, RequestLoss, Rival
from tests.formatters.reports import HOSTILE, make_finding, make_hostile_report, make_report, make_skill

from .charts import points_of

VOID = {"meta", "rect", "input", "link", "br", "path", "circle"}
ELEMENTS = {
    "a", "b", "body", "br", "button", "circle", "details", "div", "h1", "h2", "head", "header", "html", "input",
    "label", "main", "meta", "nav", "noscript", "output", "p", "path", "rect", "script", "section", "small", "span",
    "style",    "summary", "svg", "table", "tbody", "td", "text", "th", "thead", "title", "tr",
}  # fmt: skip


class Page(HTMLParser):
    """Collects what a browser would build, and insists that elements are balanced."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.words: list[str] = []
        self.ids: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS, tag
        fields = dict(attrs)
        assert not any(name.startswith("on") or name == "style" for name in fields), fields
        self.elements.append((tag, fields))
        if fields.get("id"):
            self.ids.append(fields["id"] or "")
        if tag not in VOID:
            self._open.append(tag)
        if tag == "script":
            self.scripts.append("")
        if tag == "style":
            self.styles.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "script":
            self.scripts[-1] += data
        elif self._open and self._open[-1] == "style":
            self.styles[-1] += data
        else:
            self.words.append(data)


def drawn(page: Page) -> dict[str, Any]:
    """Return what the page's script is given to draw."""
    found: dict[str, Any] = json.loads(page.scripts[0])
    return found


def column(page: Page, name: str) -> list[Any]:
    """Return a column of the map's points."""
    document = next(chart for chart in drawn(page)["charts"] if chart["target_id"] == "map")
    return points_of(document)[name]


def check(text: str) -> Page:
    """Check everything that must hold of any page."""
    page = Page(text)
    assert len(page.scripts) == 3 and len(page.styles) == 1
    policy = next(
        a["content"] or "" for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"
    )
    packed = base64.b64decode(page.scripts[1])
    run = [*([gzip.decompress(packed)] if packed else []), page.scripts[2].encode()]
    digests = [base64.b64encode(hashlib.sha256(one).digest()).decode() for one in run]
    admitted = " ".join(f"'sha256-{digest}'" for digest in digests)
    assert bool(packed) is bool(drawn(page)["charts"])
    assert policy == (
        f"default-src 'none'; script-src {admitted}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert len(drawn(page)["rows"]) == len(drawn(page)["links"])
    for tag, fields in page.elements:
        assert "src" not in fields, tag
        assert tag != "a" or (fields["href"] or "").startswith("#")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
    assert len(page.ids) == len(set(page.ids))
    assert len(text.encode()) < MOST_BYTES
    return page


def test_the_page_says_what_the_report_says() -> None:
    report = make_report()
    verdict = judge(
        report,
        Gate(max_hijack=0.1, fail_on="never"),
        suppressions=[Suppression(codes=("SA202",), reason="twins")],
    )
    page = check(html.render(report, verdict=verdict))
    said = " ".join(" ".join(page.words).split())
    for words in (
        "Failed",
        "Predicted hijack rate 12.0% is above the limit of 10.0%",
        "80% (76 to 84)",
        "black holes 2.0%",
        "requests 8",
        "beta takes 20% of all requests.",
        "library/skills/beta/SKILL.md:3",
        "takes from alpha, gamma",
        "turn, that",
        "turn this into that",
        "empty file",
        "twins",
    ):
        assert words in said, words
    assert column(page, "name") == ["gamma", "alpha", "beta"]
    assert column(page, "note")[2].startswith("black hole, takes ")
    assert drawn(page)["links"][2] == [1, 0]
    assert set(column(page, "mark")) == {"circle"} and any(
        ": with " in text for text in column(page, "group")
    )
    assert [row in page.ids for row in drawn(page)["rows"]] == [True] * 3


def test_anchors_lead_somewhere() -> None:
    page = check(html.render(make_report()))
    targets = [(fields["href"] or "")[1:] for tag, fields in page.elements if tag == "a"]
    assert targets and set(targets) <= set(page.ids)


def test_without_a_map_findings_or_pairs() -> None:
    bare = make_report(
        [make_skill("alone")], (), clusters=(), black_holes=(), pairs=(), hijack=None, accuracy=None
    )
    page = check(html.render(bare))
    said = " ".join(page.words)
    assert "made without the map" in said and "accuracy" not in said
    assert "map" not in page.ids


@pytest.mark.parametrize("report", [make_hostile_report(), make_hostile_report(HOSTILE[::-1])])
def test_hostile_text_stays_text(report: Report) -> None:
    page = check(html.render(report, verdict=judge(report, Gate())))
    assert "<script>alert(1)</script>" in "".join(page.words)
    assert "</script><img src=x onerror=alert(1)>" in column(page, "name")


@pytest.mark.slow
@settings(deadline=None, max_examples=10)  # most of a page is the script that draws
@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=3))
def test_any_text_stays_text(texts: list[str]) -> None:
    check(html.render(make_hostile_report(texts)))


@pytest.mark.parametrize(("count", "noted"), [(400, 400), pytest.param(6_000, 300, marks=pytest.mark.slow)])
def test_large_libraries_stay_under_the_limit(count: int, noted: int) -> None:
    loss = RequestLoss(query="please do it " * 12, gold="a", taken_by="b", probability=0.3, source="mined")
    rival = Rival(id="some-other-skill", cosine=0.7)
    skills = [
        make_skill(f"skill-{n:05d}", "w" * 300, x=float(n), y=0.0, rivals=(rival,) * 5, lost=(loss,) * 3)
        for n in range(count)
    ]
    findings = [make_finding("SA203", (f"skill-{n:05d}",)) for n in range(count)]
    page = check(html.render(make_report(skills, findings)))
    said = " ".join(page.words)
    assert said.count("rival some-other-skill") == 5 * noted
    rows = sum(tag == "tr" and (fields.get("id") or "").startswith("row-") for tag, fields in page.elements)
    assert rows == count or f"and {count - rows:,} skills more" in said


def test_what_a_long_list_leaves_out_can_still_be_searched() -> None:
    skills = [make_skill(f"skill-{n:03d}") for n in range(400)]
    findings = [make_finding("SA203", (skill.id,)) for skill in skills]
    page = check(html.render(make_report(skills, findings)))
    tables = [
        json.loads(gzip.decompress(base64.b64decode(packed)))[0] for packed in drawn(page)["whole"].values()
    ]
    (found,) = [columns for columns in tables if columns[1][0] == "SA203"]
    assert found[2] == [finding.message for finding in findings]
    assert set(found[0]) <= set(drawn(page)["severities"]), "they are sorted by how bad they are"


def test_styles_and_script_name_no_other_host() -> None:
    page = check(html.render(make_report()))
    assert not re.search(r"https?:|//[a-z]|url\(|@import", page.styles[0])
    assert not re.search(
        r"https?:|innerHTML|insertAdjacent|document\.write|\beval\b|fetch\(|XMLHttp", page.scripts[2]
    )
