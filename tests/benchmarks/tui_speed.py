"""How quickly the terminal app paints, lists and answers; `python -m tests.benchmarks.tui_speed`.

First paint is counted from the start of the process, imports included; the list from the key that
asks for it to its rows on the screen; the key press from its arrival to its effect, while an audit
of pure Python keeps a thread busy. Limits: 0.5 s (after the imports), 0.3 s, 50 ms.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable

from textual import events

from skillaudit.progress import Progress
from skillaudit.schema import Report
from skillaudit.tui.app import SkillAuditApp
from tests.tui import reports
from tests.tui.driving import screen_text

ROUNDS = 40
IMPORTS = "import time, sys; start = time.perf_counter(); import skillaudit.tui.app; print(time.perf_counter() - start)"


def median(values: list[float]) -> float:
    """Return the middle value."""
    return sorted(values)[len(values) // 2]


async def until(condition: Callable[[], bool]) -> float:
    """Wait for a condition, a minute at most, and return when it came about."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.0005)
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

    def _display(self, screen, renderable) -> None:  # type: ignore[no-untyped-def]
        super()._display(screen, renderable)
        if self.condition is not None and self.condition() and not self.answered.done():
            self.answered.set_result(time.perf_counter())

    async def answer(self, condition: Callable[[], bool], *keys: str) -> float:
        """Press keys; return the seconds until the screen is painted on which the condition holds."""
        assert self._driver is not None
        await asyncio.sleep(0.1)
        self.answered, self.condition = asyncio.get_running_loop().create_future(), condition
        start = time.perf_counter()
        for key in keys:
            self._driver.send_message(events.Key(key, key if len(key) == 1 else None))
        async with asyncio.timeout(60):
            return await self.answered - start


async def list_and_keys(report: Report) -> tuple[float, float, list[float]]:
    """Seconds to the list, seconds to a filtered list, and of each key press while a thread works."""
    enough = threading.Event()
    calls = 0

    def load(progress: Progress) -> Report:
        nonlocal calls
        calls += 1
        step = 0
        while calls > 1 and not enough.is_set():
            step += 1
            sum(value * value for value in range(2_000))
            progress.update("work", step % 1_000, 1_000)
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
        waits = []
        for _ in range(ROUNDS):
            before = session.selected
            waits.append(await app.answer(lambda before=before: session.selected != before, "j"))  # type: ignore[misc]
        enough.set()
        await app.workers.wait_for_complete()
        return listed, filtered, waits


def main() -> None:
    """Print the figures."""
    imports = [
        float(
            subprocess.run([sys.executable, "-c", IMPORTS], capture_output=True, text=True, check=True).stdout
        )
        for _ in range(3)
    ]
    print(f"imports                       {median(imports):.3f} s")
    paints = [asyncio.run(first_paint()) for _ in range(5)]
    print(f"first paint after the imports {median(paints):.3f} s   limit 0.5")
    report = reports.large()
    listed, filtered, waits = asyncio.run(list_and_keys(report))
    print(f"list of 10,000 skills         {listed:.3f} s   limit 0.3")
    print(f"first filter key on it        {filtered:.3f} s")
    worst = max(waits)
    print(
        f"key press while auditing      {1000 * median(waits):.1f} ms median, {1000 * worst:.1f} ms worst   limit 50"
    )


if __name__ == "__main__":
    main()
