"""Name and describe the groups of a tree by their members' own words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain, count

import numpy as np

from skillaudit.analysis.labels import name_clusters
from skillaudit.optimize.hierarchy.groups import Labels
from skillaudit.optimize.hierarchy.vocabulary import Vocabulary
from skillaudit.optimize.records import Node
from skillaudit.optimize.words.phrasing import slug, spelled
from skillaudit.schema import Skill

_NAMELESS = re.compile(
    r"see|also|us(?:e[drs]?|ing)|wants?|needs?|based|around|find|get|makes?|perfect|check|information|tools?"
    r"|skills?|helps?|any|all|new|writes?|somebody",
    re.IGNORECASE,
)
"""Words that name no category, however many of its members say them."""
_LONGEST = 50
"""Characters of a category's name before anything is put behind it; the specification allows 64."""


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
        labels = np.zeros(len(skills), dtype=np.int64)
        for at, rows in enumerate(inside):
            labels[rows] = at
        names = _names(skills, labels)
        below = [
            below[group[0]]
            if len(group) == 1 and not below[group[0]].skill  # a choice of one category is none
            else Node(
                id=_unique(names[at], taken, at),
                name=names[at],
                description=vocabulary.described(names[at], inside[at]),
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
    texts = [
        " ".join(
            word
            for word in f"{spelled(skill.name)} {skill.description}".split()
            if not _NAMELESS.fullmatch(word.strip(".,:;"))
        )
        for skill in skills
    ]
    return list(name_clusters(texts, labels))


def _unique(name: str, taken: set[str], at: int) -> str:
    """Return a slug that nothing else is called: all the name's words, fewer of them, or `-skills` behind."""
    words = [slug(word) for word in name.split(", ")]
    base = "-".join(filter(None, words))[:_LONGEST].strip("-") or f"group-{at + 1}"
    fewer = ["-".join(filter(None, words[:most])) for most in range(len(words) - 1, 1, -1)]
    tries = chain([base, *fewer, f"{base}-skills"], (f"{base}-{number}" for number in count(2)))
    found = next(each for each in tries if each and each.casefold() not in taken)
    taken.add(found.casefold())
    return found
