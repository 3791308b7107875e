"""Fixtures: an app that knows nothing of the developer's terminal, and answers keys without waiting."""

from __future__ import annotations

import asyncio

import pytest
from textual._context import active_app
from textual.message_pump import MessagePump

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


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what would change colours or pace."""
    for name in ("NO_COLOR", "TEXTUAL_THEME", "COLORFGBG"):
        monkeypatch.delenv(name, raising=False)
    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", until_quiet, raising=False)
