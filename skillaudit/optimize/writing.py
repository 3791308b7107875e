"""Make a plan's changes in the library itself, with a backup beside it, and undo them to the byte."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from skillaudit.errors import UsageError
from skillaudit.optimize.files import Change
from skillaudit.schema import Record

BACKUPS = ".skillaudit-backup"
"""Folder in a library's root that holds what `--apply` replaced; loaders pass hidden folders over."""
_MANIFEST = "manifest.json"


class Saved(Record):
    """One file that was changed."""

    path: str
    """Relative to the root, as bytes that survive JSON: undecodable ones stand as surrogates."""
    copy: str
    """Name of the file that holds the old bytes."""
    before: str
    """SHA-256 of the old bytes."""
    after: str
    """SHA-256 of the new ones; empty for a file that was taken away."""
    mode: int


class Backup(Record):
    """What one `--apply` changed in one root."""

    files: tuple[Saved, ...]


def apply(changes: Sequence[Change]) -> tuple[Path, ...]:
    """Write the changes and return the folders of their backups, one a root.

    The old bytes are stored first; each file is then replaced as a whole. Raises UsageError, with every
    file back as it was, when one cannot be written.
    """
    folders: list[Path] = []
    for root in dict.fromkeys(change.root for change in changes):
        mine = [change for change in changes if change.root == root]
        folder = _store(root, mine)
        try:
            for change in mine:
                _guard(change.path, root)
                if change.path.read_bytes() != change.before:
                    raise UsageError(f"{change.path} changed while the plan was made; run it again.")
                if change.after is None:
                    change.path.unlink()
                else:
                    replace(change.path, change.after)
        except (OSError, UsageError) as error:
            for written in (*folders, folder):
                _restore(written.parent.parent, written, force=True)
            raise UsageError(f"nothing was changed: {error}") from error
        folders.append(folder)
    return tuple(folders)


def undo(root: Path) -> tuple[Path, ...]:
    """Put back what the last `apply` in this root replaced and return the files.

    Raises UsageError when there is nothing to undo, or when a file was changed since; then nothing is
    touched.
    """
    root = root.expanduser().resolve()
    base = root / BACKUPS
    folders = sorted(base.iterdir()) if base.is_dir() and not base.is_symlink() else []
    folders = [folder for folder in folders if (folder / _MANIFEST).is_file()]
    if not folders:
        raise UsageError(f"{root}: nothing to undo; no plan was applied here.")
    return _restore(root, folders[-1], force=False)


def replace(path: Path, data: bytes) -> None:
    """Replace a file's content as a whole, keeping its mode; a crash leaves the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".skillaudit-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, name)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _store(root: Path, changes: Sequence[Change]) -> Path:
    base = root / BACKUPS
    if base.is_symlink():
        raise UsageError(f"{base} is a link; remove it, so that the backup stays in the library.")
    try:
        base.mkdir(exist_ok=True)
        taken = [int(folder.name) for folder in base.iterdir() if folder.name.isdigit()]
        folder = base / f"{max(taken, default=0) + 1:04d}"
        folder.mkdir()
        files = []
        for number, change in enumerate(changes):
            copy = f"{number:05d}"
            (folder / copy).write_bytes(change.before)
            files.append(
                Saved(
                    path=os.fsencode(change.path.relative_to(root)).decode("latin-1"),
                    copy=copy,
                    before=_digest(change.before),
                    after="" if change.after is None else _digest(change.after),
                    mode=change.path.stat().st_mode & 0o7777,
                )
            )
        # The manifest comes last: without it there is no backup, and nothing was changed.
        replace(folder / _MANIFEST, msgspec.json.encode(Backup(files=tuple(files))))
    except OSError as error:
        raise UsageError(
            f"{root}: no backup can be written ({error.strerror}); nothing was changed."
        ) from error
    return folder


def _restore(root: Path, folder: Path, *, force: bool) -> tuple[Path, ...]:
    try:
        backup = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=Backup)
    except (OSError, msgspec.MsgspecError) as error:
        raise UsageError(f"{folder}: the backup cannot be read ({error}).") from error
    paths = list(_paths(root, backup))
    for path, saved in zip(paths, backup.files, strict=True):
        now = _digest(path.read_bytes()) if path.is_file() else ""
        if now not in {saved.after, saved.before} and not force:
            raise UsageError(
                f"{path} was changed since; undo would lose that. The old file is {folder / saved.copy}."
            )
        if _digest((folder / saved.copy).read_bytes()) != saved.before:
            raise UsageError(f"{folder / saved.copy} is damaged; nothing was undone.")
    for path, saved in zip(paths, backup.files, strict=True):
        data = (folder / saved.copy).read_bytes()
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace(path, data)
            path.chmod(saved.mode)
    shutil.rmtree(folder)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()
    return tuple(paths)


def _paths(root: Path, backup: Backup) -> Iterator[Path]:
    for saved in backup.files:
        path = root / os.fsdecode(saved.path.encode("latin-1"))
        _guard(path, root)
        yield path


def _guard(path: Path, root: Path) -> None:
    real = Path(os.path.realpath(path))
    if not real.is_relative_to(os.path.realpath(root)) or real != path:
        raise UsageError(f"{path} leads out of {root}; it is left alone.")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
