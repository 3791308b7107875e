"""The experiments: what each asks, and what it concludes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from skillaudit.experiment.records import Findings
from skillaudit.experiment.studies import policies, rivals, size, stages
from skillaudit.experiment.tasks import Scope
from skillaudit.probe.records import Decision, Plan


class Experiment(NamedTuple):
    """One experiment of a paper."""

    name: str
    title: str
    source: str
    plan: Callable[[Scope], Plan]
    conclude: Callable[[Sequence[Decision]], Findings]


_SINGLE = "arXiv 2601.04748"
_LAWS = "arXiv 2605.16508"

EXPERIMENTS: dict[str, Experiment] = {
    made.name: made
    for made in (
        Experiment("h1", "how accuracy falls as the library grows", _SINGLE, size.plan, size.conclude),
        Experiment("h2", "what rivals cost", _SINGLE, rivals.plan, rivals.conclude),
        Experiment("h3", "what longer policies cost", _SINGLE, policies.plan, policies.conclude),
        Experiment("h4", "what two stages gain", _SINGLE, stages.plan, stages.conclude),
        Experiment("f01", "decay with the logarithm of the size", _LAWS, size.plan_f01, size.conclude_f01),
    )
}
"""All experiments by name, in the order of their papers."""

__all__ = ["EXPERIMENTS", "Experiment"]
