"""Chains and the map of depth by size in the overview: they say what the report says, at any width."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit.schema import Report
from skillaudit.tui.chains import COLUMNS, WORST, chain_blocks
from skillaudit.tui.doc import layout, to_markdown
from skillaudit.tui.lines import cell_len
from skillaudit.tui.widgets.detail import DetailPane
from tests.reports import execution
from tests.tui import reports
from tests.tui.driving import NARROW, WIDE, opened, screen_lines

EXECUTION = execution()


def report(**changes: object) -> Report:
    changed = msgspec.structs.replace(EXECUTION, **changes)
    return msgspec.structs.replace(reports.small(), execution=changed)


def drawn(shown: Report, width: int = 60) -> list[str]:
    lines = layout(chain_blocks(shown), width)
    return ["".join(span.text for span in line).rstrip() for line in lines]


def test_a_chain_says_how_likely_it_is_and_where_it_breaks() -> None:
    text = "\n".join(drawn(report()))
    assert "1 chain of skills  all steps chosen right" in text
    assert "31.5% deploy -> helper -> tables" in text and "→ helper is the weak link" in text
    assert "[10.0, 55.0], 75.0% with state, 18.5% by gamma" in text.replace("\n      ", " ")
    links = [span.link for line in layout(chain_blocks(report()), 60) for span in line if span.link]
    assert links == ["helper"]


def test_the_map_has_a_row_for_each_depth_and_signs_beside_the_colours() -> None:
    lines = drawn(report())
    head = next(at for at, line in enumerate(lines) if line.startswith(" k"))
    assert lines[head].split() == ["k", "n=5", "n=10", "n=20"]
    assert [line.split() for line in lines[head + 1 : head + 4]] == [
        ["1", "93%+", "85%+", "70%"],
        ["2", "86%+", "72%", "49%-"],
        ["3", "80%", "61%", "34%-"],
    ]
    tones = [span.tone for span in layout(chain_blocks(report()), 60)[head + 2] if "%" in span.text]
    assert tones == ["good", "", "error"]


def test_many_chains_and_sizes_are_cut_and_said() -> None:
    (chain,) = EXECUTION.chains
    assert EXECUTION.depth_by_size is not None
    wide = msgspec.structs.replace(
        EXECUTION.depth_by_size,
        sizes=tuple(range(5, 35)),
        **dict.fromkeys(("success", "low", "high", "pessimistic"), ((0.9,) * 30,) * 3),
    )
    lines = drawn(report(chains=(chain,) * 9, depth_by_size=wide))
    assert sum("deploy -> helper" in line for line in lines) == WORST
    assert "and 4 more; all are in the exported report" in lines
    assert next(line for line in lines if line.startswith(" k")).count("n=") == COLUMNS


def test_without_chains_or_map_there_is_less() -> None:
    assert chain_blocks(reports.small()) == []
    assert "chains of skills" not in "\n".join(drawn(report(chains=())))
    assert "Depth by size" not in "\n".join(drawn(report(depth_by_size=None)))


@pytest.mark.parametrize("width", [20, 38, 58, 76])
def test_no_line_is_wider_than_its_pane(width: int) -> None:
    (chain,) = EXECUTION.chains
    steps = tuple(msgspec.structs.replace(step, skill="部署" * 30) for step in chain.steps)
    wide = msgspec.structs.replace(chain, steps=steps, weak_link="b" * 90)
    lines = layout(chain_blocks(report(chains=(wide,))), width)
    assert max(sum(cell_len(span.text) for span in line) for line in lines) <= width


@pytest.mark.parametrize("size", [WIDE, NARROW])
async def test_the_overview_shows_them(size: tuple[int, int]) -> None:
    async with opened(report(), size, keys="tab") as (app, pilot):
        app.screen.query_one("#forecast", DetailPane).focus()
        seen = ""
        for _ in range(8):
            seen += "\n".join(screen_lines(app))
            await pilot.press("pagedown")
            await pilot.pause()
        assert "deploy -> helper -> tables" in seen and "Depth by size" in seen and "49%-" in seen


def test_what_is_copied_is_what_is_shown() -> None:
    text = to_markdown(chain_blocks(report()))
    assert "deploy -\\> helper -\\> tables → helper is the weak link" in text
    assert "| 2 | 86%+ | 72% | 49%- |" in text
