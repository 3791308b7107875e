"""The one registry of what a user can do: bindings, palette, hints, help and README all read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Literal, NamedTuple

Scope = Literal["app", "list", "detail", "map"]
"""Who carries the action out: the app wherever you are, or the part of the screen with the focus."""

LISTS = frozenset({"skills", "clusters", "black-holes", "findings", "plan"})
SKILL_VIEWS = frozenset({"skills", "clusters", "black-holes", "findings", "map", "plan"})
COPYING = SKILL_VIEWS | {"overview", "what-if", "probe"}
PANES = SKILL_VIEWS | {"what-if", "probe"}
EDITABLE = SKILL_VIEWS - {"plan"} | {"overview"}
CHANGING = SKILL_VIEWS - {"plan"} | {"what-if"}


class Availability(NamedTuple):
    """What the availability of an action depends on."""

    view: str = ""
    """Id of the view on show; empty while there is no report."""
    focus: Scope = "app"
    """The part of the screen with the focus."""
    busy: bool = False
    """True while an audit runs."""
    report: bool = False
    error: bool = False
    """True while the error panel is on show."""
    query: bool = False
    typing: bool = False
    """True while letters go into the filter line."""
    history: bool = False
    can_imagine: bool = False
    """True when the engine is there that forecasts a changed library."""
    partial: bool = False
    """True when the audit was stopped: there is no forecast to show."""
    can_plan: bool = False
    """True when the optimiser is there and has a library to plan for."""
    plan: bool = False
    planning: bool = False
    can_map: bool = False
    """True when an audit with another map can be asked for."""
    can_act: bool = False
    """True when the engine is there that opens files, tries requests and switches clients."""
    can_probe: bool = False
    """True when the engine is there that asks a model."""
    probe: str = ""
    """Where a probe is; empty while none goes on."""


def _always(_: Availability) -> bool:
    return True


def _has_report(now: Availability) -> bool:
    return now.report


def _has_rows(now: Availability) -> bool:
    return now.view in SKILL_VIEWS and (now.view != "plan" or now.plan)


def _in(views: frozenset[str]) -> Callable[[Availability], bool]:
    return lambda now: now.view in views


class Action(NamedTuple):
    """One thing that a user can do."""

    id: str
    """Stable slug; the key map may rebind by it."""
    keys: tuple[str, ...]
    """Keys in the toolkit's names, the one to show first."""
    name: str
    """`verb: object`, as the palette lists it."""
    help: str
    """One sentence for the help screen and the README."""
    group: str
    call: str
    """Method behind `action_`, with its arguments."""
    scope: Scope = "app"
    hint: str = ""
    """Word for the hint line; empty keeps the action off it."""
    applies: Callable[[Availability], bool] = _always
    hinted: Callable[[Availability], bool] = _always
    """Whether the hint line names it where it applies."""
    first: bool = False
    """True for what moves the focus: it is done before the next key is looked at, so that keys typed
    ahead reach where they are meant to go."""


_in_list = partial(Action, group="Move", scope="list")
_in_detail = partial(Action, group="Read", scope="detail")
_on_map = partial(Action, group="Map", scope="map")

