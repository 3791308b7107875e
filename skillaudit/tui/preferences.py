"""What a user wants of the app: keys, colours, the first tab and the columns, from a file of their own."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple

from skillaudit.disk.homes import home_for
from skillaudit.errors import UsageError
from skillaudit.reading.toml_text import read_toml

FILE = "app.toml"
NAMES = ("theme", "start", "columns", "keys")
COLUMNS = ("loses", "takes", "near", "requests", "cluster")
"""Columns of the list of skills that may be left out."""


class Preferences(NamedTuple):
    """The settings of the app."""

    theme: str = ""
    """`light`, `dark`, or the name of a theme of the toolkit; empty leaves it to the terminal."""
    start: str = "overview"
    columns: tuple[str, ...] = COLUMNS
    keys: Mapping[str, tuple[str, ...]] = {}
    """Keys by action, in the toolkit's names."""


def preferences_file() -> Path | None:
    """Return where the file lies, or would; None for a user without a home folder."""
    try:
        return home_for("config") / FILE
    except OSError:
        return None


def read_preferences(path: Path | None = None) -> Preferences:
    """Return the settings in the user's file; those that come with the app where there is none.

    Raises UsageError, with the file and the nearest name, for a key or a value that means nothing.
    """
    path = path or preferences_file()
    if path is None or not path.is_file():
        return Preferences()
    return preferences(read_toml(path), str(path))


def preferences(found: Mapping[str, Any], where: str = FILE) -> Preferences:
    """Return the settings that a document makes; see `read_preferences`."""
    from skillaudit.tui.actions import ACTIONS
    from skillaudit.tui.views import VIEW_BY_ID

    for name in found:
        _known(name, NAMES, where)
    start = _text(found, "start", "overview", where)
    _known(start, VIEW_BY_ID, where, "start")
    columns = _words(found.get("columns", list(COLUMNS)), "columns", where)
    for column in columns:
        _known(column, COLUMNS, where, "columns")
    keys = found.get("keys", {})
    if not isinstance(keys, Mapping):
        raise UsageError(f'{where}: keys is no table; write [keys] and below it ACTION = "KEY".')
    actions = {action.id for action in ACTIONS}
    for name in keys:
        _known(name, actions, where, "keys")
    made = {name: _words(value, f"keys.{name}", where) for name, value in keys.items()}
    return Preferences(_text(found, "theme", "", where), start, columns, made)


def _text(found: Mapping[str, Any], name: str, default: str, where: str) -> str:
    value = found.get(name, default)
    if not isinstance(value, str):
        raise UsageError(f'{where}: {name} is no text; write {name} = "{default or "dark"}".')
    return value


def _words(value: object, name: str, where: str) -> tuple[str, ...]:
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
        raise UsageError(f"{where}: {name} is neither a text nor a list of texts.")
    return tuple(words)


def _known(name: str, names: Any, where: str, key: str = "") -> None:
    if name not in names:
        near = get_close_matches(name, list(names), 1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(names))}."
        raise UsageError(f"{where}: {f'{key}: ' if key else ''}{name!r} means nothing; {hint}")
