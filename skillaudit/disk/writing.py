"""Write files and folders whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from skillaudit.disk.unfinished import PREFIX, unfinished
from skillaudit.errors import UsageError

_REMEDIES = {
    errno.ENOSPC: "free some space there, or name a place on another disk",
    errno.EDQUOT: "free some of your quota there, or name a place on another disk",
    errno.EFBIG: "name a place on another disk",
    errno.EACCES: "name a place that you may write to",
    errno.EPERM: "name a place that you may write to",
    errno.EROFS: "name a place that you may write to",
    errno.ENAMETOOLONG: "choose a shorter name",
    errno.ENOENT: "name a place in a folder that exists",
    errno.ENOTDIR: "name a place in a folder that exists",
    errno.EISDIR: "name a file, not a folder",
}


def why_not(error: OSError) -> str:
    """Return why nothing could be written and what helps, as `reason; remedy`."""
    reason = error.strerror or str(error) or type(error).__name__
    remedy = _REMEDIES.get(error.errno or 0)
    return f"{reason}; {remedy}" if remedy else reason


@contextmanager
def reported(path: Path) -> Iterator[None]:
    """Turn an OSError of the block into a UsageError: what could not be written, why, and what helps."""
    try:
        yield
    except OSError as error:
        other = str(error.filename or "")
        about = f"{other}: " if other and other != str(path) and PREFIX not in other else ""
        raise UsageError(f"cannot write {path}: {about}{why_not(error)}.") from error


def replace(path: Path, data: bytes | Iterable[bytes], *, mode: int | None = None) -> None:
    """Put `data`, whole or in pieces, in the place of a file, or make it; a crash leaves the old file or the new one.

    The file has the permissions `mode`, else those of the old file, else those that the umask leaves;
    never a set-uid, set-gid or sticky bit. A link is replaced, not followed. Raises OSError, with the old
    file untouched and nothing beside it.
    """
    if mode is None:
        with suppress(FileNotFoundError):
            found = path.lstat().st_mode
            mode = None if stat.S_ISLNK(found) else found
    with unfinished(path.parent) as temporary:
        flags = (
            os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        )
        with os.fdopen(os.open(temporary, flags, 0o666 if mode is None else 0o600), "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
            file.flush()
            if mode is not None and hasattr(os, "fchmod"):
                os.fchmod(file.fileno(), mode & 0o777)
            os.fsync(file.fileno())
        temporary.replace(path)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside `target` that takes its name when the block ends well.

    When the block raises, nothing stays. Raises OSError when the folder cannot be made or renamed.
    """
    with unfinished(target.parent) as building:
        building.mkdir()
        yield building
        # Linux would rename over an empty folder that was made meanwhile; nothing of anybody's is lost then.
        building.rename(target)


_DISK, _MEMORY = "/tmp", Path("/dev/shm")


def memory_folder(room: int) -> Path | None:
    """Return Linux's folder in memory, for what is small and soon gone; None where it has less than `room` bytes.

    A disk takes seconds to make and remove ten thousand folders. None, too, where the user has what is temporary
    lie elsewhere than in `/tmp`, or where others may move what is not theirs.
    """
    if sys.platform != "linux" or tempfile.gettempdir() != _DISK:
        return None
    with suppress(OSError):
        space = os.statvfs(_MEMORY)
        sticky = _MEMORY.stat().st_mode & stat.S_ISVTX
        if sticky and os.access(_MEMORY, os.W_OK | os.X_OK) and space.f_bavail * space.f_frsize >= room:
            return _MEMORY
    return None


@contextmanager
def scratch_folder(parent: Path | None = None) -> Iterator[Path]:
    """Yield an empty folder for the user's eyes only, which goes away when the block ends.

    It lies in `parent`, else where the system keeps what is temporary. Raises OSError when it cannot be made.
    """
    with unfinished(parent or Path(tempfile.gettempdir())) as folder:
        folder.mkdir(mode=0o700)
        yield folder
