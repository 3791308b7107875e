"""A log of its own for every test, and waits that take no time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from skillaudit.asking.log import ProbeLog
from skillaudit.asking.pacing import Pace


@pytest.fixture
def log(tmp_path: Path) -> Iterator[ProbeLog]:
    """Return an empty log."""
    with ProbeLog(tmp_path / "log.sqlite") as opened:
        yield opened


class Waits(list[float]):
    """Seconds that would have been waited; a clock that only these waits move."""

    async def sleep(self, seconds: float) -> None:
        """Note the wait, and let others run."""
        self.append(seconds)
        await asyncio.sleep(0)

    def clock(self) -> float:
        """Return the seconds waited so far."""
        return sum(self)

    def pace(self) -> Pace:
        """Return a pace that waits here."""
        return Pace(sleep=self.sleep, clock=self.clock)


@pytest.fixture
def waits() -> Waits:
    """Return the record of waits."""
    return Waits()
