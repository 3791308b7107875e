"""Find and read small text files below a folder: bounded, never through a link."""

from __future__ import annotations

import os
from pathlib import Path

from skillaudit.errors import LoadError
from skillaudit.load.walk import IGNORED_FOLDERS, show

MAX_FILES = 20_000
MAX_DEPTH = 12
_HIDDEN = frozenset({".claude", ".github", ".agents", ".codex"})


def files_below(root: Path) -> tuple[list[Path], list[Path]]:
    """Return all regular files below `root` in path order, and the links that were not followed.

    Hidden folders other than those of agents, and folders of packages, are passed over; at most 20,000
    files, 12 levels deep. Raises `LoadError` beyond that.
    """
    found: list[Path] = []
    links: list[Path] = []
    pending = [(root, 0)]
    while pending:
        folder, depth = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            links.append(folder)
            continue
        for entry in entries:
            path = Path(entry.path)
            if entry.is_symlink():
                links.append(path)
            elif entry.is_dir(follow_symlinks=False):
                hidden = entry.name.startswith(".") and entry.name not in _HIDDEN
                if not hidden and entry.name not in IGNORED_FOLDERS and depth < MAX_DEPTH:
                    pending.append((path, depth + 1))
            elif entry.is_file(follow_symlinks=False):
                found.append(path)
        if len(found) > MAX_FILES:
            raise LoadError(
                f"{show(str(root))}: more than {MAX_FILES:,} files; give the folder that holds the agents"
            )
    return sorted(found), sorted(links)


def relative(path: Path, root: Path) -> str:
    """Return a path as it is shown: below `root` where it is there, cleaned."""
    try:
        return show(path.relative_to(root).as_posix())
    except ValueError:
        return show(str(path))
