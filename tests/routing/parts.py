"""Parts of recorded logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from skillaudit.routing.decisions import DecisionLog


def subset(log: DecisionLog, rows: Sequence[int]) -> DecisionLog:
    """Return the same library with only the decisions at these positions."""
    return replace(log, decisions=tuple(log.decisions[row] for row in rows))
