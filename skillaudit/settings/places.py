"""Which settings files there are, and whose each of them is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from skillaudit.disk.homes import home_for
from skillaudit.disk.names import expanded
from skillaudit.errors import UsageError
from skillaudit.schema import Record
from skillaudit.settings.toml_file import FILE_NAME, PROJECT_NAME, read_table


class SettingsPlace(Record):
    """A settings file that was found beside something, not named by the user."""

    path: Path
    root: Path
    """The tree that it belongs to, with links resolved: the repository, or the folder where there is none."""


def own_file() -> Path | None:
    """Return where the user's own settings are, whether or not the file exists.

    None for a user without a home folder.
    """
    try:
        return home_for("config") / FILE_NAME
    except OSError:
        return None


def nearest(start: Path) -> SettingsPlace | None:
    """Return the settings file nearest to `start`: in its folder or above it, within its repository.

    Without a repository only the folder itself is looked into. Folders that others can fill (the root of
    the file system, the one for temporary files) and the home folder count only as `start` itself. In one
    folder `skillaudit.toml` comes before `pyproject.toml`, which counts only where it has a
    `[tool.skillaudit]` table. A link that leads out of the tree is no file of the tree.
    """
    try:
        folder = expanded(start).resolve()
        return _nearest(folder if folder.is_dir() else folder.parent)
    except (OSError, RuntimeError, ValueError):  # what cannot be followed is for the loader to report
        return None


def _nearest(folder: Path) -> SettingsPlace | None:
    folders = tuple(_upwards(folder))
    root = folders[-1]
    for candidate in folders:
        for name in (FILE_NAME, PROJECT_NAME):
            path = candidate / name
            if path.is_file() and path.resolve().is_relative_to(root) and _speaks(path):
                return SettingsPlace(path=path, root=root)
    return None


def is_trusted(place: SettingsPlace, trusted: Iterable[Path]) -> bool:
    """Say whether the user trusts the folder that a file is in.

    Trust does not reach into folders below a trusted one: what was unpacked there is somebody else's.
    """
    return place.path.parent in set(trusted)


def _upwards(folder: Path) -> Iterator[Path]:
    """Yield the folder and those above it, up to the root of its repository."""
    above = (folder, *folder.parents)
    root = next((one for one in above if (one / ".git").exists()), folder)
    barred = {Path(folder.anchor), Path(tempfile.gettempdir()).resolve(), Path("/tmp"), _home()}
    yield folder
    if root != folder:
        for candidate in folder.parents:
            if candidate in barred:
                return
            yield candidate
            if candidate == root:
                return


def _home() -> Path:
    try:
        return Path.home().resolve()
    except (OSError, RuntimeError):
        return Path("/")


def _speaks(path: Path) -> bool:
    """Say whether a file has something to say to this program, if only that it is broken."""
    try:
        return path.name == FILE_NAME or read_table(path) is not None
    except UsageError:
        return True
