"""Read what a repository ships: its marketplaces and manifests, with what is wrong in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from skillaudit.errors import UsageError
from skillaudit.load.defects import Problem
from skillaudit.load.layout import is_sample
from skillaudit.reading import named, parse_json, read_bytes
from skillaudit.reading.limits import MARKETPLACE
from skillaudit.safety.cleaning import clean, clean_data, one_line
from skillaudit.schema import Skipped

Folders = tuple[str, ...]

MARKETS: Mapping[str, str] = {
    ".claude-plugin/marketplace.json": "claude",
    ".github/plugin/marketplace.json": "github",
    ".plugin/marketplace.json": "github",
    ".agents/plugins/marketplace.json": "codex",
    ".cursor-plugin/marketplace.json": "cursor",
}
"""Where marketplaces stand, with the family of clients that reads each."""
MANIFESTS: Mapping[str, str] = {
    ".claude-plugin/plugin.json": "claude",
    ".github/plugin/plugin.json": "github",
    ".plugin/plugin.json": "github",
    ".codex-plugin/plugin.json": "codex",
    ".cursor-plugin/plugin.json": "cursor",
    "gemini-extension.json": "gemini",
    "openclaw.plugin.json": "openclaw",
    "plugin.json": "open",
}
"""Manifests in the folder of a plugin; `plugin.json` is that of Agent Plugins 1.0."""

_NAMED = 5
_MOST_LISTED = 20_000


@dataclass(slots=True)
class Plugin:
    """One plugin whose files lie here."""

    name: str
    folder: Folders
    families: set[str] = field(default_factory=set)
    marketplace: str = ""
    version: str = ""
    roots: list[Folders] = field(default_factory=list)
    """Folders in which skills have their folders."""
    single: list[Folders] = field(default_factory=list)
    """Folders of one skill each."""

    def depth_of(self, folders: Folders) -> int | None:
        """Return how far below one of the roots a skill's folder lies, or None where the plugin does not ship it."""
        if folders in self.single:
            return 1
        found = [len(folders) - len(root) for root in self.roots if folders[: len(root)] == root]
        return min(found, default=None)

    def ships(self, folders: Folders) -> bool:
        """Say whether the plugin ships a skill."""
        return self.depth_of(folders) is not None


@dataclass(slots=True)
class Shipping:
    """What the manifests of a source say; empty where there are none."""

    plugins: list[Plugin] = field(default_factory=list)
    families: set[str] = field(default_factory=set)
    """The families of clients that some manifest is for."""
    skipped: list[Skipped] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    """Manifest and what is wrong in it."""

    def ship(self, folders: Folders) -> tuple[Plugin, int] | None:
        """Return the plugin that ships a skill, and its depth below the plugin's root of skills."""
        for plugin in self.plugins:
            depth = plugin.depth_of(folders)
            if depth is not None:
                return plugin, depth
        return None

    def families_of(self, folders: Folders) -> tuple[str, ...]:
        """Return the families of clients for which a skill is shipped."""
        return tuple(sorted({f for plugin in self.plugins if plugin.ships(folders) for f in plugin.families}))

    def owner(self, folders: Folders) -> str | None:
        """Return the plugin in whose folder a skill lies, whether it ships it or not."""
        inside = [p for p in self.plugins if p.folder and folders[: len(p.folder)] == p.folder]
        return max(inside, key=lambda plugin: len(plugin.folder)).name if inside else None


