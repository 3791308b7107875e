"""Plugins whose files lie in a source, and which of them ships a skill."""

from __future__ import annotations

from dataclasses import dataclass, field

from skillaudit.load.defects import Problem
from skillaudit.schema import Skipped

Folders = tuple[str, ...]


@dataclass(slots=True)
class Plugin:
    """One plugin whose files lie here."""

    name: str
    folder: Folders
    families: set[str] = field(default_factory=set)
    marketplace: str = ""
    version: str = ""
    roots: dict[Folders, None] = field(default_factory=dict)
    """Folders in which skills have their folders."""
    single: dict[Folders, None] = field(default_factory=dict)
    """Folders of one skill each."""

    def depth_of(self, folders: Folders) -> int | None:
        """Return how far below one of the roots a skill's folder lies, or None where the plugin does not ship it."""
        if folders in self.single:
            return 1
        return next(
            (depth for depth in range(len(folders) + 1) if _above(folders, depth) in self.roots), None
        )


@dataclass(slots=True)
class Shipping:
    """What the manifests of a source say; empty where there are none."""

    plugins: list[Plugin] = field(default_factory=list)
    families: set[str] = field(default_factory=set)
    """The families of clients that some manifest is for."""
    skipped: list[Skipped] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    """Manifest and what is wrong in it."""
    _roots: dict[Folders, tuple[int, set[str]]] = field(default_factory=dict)
    """For a folder of skills: the place of the first plugin that names it, and the families of all that do."""
    _single: dict[Folders, tuple[int, set[str]]] = field(default_factory=dict)
    _owners: dict[Folders, str] = field(default_factory=dict)

    def index(self) -> None:
        """Make what is asked for each skill a look-up, once all plugins are known."""
        for at, plugin in enumerate(self.plugins):
            if plugin.folder:
                self._owners.setdefault(plugin.folder, plugin.name)
            for known, folders in ((self._roots, plugin.roots), (self._single, plugin.single)):
                for folder in folders:
                    known.setdefault(folder, (at, set()))[1].update(plugin.families)

    def _shipping(self, folders: Folders) -> list[tuple[int, set[str]]]:
        found = [self._single.get(folders)]
        found += [self._roots.get(_above(folders, depth)) for depth in range(len(folders) + 1)]
        return [one for one in found if one is not None]

    def ship(self, folders: Folders) -> tuple[Plugin, int] | None:
        """Return the plugin that ships a skill, and its depth below the plugin's root of skills."""
        found = self._shipping(folders)
        if not found:
            return None
        plugin = self.plugins[min(at for at, _ in found)]
        return plugin, plugin.depth_of(folders) or 0

    def families_of(self, folders: Folders) -> tuple[str, ...]:
        """Return the families of clients for which a skill is shipped."""
        return tuple(sorted(set().union(*(families for _, families in self._shipping(folders)))))

    def owner(self, folders: Folders) -> str | None:
        """Return the plugin in whose folder a skill lies, whether it ships it or not."""
        inside = (self._owners.get(_above(folders, depth)) for depth in range(len(folders)))
        return next((name for name in inside if name is not None), None)


def _above(folders: Folders, depth: int) -> Folders:
    return folders[: len(folders) - depth]


def parts_of(path: object) -> Folders:
    """Return the folders of a path that a manifest names; none for what is no text."""
    if not isinstance(path, str):
        return ()
    return tuple(part for part in path.replace("\\", "/").split("/") if part not in ("", "."))