ACTIONS: tuple[Action, ...] = (
    # The order is that of the hint line: what is first survives the narrowest window.
    Action("filter", ("slash",), "filter: rows",
           "Show only rows that hold the words typed; `!word` leaves out.",
           "Find", "filter", hint="filter", applies=_has_rows, first=True),
    Action("help", ("question_mark", "f1"), "help: keys and columns", "Show keys and columns of this view.",
           "General", "help", hint="help"),
    Action("quit", ("q", "ctrl+q"), "quit: skillaudit", "Leave; a running audit is dropped.",
           "General", "quit", hint="quit"),
    Action("back", ("escape",), "back: one level",
           "Close, clear the filter, or stop a running audit; never quits.", "General", "back", first=True),
    Action("search", ("ctrl+f",), "search: in the detail",
           "Find words in the detail; `enter` goes on, `esc` closes. Drag to select, ctrl+c copies.",
           "Find", "search", applies=_has_report),
    Action("suspend", ("ctrl+z",), "suspend: to the shell", "Leave for the shell; `fg` comes back.",
           "General", "suspend_process"),
    Action("palette", ("ctrl+p",), "palette: all commands", "Search all commands, and skills by name.",
           "General", "command_palette"),
    Action("sort", ("s",), "sort: by next column",
           "Sort by the next column; `S` turns the order round. In Plan, by gain.",
           "Find", "sort", hint="sort",
           applies=lambda now: now.view == "skills" or (now.view == "plan" and now.plan)),
    Action("reverse", ("S",), "sort: turn round", "Turn the order round.",
           "Find", "reverse", applies=_in(frozenset({"skills"}))),
    Action("plan", ("i",), "plan: improve the library",
           "Make a plan of better descriptions, with proof, or make it again; writes nothing.",
           "Act", "make_plan", hint="improve",
           applies=lambda now: now.report and now.can_plan and not now.planning
           and (now.view == "plan" or not now.plan),
           hinted=lambda now: not now.plan),
    Action("accept", ("a",), "plan: accept or refuse", "Accept the edit of the row, or refuse it.",
           "Act", "accept", hint="accept", applies=lambda now: now.plan and now.view == "plan"),
    Action("accept_all", ("A",), "plan: none, or as proposed",
           "Refuse every edit; again, accept those that the plan proposes.",
           "Act", "accept_all", hint="all", applies=lambda now: now.plan and now.view == "plan"),
    Action("mark", ("space",), "mark: this skill",
           "Mark or unmark the skill; copying takes all marked ones. In Plan, accept or refuse.",
           "Act", "mark", hint="mark", applies=_has_rows, hinted=lambda now: now.view != "plan"),
    Action("unmark", ("U",), "mark: clear all", "Take all marks away.",
           "Act", "unmark", applies=_in(SKILL_VIEWS - {"plan"})),
    Action("copy", ("y",), "copy: row", "Copy the row, or the marked rows, as plain text.",
           "Act", "copy", hint="copy", applies=lambda now: now.view in COPYING or now.error),
    Action("copy_all", ("Y",), "copy: detail as Markdown",
           "Copy all that is shown about the row, as Markdown.",
           "Act", "copy_all", applies=lambda now: now.view in COPYING or now.error),
    Action("take_out", ("x",), "what if: take this skill out", "Forecast without it, or put it back; see What-if.",
           "Act", "take_out", hint="out", applies=lambda now: now.can_imagine and now.view in CHANGING),
    Action("edit", ("E",), "what if: edit the description", "Think of another description; see What-if.",
           "Act", "edit", hint="edit", applies=lambda now: now.can_imagine and now.view in CHANGING),
    Action("forget", ("X",), "what if: forget all changes", "Forget the changes that were thought of.",
           "Act", "forget", applies=lambda now: now.can_imagine and now.view == "what-if"),
    Action("probe", ("p",), "probe: estimate, then ask the model",
           "Estimate what the probe costs; again, send it, which asks once more where it costs.",
           "Act", "probe", hint="probe",
           applies=lambda now: now.can_probe and now.view == "probe" and now.probe in {"", "waiting"}),
    Action("stop_probe", ("P",), "probe: stop", "Stop the probe; every answer is kept, `p` goes on from there.",
           "Act", "stop_probe", hint="stop", applies=lambda now: bool(now.probe)),
    Action("export", ("e",), "export: report to a file",
           "Write the report; the name's ending picks the format. In Plan, write the new library.",
           "Act", "export", hint="export", applies=_has_report),
    Action("rerun", ("r",), "run: audit again", "Read the library again and audit it.",
           "Act", "rerun", hint="rerun", applies=lambda now: not now.busy),
    Action("next_client", ("c",), "client: the next one",
           "The rates in the next client's list, then of every skill whole; audits where no row has them.",
           "Act", "next_client", hint="client", applies=lambda now: now.report and now.can_act and not now.busy),
    Action("next_model", ("m",), "model: the next class",
           "The rates of the next class of models; audits where no row has them.",
           "Act", "next_model", hint="model", applies=lambda now: now.report and now.can_act and not now.busy),
    Action("try", ("f",), "try: a request", "Say what a user would, and see who answers it and why.",
           "Act", "try", hint="try", applies=lambda now: now.report and now.can_act),
    Action("editor", ("v",), "edit: the file in your editor",
           "Open the file of the row, or of the request whose link is chosen, at its line in $EDITOR.",
           "Act", "open_editor", hint="editor", applies=lambda now: now.view in EDITABLE and now.can_act),
    Action("watch", ("w",), "watch: audit again on changes",
           "Audit again whenever a file of the library changes; again stops that.",
           "Act", "watch", applies=lambda now: now.can_act),
    Action("map", ("u",), "map: lay out with UMAP", "Audit again, laying the map out with UMAP; slow the first time.",
           "Act", "compute_map", hint="better map",
           applies=lambda now: now.view == "map" and now.can_map and not now.busy),
    Action("return", ("b", "backspace"), "go: back to the last skill",
           "Return to the skill that a link led from.",
           "Go", "return", hint="back", applies=lambda now: now.history, first=True),
    Action("show_skill", ("o",), "go: to this skill in the list", "Open the selected skill in Skills.",
           "Go", "show_skill", applies=_in(SKILL_VIEWS - {"skills"}), first=True),
    Action("show_map", ("M",), "go: to this skill on the map", "Find the selected skill on the map.",
           "Go", "show_map", applies=_in(LISTS), first=True),
    Action("theme", ("t",), "theme: light or dark", "Change between the light and the dark theme.",
           "General", "switch_theme"),
    Action("next_view", ("right_square_bracket",), "view: next", "Go to the next view.",
           "Go", "step_view(1)", applies=_has_report, first=True),
    Action("previous_view", ("left_square_bracket",), "view: previous", "Go to the view before.",
           "Go", "step_view(-1)", applies=_has_report, first=True),
    Action("next_pane", ("tab",), "pane: next", "Go between list and detail.",
           "Go", "next_pane", applies=_in(PANES), first=True),
    # In a list.
    _in_list("open", ("enter",), "open", "Open the detail, fold or unfold a group; `esc` comes back.",
             call="open", hint="open"),
    _in_list("down", ("j", "down"), "down", "Next row.", call="down(1)"),
    _in_list("up", ("k", "up"), "up", "Row before.", call="down(-1)"),
    _in_list("page_down", ("pagedown", "ctrl+d"), "page down", "A page down.", call="page(1)"),
    _in_list("page_up", ("pageup", "ctrl+u"), "page up", "A page up.", call="page(-1)"),
    _in_list("first", ("g", "home"), "first", "First row.", call="first"),
    _in_list("last", ("G", "end"), "last", "Last row.", call="last"),
    _in_list("unfold", ("l", "right"), "unfold", "Unfold a group.", call="fold(True)"),
    _in_list("fold", ("h", "left"), "fold", "Fold a group.", call="fold(False)"),
    # In a detail pane.
    _in_detail("link_next", ("n",), "next link", "Next skill that the detail names.", call="link(1)",
               hint="next link"),
    _in_detail("link_previous", ("N",), "previous link", "The one before.", call="link(-1)"),
    _in_detail("follow", ("enter",), "follow", "Go to the skill of the link; `b` comes back.",
               call="follow", hint="follow"),
    _in_detail("scroll_down", ("j", "down"), "scroll down", "A line down.", call="scroll_down"),
    _in_detail("scroll_up", ("k", "up"), "scroll up", "A line up.", call="scroll_up"),
    _in_detail("page_down", ("pagedown", "ctrl+d"), "page down", "A page down.", call="page_down"),
    _in_detail("page_up", ("pageup", "ctrl+u"), "page up", "A page up.", call="page_up"),
    _in_detail("top", ("g", "home"), "top", "To the top.", call="scroll_home"),
    _in_detail("bottom", ("G", "end"), "bottom", "To the bottom.", call="scroll_end"),
    _in_detail("step_down", ("J",), "next row", "Show the next row's detail.", call="step(1)"),
    _in_detail("step_up", ("K",), "row before", "Show the detail of the row before.", call="step(-1)"),
    # On the map.
    _on_map("down", ("j", "down"), "point below", "Nearest skill below.", call="move(0,-1)"),
    _on_map("up", ("k", "up"), "point above", "Nearest skill above.", call="move(0,1)"),
    _on_map("left", ("h", "left"), "point left", "Nearest skill on the left.", call="move(-1,0)"),
    _on_map("right", ("l", "right"), "point right", "Nearest skill on the right.", call="move(1,0)"),
    _on_map("zoom_in", ("plus", "equals_sign"), "zoom in", "Zoom in on the cursor.", call="zoom(1)",
            hint="zoom in"),
    _on_map("zoom_out", ("minus",), "zoom out", "Zoom out.", call="zoom(-1)", hint="zoom out"),
    _on_map("whole", ("0",), "whole map", "Show the whole map.", call="reset"),
    _on_map("pan_left", ("H", "shift+left"), "pan left", "Move the window left.", call="pan(-1,0)"),
    _on_map("pan_down", ("J", "shift+down"), "pan down", "Move the window down.", call="pan(0,-1)"),
    _on_map("pan_up", ("K", "shift+up"), "pan up", "Move the window up.", call="pan(0,1)"),
    _on_map("pan_right", ("L", "shift+right"), "pan right", "Move the window right.", call="pan(1,0)"),
    _on_map("open", ("enter",), "open", "Open the skill's detail.", call="open", hint="open"),
)  # fmt: skip