class _Reader:
    """Reads the manifests of one source, given the folders that hold skills."""

    def __init__(self, root: Path, skills: Sequence[Folders]) -> None:
        self.root = root
        self.real = root.resolve()
        self.skills = set(skills)
        self.above = {folders[:length] for folders in skills for length in range(len(folders))}
        self.out = Shipping()
        self.stubs: list[tuple[str, str]] = []
        """Marketplaces that list nothing."""

    def read(self) -> Shipping:
        for place, family in MARKETS.items():
            found = self._json(place)
            if found is not None:
                self._market(place, family, *found)
        listed = len(self.out.plugins)
        for folder in self._plugin_folders():
            self._plugin(folder)
        shipping = [plugin for plugin in self.out.plugins if any(map(plugin.ships, self.skills))]
        # What ships nothing that lies here, as where a release is put together elsewhere, passes nothing over.
        self.out.families = {family for plugin in shipping for family in plugin.families}
        for place, family in self.stubs:
            if shipping and listed:
                self.out.families.add(family)
                detail = f"other marketplaces of this repository list {listed}"
                self.out.problems.append((place, Problem("manifest-stub", 1, detail)))
        self._forgotten()
        return self.out

    def _json(self, place: str) -> tuple[str, dict[str, Any]] | None:
        path = self.root / place
        try:
            if not path.is_file() or not path.resolve().is_relative_to(self.real):
                return None
            text = read_bytes(path, MARKETPLACE).decode("utf-8-sig", "replace")
            content = clean_data(parse_json(text, MARKETPLACE))
        except (OSError, ValueError, UsageError) as error:
            why = one_line(str(error).removeprefix(f"{named(path)}: "))
            self.out.problems.append((place, Problem("manifest-unreadable", 1, why)))
            return None
        return (text, content) if isinstance(content, dict) else None

    def _say(self, place: str, text: str, kind: str, value: str, detail: str = "") -> None:
        at = text.find(f'"{value}"') if value else -1
        line = text.count("\n", 0, at) + 1 if at >= 0 else 1
        self.out.problems.append((place, Problem(kind, line, detail or value[:200])))

    def _market(self, place: str, family: str, text: str, content: dict[str, Any]) -> None:
        metadata = content.get("metadata")
        base = _parts(metadata.get("pluginRoot") if isinstance(metadata, dict) else "")
        title = content.get("name")
        remote: list[str] = []
        here = 0
        entries = content.get("plugins")
        for entry in entries[:_MOST_LISTED] if isinstance(entries, list) else ():
            if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                continue
            name = one_line(entry["name"])
            folder = self._source(entry.get("source", "./"), base)
            if folder is None:
                remote.append(name)
                continue
            if ".." in folder or not (self.root / Path(*folder)).is_dir():
                shown = _shown_source(entry.get("source"))
                self._say(place, text, "manifest-path-missing", shown, f"plugin {name}: source {shown}")
                continue
            here += 1
            plugin = self._known(name, folder)
            plugin.families.add(family)
            plugin.marketplace = plugin.marketplace or (one_line(title) if isinstance(title, str) else "")
            self._roots(plugin, entry, place, text, from_market=True)
        if remote:
            self.out.skipped.append(_elsewhere(place, remote))
        if not here and not remote:
            self.stubs.append((place, family))

    def _source(self, source: Any, base: Folders) -> Folders | None:
        """Return the folder of a plugin that lies here, or None for one that is elsewhere."""
        if isinstance(source, dict):
            path = source.get("path")
            if not isinstance(path, str):
                return () if source.get("source") == "local" else None
            here = _parts(path)
            local = source.get("source") == "local" or (here in self.above or here in self.skills)
            return here if local else None
        if not isinstance(source, str):
            return None
        return _parts(source) if source.startswith("./") else (*base, *_parts(source))

    def _known(self, name: str, folder: Folders) -> Plugin:
        for plugin in self.out.plugins:
            if plugin.name == name and plugin.folder == folder:
                return plugin
        plugin = Plugin(name, folder)
        self.out.plugins.append(plugin)
        return plugin

    def _plugin_folders(self) -> Iterator[Folders]:
        """Yield the folders that may hold a manifest."""
        seen: dict[Folders, None] = {(): None}
        seen.update((plugin.folder, None) for plugin in self.out.plugins)
        for folders in sorted(self.above):
            if folders and folders[-1] == "skills" and not is_sample(folders):
                seen.setdefault(folders[:-1], None)
        yield from seen

    def _plugin(self, folder: Folders) -> None:
        prefix = "/".join((*folder, ""))
        for place, family in MANIFESTS.items():
            found = self._json(prefix + place)
            if found is None or (family == "open" and not _is_open_plugin(found[1])):
                continue
            text, content = found
            own = [plugin for plugin in self.out.plugins if plugin.folder == folder]
            listed = [plugin for plugin in own if plugin.marketplace]
            title = content.get("name")
            name = (
                one_line(title)
                if isinstance(title, str) and title
                else (folder[-1] if folder else self.real.name)
            )
            for plugin in listed or [self._known(name, folder)]:
                plugin.families.add(family)
                version = content.get("version")
                plugin.version = plugin.version or (one_line(version) if isinstance(version, str) else "")
                self._roots(plugin, content, prefix + place, text, from_market=False)

    def _roots(
        self, plugin: Plugin, entry: dict[str, Any], place: str, text: str, *, from_market: bool
    ) -> None:
        """Add the folders of skills that an entry or a manifest names, and say which of them lead nowhere."""
        named_here = entry.get("skills")
        wanted = (
            [named_here]
            if isinstance(named_here, str)
            else named_here
            if isinstance(named_here, list)
            else []
        )
        good = []
        for path in wanted[:_MOST_LISTED]:
            if (
                isinstance(path, str)
                and (folder := self._skills_folder(plugin, path, place, text)) is not None
            ):
                good.append(folder)
        # A list in a marketplace stands for the folder `skills`; one in a plugin's own manifest adds to it.
        if not (good and from_market) and not (not from_market and plugin.roots + plugin.single):
            good.insert(0, (*plugin.folder, "skills"))
        for folder in good:
            into = plugin.single if folder in self.skills else plugin.roots
            if folder not in into:
                into.append(folder)
        if plugin.folder in self.skills and not any(
            plugin.depth_of(folders) is not None for folders in self.skills
        ):
            plugin.single.append(plugin.folder)

    def _skills_folder(self, plugin: Plugin, path: str, place: str, text: str) -> Folders | None:
        parts = _parts(path)
        told = f"plugin {plugin.name}: {path[:120]}"
        if ".." in parts or path.startswith("/"):
            self._say(place, text, "manifest-path-outside", path, told)
            return None
        folder = (*plugin.folder, *parts)
        target = self.root / Path(*folder)
        if target.is_file():
            self._say(place, text, "manifest-path-file", path, told)
            return None
        if not target.is_dir():
            self._say(place, text, "manifest-path-missing", path, told)
            return None
        if folder not in self.skills and folder not in self.above:
            self._say(place, text, "manifest-no-skill", path, told)
        return folder

    def _forgotten(self) -> None:
        """Say which folders of skills lie beside those that a list names, and are in no list."""
        told: list[list[Folders]] = []
        for plugin in self.out.plugins:
            beside = {folder[:-1] for folder in plugin.single if len(folder) > len(plugin.folder) + 1}
            left = sorted(
                folders
                for folders in self.skills
                if folders and folders[:-1] in beside and self.out.ship(folders) is None
            )
            if left:
                names = ", ".join(folder[-1] for folder in left[:_NAMED])
                more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
                place = self._place_of(plugin)
                detail = f"plugin {plugin.name} does not list {names}{more}"
                if left not in told:
                    told.append(left)
                    self.out.problems.append((place, Problem("manifest-forgets", 1, detail)))

    def _place_of(self, plugin: Plugin) -> str:
        market = next(
            (
                place
                for place, family in MARKETS.items()
                if family in plugin.families and (self.root / place).is_file()
            ),
            None,
        )
        if plugin.marketplace and market:
            return market
        prefix = "/".join((*plugin.folder, ""))
        return next(
            (prefix + place for place in MANIFESTS if (self.root / (prefix + place)).is_file()), prefix
        )


