"""Trials of synthetic tasks: whose turn it is, how it is worded, and in which order the skills stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from skillaudit.asking.defaults import StudyName
from skillaudit.asking.orders import mixed, shuffled
from skillaudit.asking.records import Branch, Entry, StudyPlan, Trial
from skillaudit.experiment.synthetic import Template, write_task


@dataclass(frozen=True, slots=True)
class Scope:
    """How much is asked."""

    seeds: int = 3
    tasks: int = 90
    """Per condition and seed."""


def turns(
    targets: Sequence[Template], count: int, seed: int, wording: int | None = None
) -> Iterator[tuple[Template, str]]:
    """Yield `count` (skill, task) pairs, every skill in turn, with the two wordings in turn."""
    for at in range(count):
        skill = targets[at % len(targets)]
        yield skill, write_task(skill, seed, at // len(targets) + at % len(targets), wording)


def trial(
    skill: Template,
    query: str,
    offered: Sequence[Template | str],
    condition: str,
    seed: int,
    *,
    order: Sequence[object] = (),
    **more: Any,
) -> Trial:
    """Return the trial of a task for `skill` among `offered`, skills or their ids, which hold it.

    They stand in an order that `order` decides, else the task, the seed and how many they are.
    """
    ids = [other if isinstance(other, str) else other.id for other in offered]
    fields: dict[str, Any] = {"gold": (skill.id,), "group": skill.id, **more}
    shown = shuffled(ids, *(order or ("experiment", query, seed, len(ids))))
    return Trial(condition=condition, query=query, offered=shown, repeat=seed, **fields)


def entries(skills: Sequence[Template]) -> dict[str, Entry]:
    """Return skills as a prompt shows them."""
    return {skill.id: Entry(name=skill.name, description=skill.description) for skill in skills}


def make_plan(
    study: StudyName,
    trials: Sequence[Trial],
    texts: Mapping[str, Mapping[str, Entry]],
    trees: Mapping[str, tuple[Branch, ...]] | None = None,
) -> StudyPlan:
    """Return a plan, its trials mixed so that a run cut short leaves no condition out."""
    return StudyPlan(
        study=study,
        trials=mixed(trials, 0),
        texts={name: dict(shown) for name, shown in texts.items()},
        trees=dict(trees or {}),
    )
