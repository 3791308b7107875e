"""Every setting that a file, the environment or an option can give, as the fields of three records say."""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_origin

import msgspec

from skillaudit.config import About, Config, Gate
from skillaudit.schema import Record
from skillaudit.settings.kinds import Kind, kind_of
from skillaudit.settings.rules import Rules

TABLES: tuple[type[Record], ...] = (Gate, Rules, Config)
"""In the order of the options."""


class Key(Record):
    """One setting."""

    name: str
    """The field's with hyphens, and that of the option without the dashes."""
    field: str
    table: type[Record]
    about: About
    kind: Kind
    default: Any
    """As a file would say it."""


def keys_of(table: type[Record]) -> list[Key]:
    """Return a setting for each field of a record that says something about itself."""
    found = []
    for field in msgspec.structs.fields(table):
        about = next((one for one in get_args(field.type)[1:] if isinstance(one, About)), None)
        if get_origin(field.type) is not Annotated or about is None:
            continue
        kind = kind_of(get_args(field.type)[0], about)
        default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
        found.append(
            Key(
                name=about.name or field.name.replace("_", "-"),
                field=field.name,
                table=table,
                about=about,
                kind=kind,
                default=kind.make(default) if kind.switch else default,
            )
        )
    return found


KEYS: tuple[Key, ...] = tuple(key for table in TABLES for key in keys_of(table))
BY_NAME = {key.name: key for key in KEYS}
