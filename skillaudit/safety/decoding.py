"""Decode JSON from strangers into records whose texts are clean."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from skillaudit.safety.cleaning import clean_data, removed_classes

_T = TypeVar("_T")
_SPELT = re.compile(rb"\\[ubf]")
"""Escapes of JSON that can spell a control."""


def read_json(data: bytes, kind: type[_T]) -> _T:
    """Return JSON as a record or another type, every text in it cleaned.

    Raises `msgspec.DecodeError` for what is no JSON in UTF-8, `msgspec.ValidationError` for another shape.
    """
    if _harmless(data):
        return msgspec.json.decode(data, type=kind)
    try:
        value = msgspec.json.decode(data)
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError(f"not UTF-8 at byte {error.start}") from None
    return msgspec.convert(clean_data(value), type=kind)


def _harmless(data: bytes) -> bool:
    if _SPELT.search(data):
        return False
    if data.isascii():
        return not data.translate(None, b"\t\n\r" + bytes(range(0x20, 0x7F)))
    try:
        return not removed_classes(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False
