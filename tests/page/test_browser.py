"""The page in a real browser: search, sort, theme, a phone's width, nothing fetched, nothing amiss."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from skillaudit.formatters.html import render
from tests.formatters.reports import make_hostile_report
from tests.page.chromium import Browser, chromium
from tests.tui import reports

pytestmark = [
    pytest.mark.skipif(chromium() is None, reason="no Chromium is installed"),
    pytest.mark.slow,
]

SEARCH = """(async () => {
  const table = [...document.querySelectorAll("table[data-sort]")].pop();
  const tools = document.getElementById(table.dataset.sort);
  const input = tools.querySelector("input");
  input.value = %r;
  input.dispatchEvent(new Event("input"));
  for (let turn = 0; turn < 200; turn++) {
    await new Promise((done) => setTimeout(done, 25));
    if (tools.querySelector("output").textContent.includes(%r)) break;
  }
  const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
  return [tools.querySelector("output").textContent, rows.map((row) => row.cells[0].textContent.trim())];
})()"""

UNTIL = """(async (holds) => {
  for (let turn = 0; turn < 400 && !holds(); turn++) await new Promise((done) => setTimeout(done, 25));
  return holds();
})(() => %s)"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    made = Browser(tmp_path_factory.mktemp("profile"))
    yield made
    made.close()


def page(browser: Browser, folder: Path, text: str) -> None:
    path = folder / "report.html"
    path.write_text(text, encoding="utf-8")
    browser.open(path)
    browser.run("new Promise((done) => setTimeout(done, 300))")
    assert browser.faults() == []
    assert [one for one in browser.requests() if not one.startswith(("data:", "blob:"))] == [path.as_uri()]


def test_search_sort_and_theme(browser: Browser, tmp_path: Path) -> None:
    page(browser, tmp_path, render(reports.small()))
    assert browser.run("document.querySelectorAll('h2')[0].textContent").startswith("In short")
    count, names = browser.run(SEARCH % ("pdf", "4 of"))
    assert "pdf-forms" in " ".join(names) and count.endswith("of 30")
    browser.run(SEARCH % ("", "30 of"))
    first = "[...document.querySelectorAll('table[data-sort]')].pop()"
    sort = f"{first}.tHead.querySelector('button').click(), {first}.tBodies[0].rows[0].cells[0].textContent.trim()"
    ascending = browser.run(sort)
    assert browser.run(sort) > ascending
    theme = "document.getElementById('theme').click(), document.documentElement.dataset.theme"
    assert [browser.run(theme), browser.run(theme), browser.run(theme)] == ["light", "dark", None]
    assert browser.run("document.querySelectorAll('#map canvas, #map *').length") > 0
    assert browser.faults() == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_stands_off_the_screen(browser: Browser, tmp_path: Path, width: int) -> None:
    browser.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=844, deviceScaleFactor=1, mobile=width < 500
    )
    for report in (reports.small(), make_hostile_report()):
        page(browser, tmp_path, render(report))
        assert browser.run("document.documentElement.scrollWidth") <= width
        inside = "[...document.querySelectorAll('#findings td, #findings summary')].every((one) => "
        assert browser.run(f"{inside} one.getBoundingClientRect().right <= {width})")
        heads = "[...document.querySelectorAll('thead tr, thead th')].filter((one) => one.offsetWidth)"
        assert browser.run(f"{heads}.every((one) => one.scrollWidth <= one.clientWidth)")
    browser.call("Emulation.clearDeviceMetricsOverride")


def test_every_skill_of_a_large_library_is_found(browser: Browser, tmp_path: Path) -> None:
    report = reports.large(12_000)
    page(browser, tmp_path, render(report))
    last = sorted(
        report.skills, key=lambda skill: -(skill.victim_rate or 0) * skill.requests - skill.absorbed
    )[-1]
    count, names = browser.run(SEARCH % (last.id, "1 of"))
    assert count == "1 of 12,000" and names == [last.id + last.description], (
        "its description is there to be opened"
    )
    count, names = browser.run(SEARCH % ("skill", "12,000 of"))
    assert count == "12,000 of 12,000" and len(names) == 300, "the others come as they are scrolled to"
    table = "[...document.querySelectorAll('table[data-sort]')].pop()"
    more = UNTIL % f"{table}.tBodies[0].rows.length >= 600"
    assert browser.run(f"{table}.scrollIntoView(), {table}.parentElement.scrollTo(0, 1e6), {more}")
    first = f"{table}.tBodies[0].rows[0].cells[0].textContent.startsWith('{min(one.id for one in report.skills)}')"
    assert browser.run(f"{table}.tHead.querySelector('button').click(), {UNTIL % first}")
    count, names = browser.run(SEARCH % (f"number {last.id.split('-')[1]} of", "1 of"))
    assert names == [last.id + last.description], "descriptions are searched, too"
    assert browser.faults() == []


def test_lists_that_are_cut_short_are_searched_whole_and_links_outlive_a_search(
    browser: Browser, tmp_path: Path
) -> None:
    report = reports.large(8_000)
    page(browser, tmp_path, render(report))
    tools = "document.querySelector('#clusters .tools')"
    search = "{0}.querySelector('input').value = '{1}', {0}.querySelector('input').dispatchEvent(new Event('input'))"
    count = f"{tools}.querySelector('output').textContent"
    last = min(report.clusters, key=lambda cluster: ((cluster.confusion or 0), len(cluster.skills)))
    total = f"{len(report.clusters):,}"
    said = UNTIL % f"{count}.endsWith('of {total}') && {count} !== '{total} of {total}'"
    assert browser.run(f"{search.format(tools, last.label)}, {said}")
    assert last.label in browser.run("document.querySelector('#clusters tbody').textContent")

    tools = "document.querySelector('#skills .tools')"
    gone = "document.querySelector('#skills tbody').rows.length === 0"
    assert browser.run(f"{search.format(tools, 'no skill has these words')}, {UNTIL % gone}")
    link = "document.querySelector('a[href^=\"#row-\"]')"
    there = UNTIL % f"document.querySelector({link}.hash)?.getBoundingClientRect().top < innerHeight"
    assert browser.run(f"{link}.click(), {there}")
    assert browser.run(f"{tools}.querySelector('input').value") == ""
    assert browser.run(f"location.hash === {link}.hash")
    assert browser.faults() == []
