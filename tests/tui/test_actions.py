"""The registry: every action can be carried out, no key means two things, and all that lists keys agrees."""

from __future__ import annotations

from collections import Counter

import pytest
from textual.binding import Binding

from skillaudit.tui.actions import (
    ACTIONS,
    GROUPS,
    Action,
    Availability,
    Scope,
    key_name,
    key_table,
    keys_text,
    of_scope,
)
from skillaudit.tui.app import SkillAuditApp
from skillaudit.tui.views import VIEWS, load_view
from skillaudit.tui.views.base import View
from skillaudit.tui.widgets.detail import DetailPane
from skillaudit.tui.widgets.map_canvas import MapCanvas
from skillaudit.tui.widgets.row_list import RowList

OWNERS: dict[Scope, type] = {"app": SkillAuditApp, "list": RowList, "detail": DetailPane, "map": MapCanvas}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action.scope}.{action.id}")
def test_every_action_has_a_method(action: Action) -> None:
    assert callable(getattr(OWNERS[action.scope], f"action_{action.call.partition('(')[0]}"))
    assert action.help.endswith(".") and action.group in GROUPS


@pytest.mark.parametrize("scope", list(OWNERS))
def test_no_key_means_two_things_in_one_place(scope: Scope) -> None:
    keys = Counter(key for action in of_scope(scope) for key in action.keys)
    if scope == "app":
        keys.update(view.key for view in VIEWS)
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("scope", list(OWNERS))
def test_bindings_are_those_of_the_registry(scope: Scope) -> None:
    bound = {binding.id: binding for binding in OWNERS[scope].BINDINGS if isinstance(binding, Binding)}  # type: ignore[attr-defined]  # of an app or of a widget
    for action in of_scope(scope):
        if action.id == "palette":
            assert action.keys[0] == SkillAuditApp.COMMAND_PALETTE_BINDING
            continue
        binding = bound[f"{scope}.{action.id}"]
        assert (binding.key, binding.action, binding.tooltip) == (
            ",".join(action.keys),
            action.call,
            action.help,
        )


def test_ids_are_unique() -> None:
    assert len({(action.scope, action.id) for action in ACTIONS}) == len(ACTIONS)


def test_single_letters_beat_no_terminal_key() -> None:
    """Terminals send these for backspace, tab, enter and for their own use."""
    keys = {key for action in ACTIONS for key in action.keys}
    assert not keys & {"ctrl+h", "ctrl+i", "ctrl+m", "ctrl+j", "ctrl+s", "ctrl+b", "ctrl+o"}


def test_what_applies_where() -> None:
    by_id = {action.id: action for action in of_scope("app")}
    overview, skills = Availability(view="overview", report=True), Availability(view="skills", report=True)
    assert not by_id["filter"].applies(overview) and by_id["filter"].applies(skills)
    assert by_id["rerun"].applies(skills) and not by_id["rerun"].applies(skills._replace(busy=True))
    on_map = Availability(view="map", report=True, can_map=True)
    assert by_id["map"].applies(on_map)
    assert not by_id["map"].applies(on_map._replace(busy=True))
    assert not by_id["map"].applies(on_map._replace(can_map=False))
    plan = Availability(view="plan", report=True, can_plan=True)
    assert by_id["plan"].applies(plan) and by_id["plan"].hinted(plan) and not by_id["filter"].applies(plan)
    assert not by_id["accept"].applies(plan) and not by_id["plan"].applies(plan._replace(planning=True))
    made = plan._replace(plan=True)
    assert by_id["accept"].applies(made) and by_id["plan"].applies(made) and not by_id["plan"].hinted(made)
    assert by_id["sort"].applies(made) and not by_id["edit"].applies(made._replace(can_imagine=True))
    assert by_id["plan"].applies(skills._replace(can_plan=True))
    assert not by_id["plan"].applies(skills._replace(can_plan=True, plan=True))
    assert by_id["copy"].applies(Availability(error=True)) and not by_id["copy"].applies(Availability())


def test_the_key_table_lists_every_key_once() -> None:
    lines = key_table().splitlines()
    assert lines[:2] == ["| Key | Does | Where |", "| --- | --- | --- |"]
    assert len(lines) == 2 + len(VIEWS) + len(ACTIONS)
    assert "| `S` | Turn the order round. |  |" in lines
    assert "| `?` `f1` | Show keys and columns of this view. |  |" in lines


def test_key_names_are_those_on_the_keyboard() -> None:
    assert key_name("slash") == "/" and key_name("j") == "j"
    down = next(action for action in of_scope("list") if action.id == "down")
    assert keys_text(down) == "j ↓"


def test_every_view_can_be_loaded() -> None:
    for spec in VIEWS:
        assert issubclass(load_view(spec), View)
