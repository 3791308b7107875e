"""Where a skill's file stands: by the bytes it was read under, never by the path that is shown."""

from __future__ import annotations

import os
from pathlib import Path

from skillaudit.schema import Skill


def place(source: str | Path, folders: tuple[str, ...] = (), name: str = "") -> tuple[bytes, bytes]:
    """Return the place of a skill file below a source, byte for byte; the second is empty for a source that
    is the file itself."""
    return os.fsencode(source), os.fsencode("/".join((*folders, name)))


def source_of(skill: Skill) -> Path | None:
    """Return the file or folder that a skill was loaded from; None for a row of a list."""
    return Path(os.fsdecode(skill.place[0])) if skill.place[0] else None


def inside_of(skill: Skill) -> Path:
    """Return the path of a skill's file below its source as it was found, links and all."""
    return Path(os.fsdecode(skill.place[1]))


def folders_of(skill: Skill) -> tuple[str, ...]:
    """Return the folders from a skill's source down to its file."""
    return tuple(os.fsdecode(skill.place[1]).split("/")[:-1])


def root_of(skill: Skill) -> Path | None:
    """Return the real folder that nothing of a skill is read or written outside of; None for a row of a list."""
    source = source_of(skill)
    if source is None:
        return None
    real = Path(os.path.realpath(source))
    return real if real.is_dir() else real.parent if real.is_file() else None


def file_of(skill: Skill, roots: dict[bytes, Path | None] | None = None) -> Path | None:
    """Return the real file of a skill, below its root; None for a row, or for a file that is not there.

    A link is followed only where it leads to a place below the same root. `roots` keeps the root of each source
    for a caller that asks for many skills at once.
    """
    known, source = {} if roots is None else roots, source_of(skill)
    if skill.place[0] not in known:
        known[skill.place[0]] = root_of(skill)
    root = known[skill.place[0]]
    if root is None or source is None:
        return None
    path = Path(os.path.realpath(source / inside_of(skill)))
    return path if path.is_file() and path.is_relative_to(root) else None
