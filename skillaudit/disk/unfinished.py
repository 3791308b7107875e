"""What a run has begun to write is noted in the user's folder, so that the next run removes it if this one dies."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skillaudit.disk.state import is_mine, own_folder, state_folder

_NOTES = "unfinished"
PREFIX = ".skillaudit-"
"""How the name of everything unfinished begins."""
_collected = False


@contextmanager
def unfinished(parent: Path) -> Iterator[Path]:
    """Yield a path in `parent` that nothing has, and remove what stands there when the block ends.

    The name is random, so that nobody can have planted it. A note in the user's folder, locked while this
    process lives, lets a later run remove what a killed one left; without such a folder the block works
    all the same.
    """
    collect()
    token = os.urandom(8).hex()
    path = parent / f"{PREFIX}{token}"
    note = _note(token, path)
    try:
        yield path
    finally:
        _remove(path)
        if note is not None:
            handle, name = note
            with contextlib.suppress(OSError):
                name.unlink()
            os.close(handle)


def collect(*, again: bool = False) -> None:
    """Remove what killed runs left: once a process, or `again`. Never raises."""
    global _collected
    if sys.platform == "win32" or (_collected and not again):
        return
    _collected = True
    import fcntl

    with contextlib.suppress(OSError), _locked(folder := state_folder() / _NOTES, fcntl.LOCK_NB):
        for name in sorted(os.listdir(folder)):  # noqa: PTH208 - names are all that is needed
            with contextlib.suppress(OSError, ValueError):
                handle = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)  # its run is over, or this raises
                    found = os.fstat(handle)
                    if stat.S_ISREG(found.st_mode) and is_mine(found):
                        path = Path(os.fsdecode(os.read(handle, 65_536)))
                        if path.is_absolute() and path.name == f"{PREFIX}{name}":
                            _remove(path)
                    (folder / name).unlink()
                finally:
                    os.close(handle)


def _note(token: str, path: Path) -> tuple[int, Path] | None:
    """Write a note that stays locked as long as its handle is open; None where that cannot be."""
    if sys.platform == "win32":
        return None
    import fcntl

    handle = -1
    try:
        name = own_folder(_NOTES) / token
        with _locked(name.parent):
            handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
            os.write(handle, os.fsencode(os.path.abspath(path)))  # noqa: PTH100 - resolve() would follow a link
    except OSError:
        if handle >= 0:  # so there is a name, too
            with contextlib.suppress(OSError):
                name.unlink()
            os.close(handle)
        return None
    return handle, name


@contextmanager
def _locked(folder: Path, how: int = 0) -> Iterator[None]:
    """Hold the lock of a folder of notes, so that no note is seen before it is locked itself."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | how)
        yield
    finally:
        os.close(handle)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        found = path.lstat()
        if not is_mine(found):
            return
        if stat.S_ISDIR(found.st_mode):
            import shutil  # with all its archive formats, for what is rarely needed

            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
