"""The studies: what each asks, and what it concludes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from skillaudit.probe.ground import Ground
from skillaudit.probe.records import Decision, Fit, Plan, StudyName
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
    plan: Callable[[Ground], Plan]
    """Says what to ask; raises `UsageError` where the library does not allow the study."""
    conclude: Callable[[Ground, Sequence[Decision]], tuple[Fit, ...]]


STUDIES: dict[StudyName, Study] = {
    study.name: study
    for study in (
        Study("accuracy", "how often the right skill is chosen", accuracy.plan, accuracy.conclude),
        Study("decay", "what more and more skills on offer cost", decay.plan, decay.conclude),
        Study("competition", "what rivals and likeness cost", competition.plan, competition.conclude),
        Study("policy", "what instructions in the list change", policy.plan, policy.conclude),
        Study("hierarchy", "what two stages gain over one list", hierarchy.plan, hierarchy.conclude),
        Study("anchors", "what abstract skills take from vague requests", anchors.plan, anchors.conclude),
        Study("protocol", "what the form of the prompt changes", protocol.plan, protocol.conclude),
        Study("rescue", "what a finished step is worth to the next", rescue.plan, rescue.conclude),
    )
}
"""All studies by name."""

__all__ = ["STUDIES", "Study"]
