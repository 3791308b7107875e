"""Make nodes of the groups of a tree, with names and texts."""

from __future__ import annotations

from collections.abc import Sequence

from skillaudit.optimize.hierarchy.describing import described
from skillaudit.optimize.hierarchy.naming import names_of
from skillaudit.optimize.hierarchy.vocabulary import Vocabulary
from skillaudit.optimize.records import Node
from skillaudit.schema import Skill


def tree_of(skills: Sequence[Skill], levels: Sequence[Sequence[Sequence[int]]]) -> tuple[Node, ...]:
    """Return the tree that `grouping.grouped` divides the skills into, root first, with names and texts."""
    below: list[Node] = [
        Node(id=skill.id, name=skill.name, description=skill.description, skill=True) for skill in skills
    ]
    members: list[list[int]] = [[row] for row in range(len(skills))]
    taken = {skill.name.casefold() for skill in skills}
    vocabulary = Vocabulary(skills)
    for groups in levels:
        inside = [[row for child in group for row in members[child]] for group in groups]
        named = [at for at, group in enumerate(groups) if len(group) > 1 or below[group[0]].skill]
        names = dict(zip(named, names_of(vocabulary, [inside[at] for at in named], taken), strict=True))
        level: list[Node] = []
        for at, group in enumerate(groups):
            children = tuple(below[child] for child in group)
            if at not in names:  # a choice of one category is none
                level.append(children[0])
                continue
            text = described(vocabulary, names[at], children, inside[at])
            title = names[at].slug.replace("-", " ")
            level.append(Node(id=names[at].slug, name=title, description=text, children=children))
        below = level
        members = inside
    return tuple(below)


def folders_of(skills: Sequence[Skill]) -> list[list[int]] | None:
    """Return the skills of each of the library's own folders; None where it has fewer than two."""
    found: dict[str, list[int]] = {}
    for row, skill in enumerate(skills):
        found.setdefault(skill.category or "", []).append(row)
    return list(found.values()) if len(found) > 1 else None
