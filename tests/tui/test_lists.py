"""The list views: rows, detail, filter, sort, marks, links, copy; and a list of 10,000."""

from __future__ import annotations

import msgspec

from skillaudit.tui.views.base import ListView
from skillaudit.tui.widgets.detail import DetailPane
from skillaudit.tui.widgets.row_list import RowList
from tests.tui import reports
from tests.tui.driving import NARROW, opened, screen_lines, screen_text, toasts, until, view


def rows_of(app: object) -> RowList:  # type: ignore[type-arg]  # any row
    """Return the list on show."""
    return view(app).query_one(RowList)  # type: ignore[arg-type]  # a case of a table


async def test_detail_follows_the_cursor() -> None:
    async with opened(reports.small(), size=NARROW, keys="2 j j") as (app, pilot):
        session = app.session
        assert session is not None
        third = session.skill_rows()[2]
        assert session.selected == third.id
        detail = view(app).query_one(DetailPane)
        assert detail.markdown.startswith(f"# {third.name}\n")
        await pilot.press("G")
        assert session.selected == session.skill_rows()[-1].id
        await pilot.press("g", "pagedown")
        assert rows_of(app).cursor == rows_of(app).page
        await pilot.press("k", "up", "ctrl+u")
        assert rows_of(app).cursor == 0


async def test_narrow_shows_one_pane_and_wide_two() -> None:
    async with opened(reports.small(), size=NARROW, keys="2") as (app, pilot):
        detail = view(app).query_one(DetailPane)
        assert detail.region.width == 0
        await pilot.press("enter")
        await pilot.pause()
        assert detail.region.width > 70 and rows_of(app).region.width == 0
        first = app.session.selected if app.session else None
        await pilot.press("J")
        assert app.session is not None and app.session.selected != first
        await pilot.press("tab")
        assert rows_of(app).has_focus
        await pilot.resize_terminal(120, 40)
        await until(pilot, lambda: detail.region.width > 50 and rows_of(app).region.width > 40)


async def test_a_filter_without_a_match_shows_what_it_says_even_over_a_zoomed_detail() -> None:
    async with opened(reports.small(), NARROW, keys="2 enter slash z z q") as (app, pilot):
        assert "Nothing matches “zzq”" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert rows_of(app).has_focus and "Skills 30" in screen_text(app)


async def test_filter_narrows_as_one_types_and_letters_stay_letters() -> None:
    async with opened(reports.small(), keys="2 slash") as (app, pilot):
        session = app.session
        assert session is not None
        await pilot.press(*"sql q")
        await pilot.pause()
        assert app.is_running and session.query == "sql q"
        assert "Skills 5 of 30" in screen_text(app)
        await pilot.press("enter")
        assert rows_of(app).has_focus
        await pilot.press("slash", "x", "x")
        await pilot.pause()
        assert "Nothing matches “sql qxx”" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert session.query == "" and "Skills 30" in screen_text(app)


async def test_filter_is_shared_between_views() -> None:
    async with opened(reports.small(), keys="2 slash p d f enter 3") as (app, pilot):
        assert [row.key for row in rows_of(app).rows if row.skill is None] == ["cluster:0"]
        await pilot.press("5")
        await pilot.pause()
        assert "Findings 1 of 7" in screen_text(app)


async def test_sort_and_reverse_keep_the_selection() -> None:
    async with opened(reports.small(), keys="2 j j j") as (app, pilot):
        session = app.session
        assert session is not None
        chosen = session.selected
        await pilot.press("s", "s")
        assert session.sort.id == "name" and "by name ↑" in screen_text(app)
        assert session.selected == chosen == rows_of(app).current.id  # type: ignore[union-attr]  # there is a row
        await pilot.press("S")
        await pilot.pause()
        assert "by name ↓" in screen_text(app)


async def test_a_click_on_a_head_sorts_and_on_a_row_selects() -> None:
    async with opened(reports.small(), keys="2") as (app, pilot):
        session = app.session
        assert session is not None
        line = screen_lines(app)[3]
        await pilot.click("#skills RowList", offset=(line.index("takes") + 2, 1))
        await pilot.pause()
        assert session.sort.id == "takes"
        await pilot.click("#skills RowList", offset=(8, 6))
        assert rows_of(app).cursor == 4
        await pilot.click("#skills RowList", offset=(8, 7), times=2)
        await pilot.pause()
        assert rows_of(app).cursor == 5 and view(app).has_class("-zoomed")


async def test_marks_are_shown_counted_copied_and_cleared() -> None:
    async with opened(reports.small(), keys="2 space space") as (app, pilot):
        session = app.session
        assert session is not None
        marked = [row.id for row in session.skill_rows()[:2]]
        assert session.marks == set(marked)
        assert rows_of(app).cursor == 2
        assert screen_lines(app)[4].startswith("│ *") and "2 marked" in screen_text(app)
        await pilot.press("y")
        assert sorted(app.clipboard.split("\n")[:2]) == sorted(
            f"{skill}\t{skill}/SKILL.md" for skill in marked
        )
        await pilot.press("U")
        assert session.marks == set()


