"""Write a loadout as the settings of its client, into a folder of their own."""

from __future__ import annotations

from itertools import chain, count
from pathlib import Path

from skillaudit.disk.names import expanded
from skillaudit.disk.writing import new_folder, reported
from skillaudit.errors import UsageError
from skillaudit.optimize.apply.places import loadable
from skillaudit.optimize.records import Loadout
from skillaudit.optimize.words.phrasing import slug
from skillaudit.safety.exits import in_json


def write_settings(found: Loadout | None, target: Path) -> tuple[str, ...]:
    """Write the files of a loadout below a folder that does not exist yet; return their paths in it.

    What belongs into one project stands below `projects/` and its folder's name, numbered where two have the same.
    Nothing is written where there is nothing to set. Raises UsageError when the folder exists.
    """
    if found is None or not found.settings:
        return ()
    target = Path(expanded(target)).absolute()
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} exists; name a new folder, then merge the files into your own settings.")
    written = []
    with reported(target), new_folder(target) as folder:
        folders = _folders(found)
        for each in found.settings:
            parts = [loadable(part) for part in each.path.split("/")]
            if each.project:
                parts = ["projects", folders[each.project], *parts]
            path = folder.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            text = in_json(each.text) if path.suffix == ".json" else each.text
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append("/".join(parts))
    return tuple(written)


def _folders(found: Loadout) -> dict[str, str]:
    """Return a folder for each project that has settings of its own, by the last part of its path."""
    folders: dict[str, str] = {}
    for project in dict.fromkeys(each.project for each in found.settings if each.project):
        base = loadable(slug(project.rsplit("/", 1)[-1]) or "project")
        same = (f"{base}-{number}" for number in count(2))
        folders[project] = next(name for name in chain((base,), same) if name not in folders.values())
    return folders
