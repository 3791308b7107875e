"""Help, export and the command palette."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.widgets import Input

from skillaudit.page.markdown import render as to_markdown
from skillaudit.tui.actions import ACTIONS, keys_text
from skillaudit.tui.palette import Commands, Skills
from skillaudit.tui.screens import ExportScreen, HelpScreen, help_blocks
from skillaudit.tui.views import VIEWS
from skillaudit.tui.widgets.detail import DetailPane
from tests.tui import reports
from tests.tui.driving import NARROW, opened, screen_text


async def test_help_explains_the_view_and_every_key() -> None:
    async with opened(reports.small(), keys="2 question_mark") as (app, pilot):
        assert isinstance(app.screen, HelpScreen)
        text = screen_text(app)
        assert "Skills: every skill" in text and "how many skills count it among their nearest" in text
        await pilot.press("3")
        assert app.current == "skills"
        await pilot.press("escape")
        assert not isinstance(app.screen, HelpScreen)


def test_help_lists_the_whole_registry() -> None:
    from skillaudit.tui.actions import Availability

    text = to_markdown(help_blocks(VIEWS[0], (), Availability(), VIEWS)).replace("\\", "")
    for action in ACTIONS:
        assert f"| {keys_text(action)} | {action.help} |" in text
    for view in VIEWS:
        assert f"| {view.key} | {view.title}: {view.help} |" in text


async def test_export_writes_and_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(reports.small(), size=NARROW, keys="e") as (app, pilot):
        assert isinstance(app.screen, ExportScreen)
        await pilot.press("enter")
        await pilot.pause()
        target = tmp_path / "skillaudit-report.md"
        assert target.read_text(encoding="utf-8").startswith("#")
        assert any(str(target) in toast.message for toast in app._notifications)


async def test_export_asks_before_it_replaces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "skillaudit-report.md"
    target.write_text("mine", encoding="utf-8")
    async with opened(reports.small(), keys="e enter") as (app, pilot):
        await pilot.pause()
        assert "is there already" in screen_text(app) and target.read_text(encoding="utf-8") == "mine"
        await pilot.press("enter")
        await pilot.pause()
        assert target.read_text(encoding="utf-8") != "mine"


async def test_export_says_which_endings_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with opened(reports.small(), keys="e") as (app, pilot):
        app.screen.query_one(Input).value = "report.docx"
        await pilot.press("enter")
        await pilot.pause()
        assert "No format for 'report.docx'" in screen_text(app)
        await pilot.press("escape")
        assert not isinstance(app.screen, ExportScreen) and list(tmp_path.iterdir()) == []


async def test_the_palette_lists_what_applies_now() -> None:
    async with opened(reports.small(), keys="2") as (app, pilot):
        names = [hit.text async for hit in Commands(app.screen).discover()]
        assert "sort: by next column" in names and "view: Map" in names
        assert "map: lay out with UMAP" not in names and "view: What-if" not in names
        await pilot.press("1")
        names = [hit.text async for hit in Commands(app.screen).discover()]
        assert "sort: by next column" not in names


async def test_the_palette_carries_actions_out() -> None:
    async with opened(reports.small(), keys="2 ctrl+p") as (app, pilot):
        assert isinstance(app.screen, CommandPalette)
        await pilot.press(*"view: map")
        await app.workers.wait_for_complete([w for w in app.workers if w.group != "audit"])
        await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.current == "map"


async def test_the_palette_finds_skills_by_name_even_hostile_ones() -> None:
    async with opened(reports.hostile(), keys="2") as (app, _):
        hits = [hit async for hit in Skills(app.screen).search("foo")]
        assert [hit.text for hit in hits] == ["skill: [/foo]"]
        hits = [hit async for hit in Skills(app.screen).search("esc")]
        assert all("\x1b" not in str(hit.text) for hit in hits)
        assert [hit async for hit in Skills(app.screen).search("no such skill")] == []
        await hits[0].command()
        assert app.session is not None and app.session.selected == "esc-\x1b[31mred"


async def test_the_palette_offers_themes_when_asked() -> None:
    async with opened(reports.small()) as (app, _):
        names = [hit.text async for hit in Commands(app.screen).search("theme: skillaudit")]
        assert set(names) >= {"theme: skillaudit-dark", "theme: skillaudit-light"}


async def test_no_sentence_of_the_help_is_cut() -> None:
    async with opened(reports.small(), NARROW, keys="2 question_mark") as (app, _):
        shown = ["".join(span.text for span in line) for line in app.screen.query_one(DetailPane)._lines]
        assert not [line for line in shown if "…" in line]
        text = " ".join(" ".join(shown).split())
        assert all(" ".join(action.help.split()) in text for action in ACTIONS if action.scope == "app")
