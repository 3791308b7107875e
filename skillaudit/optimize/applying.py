"""Apply accepted edits to the skills of a library, without touching a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from skillaudit.optimize.merging import folded_into
from skillaudit.optimize.records import Edit
from skillaudit.schema import Skill


def next_text(current: str, edit: Edit) -> str:
    """Return what an edit makes of a description that earlier edits may or may not have changed.

    An edit that only appends is appended to whatever stands there, so that it does not bring back the
    text of an edit that was refused; any other one puts its own text.
    """
    if edit.before and edit.after.startswith(edit.before) and edit.after != edit.before:
        added = edit.after[len(edit.before) :]
        return current if current.endswith(added) else current + added
    return edit.after


def applied(
    skills: Sequence[Skill], edits: Iterable[Edit]
) -> tuple[tuple[Skill, ...], frozenset[str], dict[str, str]]:
    """Return the skills with their new descriptions, the ids made manual-only, and where folded ones went.

    Edits that are not accepted are passed over. Folded skills stay in the sequence.
    """
    texts: dict[str, str] = {skill.id: skill.description for skill in skills}
    gone: set[str] = set()
    folds: list[tuple[str, str]] = []
    for edit in edits:
        if not edit.accept:
            continue
        if edit.kind == "fold":
            folds.append((edit.skills[0], edit.into))
        elif edit.kind == "demote":
            gone.add(edit.skills[0])
        elif edit.after and edit.skills[0] in texts:
            texts[edit.skills[0]] = next_text(texts[edit.skills[0]], edit)
    changed = tuple(
        skill
        if texts[skill.id] == skill.description
        else msgspec.structs.replace(skill, description=texts[skill.id])
        for skill in skills
    )
    return changed, frozenset(gone), folded_into(folds)


def touching(edits: Iterable[Edit]) -> dict[str, list[str]]:
    """Return the ids of the accepted edits of each skill."""
    found: dict[str, list[str]] = {}
    for edit in edits:
        if edit.accept:
            for skill in edit.skills:
                found.setdefault(skill, []).append(edit.id)
    return found
