"""The whole flow: sources in, report out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from skillaudit.pipeline.flow import audit, audit_library, audited_before
    from skillaudit.pipeline.ranking import Ranked, Ranking, route

__all__ = ["Ranked", "Ranking", "audit", "audit_library", "audited_before", "route"]

_ROOMS = {name: "flow" if name.startswith("audit") else "ranking" for name in __all__}


def __getattr__(name: str) -> object:
    """Import what is asked for: a report that is kept is shown before all that makes one is there."""
    if name not in _ROOMS:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
