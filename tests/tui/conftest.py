"""Fixtures: an app that knows nothing of the developer's terminal, and answers keys without waiting."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import Mock

import pytest
from textual._compositor import Compositor, LayoutUpdate
from textual._context import active_app, visible_screen_stack
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.message_pump import MessagePump
from textual.screen import Screen

from skillaudit.tui import shell

QUIET_ROUNDS = 6


async def until_quiet(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Give way until the app has no message, painting or callback left; the library's own way guesses by the clock."""
    app = active_app.get()
    rounds = 0
    end = asyncio.get_running_loop().time() + max_sleep
    while rounds < QUIET_ROUNDS and asyncio.get_running_loop().time() < end:
        parts: list[MessagePump] = [app]
        unpainted = False
        for screen in app.screen_stack if app.is_running else ():
            parts += [screen, *screen.walk_children()]
            if screen.is_current:
                unpainted = bool(screen._callbacks or screen._dirty_widgets or screen._layout_required)
        busy = unpainted or any(not part._message_queue.empty() for part in parts if part.is_running)
        rounds = 0 if busy else rounds + 1
        await asyncio.sleep(0.001 if unpainted else 0)


def unseen(
    compositor: Compositor,
    full: bool = False,
    screen_stack: list[Screen[Any]] | None = None,
    simplify: bool = False,
) -> LayoutUpdate | None:
    """Paint nothing but pictures: without a terminal, what is drawn between two keys is drawn for nobody."""
    visible_screen_stack.set(screen_stack or [])
    compositor._dirty_regions.clear()
    return compositor.render_full_update(simplify=simplify) if full else None


PARSED: dict[object, list[RuleSet]] = {}
parse_rules = Stylesheet._parse_rules


def parse_once(
    sheet: Stylesheet, css: str, read_from: tuple[str, str], *rest: Any, **named: Any
) -> list[RuleSet]:
    """Read the rules of a style sheet under a theme once, and not for every app."""
    key = (css, read_from, rest, tuple(named.items()), tuple(sheet._variables.items()))
    if key not in PARSED:
        PARSED[key] = parse_rules(sheet, css, read_from, *rest, **named)
    return PARSED[key]


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what would change colours or pace."""
    for name in ("NO_COLOR", "TEXTUAL_THEME", "COLORFGBG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Compositor, "render_update", unseen)
    monkeypatch.setattr(Stylesheet, "_parse_rules", parse_once)
    # After another audit the app looks through all memory for garbage: here that of the whole run of tests.
    monkeypatch.setattr(shell, "gc", Mock())
    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", until_quiet, raising=False)
