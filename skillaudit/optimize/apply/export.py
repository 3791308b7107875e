"""Write the optimised library into a new folder: whole or not at all, and never outside of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from skillaudit.disk.copying import copy_file
from skillaudit.disk.names import expanded
from skillaudit.disk.writing import new_folder, reported
from skillaudit.errors import LoadError, UsageError
from skillaudit.load import load
from skillaudit.load.place import file_of, root_of
from skillaudit.load.walk import is_skill_name, show
from skillaudit.optimize.apply.files import Unmade, edited, folded, new_bytes, stand_ins, without_folds
from skillaudit.optimize.apply.frontmatter import FrontmatterError
from skillaudit.optimize.apply.gateway import gateway_file
from skillaudit.optimize.apply.merged import beside, folders_for, redirected, relinked, whole, with_bodies
from skillaudit.optimize.apply.places import categories, folder_of, places
from skillaudit.optimize.plan_file import dump
from skillaudit.optimize.records import Edit, Node, Plan
from skillaudit.optimize.words.phrasing import slug
from skillaudit.safety.cleaning import one_line
from skillaudit.safety.exits import in_json, inert
from skillaudit.schema import Library, Skill

PLAN_NAME = "skillaudit-plan.json"
INDEX_NAME = "skillaudit-index.json"
ANCHOR_NAME = "AGENTS-paragraph.md"
_SKIPPED = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", ".skillaudit-backup"})
_DEEPEST = 64
"""Folders below a skill's own that are copied; what lies deeper is left out, and said."""


@dataclass(slots=True)
class Exported:
    """What an export wrote."""

    folder: Path
    skills: int = 0
    gateways: int = 0
    problems: list[Unmade] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Files that were left out, such as links that lead out of the library."""
    written: list[tuple[str, str, str]] = field(default_factory=list)
    """Id, path and description of each skill as it was written."""


def export(library: Library, plan: Plan, target: Path) -> Exported:
    """Write the library with the accepted edits of `plan` to a folder that does not exist yet.

    Each skill's folder is copied with its other files; links are followed only inside the library; the
    result is loaded and compared, and appears under its name in one step. With `plan.accept_hierarchy` the
    skills stand in the folders of the tree, behind one gateway SKILL.md a category. Raises UsageError when
    the folder exists, lies in the library itself, cannot be written, or would not hold every skill once.
    """
    target = Path(os.path.abspath(expanded(target)))  # noqa: PTH100 - resolve() would follow a link
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} exists; name a new folder.")
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent} is no folder; create it first.")
    for skill in library.skills:
        root = root_of(skill)
        if root is not None and target.parent.resolve().joinpath(target.name).is_relative_to(root):
            raise UsageError(f"{target} lies in the library {root} itself; name a folder outside of it.")
    done = Exported(folder=target)
    with reported(target), new_folder(target) as folder:
        _write(library, plan, folder, done)
        _compare(folder, done)
    return done


def _write(library: Library, plan: Plan, folder: Path, done: Exported) -> None:
    edits = _mergeable(library, plan.edits, done)
    gone = {edit.skills[0] for edit in edits if edit.accept and edit.kind == "fold"}
    changed = {skill.id: (own, text) for skill, own, text, _ in edited(library.skills, edits)}
    kept = [skill for skill in library.skills if skill.id not in gone]
    tree = plan.hierarchy if plan.accept_hierarchy else ()
    where = places(kept, tree)
    owned = {file.parent for skill in library.skills if (file := file_of(skill)) is not None}
    joins, names = folded(library.skills, edits)
    stands = stand_ins(library.skills, joins)
    index: dict[str, object] = {}
    for skill in kept:
        place = folder / where[skill.id]
        place.mkdir(parents=True, exist_ok=True)
        own, text = changed.get(skill.id, ([], skill.description))
        name, data, description = _content(skill, own, text, done)
        goes = joins.get(skill.id, ())
        inside = folders_for(goes, _taken(skill, where)) if goes else {}
        if data is not None:
            data = redirected(data, names)
            if (source := file_of(skill)) is not None:
                data = relinked(data, source, stands)
            data = with_bodies(data, skill, goes, _way(inside))
        for other in goes:
            _move(other, place / inside[other.id], owned, done)
        source = file_of(skill)
        if source is not None and is_skill_name(source.name):
            _copy(source.parent, place, owned, root_of(skill) or source.parent, done)
        if data is not None:
            (place / name).write_bytes(data)
        elif source is not None:
            copy_file(source, place / name)
        if source is not None:
            (place / name).chmod(source.stat().st_mode & 0o777)
        path = f"{where[skill.id]}/{name}"
        index[skill.id] = {"path": path, "name": skill.name}
        done.written.append((skill.id, show(path), description))
        done.skills += 1
    for path, node in categories(tree):
        if children := _children(node, path, where):
            text = gateway_file(node, children)
            (folder / path / "SKILL.md").write_text(text, encoding="utf-8", newline="\n")
            below = [child[1] for child in children]
            index[f"category:{node.id}"] = {"path": f"{path}/SKILL.md", "children": below}
            done.gateways += 1
    if plan.anchor:
        (folder / ANCHOR_NAME).write_text(inert(plan.anchor) + "\n", encoding="utf-8", newline="\n")
    (folder / PLAN_NAME).write_text(in_json(dump(plan)), encoding="utf-8", newline="\n")
    content = {"version": plan.plan_version, "skills": index, "tree": msgspec.to_builtins(plan.hierarchy)}
    (folder / INDEX_NAME).write_text(
        in_json(json.dumps(content, ensure_ascii=False, indent=2)) + "\n", encoding="utf-8", newline="\n"
    )


def _compare(folder: Path, done: Exported) -> None:
    """Load what was written; raises UsageError unless every skill is there exactly once, as it was written."""
    if not done.written:
        return
    try:
        found = load([folder])
    except LoadError:
        found = Library(sources=(), skills=())
    texts = {skill.path: skill.description for skill in found.skills}
    twice = {path for skill in found.skills for path in skill.copies}
    for id_, path, description in done.written:
        if texts.get(path) != description:
            why = (
                "is the same as another one"
                if path in twice
                else "reads differently"
                if path in texts
                else "is not found"
            )
            raise UsageError(
                f"{id_} {why} when the export is loaded again ({path}), so nothing was written; rename its folder "
                "or leave out its edits."
            )


def _content(skill: Skill, own: Sequence[Edit], text: str, done: Exported) -> tuple[str, bytes | None, str]:
    """Return name, bytes and description of a skill's file, written anew for a row of a list; None to copy it."""
    source = file_of(skill)
    if source is None:
        lines = [f"name: {json.dumps(slug(skill.name) or 'skill', ensure_ascii=False)}"]
        lines.append(f"description: {json.dumps(text, ensure_ascii=False)}")
        if skill.manual_only or any(edit.kind == "demote" for edit in own):
            lines.append("disable-model-invocation: true")
        if skill.when_to_use:
            lines.append(f"when_to_use: {json.dumps(skill.when_to_use, ensure_ascii=False)}")
        data = ("---\n" + "\n".join(lines) + f"\n---\n\n{skill.body}\n").encode("utf-8", "replace")
        return "SKILL.md", data, one_line(text)
    name = source.name if is_skill_name(source.name) else "SKILL.md"
    kept: bytes | None = None
    try:
        data = kept = whole(source)
        return name, new_bytes(data, skill, own, text), one_line(text)
    except FrontmatterError as error:
        done.problems.append(Unmade(skill.id, str(error)))
        return name, kept, skill.description


