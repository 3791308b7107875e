"""The experiments: what each asks, and what it concludes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from skillaudit.asking.records import Decision, StudyPlan
from skillaudit.experiment.errands import Errand
from skillaudit.experiment.records import Findings
from skillaudit.experiment.studies import (
    anchors,
    bands,
    chains,
    descriptions,
    independence,
    pairs,
    policies,
    protocol,
    recovery,
    rescue,
    rivals,
    size,
    stages,
    towing,
)
from skillaudit.experiment.tasks import Scope


class Experiment(NamedTuple):
    """One experiment of a paper."""

    name: str
    title: str
    source: str
    plan: Callable[[Scope], StudyPlan]
    conclude: Callable[[Sequence[Decision]], Findings]
    errands: Callable[[Scope], tuple[Errand, ...]] | None = None
    """Steps to be carried out before the plan's trials are asked; None where nothing is."""
    models_only: str = ""
    """Why the question does not apply to a scorer, in one sentence; empty where it does."""
    models_part: str = ""
    """The same of the errands alone, where a scorer can route the trials."""


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
        Experiment("f05", "what likeness and crowding cost at one size", _LAWS, bands.plan, bands.conclude),
        Experiment("f06", "who of a pair is taken for whom", _LAWS, pairs.plan, pairs.conclude),
        Experiment(
            "f07", "what vague requests and abstract skills do", _LAWS, anchors.plan, anchors.conclude
        ),
        Experiment("f08", "what the form of the list does", _LAWS, protocol.plan, protocol.conclude),
        Experiment(
            "f09",
            "whether two steps are independent",
            _LAWS,
            independence.plan,
            independence.conclude,
            models_only="A scorer weighs all words of a plan and cannot follow which step is meant, so that it has no "
            "steps that could be independent.",
        ),
        Experiment(
            "f10",
            "what a finished step rescues",
            _LAWS,
            rescue.plan,
            rescue.conclude,
            rescue.errands,
            models_only="A scorer carries nothing out, so that there is no result that could rescue its next choice.",
        ),
        Experiment(
            "f11",
            "who recovers from a wrong result",
            _LAWS,
            recovery.plan,
            recovery.conclude,
            recovery.errands,
            models_only="A scorer carries nothing out, so that it can neither be misled by a wrong result nor recover.",
        ),
        Experiment(
            "f12",
            "what a strong neighbour tows",
            _LAWS,
            towing.plan,
            towing.conclude,
            towing.errands,
            models_part="A scorer carries nothing out: that a strong step lifts a weak one beside it is a question for "
            "models.",
        ),
    )
}
"""All experiments by name, in the order of their papers."""

__all__ = ["EXPERIMENTS", "Experiment"]
