"""Read a file only if it is one: never a pipe, a device or a socket, even where one took its place."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def open_file(path: str | os.PathLike[str], *, links: bool = True) -> BufferedReader:
    """Open a regular file for reading.

    What stands at the path is judged by the opened descriptor, so a pipe that took the file's place since it
    was listed neither blocks nor is read. With `links` false a link is refused. Raises OSError, also for a
    path that no file can have.
    """
    try:
        handle = os.open(path, _FLAGS | (0 if links else getattr(os, "O_NOFOLLOW", 0)))
    except ValueError as error:  # a NUL in the path, or a name that this locale cannot spell
        raise OSError(errno.EINVAL, "no file can have this name", os.fspath(path)) from error
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            kind = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
            raise OSError(kind, "a folder" if stat.S_ISDIR(mode) else "not a regular file", os.fspath(path))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_file(path: str | os.PathLike[str], limit: int, *, links: bool = True) -> bytes:
    """Return at most the first `limit` bytes of a regular file; raises OSError as `open_file`."""
    with open_file(path, links=links) as stream:
        return stream.read(limit)
