"""The experiments: what each asks, and what it concludes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from skillaudit.experiment.records import Findings
from skillaudit.experiment.studies import (
    bands,
    chains,
    descriptions,
    pairs,
    policies,
    rivals,
    size,
    stages,
)
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
        Experiment("f02", "what chains of steps compound", _LAWS, chains.plan, chains.conclude),
        Experiment("f03", "where in a chain it fails", _LAWS, chains.plan_places, chains.conclude_places),
        Experiment("f04", "what better descriptions gain", _LAWS, descriptions.plan, descriptions.conclude),
        Experiment("f05", "what likeness costs at one size", _LAWS, bands.plan, bands.conclude),
        Experiment("f06", "who of a pair is taken for whom", _LAWS, pairs.plan, pairs.conclude),
        Experiment("f12", "what crowding tells", _LAWS, bands.plan_crowding, bands.conclude_crowding),
    )
}
"""All experiments by name, in the order of their papers."""

__all__ = ["EXPERIMENTS", "Experiment"]
