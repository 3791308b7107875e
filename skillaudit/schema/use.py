"""How the user's own agents use a library, counted from their transcripts; none of the user's words."""

from __future__ import annotations

from skillaudit.schema.execution import Estimate
from skillaudit.schema.library import Record


class SkillUse(Record):
    """How one skill is used."""

    name: str
    """Name in a log, or id in the library of a report."""
    by_model: int = 0
    by_hook: int = 0
    """By the model after a hook had named it."""
    by_command: int = 0
    """By the user, by its name."""
    last: str = ""
    """Day of the last use, ISO; empty where it never was."""
    missed: int = 0
    """Requests close to it for which nothing was loaded."""
    elsewhere: int = 0
    """Requests for which it was loaded though another skill, or none, was right."""

    @property
    def total(self) -> int:
        """Times it was loaded."""
        return self.by_model + self.by_hook + self.by_command


class RouterUse(Record):
    """What one model in one client does with requests."""

    client: str
    model: str
    decisions: int
    """Requests at which it could choose: no skill was called by name or loaded before."""
    none: Estimate
    """Share of them for which it loaded nothing, with a 90% interval."""


class Use(Record):
    """How a library is used."""

    first: str
    last: str
    """Days of the oldest and the newest turn, ISO."""
    transcripts: int
    requests: int
    """Different requests that are long enough to choose a skill by."""
    labelled: int
    """Requests whose right skill is known: by the user's review, correction or call."""
    reviewed: int
    routers: tuple[RouterUse, ...]
    skills: tuple[SkillUse, ...]
    """One for each skill of the library, the most used first."""

    @property
    def never(self) -> tuple[str, ...]:
        """Ids of the skills that no agent loaded."""
        return tuple(skill.name for skill in self.skills if not skill.total)
