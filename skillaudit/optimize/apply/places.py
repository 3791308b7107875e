"""Where each skill of an export stands: in folders that any system can hold, no two alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from skillaudit.disk.names import apart, portable, same
from skillaudit.errors import UsageError
from skillaudit.load.layout import CLIENT_FOLDERS
from skillaudit.load.place import file_of
from skillaudit.load.walk import IGNORED_FOLDERS, MAX_DEPTH
from skillaudit.optimize.records import Node
from skillaudit.optimize.words.phrasing import slug
from skillaudit.schema import Skill


def loadable(name: str) -> str:
    """Return a folder name that every system can hold and that loaders do not pass over."""
    if name.startswith(".") and name not in CLIENT_FOLDERS:
        name = name.lstrip(". ")
    name = portable(name)
    return apart(name) if name in IGNORED_FOLDERS else name


def folder_of(node: Node) -> str:
    """Return the name of a category's own folder."""
    return loadable(re.sub(r"[^a-z0-9-]", "", node.id) or "group")


def categories(tree: Sequence[Node]) -> Iterator[tuple[str, Node]]:
    """Yield each category of a tree with its folder, parents first."""
    pending = [("", node) for node in reversed(tree)]
    while pending:
        above, node = pending.pop()
        if node.skill:
            continue
        path = above + folder_of(node)
        yield path, node
        pending += [(path + "/", child) for child in reversed(node.children)]


def places(skills: Sequence[Skill], tree: Sequence[Node] = ()) -> dict[str, str]:
    """Return a folder for each skill, relative to the export; no two the same, nor that of a category.

    Raises UsageError for a tree that would lose a skill: one that stands in it twice, two categories of one
    folder, or more levels than are loaded again.
    """
    used: dict[str, str] = {}
    inside: dict[str, str] = {}
    for path, node in categories(tree):
        if path.count("/") + 2 > MAX_DEPTH:
            raise UsageError(
                f"the plan's hierarchy has more than {MAX_DEPTH - 1} levels, and deeper skills are not found again; "
                "make it flatter."
            )
        if same(path) in used:
            raise UsageError(f"the plan's hierarchy has two categories in the folder {path}; rename one.")
        used[same(path)] = path
        for child in node.children:
            if child.skill and child.id in inside:
                raise UsageError(
                    f"{child.id} stands in the plan's hierarchy twice; leave it in one category."
                )
            if child.skill:
                inside[child.id] = path
    sources = {skill.place[0] or skill.root: skill.root for skill in skills}
    prefix = {
        key: f"{slug(Path(root).stem) or 'source'}-{at + 1}" for at, (key, root) in enumerate(sources.items())
    }
    found: dict[str, str] = {}
    for skill in skills:
        folders = PurePosixPath(skill.path).parent.parts if file_of(skill) is not None else ()
        parts = [loadable(part) for part in folders] or [loadable(slug(skill.name) or "skill")]
        if skill.id in inside:
            parts = [inside[skill.id], parts[-1]]
        elif inside:
            parts = parts[-1:]
        elif len(sources) > 1:
            parts = [prefix[skill.place[0] or skill.root], *parts]
        place = unique = "/".join(parts)
        number = 2
        while same(unique) in used:
            unique = f"{place}-{number}"
            number += 1
        used[same(unique)] = unique
        found[skill.id] = unique
    return found
