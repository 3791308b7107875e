"""The user's own folder for what must outlive a run, and the key that proves what this program wrote."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from pathlib import Path

from skillaudit.disk.homes import home_for
from skillaudit.disk.names import expanded

STATE_VARIABLE = "SKILLAUDIT_STATE"
_KEY_BYTES = 32


def state_folder() -> Path:
    """Return `$SKILLAUDIT_STATE`, else the user's own state folder; it need not exist.

    Raises OSError when the variable names the home of a user that there is not, or the user has none.
    """
    if named := os.environ.get(STATE_VARIABLE):
        folder = expanded(named)
        if str(folder).startswith("~"):
            raise OSError(errno.ENOENT, "there is no such user", named)
        return folder.absolute()
    return home_for("state")


def own_folder(*parts: str) -> Path:
    """Return a folder below the state folder, made when it is absent, for the user's eyes only.

    Raises OSError when it cannot be made, is a link, or belongs to somebody else.
    """
    folder = state_folder()
    for part in ("", *parts):
        folder = folder / part
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
        if part and not stat.S_ISDIR(found.st_mode):
            raise OSError(errno.ENOTDIR, "a link stands in its place", str(folder))
        if not is_mine(folder.stat()):
            raise OSError(errno.EPERM, "it belongs to another user", str(folder))
    return folder


def is_mine(found: os.stat_result) -> bool:
    """Say whether a file belongs to the user who runs this; true where the system has no such notion."""
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()


def user_key() -> bytes:
    """Return the user's secret key of 32 bytes, made at its first use.

    Raises OSError when it cannot be read or made, or is no key of this user.
    """
    path = own_folder() / "key"
    for _ in range(2):
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        except FileNotFoundError:
            _make_key(path)
            continue
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            data = file.read(_KEY_BYTES + 1) if stat.S_ISREG(found.st_mode) else b""
        if len(data) != _KEY_BYTES or not is_mine(found):
            raise OSError(errno.EINVAL, "it is no key of yours; move it away", str(path))
        return data
    raise OSError(errno.EIO, "the key cannot be kept", str(path))


def _make_key(path: Path) -> None:
    """Make the key appear whole; where two runs make one, the first stays."""
    part = path.with_name(f"key-{os.urandom(8).hex()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            try:
                os.link(part, path)
            except OSError as error:
                if isinstance(error, FileExistsError) or path.exists():
                    return
                part.rename(path)  # a file system without hard links
    finally:
        part.unlink(missing_ok=True)
