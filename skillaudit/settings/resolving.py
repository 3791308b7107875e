"""Put the settings together: flags before environment before the user's files, and the library's below them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec

from skillaudit.disk.names import expanded
from skillaudit.errors import UsageError
from skillaudit.settings.keys import BY_NAME, KEYS
from skillaudit.settings.library import remedy, said_by_library
from skillaudit.settings.places import SettingsPlace, is_trusted, nearest, own_file
from skillaudit.settings.record import Setting, Settings
from skillaudit.settings.toml_file import SettingsTable, as_seen, read_table, spelled
from skillaudit.settings.values import key_named, read_text, read_value

PREFIX = "SKILLAUDIT_"
FILE_VARIABLE = "SKILLAUDIT_CONFIG"
TRUST = "trust"
"""The key of the user's own file that lists the folders whose settings files count as the user's."""


def resolve(
    flags: Mapping[str, Any] | None = None,
    *,
    sources: Sequence[str | Path] = (),
    config: Path | None = None,
    isolated: bool = False,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings in force for an audit of `sources`.

    `flags` holds only what was given on the command line, under the keys' names with underscores or
    hyphens; values of None count as not given. The user's are, each before the next: flags; environment;
    the file `config`, or the one that `SKILLAUDIT_CONFIG` names, or else the one nearest to the first source
    or to the working folder, where it lies in a folder that the user trusts; the user's own file. Below them
    stands what the library's file says, as far as a library may; with `isolated`, nothing of it.

    Raises `UsageError`, with file and line, for a file of the user's that cannot be read, an unknown key,
    naming the nearest one, or a value of the wrong kind.
    """
    environ = os.environ if environ is None else environ
    trusted, own = _own()
    beside = nearest(Path(sources[0])) if sources else None
    path = _project_file(config, environ, beside, trusted)
    found = {key.name: Setting(key=key.name, value=key.default, source="default") for key in KEYS}
    given: dict[str, Setting] = {}
    tables = [table for table in (own, None if path is None else _table(path)) if table is not None]
    for table in tables:
        given.update((one.key, one) for one in _from_file(table))
    given.update((one.key, one) for one in _from_environment(environ))
    _add_flags(given, flags or {}, found)
    users = {table.path.resolve() for table in tables}
    place = None if beside is None or beside.path.resolve() in users else beside
    said, record = said_by_library(place, sources, given, isolated=isolated)
    if path is None and (idle := _idle(beside, tables)):
        record = msgspec.structs.replace(record, notices=(*record.notices, idle))
    found.update((one.key, one) for one in said)
    found.update(given)
    return Settings(entries=tuple(found.values()), own=record)


def _own() -> tuple[tuple[Path, ...], SettingsTable | None]:
    """Return the folders that the user trusts, and the rest of the user's own file."""
    path = own_file()
    if path is None or not path.exists():
        return (), None
    table = _table(path)
    values = dict(table.values)
    named = values.pop(TRUST, [])
    if not isinstance(named, list) or not all(isinstance(one, str) and one for one in named):
        raise UsageError(
            f"{spelled(path)}:{table.line(TRUST)}: trust must be a list of folders, not {named!r:.60}"
        )
    try:
        folders = tuple((path.parent / expanded(one)).resolve() for one in named)
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{spelled(path)}:{table.line(TRUST)}: trust: {error}") from error
    return folders, SettingsTable(path=path, values=values, lines=table.lines)


def _project_file(
    config: Path | None, environ: Mapping[str, str], beside: SettingsPlace | None, trusted: Sequence[Path]
) -> Path | None:
    """Return the file that speaks for the user in this project, if any."""
    if config is not None:
        return config
    if environ.get(FILE_VARIABLE):
        return Path(environ[FILE_VARIABLE])
    if not trusted:
        return None
    candidates = (beside, nearest(Path()))
    return next((one.path for one in candidates if one is not None and is_trusted(one, trusted)), None)


def _idle(beside: SettingsPlace | None, tables: Sequence[SettingsTable]) -> str:
    """Return what there is to say of a file in the working folder that is nobody's word; often nothing."""
    here = nearest(Path())
    if here is None or here == beside or here.path in (table.path for table in tables):
        return ""
    file = spelled(as_seen(here.path))
    return f"{file} is not read. {remedy(file)}"


def _table(path: Path) -> SettingsTable:
    table = read_table(path)
    if table is None:
        raise UsageError(f"{spelled(path)}: there is no [tool.skillaudit] table in it")
    return table


def _from_file(table: SettingsTable) -> Iterator[Setting]:
    name = spelled(Path(table.path.name))
    for raw, value in table.values.items():
        where = f"{name}:{table.line(raw)}"
        if raw == TRUST:
            raise UsageError(
                f"{where}: {TRUST} counts only in your own file, in the folder for programs' settings"
            )
        key = key_named(raw, where)
        read = read_value(key, value, f"{where}: {key.name}")
        if key.name == "format" and any(":" in name for name in read):
            raise UsageError(f"{where}: format names no files here; give those with -f NAME:FILE")
        if key.about.is_path:
            read = _beside(table.path, read)
        line = table.line(raw)
        yield Setting(key=key.name, value=read, source=where, file=str(as_seen(table.path)), line=line)


def _beside(path: Path, value: Any) -> Any:
    """Return file names of a settings file as the working folder sees them."""
    if isinstance(value, str):
        return str(as_seen(path.parent / expanded(value)))
    return tuple(_beside(path, name) for name in cast("tuple[str, ...]", value))


def _from_environment(environ: Mapping[str, str]) -> Iterator[Setting]:
    for key in KEYS:
        name = PREFIX + key.name.upper().replace("-", "_")
        text = environ.get(name)
        if not text or not key.about.flag:
            continue
        value = read_value(key, read_text(key, text), name)
        yield Setting(key=key.name, value=value, source=f"environment {name}")


def _add_flags(given: dict[str, Setting], flags: Mapping[str, Any], default: Mapping[str, Setting]) -> None:
    for name, value in flags.items():
        key = BY_NAME[name.replace("_", "-")]
        if value is None:
            continue
        read = read_value(key, value, f"--{key.name}")
        if isinstance(key.default, dict):
            read = {**given.get(key.name, default[key.name]).value, **read}
        given[key.name] = Setting(key=key.name, value=read, source=f"flag --{key.name}")
