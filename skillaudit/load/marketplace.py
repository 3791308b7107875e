"""Read a plugin marketplace: which plugin each skill belongs to, and which plugins are elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from skillaudit.errors import UsageError
from skillaudit.reading import named, parse_json, read_bytes
from skillaudit.reading.limits import MARKETPLACE
from skillaudit.safety.cleaning import clean_data, one_line
from skillaudit.schema import Skipped

_PLACES = (
    ".claude-plugin/marketplace.json",
    ".github/plugin/marketplace.json",
    ".agents/plugins/marketplace.json",
)
_NAMED = 5


class Plugins(NamedTuple):
    """What a marketplace says; empty where there is none."""

    folders: Mapping[tuple[str, ...], str]
    """Folder of a plugin or of one of its skills -> name of the plugin."""
    skipped: tuple[Skipped, ...] = ()

    def plugin_of(self, folders: Sequence[str]) -> str | None:
        """Return the plugin that a skill belongs to: the innermost folder that names one."""
        for length in range(len(folders), 0, -1):
            if name := self.folders.get(tuple(folders[:length])):
                return name
        return None


def read_marketplace(root: Path) -> Plugins:
    """Return the plugins of the marketplace at `root`; a broken file reads as none, with the reason."""
    for place in _PLACES:
        path = root / place
        try:
            if not path.is_file() or not path.resolve().is_relative_to(root.resolve()):
                continue
            text = read_bytes(path, MARKETPLACE).decode("utf-8-sig", "replace")
            content = clean_data(parse_json(text, MARKETPLACE))
        except (OSError, ValueError, UsageError) as error:
            why = one_line(str(error).removeprefix(f"{named(path)}: "))
            reason = f"a marketplace that cannot be read: {why}"
            return Plugins({}, (Skipped(path=place, reason=reason, code="unreadable"),))
        return _plugins(content, place)
    return Plugins({})


def _plugins(content: Any, place: str) -> Plugins:
    entries = content.get("plugins") if isinstance(content, dict) else None
    metadata = content.get("metadata") if isinstance(content, dict) else None
    base = metadata.get("pluginRoot") if isinstance(metadata, dict) else ""
    folders: dict[tuple[str, ...], str] = {}
    remote: list[str] = []
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            continue
        name, source = one_line(entry["name"]), entry.get("source", "./")
        if not isinstance(source, str):
            remote.append(name)
            continue
        own = _parts(source) if source.startswith("./") else (*_parts(base), *_parts(source))
        if own:
            folders.setdefault(own, name)
        skills = entry.get("skills")
        for skill in skills if isinstance(skills, list) else ():
            if isinstance(skill, str) and (inner := _parts(skill)):
                folders.setdefault((*own, *inner), name)
    if not remote:
        return Plugins(folders)
    names = ", ".join(remote[:_NAMED]) + (f" and {len(remote) - _NAMED} more" if len(remote) > _NAMED else "")
    reason = f"{len(remote)} plugin{'s' if len(remote) > 1 else ''} in other repositories: {names}"
    return Plugins(folders, (Skipped(path=place, reason=reason, code="remote-plugin"),))


def _parts(path: object) -> tuple[str, ...]:
    if not isinstance(path, str):
        return ()
    return tuple(part for part in path.replace("\\", "/").split("/") if part not in ("", "."))
