"""The studies: what each asks, and what it concludes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from skillaudit.asking.defaults import TITLES, StudyName
from skillaudit.asking.records import Decision, Fit, StudyPlan
from skillaudit.probe.ground import Ground
from skillaudit.probe.studies import (
    accuracy,
    anchors,
    competition,
    decay,
    hierarchy,
    policy,
    protocol,
    rescue,
)


class Study(NamedTuple):
    """One study."""

    name: StudyName
    title: str
    plan: Callable[[Ground], StudyPlan]
    """Says what to ask; raises `UsageError` where the library does not allow the study."""
    conclude: Callable[[Ground, Sequence[Decision]], tuple[Fit, ...]]


_MODULES: dict[StudyName, Any] = {
    "accuracy": accuracy,
    "decay": decay,
    "competition": competition,
    "policy": policy,
    "hierarchy": hierarchy,
    "anchors": anchors,
    "protocol": protocol,
    "rescue": rescue,
}
STUDIES: dict[StudyName, Study] = {
    name: Study(name, TITLES[name], module.plan, module.conclude) for name, module in _MODULES.items()
}
"""All studies by name."""

__all__ = ["STUDIES", "Study"]
