"""What the value of a setting must be, by the type of its field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from skillaudit.config import About
from skillaudit.schema import Record


class Kind(Record):
    """How one setting is read."""

    read: Callable[[Any], Any]
    """Turns a value as TOML has it into the one in force; raises ValueError saying what it must be."""
    make: Callable[[Any], Any] = lambda value: value
    """Turns the one in force into the field's."""
    choices: tuple[str, ...] = ()
    number: type[int] | type[float] | None = None
    above: float | None = None
    """A number has to be above this, where it is no rate."""
    many: bool = False
    """True when an option can be given several times."""
    switch: bool = False


def kind_of(hint: Any, about: About) -> Kind:
    """Return how a field of type `hint` is read; raises TypeError for a type that no setting can have."""
    if about.read is not None:
        return Kind(read=about.read, many=True)
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
    if hint is bool:
        inverse = about.name.startswith("no-")
        return Kind(read=_switch, make=(lambda value: not value) if inverse else bool, switch=True)
    if hint is str:
        return Kind(read=text)
    if hint is int:
        return Kind(read=_whole, number=int, above=0)
    if hint is float:
        return Kind(
            read=_rate if about.above is None else _above(about.above), number=float, above=about.above
        )
    if get_origin(hint) is Literal:
        return Kind(read=choice(*get_args(hint)), choices=get_args(hint))
    if hint == tuple[str, ...]:
        return Kind(read=texts, many=True)
    if hint == tuple[Path, ...]:
        return Kind(read=texts, make=lambda names: tuple(map(Path, names)), many=True)
    raise TypeError(f"no setting can be of type {hint}; give it a reader")


def text(value: Any) -> str:
    """Return a text that can name something: not empty, no control character in it."""
    if not _is_text(value):
        raise ValueError("a text")
    return str(value)


def texts(value: Any) -> tuple[str, ...]:
    """Return a list of texts, or of one that stands alone."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, Sequence) or not all(map(_is_text, values)):
        raise ValueError("a list of texts")
    return tuple(values)


def choice(*allowed: str) -> Callable[[Any], str]:
    """Return a reader of one of some words."""

    def read(value: Any) -> str:
        if value not in allowed:
            raise ValueError("one of " + ", ".join(repr(one) for one in allowed))
        return str(value)

    return read


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and not any(char < " " or char == "\x7f" for char in value)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rate(value: Any) -> float:
    if not _number(value) or not 0 <= value <= 1:
        raise ValueError("a number from 0 to 1")
    return float(value)


def _above(least: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        if not _number(value) or not least < value < float("inf"):
            raise ValueError(f"a number above {least:g}")
        return float(value)

    return read


def _whole(value: Any) -> int:
    if not _number(value) or not isinstance(value, int) or value <= 0:
        raise ValueError("a whole number above 0")
    return value


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value