def rebind(keys: Mapping[str, tuple[str, ...]]) -> None:
    """Give actions other keys, by id; to be called before the app is imported, which binds them.

    A single letter or digit that another action of the same part of the screen has is taken from it.
    """
    global ACTIONS
    taken = {(action.scope, key) for action in ACTIONS if action.id in keys for key in keys[action.id]}
    ACTIONS = tuple(
        action._replace(keys=keys[action.id])
        if action.id in keys
        else action._replace(
            keys=tuple(key for key in action.keys if (action.scope, key) not in taken) or action.keys
        )
        for action in ACTIONS
    )


GROUPS = ("General", "Go", "Find", "Act", "Move", "Read", "Map")
GROUP_NOTES = {"Move": "in a list", "Read": "in a detail pane", "Map": "on the map"}

_KEY_NAMES = {
    "slash": "/", "question_mark": "?", "right_square_bracket": "]", "left_square_bracket": "[",
    "plus": "+", "equals_sign": "=", "minus": "-", "escape": "esc", "pagedown": "pgdn", "pageup": "pgup",
    "up": "↑", "down": "↓", "left": "←", "right": "→",
    "shift+up": "shift+↑", "shift+down": "shift+↓", "shift+left": "shift+←", "shift+right": "shift+→",
}  # fmt: skip


def key_name(key: str) -> str:
    """Return a key as people write it."""
    return _KEY_NAMES.get(key, key)


def keys_text(action: Action) -> str:
    """Return all keys of an action, the main one first."""
    return " ".join(key_name(key) for key in action.keys)


def of_scope(scope: Scope) -> tuple[Action, ...]:
    """Return the actions that one part of the screen carries out."""
    return tuple(action for action in ACTIONS if action.scope == scope)


def key_table() -> str:
    """Return all keys as a Markdown table, the views' number keys first."""
    from skillaudit.tui.views import VIEWS

    rows = ["| Key | Does | Where |", "| --- | --- | --- |"]
    for view in VIEWS:
        rows.append(f"| `{view.key}` | {view.title}: {view.help} | |")
    for group in GROUPS:
        where = GROUP_NOTES.get(group, "")
        for action in ACTIONS:
            if action.group == group:
                keys = " ".join(f"`{key_name(key)}`" for key in action.keys)
                rows.append(f"| {keys} | {action.help} | {where} |")
    return "\n".join(rows) + "\n"
