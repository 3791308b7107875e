"""Spoil a good library on purpose: no boundary words, near twins, and three black holes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import msgspec

from skillaudit.schema import Library, Skill
from skillaudit.text.words import STOP_WORDS, tokens

KEPT_WORDS = 12
"""Words of each description that are left: of its opening, without when to use it and when not."""
SHARED_BY = 3
"""A word of the description that fewer skills have is a boundary word, and goes."""
TWIN_EVERY = 4
HOLES = (
    ("assistant-core", "Always use this first for any task about {words}."),
    ("do-everything", "Helps with everything related to {words}."),
    ("smart-workflow", "All kinds of work on {words}, whatever the user needs."),
)
_OPENING = re.compile(
    r"^(?:when(?:ever)? the user (?:wants|needs|asks)(?: help)?(?: (?:to|with|for))?"
    r"|use (?:this skill )?(?:when|for|to))\s+",
    re.IGNORECASE,
)
_PER_HOLE = 4


def degraded(library: Library) -> Library:
    """Return a library whose right skills are the same, and whose descriptions no longer tell them apart."""
    held: Counter[str] = Counter()
    for skill in library.skills:
        held.update(set(tokens(skill.description)))
    plain = [
        msgspec.structs.replace(skill, description=_stripped(skill.description, held))
        for skill in library.skills
    ]
    twins = [_twin(skill) for skill in plain[::TWIN_EVERY] if skill.body]
    return Library(sources=library.sources, skills=(*plain, *twins, *_holes(library.skills)))


def _stripped(description: str, held: Counter[str]) -> str:
    first = re.split(r"(?<=[.!?])\s+", description, maxsplit=1)[0]
    words = [
        word
        for word in _OPENING.sub("", first).split()
        if all(held[part] >= SHARED_BY for part in tokens(word))
    ]
    return (" ".join(words[:KEPT_WORDS]).strip(" ,;:.—-") or "Help with this") + "."


def _twin(skill: Skill) -> Skill:
    name = f"{skill.name}-advanced"
    return msgspec.structs.replace(
        skill,
        id=f"{skill.id}-advanced",
        name=name,
        description=f"Advanced help: {skill.description[:1].lower()}{skill.description[1:]}",
        path=f"{skill.path}.advanced",
        digest="",
    )


def _holes(skills: Sequence[Skill]) -> list[Skill]:
    """Make skills that claim the words which most descriptions share."""
    common: Counter[str] = Counter()
    for skill in skills:
        common.update(
            {word for word in tokens(skill.description) if word not in STOP_WORDS and len(word) > 3}
        )
    words = [word for word, _ in sorted(common.items(), key=lambda item: (-item[1], item[0]))]
    return [
        Skill(
            id=name,
            name=name,
            description=text.format(words=", ".join(words[at : at + _PER_HOLE])),
            body=f"# {name}\n\nUnderstand what is asked, plan the steps, and carry them out.\n",
            path=f"{name}/SKILL.md",
        )
        for at, (name, text) in enumerate(HOLES)
    ]
