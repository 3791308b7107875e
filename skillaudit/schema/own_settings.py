"""What an audited library says about its own audit, and what became of it."""

from __future__ import annotations

from skillaudit.schema.library import Record


class OwnSetting(Record):
    """One key of the library's settings file."""

    key: str
    line: int
    applied: bool
    """False for what only the user may set, and where the user's own settings say otherwise."""


class OwnSettings(Record):
    """The library's own settings; they come with it, so whoever wrote the library wrote them."""

    file: str = ""
    """The library's settings file as messages show it; empty where there is none."""
    keys: tuple[OwnSetting, ...] = ()
    isolated: bool = False
    """True where the user wants nothing to count that the library says about its own audit."""
    routers: tuple[str, ...] = ()
    """Ids of skills that would be black holes and that the library declares as routers."""
    notices: tuple[str, ...] = ()
    """Sentences that every output shows: what was used, what was not, and what the user can do."""
