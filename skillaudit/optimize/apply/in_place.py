"""Make a plan's changes in the library itself, and undo them to the byte."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from skillaudit.disk.names import expanded
from skillaudit.disk.reading import read_file
from skillaudit.disk.writing import replace, reported, why_not
from skillaudit.errors import UsageError
from skillaudit.optimize.apply.backup import Backup, backups_of, digest, newest, store
from skillaudit.optimize.apply.files import FileChange, refusal
from skillaudit.optimize.apply.merged import MAX_FILE

FOREIGN = ".skillaudit-backup"
"""A folder that looks like a backup in a library; whoever put it there, it is not used."""


def apply(changes: Sequence[FileChange]) -> tuple[Path, ...]:
    """Write the changes and return the folders of their backups, one a root.

    The old bytes are stored first; each file is then replaced as a whole. Raises UsageError, with every
    file back as it was, when one cannot be written.
    """
    written: list[Backup] = []
    with ExitStack() as held:
        try:
            for root in dict.fromkeys(change.root for change in changes):
                mine = [change for change in changes if change.root == root]
                for change in mine:
                    _guard(change.path, root)
                base = held.enter_context(backups_of(root))
                written.append(store(base, root, mine))
                for change in mine:
                    with reported(change.path):
                        _write(change)
        except BaseException as error:
            for backup in reversed(written):
                _restore(backup, strict=False)
            if not isinstance(error, (OSError, UsageError)):
                raise  # an interrupt, with every file as it was
            reason = why_not(error) if isinstance(error, OSError) else error
            raise UsageError(f"nothing was changed: {reason}") from error
        for change in changes:
            if change.after is None:
                _tidy(change.path.parent, change.root)
    return tuple(backup.folder for backup in written)


def undo(root: Path) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Put back what the last `apply` in this root replaced; return the files, and notes for the user.

    Only a backup that this user's `apply` made and signed counts. Raises UsageError when there is none, when
    it is damaged, or when a file was changed since; then nothing is touched.
    """
    root = Path(os.path.realpath(expanded(root)))
    notes: tuple[str, ...] = ()
    if os.path.lexists(root / FOREIGN):
        notes = (
            f"{root / FOREIGN} came with the library and is not used: backups are kept in your own folder",
        )
    with backups_of(root) as base:
        backup = newest(base, root)
        if backup is None:
            told = "".join(f"; {note}" for note in notes)
            raise UsageError(f"{root}: nothing to undo; no plan was applied here{told}.")
        return _restore(backup, strict=True), notes


def _write(change: FileChange) -> None:
    _guard(change.path, change.root)
    if read_file(change.path, 2 * MAX_FILE) != change.before:
        raise UsageError(f"{change.path} changed while the plan was made; run it again.")
    if change.after is None:
        change.path.unlink()
    else:
        replace(change.path, change.after)


def _tidy(folder: Path, root: Path) -> None:
    """Remove a folder in which nothing is left, and those above it that held nothing else."""
    with contextlib.suppress(OSError):  # it holds something, or may not be removed
        while root in folder.parents:
            folder.rmdir()
            folder = folder.parent


def _restore(backup: Backup, *, strict: bool) -> tuple[Path, ...]:
    """Put back what still is as it was written; with `strict`, touch nothing where a file was changed since."""
    paths = [saved.below(backup.root) for saved in backup.files]
    todo = []
    try:
        for path, saved in zip(paths, backup.files, strict=True):
            _guard(path, backup.root)
            now = _now(path)
            if strict and now not in {saved.after, saved.before}:
                raise UsageError(
                    f"{path} was changed since; undo would lose that. The old file is {backup.folder / saved.copy}."
                )
            if now == saved.after:
                todo.append((path, backup.data(saved), saved.mode))
        for path, data, mode in todo:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace(path, data, mode=mode)
    except OSError as error:
        raise UsageError(f"{path}: cannot be restored: {why_not(error)}; then undo again.") from error
    backup.drop()
    return tuple(paths)


def _now(path: Path) -> str:
    """Return the hash of a file as it is, empty where there is none."""
    with contextlib.suppress(FileNotFoundError):
        return digest(read_file(path, 2 * MAX_FILE, links=False))
    return ""


def _guard(path: Path, root: Path) -> None:
    if reason := refusal(path, root):
        raise UsageError(f"{path} {reason}; it is left alone.")
