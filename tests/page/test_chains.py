"""Chains and the map of depth by size, in every face that people read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import msgspec
import pytest

from skillaudit.formatters import render
from skillaudit.formatters.text import render as render_text
from skillaudit.page.chains import advice, chain_blocks, chosen_columns, origin, reach, reach_in_words, whole
from skillaudit.page.lines import cells
from skillaudit.page.text import render as render_blocks
from skillaudit.schema import ChainReport, DepthBySize, Execution, Report
from tests.formatters.reports import HOSTILE
from tests.reports import execution, small_report

EXECUTION = execution()
(CHAIN,) = EXECUTION.chains
assert EXECUTION.depth_by_size is not None
MAP: DepthBySize = EXECUTION.depth_by_size


def report(**changes: object) -> Report:
    return msgspec.structs.replace(small_report(), execution=msgspec.structs.replace(EXECUTION, **changes))


def long_map(sizes: int) -> DepthBySize:
    rows = tuple(tuple(0.9 ** (depth + 1) for _ in range(sizes)) for depth in range(8))
    return DepthBySize(
        sizes=tuple(range(5, 5 + sizes)), depths=tuple(range(1, 9)), success=rows, low=rows, high=rows,
        pessimistic=rows, safe=0.8, dead=0.5,
    )  # fmt: skip


# --- words --------------------------------------------------------------------------------------


def test_the_reach_is_the_deepest_row_that_is_not_dead() -> None:
    assert [reach(MAP, column) for column in range(3)] == [3, 3, 1]
    assert reach_in_words(MAP) == (
        "A chain of average skills is likelier right than wrong up to 1 step with all 20 skills on offer, "
        "3 or more steps with 5."
    )
    one = msgspec.structs.replace(long_map(1), depths=(1, 2), success=((0.4,), (0.1,)))
    assert reach_in_words(one).endswith("up to 0 steps with all 5 skills on offer.")


def test_columns_are_thinned_and_the_ends_are_kept() -> None:
    assert chosen_columns(MAP) == [0, 1, 2]
    found = chosen_columns(long_map(30))
    assert len(found) == 7 and found[0] == 0 and found[-1] == 29 and found == sorted(found)


def test_per_cent_are_rounded_down() -> None:
    assert [whole(value) for value in (0.4999, 0.5, 0.29, 0.999, 1.0, 0.0)] == [
        "49%", "50%", "29%", "99%", "100%", "0%",
    ]  # fmt: skip


def test_advice_names_weak_link_dip_and_where_to_restate() -> None:
    assert advice(CHAIN) == (
        "weak link helper (as good as the others, 39.4%); say the request again before helper, then tables"
    )
    other = msgspec.structs.replace(CHAIN, weak_link="tables", mended=0.315, restate_before=())
    assert advice(other) == "weak link tables; most exposed in the middle helper"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "handed on in deploy/SKILL.md, body line 7"),
        ({"source": "declared", "origin": "chains.txt:2"}, "declared in chains.txt:2"),
        ({"source": "compiled", "origin": "compiled from crew"}, "compiled from crew"),
    ],
)
def test_the_origin_says_who_tells_of_it(changes: dict[str, object], told: str) -> None:
    assert origin(msgspec.structs.replace(CHAIN, **changes)) == told


# --- every face ---------------------------------------------------------------------------------


def drawn(execution: Execution | None, most: int | None) -> str:
    return render_blocks(chain_blocks(execution, most), hint="--all shows them")


def test_the_text_has_chain_map_and_sources() -> None:
    told = drawn(EXECUTION, 12)
    assert "deploy -> helper -> tables" in told
    assert "32% (10 to 55)" in told and "75.0%" in told and "18.5%" in told
    assert "k   n=5  n=10  n=20" in told and "2  86%+  72%   49%-" in told
    assert "Fitted on 2 to 512 skills" in told and "say the request again" in told
    assert "tables: 70% (50 to 85), by the library" in drawn(EXECUTION, None)


def test_chances_that_no_request_judges_are_not_shown() -> None:
    told = drawn(msgspec.structs.replace(EXECUTION, judged=False, depth_by_size=None), None)
    assert "deploy -> helper -> tables" in told and "handed on in deploy/SKILL.md" in told
    assert "No request judges the library: who gets its requests is not told." in told and "%" not in told


def test_a_library_without_chains_has_one_sentence() -> None:
    quiet = report(chains=())
    told = drawn(quiet.execution, 12)
    assert told.startswith("DEPTH BY SIZE") and "A chain of average skills" in told and "n=5" not in told
    assert reach_in_words(MAP) in render("markdown", quiet) and "0 chains" not in render("markdown", quiet)
    none = msgspec.structs.replace(small_report(), execution=None)
    assert "CHAIN" not in render_text(none) and "#chains" not in render("html", none)
    assert drawn(msgspec.structs.replace(EXECUTION, chains=(), depth_by_size=None), 12) == ""


def test_what_is_left_out_is_counted() -> None:
    many = msgspec.structs.replace(EXECUTION, chains=(CHAIN,) * 300, cut=True)
    short, whole_text = drawn(many, 5), drawn(many, None)
    assert "... and 295 chains more (--all shows them)" in short and "not listed" in short
    assert "more (--all" not in whole_text and whole_text.count("deploy -> helper") == 300
    marked = render("markdown", report(chains=(CHAIN,) * 300, cut=True))
    assert "... and 295 chains more." in marked and "not listed" in marked


def hostile_chain(name: str) -> ChainReport:
    steps = tuple(msgspec.structs.replace(step, skill=name) for step in CHAIN.steps)
    return msgspec.structs.replace(
        CHAIN, steps=steps, origin=name, weak_link=name, dip=name, restate_before=(name,)
    )


def test_wide_names_keep_to_80_cells() -> None:
    wide = report(chains=(hostile_chain("部署" * 60), hostile_chain("a" * 200)), depth_by_size=long_map(30))
    assert max(cells(line) for line in render_text(wide, everything=True).splitlines()) <= 80


def test_the_page_has_the_map_and_says_its_zones_without_colour() -> None:
    page = render("html", report())
    assert 'href="#chains"' in page and '<section id="chains">' in page
    assert '<span class="t-good" title="90% interval' in page and ">93%+</span>" in page
    assert 'title="90% interval 36.0% to 64.0%, at worst 35.4%"' in page and ">49%-</span>" in page


@pytest.mark.parametrize("form", ["html", "markdown", "text"])
def test_hostile_names_stay_names(form: str) -> None:
    told = render(form, report(chains=tuple(hostile_chain(name) for name in HOSTILE)))
    if form == "html":
        assert "<img" not in told and "<script>alert" not in told
    if form == "markdown":
        assert "<script>" not in told and "| a|b" not in told


def test_json_carries_all_of_it() -> None:
    document = msgspec.json.decode(render("json", report()))
    assert msgspec.convert(document["execution"], Execution) == EXECUTION


@pytest.fixture(params=["text", "markdown", "html"])
def face(request: pytest.FixtureRequest) -> Callable[[Report], str]:
    if request.param == "text":
        return partial(render_text, everything=True)
    return partial(render, request.param)


def test_chains_without_a_map_are_shown(face: Callable[[Report], str]) -> None:
    told = face(report(depth_by_size=None))
    assert "deploy" in told and "k average steps" not in told
