"""On a full disk a run stops, with everything that was paid for."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path

import pytest

from skillaudit.asking.log import ProbeLog
from skillaudit.asking.prompts import Question
from skillaudit.asking.store import NoRoomError, Store
from skillaudit.llm import Completion, Price
from skillaudit.probe.probing import ProbeLimits, probe
from tests.probe.conftest import Waits
from tests.probe.libraries import is_right, make_ground
from tests.probe.rule import Chances, Rule, RuleRouter

PRICE = Price(prompt=1e-6, completion=1e-5)
GROUND = make_ground(24, 3)


class Slow(RuleRouter):
    """Takes a few turns to answer, so that several calls are under way at once."""

    async def answer(self, question: Question) -> Completion:
        """Answer in a while."""
        found = await super().answer(question)
        for _ in range(5):
            await asyncio.sleep(0)
        return found


def fill(log: ProbeLog, pages: int = 1) -> None:
    """Let the file of a log grow no more."""
    log._store._db.execute(f"PRAGMA max_page_count = {pages}")


def router(log: ProbeLog, full_at: int) -> Slow:
    """Return a router on whose call number `full_at` the disk is full."""
    rule = Rule(is_right, lambda asked, has: Chances(0.8))
    return Slow(rule, price=PRICE, on_call=lambda calls: fill(log) if calls == full_at else None)


@pytest.mark.parametrize("full_at", [1, 2, 19, 40, 72])
def test_what_was_paid_for_is_kept_and_the_next_run_goes_on(
    tmp_path: Path, waits: Waits, monkeypatch: pytest.MonkeyPatch, full_at: int
) -> None:
    monkeypatch.setattr(Store, "give_room", lambda store: store._db.execute("PRAGMA max_page_count = 100000"))
    with ProbeLog(tmp_path / "log") as log:
        first = router(log, full_at)
        with pytest.raises(NoRoomError) as raised:
            asyncio.run(probe(GROUND, "accuracy", first, log, ProbeLimits(concurrency=4), pace=waits.pace()))
    said = str(raised.value)
    assert "make room on its disk, or name another --log" in said and "\n" not in said
    assert said.endswith("what was paid for is kept, and the same command goes on from there")
    assert full_at <= first.calls <= full_at + 40, "nothing more is asked once it is known"
    with ProbeLog(tmp_path / "log") as log:
        again = router(log, -1)
        found, decisions = asyncio.run(probe(GROUND, "accuracy", again, log, pace=waits.pace()))
    assert len(decisions) == 72 and again.calls == 72 - first.calls
    assert found.spending.dollars == pytest.approx(72 * PRICE.of(1000, 10))


def test_what_cannot_be_kept_is_counted(
    tmp_path: Path, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "give_room", lambda store: None)
    with pytest.raises(NoRoomError, match=r"[1-9] answers that were paid for are lost"):  # noqa: SIM117
        with ProbeLog(tmp_path / "log") as log:
            asyncio.run(
                probe(GROUND, "accuracy", router(log, 19), log, ProbeLimits(concurrency=4), pace=waits.pace())
            )


def test_without_room_to_begin_with_nothing_is_asked(
    tmp_path: Path, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with ProbeLog(tmp_path / "log") as log:
        monkeypatch.setattr(Path, "write_bytes", refuse)
        asked = router(log, -1)
        with pytest.raises(NoRoomError, match=r"log\.room: .*make room"):
            asyncio.run(probe(GROUND, "accuracy", asked, log, pace=waits.pace()))
    assert asked.calls == 0


def test_room_is_held_while_anybody_asks(tmp_path: Path) -> None:
    held = tmp_path / "log.room"
    with ProbeLog(tmp_path / "log") as one:
        assert not held.exists(), "reading needs none"
        one.hold_room()
        with ProbeLog(tmp_path / "log") as two:
            two.hold_room()
            assert held.stat().st_size == 4 << 20
        assert held.exists()
    assert not held.exists()


def test_room_that_a_killed_process_held_is_taken_over(tmp_path: Path) -> None:
    held = tmp_path / "log.room"
    held.write_bytes(b"left behind")
    with ProbeLog(tmp_path / "log") as log:
        log.hold_room()
        assert held.read_bytes() == b"left behind"
    assert not held.exists()