def read_manifests(root: Path, skills: Sequence[Folders]) -> Shipping:
    """Return what the manifests below `root` ship, given the folders of its skill files.

    A broken file reads as none, with the reason.
    """
    return _Reader(root, skills).read()


def empty_submodules(root: Path) -> list[Skipped]:
    """Return the submodules of a source that are not checked out: their skills are not here to be read."""
    path = root / ".gitmodules"
    try:
        if not path.is_file() or not path.resolve().is_relative_to(root.resolve()):
            return []
        text = clean(read_bytes(path, MARKETPLACE).decode("utf-8", "replace"))
    except (OSError, UsageError):
        return []
    out = []
    for match in re.finditer(r"^\s*path\s*=\s*(.+?)\s*$", text, re.MULTILINE):
        parts = _parts(match[1])
        if not parts or ".." in parts:
            continue
        folder = root / Path(*parts)
        try:
            empty = not folder.is_dir() or next(folder.iterdir(), None) is None
        except OSError:
            continue
        if empty:
            shown = str(PurePosixPath(*parts))
            reason = f"a submodule that is not checked out; run git submodule update --init {shown}"
            out.append(Skipped(path=shown, reason=reason, code="submodule"))
    return out


def _elsewhere(place: str, names: Sequence[str]) -> Skipped:
    shown = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    reason = f"{len(names)} plugin{'s' if len(names) > 1 else ''} in other repositories: {shown}"
    return Skipped(path=place, reason=reason, code="remote-plugin")


def _is_open_plugin(content: dict[str, Any]) -> bool:
    return isinstance(content.get("name"), str) and any(
        key in content for key in ("skills", "version", "schemaVersion")
    )


def _shown_source(source: Any) -> str:
    value = source.get("path") if isinstance(source, dict) else source
    return value[:200] if isinstance(value, str) else ""


def _parts(path: object) -> Folders:
    if not isinstance(path, str):
        return ()
    return tuple(part for part in path.replace("\\", "/").split("/") if part not in ("", "."))
