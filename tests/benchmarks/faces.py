"""The faces of a large library: `python -m tests.benchmarks.faces LIBRARY [KIND ...]`.

KIND is `unchanged` (a second audit), `app` (first screen and keys), `page` (the HTML report: size, and how soon
Chromium has it) or `changed` (an audit after one description was edited); all where none is named. The library, a
list of skills, is audited lexically first unless its report is in the cache (`SKILLAUDIT_CACHE`). Seconds are of the
processor, children included, and of the clock where a person waits; with other work on the machine only the first
kind says much.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import gzip
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from skillaudit.config import Config
from skillaudit.load import load
from skillaudit.page.html import MOST_BYTES
from skillaudit.pipeline import audit
from skillaudit.safety.cleaning import one_line
from skillaudit.schema import Report
from skillaudit.tui.engine import Worker
from skillaudit.tui.widgets.row_list import RowList
from tests.benchmarks.tui_speed import Watched, spread, until
from tests.page.chromium import Browser, chromium

CONFIG = Config(scorer="lexical")
KEYS = 40
PROGRAM = [sys.executable, "-m", "skillaudit"]


def spent() -> float:
    """Seconds of the processor of this process and the children that have ended."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def command(*words: str) -> float:
    """Run the program and return the seconds of the processor that it took."""
    before = spent()
    subprocess.run([*PROGRAM, *words], check=True, capture_output=True)
    return spent() - before


def unchanged(library: Path, report: Report) -> None:
    """Print what an audit of a library costs that has not changed."""
    seconds = command("report", str(library), "--scorer", "lexical", "-o", "/dev/null", "-f", "text")
    print(f"unchanged, {len(report.skills):,} skills: {seconds:.1f} s of the processor   limit 10")


