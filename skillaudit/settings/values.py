"""Find a key by its name, and read what stands under it, with messages that say where."""

from __future__ import annotations

from reprlib import Repr
from typing import Any

from skillaudit.errors import UsageError
from skillaudit.settings.keys import BY_NAME, Key

_BRIEF = Repr()
_BRIEF.maxstring = _BRIEF.maxother = _BRIEF.maxlong = 60


def key_named(name: str, where: str) -> Key:
    """Return the key of a name, with underscores or hyphens; raises UsageError, naming the nearest."""
    key = BY_NAME.get(name.replace("_", "-"))
    if key is None:
        from difflib import get_close_matches

        near = get_close_matches(name[:60].replace("_", "-"), BY_NAME, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(BY_NAME)}"
        raise UsageError(f"{where}: unknown key {brief(name)}{meant}")
    return key


def read_value(key: Key, value: Any, where: str) -> Any:
    """Return the value in force; raises UsageError that says what it must be."""
    try:
        return key.kind.read(list(value) if isinstance(value, tuple) else value)
    except ValueError as error:
        raise UsageError(f"{where} must be {error}, not {brief(value)}") from None


def read_text(key: Key, text: str) -> Any:
    """Return what TOML would have given for a text from the environment."""
    if key.kind.many:
        return [part.strip() for part in text.split(",") if part.strip()]
    if key.kind.switch:
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}.get(
            text.lower(), text
        )
    try:
        return key.kind.number(text) if key.kind.number else text
    except ValueError:
        return text


def brief(value: Any) -> str:
    """Return a value as a message can show it: short, in ASCII for what does not print."""
    return _BRIEF.repr(value)
