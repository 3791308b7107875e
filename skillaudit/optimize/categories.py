"""Name and describe the groups of a tree by their members' own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from skillaudit.analysis.labels import name_clusters
from skillaudit.optimize.gateway import slug
from skillaudit.optimize.grouping import Labels
from skillaudit.optimize.records import Node
from skillaudit.optimize.terms import stems
from skillaudit.optimize.wording import (
    BOOKS,
    MAX_DESCRIPTION,
    closed,
    fit,
    language,
    listing,
    without_generic,
)
from skillaudit.requests.wording import split_sentences
from skillaudit.schema import Skill

_MEMBER = 90
"""Characters of one member's opening that go into the description of its category."""


def tree_of(skills: Sequence[Skill], levels: Sequence[Sequence[Sequence[int]]]) -> tuple[Node, ...]:
    """Return the tree that `grouping.grouped` divides the skills into, root first, with names and texts."""
    below: list[Node] = [
        Node(id=skill.id, name=skill.name, description=skill.description, skill=True) for skill in skills
    ]
    members: list[list[int]] = [[row] for row in range(len(skills))]
    taken = {skill.name.casefold() for skill in skills}
    for groups in levels:
        inside = [[row for child in group for row in members[child]] for group in groups]
        labels = np.zeros(len(skills), dtype=np.int64)
        for at, rows in enumerate(inside):
            labels[rows] = at
        names = _names(skills, labels)
        below = [
            Node(
                id=_unique(names[at], taken, at),
                name=names[at],
                description=described(names[at], [skills[row] for row in inside[at]]),
                children=tuple(below[child] for child in group),
            )
            for at, group in enumerate(groups)
        ]
        members = inside
    return tuple(below)


def folders_of(skills: Sequence[Skill]) -> list[list[int]] | None:
    """Return the skills of each of the library's own folders; None where it has fewer than two."""
    found: dict[str, list[int]] = {}
    for row, skill in enumerate(skills):
        found.setdefault(skill.category or "", []).append(row)
    return list(found.values()) if len(found) > 1 else None


def _names(skills: Sequence[Skill], labels: Labels) -> list[str]:
    texts = [f"{skill.name.replace('-', ' ')} {skill.description}" for skill in skills]
    return list(name_clusters(texts, labels))


def _unique(name: str, taken: set[str], at: int) -> str:
    base = slug(name)[:56].strip("-") or f"group-{at + 1}"
    number, found = 2, base
    while found.casefold() in taken:
        found = f"{base}-{number}"
        number += 1
    taken.add(found.casefold())
    return found


def described(name: str, members: Sequence[Skill]) -> str:
    """Describe a category: its telling words, then what each member does, as much as fits of each.

    All words are the members' own. Every member has the same room, so that no skill is hidden behind
    a talkative one.
    """
    book = BOOKS[language(" ".join(skill.description for skill in members[:20]))]
    room = (MAX_DESCRIPTION - len(name) - 20) // max(len(members), 1) - 2
    parts = [fit(_opening(skill), max(min(room, _MEMBER), 12)) for skill in members]
    return fit(closed(name, book.stop) + " " + listing(book, parts), MAX_DESCRIPTION)


def _opening(skill: Skill) -> str:
    """Return the name's words and what of the opening sentence they leave unsaid."""
    words = skill.name.replace("-", " ").replace("_", " ")
    sentences = split_sentences(without_generic(skill.description))
    first = sentences[0].rstrip(" .。") if sentences else ""
    return words if set(stems(first)) <= set(stems(words)) else f"{words} ({first})"


def leaves(tree: Sequence[Node]) -> Mapping[str, tuple[str, ...]]:
    """Return for each skill the ids of the categories above it, root first."""
    found: dict[str, tuple[str, ...]] = {}

    def walk(nodes: Sequence[Node], above: tuple[str, ...]) -> None:
        for node in nodes:
            if node.skill:
                found[node.id] = above
            else:
                walk(node.children, (*above, node.id))

    walk(tree, ())
    return found