async def test_copy_takes_the_row_or_the_whole_detail() -> None:
    async with opened(reports.small(), keys="5 j y") as (app, pilot):
        assert app.clipboard == (
            "pdf-forms/SKILL.md:3: error SA202 pdf-forms and pdf-sign take each other's requests"
        )
        assert toasts(app)[0].startswith("Copied the row")
        await pilot.press("Y")
        assert app.clipboard.startswith("# pdf-forms and pdf-sign take each other's requests\n")
        assert "## Remedy" in app.clipboard


async def test_links_lead_to_a_skill_and_b_comes_back() -> None:
    async with opened(reports.small(), keys="4 tab n enter") as (app, pilot):
        session = app.session
        assert session is not None
        victim = session.report.black_holes[0].victims[0]
        assert app.current == "skills" and session.selected == victim
        assert rows_of(app).current.id == victim  # type: ignore[union-attr]  # there is a row
        await pilot.press("b")
        await pilot.pause()
        assert app.current == "black-holes" and session.selected == "assistant-helper"
        assert session.history == []


async def test_a_link_clears_a_filter_that_hides_its_target() -> None:
    async with opened(reports.small(), keys="2 slash h e l p e r enter tab n enter") as (app, _):
        session = app.session
        assert session is not None
        assert session.query == "" and session.selected == "pdf-forms"
        assert toasts(app) == ["Filter cleared: it hid this skill."]


async def test_links_go_round_and_can_be_clicked() -> None:
    async with opened(reports.small(), keys="5 j tab n n") as (app, pilot):
        detail = view(app).query_one(DetailPane)
        assert (detail.line(detail._links[1][0])[0][detail._links[1][1]]).tone == "cursor"
        await pilot.press("n")
        assert detail._at == 0
        await pilot.press("N")
        assert detail._at == 1
        y = detail._links[0][0]
        await pilot.click("#findings .detail", offset=(4, y + 1))
        await pilot.pause()
        assert app.current == "skills" and app.session is not None and app.session.selected == "pdf-forms"


async def test_o_opens_the_skill_in_the_list_and_capital_m_on_the_map() -> None:
    async with opened(reports.small(), keys="5 j o") as (app, pilot):
        assert app.session is not None
        assert (app.current, app.session.selected) == ("skills", "pdf-forms")
        await pilot.press("M")
        assert app.current == "map"
        await pilot.press("b")
        await pilot.pause()
        assert app.current == "skills"


async def test_the_cluster_tree_folds_by_keys() -> None:
    async with opened(reports.small(), keys="3") as (app, pilot):
        tree = rows_of(app)
        assert len(tree.rows) == 6
        await pilot.press("enter")
        assert len(tree.rows) == 11
        await pilot.press("j", "j", "left")
        assert tree.cursor == 0 and len(tree.rows) == 11
        await pilot.press("left")
        assert len(tree.rows) == 6
        await pilot.press("l", "j")
        assert app.session is not None and app.session.selected in app.session.report.clusters[0].skills
        await pilot.press("enter")
        assert isinstance(view(app), ListView) and view(app).has_class("-zoomed")


async def test_the_tree_finds_the_skill_selected_elsewhere() -> None:
    async with opened(reports.small(), keys="2 slash m a i l minus t enter 3 escape") as (app, pilot):
        assert app.session is not None and app.session.selected == "mail-triage"
        await pilot.pause()
        row = rows_of(app).current
        assert row is not None and row.cluster.index == 3


async def test_the_overview_opens_its_findings() -> None:
    async with opened(reports.small(), keys="j enter") as (app, pilot):
        assert app.current == "findings"
        assert rows_of(app).current.code == "SA202"  # type: ignore[union-attr]  # there is a row
        await pilot.press("1", "Y")
        assert app.clipboard.startswith("## In short") and "## Library" in app.clipboard


async def test_ten_thousand_skills_draw_only_what_is_seen() -> None:
    drawn: list[int] = []
    async with opened(reports.large(), keys="2") as (app, pilot):
        rows = rows_of(app)
        assert len(rows.rows) == 10_000
        line = rows.line
        rows.line = lambda y: (drawn.append(y), line(y))[1]  # type: ignore[method-assign, func-returns-value]
        await pilot.press("G")
        await pilot.pause()
        assert rows.cursor == 9_999 and rows.current is not None
        assert rows.current.id in screen_text(app)
        assert 0 < len(drawn) < 200
        await pilot.press("slash", *"09999", "enter")
        assert len(rows.rows) == 1


async def test_where_nothing_judges_the_skills_stand_by_name_and_say_so() -> None:
    judged = reports.small()
    coverage = msgspec.structs.replace(judged.forecast.coverage, requests=0)
    skills = tuple(msgspec.structs.replace(one, victim_rate=None) for one in judged.skills)
    bare = msgspec.structs.replace(
        judged, skills=skills, forecast=msgspec.structs.replace(judged.forecast, coverage=coverage)
    )
    async with opened(bare, keys="2") as (app, _):
        assert "Skills 30 · by name" in screen_text(app) and "by loses" not in screen_text(app)
    async with opened(judged, keys="2") as (app, _):
        assert "by loses" in screen_text(app)
