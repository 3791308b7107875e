"""Where a finished text goes: stdout, or a file that is either whole or untouched."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from pathlib import Path

from skillaudit.cli.diagnostics import drop_stdout, flush
from skillaudit.errors import UsageError


def deliver(text: str, path: Path | None) -> None:
    """Write `text` to `path`, or to stdout when it is None or `-`.

    A link is followed; a device, a pipe or a socket is written to as it is. A reader of stdout that has
    left, as `head` does, is no error. Raises UsageError when the file cannot be written; an old file is
    then still whole.
    """
    data = text.encode("utf-8", errors="replace")
    if path is None or str(path) == "-":
        # Bytes, so that neither the locale's encoding nor the platform's line ends touch the report.
        try:
            flush()
            if sys.stdout is not None:
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
        except BrokenPipeError:
            drop_stdout()  # what follows, a gate's exit code above all, still counts
        return
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace(data, path.resolve())
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}; name a file in a folder that exists."
        ) from error


def check_writable(path: Path | None) -> None:
    """Raise UsageError, before any work is done, where `deliver` could not write to `path`."""
    if path is None or str(path) == "-":
        return
    target = path.resolve()
    why = ""
    if path.exists() and not path.is_file() and not path.is_dir():
        # A pipe or a device, whose place in the file system is not where it is written.
        why = "" if os.access(path, os.W_OK) else os.strerror(errno.EACCES)
    elif target.is_dir():
        why = os.strerror(errno.EISDIR)
    elif not target.parent.is_dir():
        why = os.strerror(errno.ENOTDIR if target.parent.exists() else errno.ENOENT)
    elif not os.access(target.parent, os.W_OK):
        why = os.strerror(errno.EACCES)
    if why:
        raise UsageError(f"cannot write {path}: {why}; name a file in a folder that exists.")


def _replace(data: bytes, target: Path) -> None:
    """Put `data` in the place of the regular file `target`, keeping its permissions."""
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(mode)
        temporary.replace(target)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
