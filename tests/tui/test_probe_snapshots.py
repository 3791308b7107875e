"""Pictures of the Probe tab, as in `test_snapshots.py`; apart from those, for a run has to be held at a point."""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import Literal, NamedTuple

import pytest

from skillaudit.errors import ModelError
from tests.tui import reports
from tests.tui.driving import NARROW, WIDE, opened, settle, steady, until
from tests.tui.probe_stand_in import Engine
from tests.tui.test_probe_view import current
from tests.tui.test_snapshots import FOLDER, VERSION

pytestmark = pytest.mark.slow

Point = Literal["idle", "estimate", "leave", "asking", "over", "failed"]


class Picture(NamedTuple):
    """One picture: how far the run is, and at which size."""

    name: str
    point: Point
    size: tuple[int, int]
    keys: str = ""
    no_color: bool = False


PICTURES = (
    Picture("probe-idle-wide", "idle", WIDE),
    Picture("probe-idle-narrow", "idle", NARROW, "j"),
    Picture("probe-estimate-narrow", "estimate", NARROW),
    Picture("probe-leave-wide-light", "leave", WIDE, "t"),
    Picture("probe-leave-tiny", "leave", (60, 15)),
    Picture("probe-asking-wide", "asking", WIDE),
    Picture("probe-over-wide", "over", WIDE),
    Picture("probe-over-narrow", "over", NARROW, no_color=True),
    Picture("probe-failed-narrow", "failed", NARROW),
)


@pytest.mark.skipif(version("textual") != VERSION, reason=f"pictures are of textual {VERSION}")
@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
async def test_picture(picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    if picture.no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    engine = Engine(heard=25)
    if picture.point == "failed":
        engine.early = ModelError("no key for openai/gpt-4o-mini; set OPENAI_API_KEY")
    async with opened(reports.small(), picture.size, keys=f"{picture.keys} 9", probe=engine) as (app, pilot):
        assert app.session is not None
        app.session.probing.form.set("model", "openai/gpt-4o-mini")
        app.refresh_view()
        if picture.point != "idle":
            await pilot.press("p")
            if picture.point != "failed":
                await until(pilot, lambda: current(app).phase == "waiting")
        if picture.point in {"leave", "asking", "over"}:
            await pilot.press("p")
            await until(pilot, lambda: len(app.screen_stack) > 1)
        if picture.point in {"asking", "over"}:
            await pilot.press("y")
            await until(pilot, engine.deciding.is_set)
            current(app)._count()
        if picture.point in {"over", "failed"}:
            engine.gate.set()
            await settle(pilot)
        app.watch_probe()
        drawn = await steady(pilot)
        current(app).cancel() if picture.point != "idle" else None
        engine.gate.set()
    file = FOLDER / "probe" / f"{picture.name}.svg"
    if os.environ.get("SKILLAUDIT_SNAPSHOTS") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text(drawn, encoding="utf-8", newline="\n")
    assert file.read_text(encoding="utf-8") == drawn, (
        f"{file.name} differs: see the head of test_snapshots.py"
    )


def test_no_picture_is_left_over() -> None:
    assert {file.stem for file in (FOLDER / "probe").glob("*.svg")} == {picture.name for picture in PICTURES}
