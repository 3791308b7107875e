"""The report as JSON: the records field by field, two-space indent, one trailing line break."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from skillaudit.safety.decoding import read_json
from skillaudit.schema import Record, Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return `report` as JSON; the gate's decision, where there is one, under `verdict`."""
    document: dict[str, Any] = msgspec.to_builtins(report)
    if verdict is not None:
        document["verdict"] = msgspec.to_builtins(verdict)
    return pretty(document)


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
