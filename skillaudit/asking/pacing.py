"""When to call again: backoff with seeded jitter, a pause for everybody, and the budget."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable

Sleep = Callable[[float], Awaitable[None]]


class Pace:
    """Waits between calls, for one run; `sleep` and `clock` can be replaced in tests."""

    def __init__(
        self,
        *,
        base: float = 1.0,
        longest: float = 60.0,
        seed: int = 0,
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with waits of about `base` seconds, doubling up to `longest`."""
        self._base, self._longest = base, longest
        self._random = random.Random(seed)
        self._sleep, self._clock = sleep, clock
        self._until = 0.0

    async def ready(self) -> None:
        """Wait until a pause that a provider asked for is over."""
        while (wait := self._until - self._clock()) > 0:
            await self._sleep(wait)

    def pause(self, seconds: float) -> None:
        """Hold all calls for so long, as a provider asked."""
        self._until = max(self._until, self._clock() + seconds)

    async def after_failure(self, attempt: int, asked: float | None) -> None:
        """Wait after failure number `attempt` (from 0): what was asked, else exponential; both with jitter."""
        jitter = self._random.random()
        if asked is not None:
            self.pause(asked)
            # A little more, so that the waiting calls do not come back all at once.
            await self._sleep(asked + self._base * jitter)
            return
        await self._sleep(min(self._longest, self._base * 2.0**attempt) * (0.5 + 0.5 * jitter))

    async def moment(self) -> None:
        """Wait for another process to finish a question."""
        await self._sleep(0.2 * self._base)


class Budget:
    """Dollars that may be spent; calls in flight are counted at their expected price."""

    def __init__(self, limit: float | None, spent: float = 0.0) -> None:
        """Begin with what was spent before; no limit means that everything fits."""
        self.limit = limit
        self.spent = spent
        self._reserved = 0.0

    def reserve(self, dollars: float) -> bool:
        """Set money aside for a call; False when it does not fit any more."""
        if self.limit is not None and self.spent + self._reserved + dollars > self.limit + 1e-12:
            return False
        self._reserved += dollars
        return True

    def settle(self, reserved: float, dollars: float) -> None:
        """Replace what was set aside by what the call cost."""
        self._reserved = max(0.0, self._reserved - reserved)
        self.spent += dollars
