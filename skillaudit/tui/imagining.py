"""Changes that are only thought of: which they are, and what they would do to the forecast."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING, NamedTuple

from skillaudit.errors import SkillAuditError
from skillaudit.page.blocks import Block, Paragraph, Title
from skillaudit.page.figures import plural, points
from skillaudit.page.lines import Span
from skillaudit.page.whatif import whatif_blocks
from skillaudit.progress import Progress

if TYPE_CHECKING:
    from skillaudit.routing.whatif import WhatIf

Imagine = Callable[[tuple[str, ...], Mapping[str, str], Progress], "WhatIf"]
"""Forecasts the library without some skills and with other descriptions of some; writes nothing."""

AFFECTED_LIMIT = 40


class Imagined(NamedTuple):
    """One change that is thought of."""

    skill: str
    description: str | None
    """The new description; None takes the skill out."""

    @property
    def kind(self) -> str:
        """What is done to the skill, in a word."""
        return "out" if self.description is None else "edit"


class Changes:
    """The changes of a session, in the order in which they were made, with what they would do."""

    def __init__(self) -> None:
        self._by_skill: dict[str, Imagined] = {}
        self.outcome: WhatIf | None = None
        self.error: BaseException | None = None

    @property
    def rows(self) -> list[Imagined]:
        """The changes."""
        return list(self._by_skill.values())

    @property
    def removed(self) -> tuple[str, ...]:
        """Ids of the skills taken out."""
        return tuple(change.skill for change in self.rows if change.description is None)

    @property
    def descriptions(self) -> dict[str, str]:
        """New descriptions by skill."""
        return {change.skill: change.description for change in self.rows if change.description is not None}

    def kind(self, skill: str) -> str:
        """What is done to a skill; empty for nothing."""
        change = self._by_skill.get(skill)
        return change.kind if change else ""

    def toggle_removed(self, skill: str) -> None:
        """Take a skill out, or put it back as it was."""
        if self.kind(skill) == "out":
            del self._by_skill[skill]
        else:
            self._by_skill[skill] = Imagined(skill, None)
        self.outcome = None

    def describe(self, skill: str, description: str, original: str) -> None:
        """Give a skill another description; its own one undoes the change."""
        text = " ".join(description.split())
        if text in {"", original}:
            self._by_skill.pop(skill, None)
        else:
            self._by_skill[skill] = Imagined(skill, text)
        self.outcome = None

    def keep(self, known: Container[str]) -> None:
        """Keep the changes to skills that are still there; what they do has to be forecast anew."""
        self._by_skill = {skill: change for skill, change in self._by_skill.items() if skill in known}
        self.outcome = self.error = None

    def clear(self) -> None:
        """Forget all changes."""
        self._by_skill.clear()
        self.outcome = None


def outcome_document(changes: Changes, busy: bool) -> list[Block]:
    """Describe the forecast before and after, and the skills that are affected."""
    if not changes.rows:
        return [
            Title("Nothing is changed"),
            Paragraph(
                "Press x on a skill to take it out, E to edit its description. Nothing is written.", "muted"
            ),
        ]
    title = Title(f"With {plural(len(changes.rows), 'change')}", (Span("nothing is written", "muted"),))
    if changes.error is not None:
        if isinstance(changes.error, SkillAuditError):
            return [title, Paragraph(str(changes.error), "error")]
        fault = f"{type(changes.error).__name__}: {changes.error}"
        return [title, Paragraph(fault, "error"), Paragraph("This is a fault in skillaudit.", "muted")]
    outcome = changes.outcome
    if outcome is None:
        return [title, Paragraph("Forecasting …" if busy else "No forecast yet.", "muted")]
    return [title, *whatif_blocks(outcome, AFFECTED_LIMIT)]


def outcome_line(changes: Changes) -> str:
    """Return the effect on the rates in a line, for where there is no room for more."""
    outcome = changes.outcome
    if not changes.rows or outcome is None:
        return ""
    parts = [
        f"{name} {points(change)} points"
        for name, change in (
            ("accuracy", outcome.accuracy),
            ("hijack", outcome.hijack),
            ("false trigger", outcome.false_trigger),
        )
        if change is not None
    ]
    return " · ".join(parts)
