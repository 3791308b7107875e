"""Find the skill files of a folder: bounded, safe against links, with everything passed over."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from skillaudit.load.layout import CLIENT_FOLDERS, is_marker
from skillaudit.safety.cleaning import clean
from skillaudit.schema import Skipped

IGNORED_FOLDERS = frozenset(
    {
        "__pycache__",
        "node_modules",
        "bower_components",
        "site-packages",
        "venv",
        "vendor",
    }
)
"""Folders of tools and packages, which clients pass over."""

CURATED = frozenset({".curated", ".experimental", ".system"})
"""Hidden folders of a folder of skills that installers look into."""

_NEVER = frozenset({".git", ".hg", ".svn", "__pycache__"})
MAX_DEPTH = 16
MAX_FOLDERS = 400_000
MAX_SKILLS = 200_000
MAX_LINKED_FOLDERS = 20_000
PEEK_FOLDERS = 500
"""How many folders of an ignored tree are looked at, to say whether it holds skills."""


_MISSPELT = re.compile(r"(?:skills\.md|skill\.(?:markdown|mdx|txt)|skill|skil\.md|sklil\.md)$", re.IGNORECASE)
_ABOUT = re.compile(
    r"(?:readme|license|changelog|contributing|index|agents|claude|gemini|notes)\b", re.IGNORECASE
)
"""Markdown that says something about skills."""
_FLAT = "Markdown directly in a folder of skills, where no client finds it; move it to a folder of its own, as SKILL.md"


@dataclass(slots=True)
class SkillFile:
    """One skill file on disk."""

    path: str
    """Where to open it."""
    folders: tuple[str, ...]
    """Folders from the root down to the file."""
    file_name: str
    nested: bool
    """True when a folder above it, within the source, is a skill too."""
    linked: Literal["", "file", "folder"] = ""
    """What of it is a link, if anything."""
    agents: bool = True
    """False where its folder holds nothing called `agents`."""

    @property
    def shown(self) -> str:
        """Path relative to the root, cleaned for display."""
        return show("/".join((*self.folders, self.file_name)))


@dataclass(slots=True)
class Walked:
    """What a walk came to."""

    files: list[SkillFile] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    markdown: list[SkillFile] = field(default_factory=list)
    """Other Markdown files directly in the root."""
    folders: int = 0


@dataclass(slots=True)
class _Link:
    path: str
    folders: tuple[str, ...]
    name: str


def show(path: str) -> str:
    """Return a path fit for display: undecodable bytes replaced, controls and line breaks removed."""
    return clean(path).replace("\n", " ").replace("\t", " ")


def path_order(parts: tuple[str, ...]) -> tuple[tuple[bool, str], ...]:
    """Return a sort key: by path, with hidden folders after visible ones."""
    return tuple((part.startswith("."), part) for part in parts)


def is_skill_name(name: str) -> bool:
    """Say whether a file of this name counts as a skill file, in any spelling."""
    return name.lower() == "skill.md"


def walk(root: Path, tick: Callable[[int], None]) -> Walked:
    """Return the skill files below `root`, in path order; `tick` is told the number of folders seen.

    Symbolic links are followed inside the root only. Raises OSError when the root cannot be read.
    """
    tree = Walked()
    real_root = os.path.realpath(root)
    links: list[_Link] = []
    _walk_folder(tree, os.fspath(root), (), links, tick, is_root=True)
    limit = tree.folders + MAX_LINKED_FOLDERS
    for link in sorted(links, key=lambda link: path_order((*link.folders, link.name))):
        if tree.folders > limit:
            _skip(
                tree, link.folders, link.name, "too-many", f"over {MAX_LINKED_FOLDERS:,} folders behind links"
            )
            break
        _follow(tree, link, real_root, tick)
    tree.files.sort(key=lambda found: (found.linked != "", path_order((*found.folders, found.file_name))))
    tree.markdown.sort(key=lambda found: found.file_name)
    return tree


def _skip(tree: Walked, folders: tuple[str, ...], name: str, code: str, reason: str) -> None:
    tree.skipped.append(Skipped(path=show("/".join((*folders, name))) or ".", reason=reason, code=code))


def _walk_folder(
    tree: Walked,
    start: str,
    at: tuple[str, ...],
    links: list[_Link],
    tick: Callable[[int], None],
    is_root: bool = False,
    linked: Literal["", "folder"] = "",
) -> None:
    """Walk one real folder; links met on the way are put on `links`."""
    stack: list[tuple[str, tuple[str, ...], bool]] = [(start, at, False)]
    while stack:
        folder, parts, inside_skill = stack.pop()
        if tree.folders >= MAX_FOLDERS or len(tree.files) >= MAX_SKILLS:
            _skip(tree, parts, "", "too-many", f"more than {MAX_FOLDERS:,} folders or {MAX_SKILLS:,} skills")
            return
        tree.folders += 1
        tick(tree.folders)
        try:
            with os.scandir(folder) as entries:
                listing = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            if is_root and folder == start:
                raise
            _skip(tree, parts, "", "unreadable", f"the folder cannot be read: {_why(error)}")
            continue
        skill_files = _take_files(
            tree, listing, parts, inside_skill, links, linked, top=is_root and not parts
        )
        for entry in reversed(listing):
            if not _is_folder(entry):
                continue
            reason = None if entry.name in CURATED and parts[-1:] == ("skills",) else _passed_over(entry.name)
            if entry.name in _NEVER:
                continue
            if reason:
                _peek(tree, entry, parts, *reason)
            elif len(parts) >= MAX_DEPTH:
                _skip(tree, parts, entry.name, "too-deep", f"more than {MAX_DEPTH} folders deep")
            else:
                # A skill at the top of a repository, or in a folder of skills, does not own what is beside it.
                library = entry.name in CLIENT_FOLDERS or (not parts and is_marker(entry.name))
                stray = bool(parts) and parts[-1] == "skills"
                below = (inside_skill or (skill_files and not stray)) and not library
                stack.append((entry.path, (*parts, entry.name), below))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _passed_over(name: str) -> tuple[str, str] | None:
    if name in IGNORED_FOLDERS:
        return "ignored-folder", "a folder of tools or packages"
    if name.startswith(".") and name not in CLIENT_FOLDERS:
        return "hidden-folder", "a hidden folder that no known client reads"
    return None


def _take_files(
    tree: Walked,
    listing: list[os.DirEntry[str]],
    parts: tuple[str, ...],
    nested: bool,
    links: list[_Link],
    linked: Literal["", "folder"],
    top: bool,
) -> bool:
    """Take the skill file of one folder and note its links; say whether there was a skill file."""
    candidates: list[SkillFile] = []
    near: list[str] = []
    for entry in listing:
        try:
            is_link = entry.is_symlink()
            mode = (
                entry.stat(follow_symlinks=False).st_mode if is_skill_name(entry.name) and not is_link else 0
            )
        except OSError as error:
            _skip(tree, parts, entry.name, "unreadable", f"cannot be read: {_why(error)}")
            continue
        if is_link:
            if is_skill_name(entry.name) or not entry.name.startswith(".") or entry.name in CLIENT_FOLDERS:
                links.append(_Link(entry.path, parts, entry.name))
        elif mode:
            if stat.S_ISREG(mode):
                candidates.append(SkillFile(entry.path, parts, entry.name, nested, linked))
            else:
                what = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
                _skip(tree, parts, entry.name, "not-a-file", f"named like a skill file, but it is {what}")
        elif top and entry.name.lower().endswith(".md") and entry.is_file(follow_symlinks=False):
            tree.markdown.append(SkillFile(entry.path, parts, entry.name, False))
        elif _is_near(entry.name, parts):
            near.append(entry.name)
    if candidates and not any(entry.name.casefold() == "agents" for entry in listing):
        for found in candidates:
            found.agents = False
    candidates.sort(key=lambda found: (found.file_name != "SKILL.md", found.file_name))
    tree.files += candidates[:1]
    for name in near if not candidates or parts[-1:] == ("skills",) else ():
        misspelt = _MISSPELT.match(name)
        why = "named almost like a skill file; the name has to be SKILL.md" if misspelt else _FLAT
        _skip(tree, parts, name, "misspelt" if misspelt else "flat-file", why)
    for other in candidates[1:]:
        reason = f"{candidates[0].file_name} stands in the same folder and comes first"
        _skip(tree, parts, other.file_name, "other-case", reason)
    return bool(candidates)


def _is_near(name: str, parts: tuple[str, ...]) -> bool:
    """Say whether a file looks like a skill that no client finds: misspelt, or flat in a client's folder of skills."""
    if len(parts) > 1 and "skills" in parts[:-1] and _MISSPELT.match(name):
        return True
    flat = len(parts) > 1 and parts[-1] == "skills" and parts[-2] in CLIENT_FOLDERS
    return flat and name.lower().endswith(".md") and not _ABOUT.match(name)


