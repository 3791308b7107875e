"""Signals that end the program: told to the work under way as an interrupt, so that what is open is closed."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType, MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

Handler = Callable[[int, FrameType | None], object]
"""What a signal does while no work is under way."""


class Signals:
    """Interrupts the work under way; before and after, `idle` acts."""

    def __init__(self, idle: Mapping[int, Handler] = MappingProxyType({})) -> None:
        """Take the signals that are handled; none of them where the caller keeps its own."""
        self._idle = idle
        self.received: int = signal.SIGINT
        """The signal behind an interrupt."""

    def arm(self) -> None:
        """Let signals interrupt from here on, in the way that asyncio looks for."""
        for number in self._idle:
            ordinary = number == signal.SIGINT
            signal.signal(number, signal.default_int_handler if ordinary else self._pass_on)

    def disarm(self) -> None:
        """Put the handlers for idle times back."""
        for number, handler in self._idle.items():
            signal.signal(number, handler)

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        """Do what an interrupt does here and now: raise, or cancel what an event loop runs."""
        self.received = number
        handler = signal.getsignal(signal.SIGINT)
        if callable(handler):
            handler(signal.SIGINT, frame)
        elif (loop := _running_loop()) is None:
            signal.default_int_handler(signal.SIGINT, frame)
        else:
            # Where interrupts are ignored asyncio does not listen for them. Raised here, one would break off whatever
            # task is at work and be told as its fault; between two tasks it ends the loop, which cancels them all.
            loop.call_soon_threadsafe(signal.default_int_handler, signal.SIGINT, None)


def _running_loop() -> AbstractEventLoop | None:
    """Return the event loop that runs in this thread, asyncio not imported for it."""
    find = getattr(sys.modules.get("asyncio"), "get_running_loop", None)  # None where it is half imported
    with suppress(RuntimeError):
        loop: AbstractEventLoop | None = find and find()
        return loop
    return None


def interrupted(error: BaseException) -> bool:
    """Say whether an interrupt is behind `error`: compiled modules make an ImportError of one, click an Abort."""
    seen: set[int] = set()
    behind: BaseException | None = error
    while behind is not None and id(behind) not in seen:
        if isinstance(behind, KeyboardInterrupt):
            return True
        seen.add(id(behind))
        behind = behind.__cause__ or behind.__context__
    return False
