"""Signals that end the program: told to the work under way as an interrupt, so that what is open is closed."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from types import FrameType, MappingProxyType

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
        interrupt = handler if callable(handler) else signal.default_int_handler
        interrupt(signal.SIGINT, frame)


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
