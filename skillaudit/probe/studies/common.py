"""What all studies share: trials of requests, and plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from skillaudit.asking.defaults import StudyName
from skillaudit.asking.orders import mixed, shuffled
from skillaudit.asking.records import Branch, Entry, StudyPlan, Trial
from skillaudit.probe.ground import PAPER, Ground, owned
from skillaudit.schema import Request


def routed_trial(
    ground: Ground, request: Request, offered: Iterable[str], condition: str, repeat: int, **more: Any
) -> Trial:
    """Return the trial of a request that has a right skill, among `offered`, which holds it."""
    gold = owned(request, (skill.id for skill in ground.skills))
    return _trial(ground, request.query, gold, gold[0], offered, condition, repeat, more)


def idle_trial(
    ground: Ground, request: Request, offered: Iterable[str], condition: str, repeat: int, **more: Any
) -> Trial:
    """Return the trial of a request that should fire nothing."""
    more = {"abstain": True, **more}
    return _trial(ground, request.query, (), request.query, offered, condition, repeat, more)


def _trial(
    ground: Ground,
    query: str,
    gold: tuple[str, ...],
    group: str,
    offered: Iterable[str],
    condition: str,
    repeat: int,
    more: Mapping[str, Any],
) -> Trial:
    wanted = set(offered)
    order = [skill.id for skill in ground.skills if skill.id in wanted]
    fields: dict[str, Any] = {"group": group, **more}
    if ground.client != PAPER and not fields.get("tree") and "form" not in fields:
        fields["form"], fields["abstain"] = "listing", True  # every client lets its model choose nothing
        shown = tuple(order)
    else:
        shown = shuffled(order, ground.seed, query, repeat)
    return Trial(condition=condition, query=query, gold=gold, offered=shown, repeat=repeat, **fields)


def make_plan(
    study: StudyName,
    ground: Ground,
    trials: Sequence[Trial],
    notes: Sequence[str] = (),
    *,
    texts: Mapping[str, Mapping[str, Entry]] | None = None,
    trees: Mapping[str, tuple[Branch, ...]] | None = None,
) -> StudyPlan:
    """Return a plan with its trials mixed; `texts` are variants beside the library's own."""
    variants = {"": ground.entries, **{name: dict(entries) for name, entries in (texts or {}).items()}}
    return StudyPlan(
        study=study,
        trials=mixed(trials, ground.seed),
        texts=variants,
        trees=dict(trees or {}),
        client="" if ground.client == PAPER else ground.client,
        context=ground.context,
        order=ground.order,
        notes=tuple(notes),
    )


def with_rivals(gold: Sequence[str], others: Sequence[str], size: int) -> list[str]:
    """Return the right skills and the first of `others` that are not among them, `size` in all."""
    taken = dict.fromkeys(gold)
    for skill in others:
        if len(taken) >= size:
            break
        taken.setdefault(skill)
    return list(taken)
