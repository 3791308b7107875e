"""Predict how a tree routes: the accuracy of each choice on the way, and their product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from skillaudit.optimize.board import Embed
from skillaudit.optimize.proof import expected, variant
from skillaudit.optimize.records import Node, Tree
from skillaudit.schema import Request, ScorerName, Skill

Arrangement = Literal["flat", "folders", "proposed"]


@dataclass(slots=True)
class _Walk:
    """What is carried from one choice to the next."""

    name: ScorerName
    router: str | None
    embed: Embed | None
    expected: dict[str, float]
    """By request: product of the expected accuracies so far."""
    right: dict[str, bool]
    """By request: every top rank so far was right."""
    sums: list[float]
    """By stage: sum of the expected accuracies."""
    counts: list[int]
    largest: int = 0


def predicted(
    arrangement: Arrangement,
    tree: Sequence[Node],
    requests: Sequence[Request],
    name: ScorerName,
    router: str | None,
    embed: Embed | None,
) -> Tree:
    """Route `requests` down a tree: each choice among a node's children, by their descriptors alone.

    The expected accuracy of a choice is the router's forecast for the requests that reach it rightly, among
    the options that it has; a request's is the product over its stages, which takes the choices as
    independent (first paper, F09; second paper, 5.5). A request with several right skills may take the way
    to any of them.
    """
    walk = _Walk(name, router, embed, {}, {}, [], [])
    for request in requests:
        walk.expected[request.query] = 1.0
        walk.right[request.query] = True
    _choose(walk, tuple(tree), list(requests), 0)
    count = max(len(requests), 1)
    return Tree(
        arrangement=arrangement,
        stages=_depth(tree),
        largest=walk.largest,
        accuracy=round(sum(walk.expected.values()) / count, 4) if requests else None,
        stage_accuracy=tuple(
            round(total / number, 4) for total, number in zip(walk.sums, walk.counts, strict=True) if number
        ),
        local=round(sum(walk.right.values()) / count, 4) if requests else None,
    )


def _depth(tree: Sequence[Node]) -> int:
    return 1 + max((_depth(node.children) for node in tree if not node.skill), default=0)


def _choose(walk: _Walk, options: tuple[Node, ...], requests: list[Request], stage: int) -> None:
    walk.largest = max(walk.largest, len(options))
    if not requests:
        for node in options:
            if not node.skill:
                _choose(walk, node.children, [], stage + 1)
        return
    inside = {node.id: _skills(node) for node in options}
    here = [
        msgspec.structs.replace(
            request,
            gold=tuple(node.id for node in options if not inside[node.id].isdisjoint(request.gold)),
            home=next((node.id for node in options if request.home in inside[node.id]), ""),
        )
        for request in requests
    ]
    skills = tuple(Skill(id=node.id, name=node.name, description=node.description) for node in options)
    state = variant(walk.name, skills, (), {}, here, walk.embed)
    while len(walk.sums) <= stage:
        walk.sums.append(0.0)
        walk.counts.append(0)
    rows_of: dict[str, list[int]] = {}
    for row, owner in enumerate(state.owner):
        rows_of.setdefault(owner, []).append(row)
    for rows in rows_of.values():
        accuracy = expected(state, walk.name, walk.router, rows)[0] if len(options) > 1 else 1.0
        walk.sums[stage] += accuracy * len(rows)
        walk.counts[stage] += len(rows)
        for row in rows:
            query = here[row].query
            walk.expected[query] *= accuracy
            walk.right[query] = walk.right[query] and (bool(state.right[row]) or len(options) == 1)
    for node in options:
        if not node.skill:
            below = [requests[row] for row in rows_of.get(node.id, [])]
            _choose(walk, node.children, below, stage + 1)


def _skills(node: Node) -> set[str]:
    if node.skill:
        return {node.id}
    return {skill for child in node.children for skill in _skills(child)}
