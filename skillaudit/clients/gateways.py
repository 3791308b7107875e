"""Which skills stand behind which gateway: a skill that declares itself as a router, with others in folders below."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath

from skillaudit.schema import Skill

LEAST = 2
"""Skills that a gateway has behind it."""


def parents_of(skills: Sequence[Skill]) -> dict[str, str]:
    """Return the gateway right above each skill that is behind one, by id; empty for a library without gateways."""
    doors = {
        (skill.root, PurePosixPath(skill.path).parent): skill.id for skill in skills if skill.declared_router
    }
    found: dict[str, str] = {}
    for skill in skills if doors else ():
        above = PurePosixPath(skill.path).parent.parents
        door = next((doors[skill.root, folder] for folder in above if (skill.root, folder) in doors), None)
        if door is not None:
            found[skill.id] = door
    inside = Counter(found.values())
    return {skill: door for skill, door in found.items() if inside[door] >= LEAST}
