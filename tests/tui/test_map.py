"""The map view: drawn, moved on, magnified, linked with the lists."""

from __future__ import annotations

import msgspec
import pytest

from skillaudit.page.figures import HUES, cluster_mark
from skillaudit.schema import Report
from skillaudit.tui.app import SkillAuditApp
from skillaudit.tui.widgets.map_canvas import MapCanvas
from tests.tui import reports
from tests.tui.driving import NARROW, opened, screen_text, settle, view


def canvas(app: SkillAuditApp) -> MapCanvas:
    """Return the map on show."""
    return view(app).query_one(MapCanvas)


async def test_points_labels_and_cursor_are_drawn() -> None:
    async with opened(reports.small(), keys="6") as (app, _):
        text = screen_text(app)
        assert app.session is not None and app.session.selected == app.session.skill_rows()[0].id
        assert text.count("●") >= 20 and "sql · query" in text
        assert f"◆ {app.session.selected}" in text or f"{app.session.selected} ◆" in text


async def test_moving_goes_to_neighbours_and_the_lists_follow() -> None:
    async with opened(reports.small(), keys="6") as (app, pilot):
        assert app.session is not None
        app.session.select("pdf-forms")
        app.refresh_view()
        start = app.session.index.skills[app.session.selected or ""]
        await pilot.press("h")
        moved = app.session.index.skills[app.session.selected or ""]
        assert moved.x is not None and start.x is not None and moved.x < start.x
        await pilot.press("o")
        await pilot.pause()
        assert app.current == "skills" and app.session.selected == moved.id


async def test_zoom_and_pan_keep_to_the_plane() -> None:
    async with opened(reports.small(), keys="6 j plus plus plus") as (app, pilot):
        before = canvas(app)._window
        assert round(before.zoom, 2) == 3.38 and "×3.4" in screen_text(app)
        await pilot.press("H", "K")
        after = canvas(app)._window
        assert after.x < before.x and after.y > before.y
        await pilot.press("minus", "0")
        assert canvas(app)._window.zoom == 1.0
        await pilot.press("minus")
        assert canvas(app)._window.zoom == 1.0


async def test_few_points_carry_their_names() -> None:
    async with opened(reports.small(), keys="6 slash p d f enter") as (app, _):
        text = screen_text(app)
        assert "pdf-redact" in text and "pdf-tables" in text


async def test_marks_show_and_enter_opens_the_detail() -> None:
    async with opened(reports.small(), size=NARROW, keys="6 space") as (app, pilot):
        assert app.session is not None
        (marked,) = app.session.marks
        await pilot.press("h", "k", "l", "j", "h", "enter")
        await pilot.pause()
        assert view(app).has_class("-zoomed") and "What the model is shown" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert screen_text(app).count("*") == 1
        app.session.select(marked)
        app.refresh_view()
        await pilot.pause()
        assert f"*{marked}" in screen_text(app)


async def test_a_click_selects_the_nearest() -> None:
    async with opened(reports.small(), keys="6") as (app, pilot):
        area = canvas(app).size
        await pilot.click(MapCanvas, offset=(2, area.height // 3))
        assert app.session is not None
        chosen = app.session.index.skills[app.session.selected or ""]
        assert chosen.cluster == 2


async def test_without_positions_the_map_says_how_to_get_them() -> None:
    asked: list[str] = []

    def with_map(progress: object) -> Report:
        asked.append("map")
        return reports.small()

    async with opened(reports.small(positions=False), keys="6", load_with_map=with_map) as (app, pilot):
        assert "Press u" in screen_text(app)
        await pilot.press("j", "plus", "enter")
        await pilot.press("u")
        await settle(pilot)
        assert asked == ["map"] and app.current == "map"
        assert "sql · query" in screen_text(app)
        await pilot.press("m")
        assert asked == ["map"]


@pytest.mark.slow
async def test_ten_thousand_points_are_braille() -> None:
    async with opened(reports.large(), keys="6 j") as (app, _):
        text = screen_text(app)
        assert sum("\u2800" < char <= "\u28ff" for char in text) > 200
        assert "kind " in text


async def test_clusters_beyond_the_eighth_have_another_hue_and_mark() -> None:
    small = reports.small()
    skills = tuple(msgspec.structs.replace(skill, cluster=at) for at, skill in enumerate(small.skills))
    looks = {(index % HUES, cluster_mark(index)) for index in range(48)}
    assert len(looks) == 48
    async with opened(msgspec.structs.replace(small, skills=skills), keys="6") as (app, _):
        assert "▲" in screen_text(app) and "■" in screen_text(app)
