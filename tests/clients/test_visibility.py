"""The table of who is visible where."""

from __future__ import annotations

from skillaudit.clients import listing, visibility

from .libraries import many, skill


def test_the_table_agrees_with_the_lists() -> None:
    library = [*many(120, 300), skill("nested", "Deep.", path="skills/group/nested/SKILL.md")]
    table = visibility(library, ["codex", "copilot-cli", "claude-code"], context=200_000)
    assert [column.client for column in table.columns] == ["codex", "copilot-cli", "claude-code"]
    assert [row.id for row in table.rows] == [one.id for one in library]
    for position, column in enumerate(table.columns):
        shown = listing(library, column.client, context=200_000)
        assert [row.states[position] for row in table.rows] == [entry.state for entry in shown.entries]
        assert column.full + column.shortened + column.name_only + column.invisible == len(library)
        assert column.lost == sum(entry.lost for entry in shown.entries)


def test_all_current_clients_by_default() -> None:
    table = visibility(many(3, 10))
    assert len(table.columns) == 13
    assert all(sorted(row.states) == ["full"] * 12 + ["name-only"] for row in table.rows)


def test_a_table_asked_for_again_is_not_made_again() -> None:
    skills = many(30, 10)
    table = visibility(skills)
    assert visibility(list(skills)) is table
    assert visibility(skills, order="worst") is not table
    assert visibility(skills[1:]).rows != table.rows
