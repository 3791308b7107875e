"""The report as JSON lines: one record a line, each with a `type`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from skillaudit.formatters.findings import active
from skillaudit.page.encode import to_json
from skillaudit.schema import Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

_PARTS = (("skill", "skills"), ("cluster", "clusters"), ("black-hole", "black_holes"), ("pair", "pairs"))


def render(report: Report, *, verdict: Verdict | None = None) -> str:
    """Return a `report` line, a line for each skill, cluster, black hole, pair and finding, and the verdict.

    Field names are those of the JSON report. Lines end in `\\n` and hold no other line separator.
    """
    document: dict[str, Any] = msgspec.to_builtins(report)
    parts = {field: document.pop(field) for _, field in _PARTS}
    document.pop("findings")
    lines = [to_json({"type": "report", **document})]
    for kind, field in _PARTS:
        lines += [to_json({"type": kind, **entry}) for entry in parts[field]]
    for finding in active(report, verdict):
        lines.append(to_json({"type": "finding", **msgspec.to_builtins(finding)}))
    if verdict is not None:
        decided = msgspec.to_builtins(verdict)
        decided.pop("findings")
        lines.append(to_json({"type": "verdict", **decided}))
    return "\n".join(lines) + "\n"
