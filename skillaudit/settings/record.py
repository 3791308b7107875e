"""The settings in force, and where each comes from."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from skillaudit.config import Config, Gate
from skillaudit.schema import OwnSettings, Record
from skillaudit.settings.keys import KEYS
from skillaudit.settings.rules import Rules

T = TypeVar("T", bound=Record)


class Setting(Record):
    """One setting in force."""

    key: str
    value: Any
    source: str
    """`default`, `skillaudit.toml:4`, `environment SKILLAUDIT_MAX_HIJACK` or `flag --max-hijack`."""
    file: str = ""
    """The file that says so, from the working folder; empty where none does."""
    line: int = 1
    by_library: bool = False
    """True where the audited library says so, not the user."""


class Settings(Record):
    """All settings in force."""

    entries: tuple[Setting, ...]
    """One for each key, in the order of `KEYS`."""
    own: OwnSettings = OwnSettings()
    """What the audited library says about itself."""

    def __getitem__(self, key: str) -> Any:
        """Return the value of `key`."""
        return self.entry(key).value

    def entry(self, key: str) -> Setting:
        """Return the setting in force for `key`."""
        return next(entry for entry in self.entries if entry.key == key)

    def source(self, key: str) -> str:
        """Return where the value of `key` comes from."""
        return self.entry(key).source

    def config(self) -> Config:
        """Return the configuration of the audit; what it shows of clients whose rules are old is noted."""
        from skillaudit.clients.age import notices, today

        config = self._table(Config)
        told = notices(config.client, today())
        own = msgspec.structs.replace(self.own, notices=(*self.own.notices, *told)) if told else self.own
        return msgspec.structs.replace(config, own_settings=own)

    def gate(self) -> Gate:
        """Return the limits."""
        return self._table(Gate)

    def rules(self) -> Rules:
        """Return what is made of findings."""
        return self._table(Rules)

    def _table(self, table: type[T]) -> T:
        return table(**{key.field: key.kind.make(self[key.name]) for key in KEYS if key.table is table})


def dump(settings: Settings) -> str:
    """Return the settings as TOML, each with a comment that says where it comes from."""
    out = [f"# {notice}" for notice in settings.own.notices]
    for entry in settings.entries:
        if entry.value is None:
            out.append(f"# {entry.key} is not set")
            continue
        out.append(f"{entry.key} = {_toml(entry.value)}  # {entry.source}")
    return "\n".join(out) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, Record):
        value = msgspec.structs.asdict(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(name)} = {_toml(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return msgspec.json.encode(value).decode()


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name) else msgspec.json.encode(name).decode()