def changed(library: Path, report: Report) -> None:
    """Print what an audit costs after one description of the library was edited, against one from scratch."""
    with tempfile.TemporaryDirectory() as folder:
        edited = Path(folder) / library.name
        rows = library.read_text(encoding="utf-8").splitlines()
        row = json.loads(rows[len(rows) // 2])
        row["description"] = f"Not for spreadsheets. {row['description']}"
        rows[len(rows) // 2] = json.dumps(row)
        edited.write_text("\n".join(rows) + "\n", encoding="utf-8")
        cold = command("report", str(edited), "--scorer", "lexical", "--no-cache", "-o", "/dev/null")
        warm = command("report", str(edited), "--scorer", "lexical", "-o", "/dev/null")
    print(
        f"one skill changed: {warm:.1f} s of the processor, from scratch {cold:.1f}: {warm / cold:.0%}   limit 5%"
    )


async def app(library: Path, report: Report) -> None:
    """Print how soon the app shows a report that is kept, and what a key costs with all rows."""
    engine = Worker([library], CONFIG)
    start, processor = time.perf_counter(), time.process_time()
    shown = Watched(engine.audit, sources=str(library))
    async with shown.run_test(size=(120, 40)) as pilot:
        seen = await until(lambda: shown.session is not None and shown.current == "overview", 0.01) - start
        print(f"first screen  {seen:.2f} s, {time.process_time() - processor:.2f} of the processor   limit 2")
        await until(lambda: shown.session is not None and bool(shown.session.report.skills), 0.01)
        print(
            f"all rows      {time.perf_counter() - start:.2f} s, {time.process_time() - processor:.2f} of the processor"
        )
        await until(lambda: not shown.busy, 0.1)
        print(f"known to hold {time.perf_counter() - start:.2f} s")
        await pilot.pause()
        session = shown.session
        assert session is not None and len(session.report.skills) == len(report.skills)
        await shown.answer(lambda: shown.current == "skills", "2")
        before = time.process_time()
        waits = [await shown.step() for _ in range(KEYS)]
        each = 1000 * (time.process_time() - before) / KEYS
        print(spread("down: cursor", [wait for wait, _ in waits], "   limit 16 median"))
        print(spread("  and the detail", [wait for _, wait in waits]), f"   {each:.1f} ms of the processor")
        await timed(shown, "last row", "G", lambda: shown.rows.cursor == len(session.report.skills) - 1)
        await timed(shown, "first row", "g", lambda: shown.rows.cursor == 0)
        await timed(shown, "sort", "s", lambda: session.sort.id != "loses")
        await shown.answer(lambda: shown.situation.typing, "slash")
        typed = ""
        for letter in "review":
            typed += letter
            await timed(shown, f"filter {typed}", letter, lambda typed=typed: session.query == typed)
        await timed(shown, "filter off", "escape", lambda: session.query == "")
        for key, view in (
            ("3", "clusters"),
            ("4", "black-holes"),
            ("5", "findings"),
            ("6", "map"),
            ("1", "overview"),
        ):
            await timed(shown, view, key, lambda view=view: shown.current == view)
            listed = shown.focused
            last = isinstance(listed, RowList) and listed.cursor == len(listed.rows) - 1
            await timed(shown, f"  a row on in {view}", "k" if last else "j", lambda: True)


async def timed(shown: Watched, what: str, key: str, condition: Callable[..., bool]) -> None:
    """Print what one key costs."""
    before = time.process_time()
    waited = await shown.answer(condition, key)
    await asyncio.sleep(0.05)
    print(f"{what:<28}{1000 * waited:7.1f} ms {1000 * (time.process_time() - before):7.1f} of the processor")


def page(library: Path, report: Report) -> None:
    """Print the size of the HTML report, and when Chromium has it, its map and the answer to a search."""
    from skillaudit.formatters.html import render

    before = time.process_time()
    text = render(report)
    seconds = time.process_time() - before
    print(f"page          {len(text.encode()):,} bytes   limit {MOST_BYTES:,}; made in {seconds:.1f} s")
    packed = [json.loads(gzip.decompress(base64.b64decode(one))) for one in PACKED.findall(text)]
    listed = {cell.removesuffix(" (manual-only)") for columns, _ in packed for cell in columns[0]}
    missing = sum(one_line(skill.id) not in listed for skill in report.skills)
    print(f"to be found   all but {missing} of {len(report.skills):,} skills")
    if chromium() is None:
        print("no Chromium is installed")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        path.write_text(text, encoding="utf-8")
        browser = Browser(Path(folder) / "profile")
        browser.open(path)  # the first page starts the browser's processes
        start = time.perf_counter()
        browser.open(path)
        print(f"opened        {time.perf_counter() - start:.2f} s   limit 2")
        browser.run(IDLE)
        print(f"with its map  {time.perf_counter() - start:.2f} s")
        names = [skill.id for skill in report.skills]
        for name in (names[0], names[len(names) // 2], names[-1]):
            start = time.perf_counter()
            found = browser.run(SEARCH % name)
            print(f"search        {time.perf_counter() - start:.2f} s, {found} {name}")
        assert browser.faults() == []
        browser.close()


PACKED = re.compile(r'"(H4sI[\w+/=]+)"')
IDLE = "new Promise((done) => requestIdleCallback(done))"
SEARCH = """(async () => {
  const table = [...document.querySelectorAll("table[data-sort]")].pop();
  const input = document.getElementById(table.dataset.sort).querySelector("input");
  const wanted = %r;
  input.value = wanted;
  input.dispatchEvent(new Event("input"));
  for (let turn = 0; turn < 2000; turn++) {
    const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
    if (rows.some((row) => row.textContent.includes(wanted)) && rows.length < 400) return "found";
    await new Promise((done) => setTimeout(done, 5));
  }
  return "not found";
})()"""


def main() -> None:
    """Print the figures."""
    library = Path(sys.argv[1])
    gc.set_threshold(20_000, 20, 20)  # as the command line does
    kinds = sys.argv[2:] or ["unchanged", "app", "page", "changed"]
    print(f"{len(load([library]).skills):,} skills in {library.name}")
    report = audit([library], CONFIG)
    for kind in kinds:
        if kind == "app":
            asyncio.run(app(library, report))
        else:
            {"unchanged": unchanged, "page": page, "changed": changed}[kind](library, report)


if __name__ == "__main__":
    main()
