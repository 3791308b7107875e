"""What a probe concludes, as frozen records."""

from __future__ import annotations

from skillaudit.asking.defaults import StudyName
from skillaudit.asking.records import Arm, Fit, Spending
from skillaudit.schema import Estimate, Record


class SideBySide(Record):
    """What was forecast for a skill, and what was measured."""

    skill: str
    decisions: int
    predicted_victim: float | None
    """Expected share of its requests that another skill takes."""
    measured_victim: Estimate
    predicted_absorbed: float
    """Expected share of the other skills' requests that it takes."""
    measured_absorbed: float
    agrees: bool
    """Whether the forecast lies inside the measured interval."""


class Comparison(Record):
    """The library's forecast beside the measurement."""

    router: str
    predicted_accuracy: Estimate
    predicted_hijack: Estimate
    predicted_no_skill: Estimate
    predicted_false_trigger: Estimate
    skills: tuple[SideBySide, ...]
    """Largest measured loss first."""
    rank_correlation: float | None
    """Spearman's, of predicted and measured victim rates over the skills; None for fewer than five."""


class StudyResult(Record):
    """What a study found."""

    study: StudyName
    model: str
    arms: tuple[Arm, ...]
    fits: tuple[Fit, ...]
    absorbers: tuple[tuple[str, int], ...] = ()
    """Skills that took other skills' requests, and how often, most first."""
    notes: tuple[str, ...] = ()
    comparison: Comparison | None = None


class ProbeResult(Record):
    """One study of one library on one model."""

    result: StudyResult
    spending: Spending
    planned: int
    """Trials in the plan; with `precision` fewer may be enough."""
    log: str
    profile: str = ""
    """Name of the router profile that was fitted and saved."""
