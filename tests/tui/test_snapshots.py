"""Pictures of the screens, compared byte for byte with the files in `__snapshots__`.

`SKILLAUDIT_SNAPSHOTS=write` writes them anew; look at the difference before committing it. They hold
for one version of the toolkit, named in `VERSION`, and are skipped under any other.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import pytest

from skillaudit.optimize.records import Optimisation
from skillaudit.progress import Progress
from skillaudit.schema import Report
from tests.tui import plans, reports
from tests.tui.driving import NARROW, WIDE, opened, settle
from tests.tui.test_partial_view import PART, Stopped

pytestmark = pytest.mark.slow


def proposal() -> Optimisation:
    """A plan of every kind of edit, with a tree and a paragraph."""
    return plans.optimisation(anchor=plans.ANCHOR)


FOLDER = Path(__file__).parent / "__snapshots__"
VERSION = "8.2.8"


class Picture(NamedTuple):
    """One picture: what is shown, at which size, after which keys."""

    name: str
    report: Callable[[], Report]
    size: tuple[int, int]
    keys: str = ""
    no_color: bool = False
    plan: Callable[[], Optimisation] | None = None
    """What the optimiser proposes; made in the Plan tab before the keys are pressed."""


PICTURES = (
    Picture("overview-wide", reports.small, WIDE),
    Picture("overview-narrow", reports.small, NARROW),
    Picture("skills-wide", reports.small, WIDE, "2 j j space"),
    Picture("skills-narrow-light", reports.small, NARROW, "t 2 j"),
    Picture("skills-tiny", reports.small, (60, 15), "2"),
    Picture("skills-no-color", reports.small, WIDE, "2 j space j", no_color=True),
    Picture("skills-large", reports.large, WIDE, "2 G"),
    Picture("detail-narrow", reports.small, NARROW, "2 enter n"),
    Picture("clusters-light", reports.small, WIDE, "t 3 l j"),
    Picture("black-holes-wide", reports.small, WIDE, "4"),
    Picture("findings-narrow", reports.small, NARROW, "5"),
    Picture("map-wide", reports.small, WIDE, "6 j l"),
    Picture("map-no-color", reports.small, NARROW, "6 j", no_color=True),
    Picture("map-large-light", reports.large, WIDE, "t 6 j"),
    Picture("help-narrow", reports.small, NARROW, "2 question_mark"),
    Picture("empty", reports.empty, NARROW),
    Picture("broken", reports.broken, NARROW),
    Picture("one", reports.one, NARROW, "2 enter"),
    Picture("hostile", reports.hostile, WIDE, "2 j"),
    Picture("plan-wide", reports.small, WIDE, plan=proposal),
    Picture("plan-edit-wide-light", reports.small, WIDE, "t j j j", plan=proposal),
    Picture("plan-narrow", reports.small, NARROW, "j j j a", plan=proposal),
    Picture("plan-edit-narrow", reports.small, NARROW, "j j j enter", plan=proposal),
    Picture("plan-no-color", reports.small, WIDE, "G k l j l k k k", no_color=True, plan=proposal),
    Picture("plan-hostile", reports.hostile, WIDE, "j j", plan=plans.hostile),
    Picture("skill-rewrite", reports.small, WIDE, "2 slash p d f minus f enter", plan=proposal),
    Picture("stopped", lambda: PART, NARROW),
)


@pytest.mark.skipif(version("textual") != VERSION, reason=f"pictures are of textual {VERSION}")
@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
async def test_picture(picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    if picture.no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    planner = plans.Planner(picture.plan()) if picture.plan else None
    load: Report | Callable[[Progress], Report] = picture.report()
    if load is PART:
        load = Stopped()
    async with opened(load, size=picture.size, keys="8 i" if planner else "", planner=planner) as (
        app,
        pilot,
    ):
        await settle(pilot)
        await pilot.press(*picture.keys.split())
        await settle(pilot)
        drawn = app.export_screenshot(simplify=True)
    file = FOLDER / f"{picture.name}.svg"
    if os.environ.get("SKILLAUDIT_SNAPSHOTS") == "write":
        file.write_text(drawn, encoding="utf-8", newline="\n")
    assert file.read_text(encoding="utf-8") == drawn, f"{file.name} differs: see the head of this module"


def test_no_picture_is_left_over() -> None:
    assert {file.stem for file in FOLDER.glob("*.svg")} == {picture.name for picture in PICTURES}
