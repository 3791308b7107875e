"""From edits to bytes: which file each skill stands in, and what its file becomes."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from skillaudit.load.layout import CLIENT_FOLDERS
from skillaudit.load.place import file_of, root_of
from skillaudit.optimize.apply.frontmatter import FrontmatterError, with_description, with_flag, with_router
from skillaudit.optimize.apply.merged import redirected, relinked, whole, with_bodies
from skillaudit.optimize.edits import applied
from skillaudit.optimize.records import Edit
from skillaudit.schema import Skill


@dataclass(frozen=True, slots=True)
class FileChange:
    """What becomes of one file."""

    path: Path
    """The real file, below its root."""
    root: Path
    """Real folder that nothing may be written outside of."""
    before: bytes
    after: bytes | None
    """None when the file goes."""
    edits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unmade:
    """An edit that could not be made, and why."""

    skill: str
    reason: str


def refusal(path: Path, root: Path) -> str:
    """Say why a file may not be changed: it leaves its root, is or passes a link, or is hidden; empty if it may."""
    inside = path.relative_to(root).parts if path.is_relative_to(root) else ()
    if not inside or ".." in inside or Path(os.path.realpath(path)) != path:
        return f"leads out of {root}"
    if any(part.startswith(".") and part not in CLIENT_FOLDERS for part in inside):
        return "lies in a hidden folder"
    return ""


def changes(skills: Sequence[Skill], edits: Sequence[Edit]) -> tuple[list[FileChange], list[Unmade]]:
    """Return what the accepted edits make of the files of a library, and what they cannot change.

    Nothing is written. A skill of a list has no file and is a problem here, not in an export. A skill stays where
    the one that it goes into cannot take it in.
    """
    made: dict[str, FileChange] = {}
    problems: list[Unmade] = []
    joins, names = folded(skills, edits)
    stands = stand_ins(skills, joins)
    for skill, own, text, removed in edited(skills, edits, everybody=bool(joins)):
        root, path = root_of(skill), file_of(skill)
        if root is None or path is None:
            reason = "it is a row of a list; use --export" if root is None else "its file cannot be found"
            problems.append(Unmade(skill.id, reason))
            continue
        if reason := refusal(path, root):
            problems.append(Unmade(skill.id, f"its file {reason}"))
            continue
        try:
            before = whole(path)
            after = None if removed else new_bytes(before, skill, own, text)
            if after is not None:
                after = relinked(redirected(after, names), path, stands)
                after = with_bodies(after, skill, joins.get(skill.id, ()), _way(path))
        except (OSError, FrontmatterError) as error:
            problems.append(Unmade(skill.id, str(error)))
            continue
        if after != before and skill.copies:
            where = (
                f"{skill.copies[0]}{f' and {len(skill.copies) - 1} more' if len(skill.copies) > 1 else ''}"
            )
            problems.append(
                Unmade(skill.id, f"its copy in {where} keeps what it says; remove it or change it by hand")
            )
        if after != before:
            made[skill.id] = FileChange(path, root, before, after, tuple(edit.id for edit in own))
    held = {
        goes.id: f"it stays, for {problem.skill} cannot take it in: {problem.reason}"
        for problem in problems
        if problem.skill not in made
        for goes in joins.get(problem.skill, ())
    }
    if held:
        again, told = changes(skills, without_folds(edits, held))
        return again, [*told, *(Unmade(skill, reason) for skill, reason in held.items())]
    return list(made.values()), problems


def without_folds(edits: Sequence[Edit], held: Collection[str]) -> list[Edit]:
    """Return the edits with those refused that take away a skill of `held`."""
    return [
        msgspec.structs.replace(edit, accept=False)
        if edit.kind == "fold" and edit.skills[0] in held
        else edit
        for edit in edits
    ]


def folded(skills: Sequence[Skill], edits: Sequence[Edit]) -> tuple[dict[str, list[Skill]], dict[str, str]]:
    """Return which skills go into each one that stays, in their order, and what the names of those become."""
    into = applied(skills, edits)[2]
    named = {skill.id: skill.name for skill in skills}
    joins: dict[str, list[Skill]] = {}
    for skill in skills:
        if skill.id in into:
            joins.setdefault(into[skill.id], []).append(skill)
    kept = {skill.name for skill in skills if skill.id not in into}
    names = {
        named[old]: named[new]
        for old, new in into.items()
        if named[old] != named[new] and named[old] not in kept
    }
    return joins, names


def stand_ins(skills: Sequence[Skill], joins: Mapping[str, Sequence[Skill]]) -> dict[Path, Path]:
    """Return the files of the skills that go, each with the file that takes it in."""
    found: dict[Path, Path] = {}
    for skill in skills:
        if (takes := joins.get(skill.id)) and (into := file_of(skill)) is not None:
            found |= {file: into for goes in takes if (file := file_of(goes)) is not None}
    return found


def _way(path: Path) -> Callable[[Skill], str]:
    """Return what leads from the folder of a file to that of another skill: in place nothing moves."""

    def prefix(skill: Skill) -> str:
        other = file_of(skill)
        if other is None:
            return ""
        return Path(os.path.relpath(other.parent, path.parent)).as_posix() + "/"

    return prefix


def edited(
    skills: Sequence[Skill], edits: Sequence[Edit], *, everybody: bool = False
) -> list[tuple[Skill, list[Edit], str, bool]]:
    """Return each skill that accepted edits change, with those, its new description, and whether it goes.

    With `everybody` the others are returned too, for the names that they may mention.
    """
    after, _, into = applied(skills, edits)
    own: dict[str, list[Edit]] = {}
    for edit in edits:
        if edit.accept:
            own.setdefault(edit.skills[0], []).append(edit)
            if edit.kind == "fold":
                own.setdefault(into[edit.skills[0]], []).append(edit)
    return [
        (skill, own.get(skill.id, []), changed.description, skill.id in into)
        for skill, changed in zip(skills, after, strict=True)
        if everybody or skill.id in own
    ]


def new_bytes(data: bytes, skill: Skill, edits: Sequence[Edit], description: str) -> bytes:
    """Return what the accepted `edits` of one skill make of its file.

    Raises FrontmatterError where the file cannot be changed in one value alone.
    """
    if description != skill.description:
        data = with_description(data, description)
    kinds = {edit.kind for edit in edits}
    if "demote" in kinds:
        data = with_flag(data, "disable-model-invocation", "true")
    if "declare" in kinds:
        reason = next(edit.reason for edit in edits if edit.kind == "declare")
        data = with_router(data, reason)
    return data
