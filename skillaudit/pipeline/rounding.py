"""Rounding of every number in a report, so that machines agree."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from skillaudit.schema import Record

DIGITS = 4
"""Decimals kept; equal texts on different processors agree to five (float32 sums in another order)."""

R = TypeVar("R", bound=Record)


def rounded(record: R, *, keep: Collection[str] = ()) -> R:
    """Return `record` with every float in it rounded to `DIGITS`, except in the fields of `keep`."""
    changes = {
        name: _rounded(value)
        for name in _fields_with_floats(type(record))
        if name not in keep
        and (value := getattr(record, name)) is not None
        and not (isinstance(value, tuple) and not value)
    }
    return msgspec.structs.replace(record, **changes) if changes else record


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        # Adding zero turns -0.0, which JSON would show, into 0.0; float() takes off numpy's own type.
        return round(float(value), DIGITS) + 0.0
    if isinstance(value, Record):
        return rounded(value)
    if isinstance(value, tuple):
        return tuple(_rounded(item) for item in value)
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    return value


@cache
def _fields_with_floats(kind: type[Record]) -> tuple[str, ...]:
    """Return the fields that hold floats at any depth: most of a report is text, and is passed over."""
    return tuple(
        name for name, hint in get_type_hints(kind).items() if _holds_floats(hint, frozenset({kind}))
    )


def _holds_floats(hint: Any, seen: frozenset[type]) -> bool:
    if hint is float:
        return True
    if isinstance(hint, type) and issubclass(hint, Record):
        if hint in seen:
            return False
        return any(_holds_floats(inner, seen | {hint}) for inner in get_type_hints(hint).values())
    return any(_holds_floats(inner, seen) for inner in get_args(hint))
