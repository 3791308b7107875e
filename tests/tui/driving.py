"""Helpers to run the app without a terminal and to read its screen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from skillaudit.progress import Progress
from skillaudit.schema import Report
from skillaudit.tui.app import SkillAuditApp
from skillaudit.tui.imagining import Imagine
from skillaudit.tui.planning import Planner
from skillaudit.tui.probe_run import Probe
from skillaudit.tui.views.base import View

WIDE, NARROW = (120, 40), (80, 24)
Driver = Pilot[None]


async def settle(pilot: Driver) -> None:
    """Wait until the audit is over and its result is on show."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@asynccontextmanager
async def opened(
    what: Report | Callable[[Progress], Report],
    size: tuple[int, int] = WIDE,
    *,
    keys: str = "",
    load_with_map: Callable[[Progress], Report] | None = None,
    imagine: Imagine | None = None,
    probe: Probe | None = None,
    planner: Planner | None = None,
    wait: bool = True,
) -> AsyncIterator[tuple[SkillAuditApp, Driver]]:
    """Run the app on a report or a loader, press some keys, and hand it over."""
    load = (lambda progress: what) if isinstance(what, Report) else what
    app = SkillAuditApp(load, sources="./skills", load_with_map=load_with_map, imagine=imagine)
    app.planner = planner
    app.probe = probe
    async with app.run_test(size=size) as pilot:
        if wait:
            await settle(pilot)
        if keys:
            await pilot.press(*keys.split())
            await pilot.pause()
        yield app, pilot
        screen_lines(app)  # whatever is on show at the end can be drawn


def screen_lines(app: SkillAuditApp) -> list[str]:
    """Return the screen as lines of text."""
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip) for strip in strips]


def screen_text(app: SkillAuditApp) -> str:
    """Return the screen as one text."""
    return "\n".join(screen_lines(app))


def view(app: SkillAuditApp) -> View:
    """Return the view on show."""
    assert app.view is not None
    return app.view


def toasts(app: SkillAuditApp) -> list[str]:
    """Return what the app has told in passing."""
    return [notification.message for notification in app._notifications]


async def until(pilot: Driver, condition: Callable[[], bool]) -> None:
    """Wait for something that the library does on a timer of its own, such as taking in a new size."""
    for _ in range(500):
        await pilot.pause()
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about in five seconds")


async def steady(pilot: Driver) -> str:
    """Return a picture of the screen once it stays the same: a dialog may take more than one turn to lay out."""
    drawn: list[str] = []

    def same() -> bool:
        drawn.append(pilot.app.export_screenshot(simplify=True))
        return len(drawn) > 2 and drawn[-1] == drawn[-2] == drawn[-3]

    await until(pilot, same)
    return drawn[-1]
