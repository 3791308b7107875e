"""The table of who is visible where."""

from __future__ import annotations

import msgspec

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


def test_what_a_list_needs_with_short_texts_is_what_it_counts_with_them() -> None:
    """Within the words that a client adds where it cuts; a text over a client's own length counts as it is cut."""
    for library in (many(40, 700), many(40, 4_000)):
        seen = visibility(library, ["claude-code", "codex", "copilot-cli", "openclaw"])
        for column in seen.columns:
            for most, said in ((100, column.shortest), (1, column.names + len(library))):
                less = [msgspec.structs.replace(one, description=one.description[:most]) for one in library]
                assert abs(said - listing(less, column.client).whole) <= 0.05 * column.whole
            assert column.names < column.shortest < column.whole
