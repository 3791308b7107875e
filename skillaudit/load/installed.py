"""Plugins as clients keep them at home: by marketplace, name and version, of which one is installed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from skillaudit.errors import UsageError
from skillaudit.load.layout import CLIENT_FOLDERS
from skillaudit.load.walk import SkillFile, show
from skillaudit.reading import parse_json, read_bytes
from skillaudit.reading.limits import MARKETPLACE
from skillaudit.safety.cleaning import clean_data, one_line
from skillaudit.schema import Skipped

_NAMED = 5
_LONGEST = 100
"""Characters of a version."""


class Cached(NamedTuple):
    """A place in a client's cache of plugins."""

    marketplace: str
    plugin: str
    version: str
    rest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Installed:
    """What the clients' records of a source say."""

    versions: dict[tuple[str, str], frozenset[str]]
    """Marketplace and plugin -> the versions that are installed."""
    homes: frozenset[str]
    """Clients' folders that keep such a record: they are a user's; empty for the source itself."""


def cached_plugin(folders: Sequence[str]) -> Cached | None:
    """Read `.claude/plugins/cache/MARKETPLACE/PLUGIN/VERSION/...`; None for any other place."""
    if len(folders) < 6 or tuple(folders[1:3]) != ("plugins", "cache"):
        return None
    return Cached(folders[3], folders[4], folders[5], tuple(folders[6:]))


def read_installed(root: Path) -> Installed:
    """Return what is installed according to `installed_plugins.json` of the clients' folders in a source."""
    versions: dict[tuple[str, str], frozenset[str]] = {}
    homes = set()
    places = {"": root / "plugins"} if root.resolve().name in CLIENT_FOLDERS else {}
    places.update({folder: root / folder / "plugins" for folder in sorted(CLIENT_FOLDERS)})
    for home, folder in places.items():
        path = folder / "installed_plugins.json"
        try:
            if not path.is_file():
                continue
            text = read_bytes(path, MARKETPLACE).decode("utf-8-sig", "replace")
            content = clean_data(parse_json(text, MARKETPLACE))
        except (OSError, ValueError, UsageError):
            continue
        homes.add(home)
        plugins = content.get("plugins") if isinstance(content, dict) else None
        for key, value in plugins.items() if isinstance(plugins, dict) else ():
            plugin, _, market = str(key).partition("@")
            versions[market, plugin] = frozenset(_versions(value))
    return Installed(versions, frozenset(homes))


def _versions(value: Any) -> Iterable[str]:
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, dict):
            path, version = entry.get("installPath"), entry.get("version")
            yield from (Path(path).name,) if isinstance(path, str) else ()
            yield from (version,) if isinstance(version, str) else ()


def without_stale(
    files: Sequence[SkillFile], above: Sequence[str], installed: Installed
) -> tuple[list[SkillFile], list[Skipped]]:
    """Return the files without those of versions of plugins that are not installed, and these as skipped.

    Without a record the newest version counts.
    """
    places: dict[tuple[str, str], dict[str, list[SkillFile]]] = defaultdict(lambda: defaultdict(list))
    for found in files:
        whole = (*above, *found.folders)
        at = next((at for at, folder in enumerate(whole) if folder in CLIENT_FOLDERS), None)
        cached = cached_plugin(whole[at:]) if at is not None else None
        if cached is not None:
            places[cached.marketplace, cached.plugin][cached.version].append(found)
    stale: set[int] = set()
    skipped = []
    for (market, plugin), versions in places.items():
        known = installed.versions.get((market, plugin))
        if known is None:
            known = frozenset() if installed.versions else frozenset({max(versions, key=_natural)})
        for version, gone in versions.items():
            if version in known:
                continue
            stale.update(id(found) for found in gone)
            told = f"of which {_some(known)} is installed" if known else "which is not installed"
            count = f"{len(gone)} skill file{'s' if len(gone) > 1 else ''}"
            reason = show(f"{count} of version {version} of the plugin {plugin}@{market}, {told}")
            skipped.append(Skipped(path=gone[0].shown, reason=reason, code="stale-version"))
    return [found for found in files if id(found) not in stale], skipped


def _some(versions: Iterable[str]) -> str:
    shown = [one_line(version[:_LONGEST]) for version in sorted(versions)]
    return ", ".join(shown[:_NAMED]) + (f" and {len(shown) - _NAMED} more" if len(shown) > _NAMED else "")


def _natural(version: str) -> list[tuple[int, int, str]]:
    return [
        (1, int(part[:18]), "") if part.isdigit() else (0, 0, part)
        for part in re.split(r"(\d+)", version)
        if part
    ]
