"""The report as JSON: the records field by field, two-space indent, one trailing line break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from skillaudit.safety.decoding import read_json
from skillaudit.schema import Record, Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict


_NONE = '\n  "skills": []'
"""No skills at the top of a report; deeper down, lines are indented further."""
_TOGETHER = 500
"""Skills in a piece."""


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return `report` as JSON; the gate's decision, where there is one, under `verdict`."""
    return "".join(pieces(report, verdict=verdict))


def pieces(report: Report, *, verdict: Verdict | None = None) -> Iterator[str]:
    """Yield what `render` returns, some skills at a time: of 55,000 the whole is several times 200 MB."""
    document: dict[str, Any] = msgspec.to_builtins(msgspec.structs.replace(report, skills=()))
    if verdict is not None:
        document["verdict"] = msgspec.to_builtins(verdict)
    text = pretty(document)
    if not report.skills:
        yield text
        return
    before, after = text.split(_NONE)
    yield before + _NONE.removesuffix("]")
    for start in range(0, len(report.skills), _TOGETHER):
        listed = pretty(report.skills[start : start + _TOGETHER])
        yield ("," if start else "") + listed[1 : -len("\n]\n")].replace("\n", "\n  ")
    yield "\n  ]" + after


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
