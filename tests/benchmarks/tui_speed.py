"""How quickly the terminal app paints, lists and answers; `python -m tests.benchmarks.tui_speed`.

First paint is counted from the start of the process, imports included; the list from the key that
asks for it to its rows on the screen; the key press from its arrival to the painting of the moved cursor, and to that
of the new row's detail, while a real audit goes on in its process, and while a thread of pure Python takes what it
gets. Limits: 0.5 s (after the imports), 0.3 s, 50 ms.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

# As the app's entry point sets it, before the toolkit is imported.
os.environ.setdefault("TEXTUAL_FPS", "120")

from textual import events

from skillaudit.config import Config
from skillaudit.progress import Cancelled, Progress
from skillaudit.schema import Report
from skillaudit.tui.apart import audit_apart
from skillaudit.tui.app import SkillAuditApp
from skillaudit.tui.widgets.row_list import RowList
from tests.tui import reports
from tests.tui.driving import screen_text

ROUNDS = 60
SKILLS = 4_000
IMPORTS = "import time, sys; start = time.perf_counter(); import skillaudit.tui.app; print(time.perf_counter() - start)"


def median(values: list[float]) -> float:
    """Return the middle value."""
    return sorted(values)[len(values) // 2]


async def until(condition: Callable[[], bool], turn: float = 0.0005) -> float:
    """Wait for a condition, ten minutes at most, and return when it came about, to a `turn` in seconds."""
    async with asyncio.timeout(600):
        while not condition():
            await asyncio.sleep(turn)
    return time.perf_counter()


async def first_paint() -> float:
    """Seconds from the making of the app to its first screen."""
    gate = threading.Event()

    def load(progress: Progress) -> Report:
        gate.wait(30)
        return reports.empty()

    start = time.perf_counter()
    app = SkillAuditApp(load, sources="./skills")
    async with app.run_test(size=(120, 40)):
        seconds = await until(lambda: "Auditing" in screen_text(app)) - start
        gate.set()
        return seconds


class Watched(SkillAuditApp):
    """Notes the first painting after something has come about; polling would disturb what is measured."""

    condition: Callable[[], bool] | None = None
    answered: asyncio.Future[float]
    moved_from: int | None = None
    """Row of the cursor when the key was pressed."""
    moved_at = pressed_at = 0.0

    def _display(self, screen: Any, renderable: Any) -> None:
        super()._display(screen, renderable)
        if self.moved_from is not None and self.rows.cursor != self.moved_from:
            self.moved_from, self.moved_at = None, time.perf_counter()
        if self.condition is not None and self.condition() and not self.answered.done():
            self.answered.set_result(time.perf_counter())

    @property
    def rows(self) -> RowList[Any]:
        """The list on show."""
        return self.screen_stack[0].query_one("#skills RowList", RowList)

    async def answer(self, condition: Callable[[], bool], *keys: str) -> float:
        """Press keys; return the seconds until the screen is painted on which the condition holds."""
        assert self._driver is not None
        await asyncio.sleep(0.1)
        self.answered, self.condition = asyncio.get_running_loop().create_future(), condition
        start = self.pressed_at = time.perf_counter()
        for key in keys:
            self._driver.send_message(events.Key(key, key if len(key) == 1 else None))
        async with asyncio.timeout(60):
            return await self.answered - start

    async def step(self) -> tuple[float, float]:
        """Go one row down; return the seconds to the cursor's move and to the detail of the new row."""
        assert self.session is not None
        before = self.session.selected
        self.moved_from, session = self.rows.cursor, self.session
        detail = await self.answer(lambda: session.selected != before, "j")
        return self.moved_at - self.pressed_at, detail


Work = Callable[[Progress, threading.Event], None]


def audits(folder: Path) -> Work:
    """Return work that audits a library again and again in a process of its own, as the app does."""
    path = folder / "library.jsonl"
    skills = reports.large().skills[:SKILLS]
    path.write_text("".join(json.dumps({"name": s.id, "description": s.description}) + "\n" for s in skills))

    def work(progress: Progress, enough: threading.Event) -> None:
        class Until:
            def update(self, stage: str, done: int, total: int, note: str = "") -> None:
                progress.update(stage, done, total, note)
                if enough.is_set():
                    raise Cancelled

        while not enough.is_set():
            with suppress(Cancelled):
                audit_apart([path], Config(scorer="lexical", use_cache=False), Until())

    return work


def in_a_thread(progress: Progress, enough: threading.Event) -> None:
    """Keep the interpreter busy with pure Python, as no step of the app does for long."""
    step = 0
    while not enough.is_set():
        step += 1
        sum(value * value for value in range(2_000))
        progress.update("work", step % 1_000, 1_000)


async def list_and_keys(report: Report, work: Work) -> tuple[float, float, list[tuple[float, float]]]:
    """Seconds to the list, seconds to a filtered list, and the two of each key press while work goes on."""
    enough = threading.Event()
    calls = 0

    def load(progress: Progress) -> Report:
        nonlocal calls
        calls += 1
        if calls > 1:
            work(progress, enough)
        return report

    app = Watched(load, sources="./skills")
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.session is not None and app.current == "overview")
        await pilot.pause()
        assert app.session is not None
        session = app.session
        listed = await app.answer(lambda: app.current == "skills", "2")
        filtered = await app.answer(lambda: session.query == "7", "slash", "7")
        await app.answer(lambda: session.query == "", "escape")
        app.start_audit()
        waits = [await app.step() for _ in range(ROUNDS)]
        enough.set()
        await app.workers.wait_for_complete()
        return listed, filtered, waits


def spread(name: str, values: list[float], limit: str = "") -> str:
    """Return a line with the middle, the ninth of ten, and the worst of some seconds, as milliseconds."""
    ordered = sorted(1000 * value for value in values)
    middle, ninth, worst = ordered[len(ordered) // 2], ordered[len(ordered) * 9 // 10], ordered[-1]
    return f"{name:<30}{middle:6.1f} ms median {ninth:6.1f} ms 90% {worst:6.1f} ms worst{limit}"


def main() -> None:
    """Print the figures."""
    imports = [
        float(
            subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True).stdout
        )
        for _ in range(3)
    ]
    print(f"load average                  {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"imports                       {median(imports):.3f} s")
    paints = [asyncio.run(first_paint()) for _ in range(5)]
    print(f"first paint after the imports {median(paints):.3f} s   limit 0.5")
    report = reports.large()
    with tempfile.TemporaryDirectory() as folder:
        listed, filtered, waits = asyncio.run(list_and_keys(report, audits(Path(folder))))
    print(f"list of 10,000 skills         {listed:.3f} s   limit 0.3")
    print(f"first filter key on it        {filtered:.3f} s")
    print(spread("key while auditing: cursor", [cursor for cursor, _ in waits], "   limit 50"))
    print(spread("  and the new row's detail", [detail for _, detail in waits]))
    _, _, waits = asyncio.run(list_and_keys(report, in_a_thread))
    print(spread("beside a thread: cursor", [cursor for cursor, _ in waits]))
    print(spread("  and the new row's detail", [detail for _, detail in waits]))
    print(f"load average                  {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
