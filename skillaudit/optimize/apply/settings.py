"""Write a loadout as the settings of its client, into a folder of their own."""

from __future__ import annotations

from pathlib import Path

from skillaudit.disk.names import expanded
from skillaudit.disk.writing import new_folder, reported
from skillaudit.errors import UsageError
from skillaudit.optimize.apply.places import loadable
from skillaudit.optimize.records import Loadout
from skillaudit.safety.exits import in_json


def write_settings(found: Loadout | None, target: Path) -> tuple[str, ...]:
    """Write the files of a loadout below a folder that does not exist yet; return their paths in it.

    Nothing is written where there is nothing to set. Raises UsageError when the folder exists.
    """
    if found is None or not found.settings:
        return ()
    target = Path(expanded(target)).absolute()
    if target.exists() or target.is_symlink():
        raise UsageError(f"{target} exists; name a new folder, then merge the files into your own settings.")
    written = []
    with reported(target), new_folder(target) as folder:
        for each in found.settings:
            parts = [loadable(part) for part in each.path.split("/")]
            path = folder.joinpath(*parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            text = in_json(each.text) if path.suffix == ".json" else each.text
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append("/".join(parts))
    return tuple(written)
