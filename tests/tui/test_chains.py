"""Chains and the map of depth by size in the overview: they say what the report says, at any width."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit.page.chains import chain_blocks
from skillaudit.page.layout import layout
from skillaudit.page.lines import cells
from skillaudit.schema import Report
from skillaudit.tui.widgets.detail import DetailPane
from tests.reports import execution
from tests.tui import reports
from tests.tui.driving import NARROW, WIDE, opened, screen_lines

EXECUTION = execution()


def report(**changes: object) -> Report:
    changed = msgspec.structs.replace(EXECUTION, **changes)
    return msgspec.structs.replace(reports.small(), execution=changed)


@pytest.mark.parametrize("width", [20, 38, 58, 76])
def test_no_line_is_wider_than_its_pane(width: int) -> None:
    (chain,) = EXECUTION.chains
    steps = tuple(msgspec.structs.replace(step, skill="部署" * 30) for step in chain.steps)
    wide = msgspec.structs.replace(chain, steps=steps, weak_link="b" * 90)
    lines = layout(chain_blocks(report(chains=(wide,)).execution, 5), width)
    assert max(sum(cells(span.text) for span in line) for line in lines) <= width


@pytest.mark.parametrize("size", [pytest.param(WIDE, marks=pytest.mark.slow), NARROW])
async def test_the_overview_shows_them(size: tuple[int, int]) -> None:
    async with opened(report(), size, keys="tab") as (app, pilot):
        app.screen.query_one("#forecast", DetailPane).focus()
        seen = ""
        for _ in range(8):
            seen += "\n".join(screen_lines(app))
            await pilot.press("pagedown")
            await pilot.pause()
        assert "deploy -> helper ->" in seen and "Depth by size" in seen and "49%-" in seen
