"""Synthetic libraries: how many skills, how alike, with how many rivals, and how long their policies are.

The design of arXiv 2601.04748, section 5.1; where its text and its tables differ both are here: rivals that do
something else (section 5.3), and synonyms that do the same (table 6).
"""

from __future__ import annotations

import random
from typing import Literal

from skillaudit.asking.records import Entry
from skillaudit.experiment.synthetic import Template, pool
from skillaudit.schema import Record

Similarity = Literal["low", "mixed", "high"]
Complexity = Literal["simple", "medium", "complex"]
RivalKind = Literal["operation", "synonym"]

COMPLEXITIES: dict[Complexity, int] = {"simple": 30, "medium": 100, "complex": 300}
"""About how many tokens a policy has."""
RELATED = ("Mathematics", "Analysis", "Extraction")
"""The domains of a library of high similarity."""


class Group(Record):
    """A base skill with its rivals; tasks are for the base."""

    base: Template
    rivals: tuple[Template, ...]

    @property
    def skills(self) -> tuple[Template, ...]:
        """Base first."""
        return (self.base, *self.rivals)


def library(size: int, similarity: Similarity = "mixed", seed: int = 0) -> tuple[Template, ...]:
    """Return `size` skills of the pool; those of a smaller size and the same seed are among them.

    low: in turn from all 8 domains and from the subtypes of each; mixed: any; high: from three related domains.
    Raises ValueError when so many cannot be had: 200 in all, 75 of high similarity.
    """
    skills = list(pool().skills)
    if similarity == "high":
        skills = [skill for skill in skills if skill.domain in RELATED]
    if not 1 <= size <= len(skills):
        raise ValueError(f"a library of {similarity} similarity has 1 to {len(skills)} skills, not {size}")
    random.Random(f"library\0{seed}").shuffle(skills)
    if similarity == "low":
        turns: dict[tuple[str, ...], int] = {}
        ranked = []
        for skill in skills:
            own = (skill.domain, skill.subtype)
            round_ = turns[own] = turns.get(own, -1) + 1
            place = turns[skill.domain, "", str(round_)] = turns.get((skill.domain, "", str(round_)), -1) + 1
            ranked.append((round_, place, skill))
        ranked.sort(key=lambda item: item[:2])
        skills = [skill for _, _, skill in ranked]
    return tuple(skills[:size])


def groups(count: int, rivals: int, kind: RivalKind = "operation", seed: int = 0) -> tuple[Group, ...]:
    """Return groups of one base skill and 0 to 2 rivals, each group from another of the 40 subtypes.

    Rivals by `operation` are skills of the same subtype that do something else; by `synonym`, the base in other
    words. The groups of a smaller count and the same seed are among them.
    """
    subtypes = list(pool().subtypes)
    if not 1 <= count <= len(subtypes) or not 0 <= rivals <= 2:
        raise ValueError(f"there are {len(subtypes)} groups with up to 2 rivals, not {count} with {rivals}")
    random.Random(f"groups\0{seed}").shuffle(subtypes)
    return tuple(
        Group(
            base=subtype.skills[0],
            rivals=(subtype.skills[1:] if kind == "operation" else subtype.synonyms)[:rivals],
        )
        for subtype in subtypes[:count]
    )


def general_skills() -> dict[str, Entry]:
    """Return one abstract skill for each domain, whose words fit all of its tasks and name none."""
    return {
        f"general/{domain}": Entry(
            name=f"{domain} Assistant",
            description=f"Handle general {domain.lower()} tasks of various kinds. {about}",
        )
        for domain, about in pool().domains.items()
    }


def policy(skill: Template, complexity: Complexity) -> str:
    """Return instructions for a skill: a sentence, a few steps, or a protocol (30, 100, 300 tokens)."""
    does = skill.description.rstrip(".")
    does = does[0].lower() + does[1:]
    if complexity == "simple":
        return f"When called, {does}, and return the result alone, without comment or introduction."
    opening = f"You are an assistant for {skill.domain.lower()} ({skill.subtype.lower()}). Your task: {does}."
    if complexity == "medium":
        return "\n".join((opening, *_STEPS))
    return "\n".join((opening.replace("an assistant", "a careful specialist"), *_PROTOCOL))


_STEPS = (
    "1. Read the whole request and find the material to work on.",
    "2. Check that nothing needed is missing or unreadable.",
    "3. Carry out the task on that material and on nothing else.",
    "4. Look over the outcome for slips.",
    "5. Return the outcome on its own, in the form that was asked for.",
)
_PROTOCOL = (
    "Input",
    "1. Read the whole request before doing anything.",
    "2. Separate the material to work on from the words that say what to do with it.",
    "3. Take quotation marks, line breaks and stray blanks as part of the layout, not of the material.",
    "4. Where something is ambiguous, take the reading that the rest of the request supports.",
    "Work",
    "5. Split the work into parts when the material is long, and keep the parts in order.",
    "6. Carry out the task on every part, and on nothing outside the material.",
    "7. Keep intermediate results until the end, so that they can be checked.",
    "8. Do not add knowledge that the request neither gives nor asks for.",
    "Output",
    "9. Return the outcome in the form that was asked for, else in the plainest form that is complete.",
    "10. Keep names, figures and units exactly as they were given.",
    "11. Leave out greetings, explanations and remarks about yourself.",
    "Quality",
    "- Compare the outcome with the request once more, point by point.",
    "- Correct slips silently; when a doubt remains, state it in one short line at the end.",
    "When something goes wrong",
    "- If the material is missing, say which part is missing and stop.",
    "- If it is empty, return an empty outcome with a note.",
    "- If a part cannot be handled, handle the others and name that part.",
)