def _follow(tree: Walked, link: _Link, real_root: str, tick: Callable[[int], None]) -> None:
    """Load what a link leads to, if that lies inside the root; copies are folded later by content."""
    target = os.path.realpath(link.path)
    wanted = is_skill_name(link.name)
    try:
        mode = Path(target).stat().st_mode
    except OSError:
        if wanted or not Path(link.name).suffix:
            _skip(tree, link.folders, link.name, "broken-symlink", "a link that leads nowhere")
        return
    if not stat.S_ISDIR(mode) and not wanted:
        return
    if target != real_root and not target.startswith(real_root.rstrip(os.sep) + os.sep):
        _skip(tree, link.folders, link.name, "symlink-outside-root", "a link that leads out of the source")
        return
    if not stat.S_ISDIR(mode):
        if stat.S_ISREG(mode):
            tree.files.append(SkillFile(target, link.folders, link.name, False, linked="file"))
        else:
            _skip(tree, link.folders, link.name, "not-a-file", "a link to something that is not a file")
        return
    here = os.path.realpath(Path(link.path).parent)
    if here == target or here.startswith(target.rstrip(os.sep) + os.sep):
        _skip(tree, link.folders, link.name, "symlink-loop", "a link to a folder that contains it")
        return
    inner: list[_Link] = []
    _walk_folder(tree, target, (*link.folders, link.name), inner, tick, linked="folder")
    for nested in inner:
        # Links below a link are not followed further: their targets inside the root are walked anyway.
        if is_skill_name(nested.name):
            _follow(tree, nested, real_root, tick)


def _peek(tree: Walked, entry: os.DirEntry[str], parts: tuple[str, ...], code: str, reason: str) -> None:
    """Say so when a folder that is passed over holds skills."""
    found, visited, stack = 0, 0, [entry.path]
    while stack and visited < PEEK_FOLDERS:
        folder = stack.pop()
        visited += 1
        try:
            with os.scandir(folder) as entries:
                for child in entries:
                    if is_skill_name(child.name):
                        found += 1
                    elif child.is_dir(follow_symlinks=False):
                        stack.append(child.path)
        except OSError:
            continue
    if found:
        count = f"{'at least ' if stack else ''}{found} skill file{'s' if found > 1 else ''}"
        _skip(tree, parts, entry.name, code, f"{reason}; it holds {count}")


def _why(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
