"""Signals that end the program: told to the main thread as an exception, so that what is open is closed."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from typing import NoReturn

Handler = Callable[[int, object], None]
"""What a signal does while no work is under way."""


class Terminated(KeyboardInterrupt):
    """SIGTERM, or the end of the terminal: everything that an interrupt ends, it ends."""

    def __init__(self, number: int) -> None:
        """Keep the signal."""
        super().__init__()
        self.number = number


class Signals:
    """Raises at the first signal while work is under way; before, after, and at a second one, `idle` acts."""

    def __init__(self, idle: Mapping[int, Handler]) -> None:
        """Take the signals that are handled; none of them where the caller keeps its own."""
        self._idle = idle

    def arm(self) -> None:
        """Let signals raise from here on."""
        for number in self._idle:
            signal.signal(number, self._raise)

    def disarm(self) -> None:
        """Put the handlers for idle times back."""
        for number, handler in self._idle.items():
            signal.signal(number, handler)

    def _raise(self, number: int, frame: object) -> NoReturn:
        self.disarm()
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise Terminated(number)


def signal_behind(error: BaseException) -> int | None:
    """Return the signal behind `error`; None for none. Compiled modules make an ImportError of one, click an Abort."""
    seen: set[int] = set()
    behind: BaseException | None = error
    found = None
    while behind is not None and id(behind) not in seen:
        if isinstance(behind, Terminated):
            return behind.number
        if isinstance(behind, KeyboardInterrupt):
            found = int(signal.SIGINT)
        seen.add(id(behind))
        behind = behind.__cause__ or behind.__context__
    return found
