"""Take the pictures of the app that README and docs show, on a sample library.

    python -m tests.tui.screenshots [SOURCE] [--out FOLDER]

The audit is real; each picture is an SVG of 120x36 cells. The README's is text, 100x22, since a link to a picture
breaks where a package index shows the page.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from textual.app import App

from skillaudit.config import Config
from skillaudit.pipeline import audit
from skillaudit.schema import Report
from skillaudit.tui.engine import Worker
from skillaudit.tui.probe_run import prober
from tests.tui.driving import opened, settle

SIZE = (120, 36)
TEXT_SIZE = (100, 22)
TEXT = "overview.txt"
SHOTS = {
    "overview": "1",
    "skills": "2 j",
    "black-holes": "4",
    "map": "6 j l",
    "plan": "8 i j j",
}
"""Name of the picture -> keys pressed before it is taken; what a key sets going is waited for."""


async def take(report: Report, source: Path, keys: str, path: Path) -> None:
    """Open the app on `report`, press `keys` and write what is on the screen to `path`, an SVG or text."""
    engine, probe = Worker([source], Config()), prober([source], Config())
    as_text = path.suffix == ".txt"
    whole = opened(
        report, TEXT_SIZE if as_text else SIZE, imagine=engine.imagine, probe=probe, planner=engine.plan
    )
    async with whole as (app, pilot):
        for key in keys.split():
            await pilot.press(key)
            await settle(pilot)
        path.write_text(
            _screen_text(app) if as_text else app.export_screenshot(simplify=True), encoding="utf-8"
        )


def _screen_text(app: App[None]) -> str:
    """Return the characters of the screen, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips) + "\n"


def main() -> None:
    """Write all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, nargs="?", default=Path("sample_libraries/black_hole"))
    parser.add_argument("--out", type=Path, default=Path(".github/screenshots"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    report = audit([options.source], Config())
    for name, keys in {**{f"{name}.svg": keys for name, keys in SHOTS.items()}, TEXT: "1"}.items():
        asyncio.run(take(report, options.source, keys, options.out / name))
        print(options.out / name)


if __name__ == "__main__":
    main()
