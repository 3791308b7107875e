"""The studies: what each asks, and what it concludes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from skillaudit.probe.ground import Ground
from skillaudit.probe.records import Decision, Fit, Plan, StudyName
from skillaudit.probe.studies import accuracy


class Study(NamedTuple):
    """One study."""

    name: StudyName
    title: str
    plan: Callable[[Ground], Plan]
    conclude: Callable[[Sequence[Decision]], tuple[Fit, ...]]


STUDIES: dict[StudyName, Study] = {
    study.name: study
    for study in (Study("accuracy", "how often the right skill is chosen", accuracy.plan, accuracy.conclude),)
}
"""All studies by name."""

__all__ = ["STUDIES", "Study"]
