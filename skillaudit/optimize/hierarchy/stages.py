"""Predict how a tree routes: the accuracy of each choice on the way, and their product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from skillaudit.optimize.board import Embed
from skillaudit.optimize.proof.state import chances, variant
from skillaudit.optimize.records import Node, Tree
from skillaudit.schema import Request, ScorerName, Skill

Doubles = NDArray[np.float64]
Arrangement = Literal["flat", "folders", "proposed"]


@dataclass(slots=True)
class _Walk:
    """What is carried from one choice to the next, by position of the request."""

    name: ScorerName
    router: str | None
    embed: Embed | None
    requests: Sequence[Request]
    expected: Doubles
    """Product of the expected accuracies so far."""
    right: NDArray[np.bool_]
    """Every top rank so far was right."""
    stages: list[Doubles]
    """By stage: expected accuracy of the choice, NaN for a request that needs none there."""
    largest: int = 0


def predicted(
    arrangement: Arrangement,
    tree: Sequence[Node],
    parts: Sequence[Sequence[Request]],
    name: ScorerName,
    router: str | None,
    embed: Embed | None,
) -> tuple[Tree, ...]:
    """Route each of several sets of requests down a tree, at the cost of one walk.

    Each choice is among a node's children, by their descriptors alone. The expected accuracy of a choice is
    the router's forecast for the request among the options that it has; a request's is the product over its
    stages, which takes the choices as independent (first paper, F09; second paper, 5.5). A request with
    several right skills may take the way to any of them.
    """
    every = [request for part in parts for request in part]
    count = len(every)
    walk = _Walk(name, router, embed, every, np.ones(count), np.ones(count, dtype=np.bool_), [])
    _choose(walk, tuple(tree), list(range(count)), 0)
    found, start = [], 0
    for part in parts:
        rows = slice(start, start + len(part))
        start += len(part)
        stages = [stage[rows][~np.isnan(stage[rows])] for stage in walk.stages]
        found.append(
            Tree(
                arrangement=arrangement,
                stages=_depth(tree),
                largest=walk.largest,
                accuracy=round(float(walk.expected[rows].mean()), 4) if part else None,
                stage_accuracy=tuple(round(float(stage.mean()), 4) for stage in stages if stage.size),
                local=round(float(walk.right[rows].mean()), 4) if part else None,
            )
        )
    return tuple(found)


def _depth(tree: Sequence[Node]) -> int:
    return 1 + max((_depth(node.children) for node in tree if not node.skill), default=0)


def _choose(walk: _Walk, options: tuple[Node, ...], rows: list[int], stage: int) -> None:
    walk.largest = max(walk.largest, len(options))
    if not rows:
        for node in options:
            if not node.skill:
                _choose(walk, node.children, [], stage + 1)
        return
    inside = {node.id: _skills(node) for node in options}
    here = [
        msgspec.structs.replace(
            walk.requests[row],
            gold=tuple(
                node.id for node in options if not inside[node.id].isdisjoint(walk.requests[row].gold)
            ),
            home=next((node.id for node in options if walk.requests[row].home in inside[node.id]), ""),
        )
        for row in rows
    ]
    while len(walk.stages) <= stage:
        walk.stages.append(np.full(len(walk.requests), np.nan))
    owners = [request.home if request.home in request.gold else request.gold[0] for request in here]
    if len(options) > 1:
        skills = tuple(Skill(id=node.id, name=node.name, description=node.description) for node in options)
        state = variant(walk.name, skills, (), {}, here, walk.embed)
        chance = chances(state, walk.name, walk.router).right
        walk.right[rows] &= state.right
    else:
        chance = np.ones(len(rows))
    walk.stages[stage][rows] = chance
    walk.expected[rows] *= chance
    for node in options:
        if not node.skill:
            below = [row for row, owner in zip(rows, owners, strict=True) if owner == node.id]
            _choose(walk, node.children, below, stage + 1)


def _skills(node: Node) -> set[str]:
    if node.skill:
        return {node.id}
    return {skill for child in node.children for skill in _skills(child)}
