"""JSON in which no character acts on a terminal or ends a line."""

from __future__ import annotations

import json
from typing import Any

from skillaudit.safety.exits import in_json


def to_json(value: Any, *, indent: int | None = None) -> str:
    """Return JSON text in which no character acts on a terminal or ends a line."""
    separators = (",", ":") if indent is None else None
    return in_json(
        json.dumps(value, ensure_ascii=False, indent=indent, separators=separators, allow_nan=False)
    )
