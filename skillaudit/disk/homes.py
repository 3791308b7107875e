"""Where a user keeps what programs set down: settings, caches, logs, state."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Literal


def home_for(kind: Literal["config", "cache", "data", "state"]) -> Path:
    """Return the user's own folder for this program's files of one kind; it need not exist.

    Raises OSError for a user without a home folder: a path that is not absolute would be looked for in the
    working folder, which may be a stranger's.
    """
    import platformdirs

    find = {
        "config": platformdirs.user_config_path,
        "cache": platformdirs.user_cache_path,
        "data": platformdirs.user_data_path,
        "state": platformdirs.user_state_path,
    }[kind]
    try:
        folder = find("skillaudit", appauthor=False)
    except RuntimeError:  # what newer versions say of it
        folder = Path()
    if not folder.is_absolute():
        raise OSError(errno.ENOENT, "this user has no home folder; set HOME", "~")
    return folder
