"""Write the optimised library into a new folder: whole or not at all, and never outside of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from skillaudit.errors import UsageError
from skillaudit.load.place import file_of, root_of
from skillaudit.optimize.files import Problem, edited, new_bytes
from skillaudit.optimize.frontmatter import FrontmatterError
from skillaudit.optimize.gateway import gateway_file, slug
from skillaudit.optimize.plan_file import dump
from skillaudit.optimize.records import Edit, Node, Plan
from skillaudit.schema import Library, Skill

PLAN_NAME = "skillaudit-plan.json"
INDEX_NAME = "skillaudit-index.json"
ANCHOR_NAME = "AGENTS-paragraph.md"
_SKIPPED = frozenset({".git", ".hg", ".svn", "__pycache__", "node_modules", ".skillaudit-backup"})


@dataclass(slots=True)
class Exported:
    """What an export wrote."""

    folder: Path
    skills: int = 0
    gateways: int = 0
    problems: list[Problem] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    """Files that were left out, such as links that lead out of the library."""


def export(library: Library, plan: Plan, target: Path) -> Exported:
    """Write the library with the accepted edits of `plan` to a folder that does not exist yet.

    Each skill's folder is copied with its other files; links are followed only inside the library; the
    result appears under its name in one step. With `plan.accept_hierarchy` the skills stand in the folders
    of the tree, behind one gateway SKILL.md a category. Raises UsageError when the folder exists, lies in
    the library itself, or cannot be written.
    """
    target = Path(os.path.abspath(target.expanduser()))  # noqa: PTH100 - resolve() would follow a link
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} exists; name a new folder.")
    if not target.parent.is_dir():
        raise UsageError(f"{target.parent} is no folder; create it first.")
    for skill in library.skills:
        root = root_of(skill)
        if root is not None and target.parent.resolve().joinpath(target.name).is_relative_to(root):
            raise UsageError(f"{target} lies in the library {root} itself; name a folder outside of it.")
    temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        done = Exported(folder=target)
        _write(library, plan, temporary, done)
        temporary.chmod(0o755)
        temporary.rename(target)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror or error}.") from error
    finally:
        if temporary.exists():
            shutil.rmtree(temporary, ignore_errors=True)
    return done


def _write(library: Library, plan: Plan, folder: Path, done: Exported) -> None:
    gone = {edit.skills[0] for edit in plan.edits if edit.accept and edit.kind == "fold"}
    changed = {skill.id: (own, text) for skill, own, text, _ in edited(library.skills, plan.edits)}
    kept = [skill for skill in library.skills if skill.id not in gone]
    places = _places(kept, plan.hierarchy if plan.accept_hierarchy else ())
    owned = {file.parent for skill in library.skills if (file := file_of(skill)) is not None}
    index: dict[str, object] = {}
    for skill in kept:
        place = folder / places[skill.id]
        place.mkdir(parents=True, exist_ok=True)
        own, text = changed.get(skill.id, ([], skill.description))
        name, data = _content(skill, own, text, done)
        source = file_of(skill)
        if source is not None:
            _copy(source.parent, place, owned, root_of(skill) or source.parent, done)
        (place / name).write_bytes(data)
        if source is not None:
            shutil.copymode(source, place / name)
        index[skill.id] = {"path": f"{places[skill.id]}/{name}", "name": skill.name}
        done.skills += 1
    if plan.accept_hierarchy:
        for path, node in _categories(plan.hierarchy):
            if children := _children(node, path, places, gone):
                (folder / path / "SKILL.md").write_text(
                    gateway_file(node, children), encoding="utf-8", newline="\n"
                )
                index[f"category:{node.id}"] = {
                    "path": f"{path}/SKILL.md",
                    "children": [c[1] for c in children],
                }
                done.gateways += 1
    if plan.anchor:
        (folder / ANCHOR_NAME).write_text(plan.anchor + "\n", encoding="utf-8", newline="\n")
    (folder / PLAN_NAME).write_text(dump(plan), encoding="utf-8", newline="\n")
    content = {"version": plan.plan_version, "skills": index, "tree": msgspec.to_builtins(plan.hierarchy)}
    (folder / INDEX_NAME).write_text(
        json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n"
    )


def _content(skill: Skill, own: Sequence[Edit], text: str, done: Exported) -> tuple[str, bytes]:
    """Return the name and the bytes of a skill's file, written anew for a row of a list."""
    source = file_of(skill)
    if source is None:
        lines = [f"name: {json.dumps(slug(skill.name) or 'skill', ensure_ascii=False)}"]
        lines.append(f"description: {json.dumps(text, ensure_ascii=False)}")
        if skill.manual_only or any(edit.kind == "demote" for edit in own):
            lines.append("disable-model-invocation: true")
        if skill.when_to_use:
            lines.append(f"when_to_use: {json.dumps(skill.when_to_use, ensure_ascii=False)}")
        return "SKILL.md", ("---\n" + "\n".join(lines) + f"\n---\n\n{skill.body}\n").encode(
            "utf-8", "replace"
        )
    data = source.read_bytes()
    try:
        return source.name, new_bytes(data, skill, own, text)
    except FrontmatterError as error:
        done.problems.append(Problem(skill.id, str(error)))
        return source.name, data


