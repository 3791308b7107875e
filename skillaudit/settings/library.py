"""What a library's own settings file may say, and what is told about it.

The file comes with the library, so whoever wrote the library wrote it. It counts for the keys that can
neither write, call, run nor read outside the tree nor move the user's limits (`About.by_library`), below
everything that the user says; the rest of it is named in one notice, never an error.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from skillaudit.disk.names import expanded
from skillaudit.errors import UsageError
from skillaudit.schema import OwnSetting, OwnSettings, Record
from skillaudit.settings.keys import BY_NAME
from skillaudit.settings.places import SettingsPlace
from skillaudit.settings.record import Setting
from skillaudit.settings.toml_file import SettingsTable, as_seen, read_table, spelled
from skillaudit.settings.values import brief

MOST_NAMED = 12
"""Keys that a notice names; more are counted."""
_FOR_USERS = "only you can set this"


class _Said(Record):
    """One key of the library's file."""

    key: str
    line: int
    setting: Setting | None = None
    """None for what does not count."""
    why: str = ""
    """Why it does not count."""


def said_by_library(
    place: SettingsPlace | None,
    sources: Sequence[str | Path],
    users: Mapping[str, Setting],
    *,
    isolated: bool,
) -> tuple[tuple[Setting, ...], OwnSettings]:
    """Return what counts of the library's file, and the record of what it said.

    `users` are the settings that the user made, which win.
    """
    file = "" if place is None else _named(place.path)
    if isolated:
        named = f", {file} included" if file else ""
        notice = f"Nothing counts that the library says about its own audit{named} (--isolated)."
        return (), OwnSettings(file=file, isolated=True, notices=(notice,))
    if place is None:
        return (), OwnSettings()
    try:
        table = read_table(place.path)
    except UsageError as error:
        notice = f"{file} comes with the library and does not count: it cannot be read. {error}"
        return (), OwnSettings(file=file, notices=(notice,))
    alien = next((str(one) for one in sources if not _inside(Path(one), place.root)), None)
    said = [] if table is None else [_said(raw, table, place, users, alien) for raw in table.values]
    keys = tuple(OwnSetting(key=one.key, line=one.line, applied=one.setting is not None) for one in said)
    notices = (_notice(file, said),) if said else ()
    settings = tuple(one.setting for one in said if one.setting is not None)
    return settings, OwnSettings(file=file, keys=keys, notices=notices)


def _said(
    raw: str, table: SettingsTable, place: SettingsPlace, users: Mapping[str, Setting], alien: str | None
) -> _Said:
    """Return what one key of the library's file comes to."""
    line = table.line(raw)
    where = f"{spelled(Path(place.path.name))}:{line}"
    key = BY_NAME.get(raw.replace("_", "-"))
    if key is None:
        return _Said(key=brief(raw), line=line, why="no such key")
    if not key.about.by_library:
        return _Said(key=key.name, line=line, why=_FOR_USERS)
    if alien is not None:
        return _Said(key=key.name, line=line, why=f"{spelled(Path(alien))} is of another tree")
    if key.name in users:
        return _Said(key=key.name, line=line, why=f"yours counts ({users[key.name].source})")
    try:
        value = key.kind.read(table.values[raw])
        if key.about.is_path:
            value = _kept_inside(value, place)
        if key.name == "client":
            _check_client(value)
    except ValueError as error:
        return _Said(key=key.name, line=line, why=f"it must be {error}")
    setting = Setting(
        key=key.name,
        value=value,
        source=f"{where}, which comes with the library",
        file=str(as_seen(place.path)),
        line=line,
        by_library=True,
    )
    return _Said(key=key.name, line=line, setting=setting)


def _check_client(name: str) -> None:
    """Raise ValueError for a client that nobody knows."""
    from skillaudit.clients import profiles

    known = [profile.id for profile in profiles()]
    if name not in known:
        raise ValueError("one of " + ", ".join(known))


def _notice(file: str, said: Sequence[_Said]) -> str:
    """Return the sentences on what was used, what was not, and what the user can do."""
    text = f"{file} comes with the library and counts only for what a library may say of itself."
    used = [f"{one.key} (line {one.line})" for one in said if one.setting is not None]
    if used:
        text += f" Used: {_some(used)}."
    idle = [
        f"{_some([f'{one.key} (line {one.line})' for one in said if one.setting is None and one.why == why])}: {why}"
        for why in dict.fromkeys(one.why for one in said if one.setting is None)
    ]
    if idle:
        text += f" Not used: {'; '.join(idle[:MOST_NAMED])}."
        text += f" {remedy(file)}"
    return text


def remedy(file: str) -> str:
    """Return the sentence that says how a file becomes the user's."""
    return f"If the file is yours, say so with --config {shlex.quote(file)}, or trust its folder."


def _named(path: Path) -> str:
    """Return a file's path from the working folder, or in full where it lies elsewhere."""
    seen = as_seen(path)
    return spelled(path.absolute() if seen.parts[:1] == ("..",) else seen)


def _some(names: Sequence[str]) -> str:
    rest = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _kept_inside(value: Any, place: SettingsPlace) -> Any:
    """Return file names of the library as the working folder sees them.

    Raises ValueError for one that leads out of the tree, by itself or through links.
    """
    if not isinstance(value, str):
        return tuple(_kept_inside(name, place) for name in cast("tuple[str, ...]", value))
    path = place.path.parent / value
    if value.startswith("~") or not _inside(path, place.root):
        raise ValueError(f"inside the library's tree, and {brief(value)} leads out of it")
    return str(as_seen(path))


def _inside(path: Path, root: Path) -> bool:
    try:
        return expanded(path).resolve().is_relative_to(root)
    except (OSError, RuntimeError, ValueError):
        return False
