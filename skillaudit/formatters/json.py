"""The report as JSON: the records field by field, two-space indent, one trailing line break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from skillaudit.safety.decoding import read_json
from skillaudit.schema import Record, Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict


_LISTS = ("skills", "clusters", "pairs", "findings")
"""What grows with the library."""
_TOGETHER = 500
"""Entries of a list in a piece."""


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return `report` as JSON; the gate's decision, where there is one, under `verdict`."""
    return "".join(pieces(report, verdict=verdict))


def pieces(report: Report, *, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield what `render` returns, some skills or findings at a time: of 55,000 the whole is several times 200 MB."""
    short = msgspec.structs.replace(report, **dict.fromkeys(_LISTS, ()))
    document: dict[str, Any] = msgspec.to_builtins(short)
    if verdict is not None:
        document["verdict"] = msgspec.to_builtins(verdict)
    for at, (name, value) in enumerate(document.items()):
        head = f'{"," if at else "{"}\n  "{name}": '
        listed = getattr(report, name) if name in _LISTS else ()
        for start in range(0, len(listed), _TOGETHER):
            part = pretty(listed[start : start + _TOGETHER]).removesuffix("\n]\n")
            yield ("," if start else head + "[") + part[1:].replace("\n", "\n  ")
        yield "\n  ]" if listed else head + pretty(value)[:-1].replace("\n", "\n  ")
    yield "\n}\n"


def pretty(document: object) -> str:
    """Return a record, or what one is made of, as JSON of two spaces' indent with a line break at its end."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def read(text: str | bytes) -> Report:
    """Return the report that `render` wrote.

    Raises msgspec.ValidationError when the text is JSON of another shape.
    """
    return read_json(text.encode() if isinstance(text, str) else text, Report)


def schema(record: type[Record] = Report, name: str = "report") -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a record that is called `name`."""
    document = msgspec.json.schema(record)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"skillaudit {name}",
        **document,
    }