def _mergeable(library: Library, edits: Sequence[Edit], done: Exported) -> list[Edit]:
    """Return the edits with those folds refused that the file of the skill that stays cannot take in."""
    kept = {skill.id: skill for skill in library.skills}
    refused: set[str] = set()
    for stays, goes in folded(library.skills, edits)[0].items():
        source = file_of(kept[stays])
        try:
            with_bodies(b"" if source is None else whole(source), kept[stays], goes, _way({}))
        except (OSError, FrontmatterError) as error:
            refused |= {skill.id for skill in goes}
            done.problems += [Unmade(skill.id, str(error)) for skill in goes]
    return without_folds(edits, refused)


def _taken(skill: Skill, where: Mapping[str, str]) -> set[str]:
    """Return the names in the folder of a skill that its own files have, and those of skills that stand in it."""
    own = f"{where[skill.id]}/"
    below = {place[len(own) :].partition("/")[0] for place in where.values() if place.startswith(own)}
    source = file_of(skill)
    if source is None or not is_skill_name(source.name):
        return below
    return below | {entry.name for entry in source.parent.iterdir()}


def _way(inside: Mapping[str, str]) -> Callable[[Skill], str]:
    """Return what leads to the files of a folded skill, in the folder of the one that stays."""
    return lambda skill: inside.get(skill.id, "")


def _move(skill: Skill, place: Path, owned: set[Path], done: Exported) -> None:
    source = file_of(skill)
    if source is not None and beside(skill):
        place.mkdir(parents=True, exist_ok=True)
        _copy(source.parent, place, owned, root_of(skill) or source.parent, done)


def _copy(start: Path, place: Path, owned: set[Path], root: Path, done: Exported) -> None:
    """Copy a skill's other files; folders of other skills are copied on their own."""
    pending = [(start, place)]
    while pending:
        source, target = pending.pop()
        if len(source.parts) - len(start.parts) > _DEEPEST:
            done.skipped.append(str(source))
            continue
        for entry in sorted(source.iterdir()):
            real = Path(os.path.realpath(entry))
            if entry.name in _SKIPPED or real in owned or (entry.is_symlink() and entry.is_dir()):
                if entry.is_symlink():
                    done.skipped.append(str(entry))
            elif not real.is_relative_to(root) or not (real.is_file() or real.is_dir()):
                done.skipped.append(str(entry))
            elif real.is_dir():
                if source != root or not any(below.is_relative_to(real) for below in owned):
                    (target / entry.name).mkdir(exist_ok=True)
                    pending.append((entry, target / entry.name))
            elif not is_skill_name(entry.name):
                copy_file(real, target / entry.name)
                found = real.stat()
                os.utime(target / entry.name, ns=(found.st_atime_ns, found.st_mtime_ns))
                (target / entry.name).chmod(found.st_mode & 0o777)


def _children(node: Node, path: str, where: Mapping[str, str]) -> list[tuple[Node, str]]:
    """Return the children of a category that lead to a skill, with their folders relative to its own."""
    found = []
    for child in node.children:
        if child.skill and child.id in where:
            found.append((child, where[child.id].removeprefix(path + "/")))
        elif not child.skill:
            own = f"{path}/{folder_of(child)}/"
            if any(place.startswith(own) for place in where.values()):
                found.append((child, folder_of(child)))
    return found
