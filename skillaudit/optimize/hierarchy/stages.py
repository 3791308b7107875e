"""Predict how a tree routes: the accuracy of each choice on the way, and of the whole way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from skillaudit.optimize.board import Embed
from skillaudit.optimize.records import Node, Tree
from skillaudit.routing.outcome import rank_first
from skillaudit.routing.profiles import RouterProfile, find
from skillaudit.routing.rates import DIMENSIONS
from skillaudit.routing.reading import Reader
from skillaudit.routing.staged import Level, Way, joint
from skillaudit.routing.triggers import false_triggers, needless
from skillaudit.schema import Request, ScorerName, Skill
from skillaudit.scoring import make_scorer
from skillaudit.stats.draws import normals

Doubles = NDArray[np.float64]
Arrangement = Literal["flat", "folders", "proposed"]


@dataclass(slots=True)
class _Walk:
    """What is carried from one choice to the next, by position of the request."""

    name: ScorerName
    profile: RouterProfile
    embed: Embed | None
    corpus: Sequence[str]
    """Every text of the tree: words weigh at each choice what they weigh in the library as it is audited."""
    requests: Sequence[Request]
    choices: dict[str, Level]
    doors: list[list[str]]
    """By request: the choices that it meets."""
    right: NDArray[np.bool_]
    """Every top rank so far was right."""
    stages: list[Doubles]
    """By stage: expected accuracy of the choice, NaN for a request that needs none there."""
    largest: int = 0
    false_trigger: float | None = None


def predicted(
    arrangement: Arrangement,
    tree: Sequence[Node],
    parts: Sequence[Sequence[Request]],
    name: ScorerName,
    router: str | None,
    embed: Embed | None,
) -> tuple[Tree, ...]:
    """Route each of several sets of requests down a tree, at the cost of one walk.

    Each choice is among a node's children, by their descriptors alone, and forecast as an audit of the exported tree
    forecasts it (`routing.staged`). A request with several right skills may take the way to any of them.
    """
    every = [request for part in parts for request in part]
    count = len(every)
    corpus = [Skill(id=node.id, name=node.name, description=node.description).text for node in _nodes(tree)]
    profile = find(router, name)
    doors: list[list[str]] = [[] for _ in every]
    walk = _Walk(name, profile, embed, corpus, every, {}, doors, np.ones(count, dtype=np.bool_), [])
    _choose(walk, tuple(tree), list(range(count)), 0)
    z = normals(DIMENSIONS, 0)
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
                accuracy=_accuracy(walk, range(rows.start, rows.stop), z) if part else None,
                stage_accuracy=tuple(round(float(stage.mean()), 4) for stage in stages if stage.size),
                local=round(float(walk.right[rows].mean()), 4) if part else None,
                false_trigger=walk.false_trigger,
            )
        )
    return tuple(found)


def _accuracy(walk: _Walk, rows: Sequence[int], z: Doubles) -> float:
    """Expected accuracy of some requests; one that never has a choice is right."""
    ways = {row: Way(tuple(walk.doors[row]), 0) for row in rows if walk.doors[row]}
    found = joint(walk.choices, ways, walk.profile, z)
    chosen = 0.0 if found is None else float(found.drawn.right.mean()) * len(ways)
    return round((chosen + len(rows) - len(ways)) / len(rows), 4)


def _nodes(tree: Sequence[Node]) -> Iterator[Node]:
    for node in tree:
        yield node
        yield from _nodes(node.children)


def _depth(tree: Sequence[Node]) -> int:
    return 1 + max((_depth(node.children) for node in tree if not node.skill), default=0)


def _choose(walk: _Walk, options: tuple[Node, ...], rows: list[int], stage: int, door: str = "") -> None:
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
        skills = [Skill(id=node.id, name=node.name, description=node.description) for node in options]
        texts = [skill.text for skill in skills]
        vectors = walk.embed(texts) if walk.embed is not None and walk.name != "lexical" else None
        scorer = make_scorer(walk.name, texts, vectors=vectors, embed=walk.embed, corpus=walk.corpus)
        reader = Reader(skills, here, scorer)
        walk.choices[door] = Level(reader, rows)
        if not door:
            fired = false_triggers(skills, here, needless(skills, (), scorer), scorer, walk.profile.name)
            walk.false_trigger = None if fired.value is None else round(fired.value, 4)
        for row in rows:
            walk.doors[row].append(door)
        view = reader.view(walk.profile)
        chance = view.outcome.right
        walk.right[rows] &= rank_first(view.judged).right == 1.0
    else:
        chance = np.ones(len(rows))
    walk.stages[stage][rows] = chance
    for node in options:
        if not node.skill:
            below = [row for row, owner in zip(rows, owners, strict=True) if owner == node.id]
            _choose(walk, node.children, below, stage + 1, f"{door}/{node.id}")


def _skills(node: Node) -> set[str]:
    if node.skill:
        return {node.id}
    return {skill for child in node.children for skill in _skills(child)}
