"""What `--apply` replaced: kept in the user's own folder and signed, so that nothing a library ships counts."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from skillaudit.disk.reading import read_file
from skillaudit.disk.state import STATE_VARIABLE, own_folder, user_key
from skillaudit.disk.writing import replace
from skillaudit.errors import UsageError
from skillaudit.optimize.apply.files import FileChange
from skillaudit.schema import Record

_MANIFEST = "manifest.json"
_NUMBER = re.compile(r"[0-9]{4,9}", re.ASCII)
_COPY = re.compile(r"[0-9]{5,9}", re.ASCII)
_MAX_MANIFEST = 1 << 28
_MAX_COPY = 1 << 30


class Saved(Record, forbid_unknown_fields=True):
    """One file that was changed."""

    path: str
    """Relative to the root, its bytes as hex digits."""
    copy: str
    """Name of the file that holds the old bytes."""
    before: str
    """SHA-256 of the old bytes."""
    after: str
    """SHA-256 of the new ones; empty for a file that was taken away."""
    mode: int
    """Permission bits, without set-uid, set-gid and sticky."""

    def below(self, root: Path) -> Path:
        """Return where the file stands."""
        return root / os.fsdecode(bytes.fromhex(self.path))


class Manifest(Record, forbid_unknown_fields=True):
    """What one `--apply` changed in one root."""

    root: str
    """Real path of the root, its bytes as hex digits."""
    number: str
    files: tuple[Saved, ...]


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup whose signature was checked."""

    folder: Path
    root: Path
    files: tuple[Saved, ...]

    def data(self, saved: Saved) -> bytes:
        """Return the old bytes of a file; raises UsageError when they are damaged."""
        path = self.folder / saved.copy
        try:
            data = read_file(path, _MAX_COPY, links=False)
        except OSError as error:
            raise UsageError(f"{path} cannot be read ({error.strerror}); nothing was undone.") from error
        if digest(data) != saved.before:
            raise UsageError(f"{path} is damaged; nothing was undone.")
        return data

    def drop(self) -> None:
        """Remove the backup: the signed list first, so that half a backup is never taken for one."""
        (self.folder / _MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def digest(data: bytes) -> str:
    """Return the SHA-256 hash as hex digits."""
    return hashlib.sha256(data).hexdigest()


@contextmanager
def backups_of(root: Path) -> Iterator[Path]:
    """Yield the folder of a root's backups, held by nobody else while the block runs.

    Raises UsageError when the user's folder cannot be used, or another run holds it.
    """
    key = hashlib.sha256(os.fsencode(root)).hexdigest()[:32]
    try:
        folder = own_folder("backups", key)
        lock = _lock(folder)
    except BlockingIOError as error:
        raise UsageError(f"{root}: another run changes this library; try again when it is done.") from error
    except OSError as error:
        raise UsageError(
            f"{error.filename}: no backup can be kept there ({error.strerror}); name a folder of yours in "
            f"{STATE_VARIABLE}."
        ) from error
    try:
        yield folder
    finally:
        if lock is not None:
            os.close(lock)
        with contextlib.suppress(OSError):
            folder.rmdir()


def _lock(folder: Path) -> int | None:
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise
    except OSError:  # a file system without locks
        pass
    return handle


def store(base: Path, root: Path, changes: Sequence[FileChange]) -> Backup:
    """Keep the old bytes of `changes` and return the backup; raises OSError, with nothing kept."""
    taken = _folders(base)
    for folder in taken:
        if not (folder / _MANIFEST).exists():  # a killed run had changed nothing yet
            shutil.rmtree(folder, ignore_errors=True)
    folder = base / f"{max((int(each.name) for each in taken), default=0) + 1:04d}"
    try:
        folder.mkdir(mode=0o700)
        files = []
        for number, change in enumerate(changes):
            copy = f"{number:05d}"
            with (folder / copy).open("xb") as file:  # in a folder that only the user can enter
                file.write(change.before)
                file.flush()
                os.fsync(file.fileno())
            files.append(
                Saved(
                    path=os.fsencode(change.path.relative_to(root)).hex(),
                    copy=copy,
                    before=digest(change.before),
                    after="" if change.after is None else digest(change.after),
                    mode=change.path.stat().st_mode & 0o777,
                )
            )
        manifest = Manifest(root=os.fsencode(root).hex(), number=folder.name, files=tuple(files))
        data = msgspec.json.encode(manifest)
        # The manifest comes last: without it there is no backup, and nothing was changed.
        replace(folder / _MANIFEST, _signature(data) + b"\n" + data, mode=0o600)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Backup(folder, root, manifest.files)


def newest(base: Path, root: Path) -> Backup | None:
    """Return the last backup of a root, None where there is none.

    Raises UsageError for one that is damaged, or not signed with the user's key for this root.
    """
    found = [folder for folder in _folders(base) if os.path.lexists(folder / _MANIFEST)]
    if not found:
        return None
    folder = max(found, key=lambda each: int(each.name))
    path = folder / _MANIFEST
    try:
        signature, _, data = read_file(path, _MAX_MANIFEST, links=False).partition(b"\n")
        genuine = hmac.compare_digest(signature, _signature(data))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}); nothing was undone.") from error
    manifest = None
    if genuine:
        with contextlib.suppress(msgspec.MsgspecError, ValueError):
            manifest = msgspec.json.decode(data, type=Manifest)
    if (
        manifest is None
        or manifest.root != os.fsencode(root).hex()
        or manifest.number != folder.name
        or not all(_COPY.fullmatch(saved.copy) for saved in manifest.files)
    ):
        raise UsageError(f"{path} is damaged or not of your own key; nothing was undone.")
    return Backup(folder, root, manifest.files)


def _folders(base: Path) -> list[Path]:
    return [
        each
        for each in base.iterdir()
        if _NUMBER.fullmatch(each.name) and each.is_dir() and not each.is_symlink()
    ]


def _signature(data: bytes) -> bytes:
    return hmac.digest(user_key(), b"skillaudit backup 1\0" + data, "sha256").hex().encode()