def _copy(source: Path, place: Path, owned: set[Path], root: Path, done: Exported) -> None:
    """Copy a skill's other files; folders of other skills are copied on their own."""
    for entry in sorted(source.iterdir()):
        real = Path(os.path.realpath(entry))
        if entry.name in _SKIPPED or real in owned or (entry.is_symlink() and entry.is_dir()):
            if entry.is_symlink():
                done.skipped.append(str(entry))
            continue
        if not real.is_relative_to(root) or not (real.is_file() or real.is_dir()):
            done.skipped.append(str(entry))
        elif real.is_dir():
            if any(below.is_relative_to(real) for below in owned) and source == root:
                continue
            (place / entry.name).mkdir(exist_ok=True)
            _copy(entry, place / entry.name, owned, root, done)
        elif entry.name.lower() != "skill.md":
            shutil.copy2(real, place / entry.name)


def _places(skills: Sequence[Skill], tree: Iterable[Node]) -> dict[str, str]:
    """Return a folder for each skill, relative to the export, no two the same even without case."""
    inside: dict[str, str] = {}
    for path, node in _categories(tuple(tree)):
        for child in node.children:
            if child.skill:
                inside[child.id] = path
    roots = {skill.place[0] or skill.root: skill.root for skill in skills}
    prefix = {
        key: f"{slug(Path(root).stem) or 'source'}-{at + 1}" for at, (key, root) in enumerate(roots.items())
    }
    used: set[str] = set()
    places: dict[str, str] = {}
    for skill in skills:
        folder = Path(skill.path).parent if file_of(skill) is not None else Path()
        leaf = folder.name or slug(skill.name) or "skill"
        source = prefix[skill.place[0] or skill.root]
        if inside:
            place = f"{inside[skill.id]}/{leaf}" if skill.id in inside else leaf
        elif folder.name:
            place = folder.as_posix() if len(roots) == 1 else f"{source}/{folder.as_posix()}"
        else:
            place = leaf if len(roots) == 1 else f"{source}/{leaf}"
        number, unique = 2, place
        while unique.casefold() in used or ".." in unique.split("/"):
            unique = f"{place.replace('..', '')}-{number}"
            number += 1
        used.add(unique.casefold())
        places[skill.id] = unique
    return places


def _categories(tree: Sequence[Node], above: str = "") -> list[tuple[str, Node]]:
    found = []
    for node in tree:
        if node.skill:
            continue
        path = f"{above}{re.sub(r'[^a-z0-9-]', '', node.id) or 'group'}"
        found.append((path, node))
        found += _categories(node.children, path + "/")
    return found


def _children(node: Node, path: str, places: Mapping[str, str], gone: set[str]) -> list[tuple[Node, str]]:
    """Return the children of a category with their folders, relative to its own."""
    found = []
    for child in node.children:
        if child.skill:
            if child.id in places and child.id not in gone:
                found.append((child, places[child.id].removeprefix(path + "/")))
        else:
            found.append((child, child.id))
    return found
