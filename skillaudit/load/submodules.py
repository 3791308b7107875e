"""Submodules of a source that are not checked out."""

from __future__ import annotations

import shlex
from pathlib import Path, PurePosixPath

from skillaudit.errors import UsageError
from skillaudit.load.shipping import parts_of
from skillaudit.reading import read_bytes
from skillaudit.reading.limits import MARKETPLACE
from skillaudit.safety.cleaning import clean, one_line
from skillaudit.schema import Skipped

_MOST_MODULES = 1_000


def empty_submodules(root: Path) -> list[Skipped]:
    """Return the submodules of a source that are not checked out: their skills are not here to be read."""
    path = root / ".gitmodules"
    try:
        if not path.is_file() or not path.resolve().is_relative_to(root.resolve()):
            return []
        text = clean(read_bytes(path, MARKETPLACE).decode("utf-8", "replace"))
    except (OSError, UsageError):
        return []
    out: list[Skipped] = []
    for line in text.splitlines():
        key, _, value = line.partition("=")
        parts = parts_of(value.strip()) if key.strip() == "path" else ()
        if not parts or ".." in parts or len(out) >= _MOST_MODULES:
            continue
        folder = root / Path(*parts)
        try:
            empty = not folder.is_dir() or next(folder.iterdir(), None) is None
        except OSError:
            continue
        if empty:
            shown = one_line(str(PurePosixPath(*parts)))[:1_000]
            # Somebody will paste this into a shell.
            pasted = shlex.quote(f"./{shown}" if shown.startswith("-") else shown)
            reason = f"a submodule that is not checked out; run git submodule update --init {pasted}"
            out.append(Skipped(path=shown, reason=reason, code="submodule"))
    return out
