"""Read what a repository ships: its marketplaces and manifests, with what is wrong in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from skillaudit.errors import UsageError
from skillaudit.load.defects import Problem
from skillaudit.load.layout import CLIENT_FOLDERS, is_sample
from skillaudit.load.packages import LOCK, PACKAGE, locked, named_paths, remote_sources
from skillaudit.load.shipping import Folders, Plugin, Shipping, parts_of
from skillaudit.load.walk import show
from skillaudit.reading import named, parse_json, read_bytes
from skillaudit.reading.limits import MARKETPLACE
from skillaudit.safety.cleaning import clean_data, one_line
from skillaudit.schema import Skipped

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
"""Plugins of one source, and paths of all of them together, that are looked at."""
_MOST_SAID = 50
"""Problems of one kind in one manifest that are told one by one."""
_NAME = 200
"""Characters of a name or a version."""


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
        self.left = _MOST_LISTED
        self.said: Counter[tuple[str, str]] = Counter()
        self.by_name: dict[tuple[str, Folders], Plugin] = {}
        self.by_folder: dict[Folders, list[Plugin]] = {}

    def read(self) -> Shipping:
        for place, family in MARKETS.items():
            found = self._json(place)
            if found is not None:
                self._market(place, family, *found)
        listed = len(self.out.plugins)
        folders = tuple(self._plugin_folders())
        for folder in folders:
            self._plugin(folder)
        for folder in folders:
            self._package(folder)
        for folder in dict.fromkeys(
            one[:-1] if one and one[-1] in CLIENT_FOLDERS else one for one in folders
        ):
            self._lock(folder)
        here = self.skills | self.above
        shipping = [
            plugin
            for plugin in self.out.plugins
            if not (self.skills.isdisjoint(plugin.single) and here.isdisjoint(plugin.roots))
        ]
        self.out.index()
        # What ships nothing that lies here, as where a release is put together elsewhere, passes nothing over.
        self.out.families = {family for plugin in shipping for family in plugin.families}
        for place, family in self.stubs:
            if shipping and listed:
                self.out.families.add(family)
                detail = f"other marketplaces of this repository list {listed}"
                self.out.problems.append((place, Problem("manifest-stub", 1, detail)))
        self._forgotten()
        for (place, kind), count in self.said.items():
            if count > _MOST_SAID:
                self.out.problems.append(
                    (place, Problem(kind, 1, f"and {count - _MOST_SAID:,} more like these"))
                )
        return self.out

    def _json(self, place: str) -> tuple[str, dict[str, Any]] | None:
        path = self.root / place
        try:
            if not _is_file(path) or not path.resolve().is_relative_to(self.real):
                return None
            text = read_bytes(path, MARKETPLACE).decode("utf-8-sig", "replace")
            content = clean_data(parse_json(text, MARKETPLACE))
        except (OSError, ValueError, UsageError) as error:
            why = one_line(str(error).removeprefix(f"{named(path)}: "))
            self.out.problems.append((show(place), Problem("manifest-unreadable", 1, why)))
            return None
        return (text, content) if isinstance(content, dict) else None

    def _more(self, place: str) -> bool:
        """Say whether one more plugin or path is looked at; the first that is not is told."""
        self.left -= 1
        if self.left == -1:
            reason = (
                f"manifests that name more than {_MOST_LISTED:,} plugins and paths; the others are left out"
            )
            self.out.skipped.append(Skipped(path=show(place), reason=reason, code="too-many"))
        return self.left >= 0

    def _say(self, place: str, text: str, kind: str, value: str, detail: str = "") -> None:
        place = show(place)
        self.said[place, kind] += 1
        if self.said[place, kind] > _MOST_SAID:
            return
        at = text.find(f'"{value}"') if value else -1
        line = text.count("\n", 0, at) + 1 if at >= 0 else 1
        self.out.problems.append((place, Problem(kind, line, detail or value[:200])))

    def _market(self, place: str, family: str, text: str, content: dict[str, Any]) -> None:
        metadata = content.get("metadata")
        base = parts_of(metadata.get("pluginRoot") if isinstance(metadata, dict) else "")
        title = content.get("name")
        remote: list[str] = []
        here = 0
        entries = content.get("plugins")
        for entry in entries if isinstance(entries, list) else ():
            if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                continue
            if not self._more(place):
                break
            name = _short(entry["name"])
            folder = self._source(entry.get("source", "./"), base)
            if folder is None:
                remote.append(name)
                continue
            if ".." in folder or not _is_folder(self.root / Path(*folder)):
                shown = _shown_source(entry.get("source"))
                self._say(place, text, "manifest-path-missing", shown, f"plugin {name}: source {shown}")
                continue
            here += 1
            plugin = self._known(name, folder)
            plugin.families.add(family)
            plugin.marketplace = plugin.marketplace or (_short(title) if isinstance(title, str) else "")
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
            here = parts_of(path)
            local = source.get("source") == "local" or (here in self.above or here in self.skills)
            return here if local else None
        if not isinstance(source, str):
            return None
        return parts_of(source) if source.startswith("./") else (*base, *parts_of(source))

    def _known(self, name: str, folder: Folders) -> Plugin:
        known = self.by_name.get((name, folder))
        if known is None:
            known = self.by_name[name, folder] = Plugin(name, folder)
            self.by_folder.setdefault(folder, []).append(known)
            self.out.plugins.append(known)
        return known

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
            listed = [plugin for plugin in self.by_folder.get(folder, ()) if plugin.marketplace]
            title = content.get("name")
            name = (
                _short(title)
                if isinstance(title, str) and title
                else show(folder[-1] if folder else self.real.name)
            )
            for plugin in listed or [self._known(name, folder)]:
                plugin.families.add(family)
                version = content.get("version")
                plugin.version = plugin.version or (_short(version) if isinstance(version, str) else "")
                self._roots(plugin, content, prefix + place, text, from_market=False)

    def _package(self, folder: Folders) -> None:
        """Add the skills that an extension of VS Code ships, and say which paths of a package lead nowhere."""
        place = "/".join((*folder, PACKAGE))
        found = self._json(place)
        if found is None:
            return
        text, content = found
        title = content.get("name")
        name = _short(title) if isinstance(title, str) and title else show((folder or (self.real.name,))[-1])
        plugin = Plugin(name, folder, {"vscode"})
        for named_path in named_paths(content):
            if not self._more(place):
                break
            parts, path = parts_of(named_path.path), named_path.path
            target = self.root / Path(*folder, *parts)
            if ".." in parts or path.startswith("/"):
                self._say(place, text, "manifest-path-outside", path, f"{named_path.field}: {path[:120]}")
            elif not _is_file(target) and not _is_folder(target):
                self._say(place, text, "manifest-path-missing", path, f"{named_path.field}: {path[:120]}")
            elif named_path.field == "contributes.chatSkills":
                plugin.single[(*folder, *(parts[:-1] if _is_file(target) else parts))] = None
        if plugin.single:
            self.out.plugins.append(plugin)
        if remote := remote_sources(content):
            self.out.skipped.append(_elsewhere(place, remote, "source of skills"))

    def _lock(self, folder: Folders) -> None:
        """Say which skills of a lock file are not here, and which of its own paths lead nowhere."""
        place = "/".join((*folder, LOCK))
        found = self._json(place)
        if found is None:
            return
        text, content = found
        here = {folders[-1] for folders in self.skills if folders}
        absent: list[str] = []
        for one in locked(content):
            if not self._more(place):
                break
            parts = parts_of(one.local)
            if one.local and ".." not in parts and not _is_folder(self.root / Path(*folder, *parts)):
                self._say(place, text, "manifest-path-missing", one.local, f"{one.name}: {one.local[:120]}")
            elif not one.local and one.name not in here:
                absent.append(_short(one.name))
        if absent:
            self.out.skipped.append(_elsewhere(place, absent, "skill"))

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
        for path in wanted:
            if not self._more(place):
                break
            if (
                isinstance(path, str)
                and (folder := self._skills_folder(plugin, path, place, text)) is not None
            ):
                good.append(folder)
        # A list in a marketplace stands for the folder `skills`; one in a plugin's own manifest adds to it.
        if not (good and from_market) and not (not from_market and (plugin.roots or plugin.single)):
            good.insert(0, (*plugin.folder, "skills"))
        for folder in good:
            into = plugin.single if folder in self.skills else plugin.roots
            into[folder] = None
        ships = not self.skills.isdisjoint(plugin.single) or not (self.skills | self.above).isdisjoint(
            plugin.roots
        )
        if plugin.folder in self.skills and not ships:
            plugin.single[plugin.folder] = None

    def _skills_folder(self, plugin: Plugin, path: str, place: str, text: str) -> Folders | None:
        parts = parts_of(path)
        told = f"plugin {plugin.name}: {path[:120]}"
        if ".." in parts or path.startswith("/"):
            self._say(place, text, "manifest-path-outside", path, told)
            return None
        folder = (*plugin.folder, *parts)
        target = self.root / Path(*folder)
        if _is_file(target):
            self._say(place, text, "manifest-path-file", path, told)
            return None
        if not _is_folder(target):
            self._say(place, text, "manifest-path-missing", path, told)
            return None
        if folder not in self.skills and folder not in self.above:
            self._say(place, text, "manifest-no-skill", path, told)
        return folder

    def _forgotten(self) -> None:
        """Say which folders of skills lie beside those that a list names, and are in no list."""
        unlisted: dict[Folders, list[Folders]] = {}
        for folders in sorted(self.skills):
            if folders and self.out.ship(folders) is None:
                unlisted.setdefault(folders[:-1], []).append(folders)
        told: set[frozenset[Folders]] = set()
        for plugin in self.out.plugins:
            beside = frozenset(
                folder[:-1]
                for folder in plugin.single
                if len(folder) > len(plugin.folder) + 1 and folder[:-1] in unlisted
            )
            if beside and beside not in told:
                told.add(beside)
                left = sorted(folders for folder in beside for folders in unlisted[folder])
                names = ", ".join(show(folder[-1]) for folder in left[:_NAMED])
                more = f" and {len(left) - _NAMED} more" if len(left) > _NAMED else ""
                place = self._place_of(plugin)
                detail = f"plugin {plugin.name} does not list {names}{more}"
                self.out.problems.append((show(place), Problem("manifest-forgets", 1, detail)))

    def _place_of(self, plugin: Plugin) -> str:
        market = next(
            (
                place
                for place, family in MARKETS.items()
                if family in plugin.families and _is_file(self.root / place)
            ),
            None,
        )
        if plugin.marketplace and market:
            return market
        prefix = "/".join((*plugin.folder, ""))
        return next((prefix + place for place in MANIFESTS if _is_file(self.root / (prefix + place))), prefix)


def read_manifests(root: Path, skills: Sequence[Folders]) -> Shipping:
    """Return what the manifests below `root` ship, given the folders of its skill files.

    A broken file reads as none, with the reason.
    """
    return _Reader(root, skills).read()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long for any file
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _short(text: str) -> str:
    return one_line(text[:_NAME])


def _elsewhere(place: str, names: Sequence[str], what: str = "plugin") -> Skipped:
    shown = ", ".join(map(_short, names[:_NAMED]))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    first, _, rest = what.partition(" ")
    counted = f"{len(names)} {first}{'s' if len(names) > 1 else ''}{' ' if rest else ''}{rest}"
    return Skipped(
        path=show(place), reason=f"{counted} in other repositories: {shown}{more}", code="remote-plugin"
    )


def _is_open_plugin(content: dict[str, Any]) -> bool:
    return isinstance(content.get("name"), str) and any(
        key in content for key in ("skills", "version", "schemaVersion")
    )


def _shown_source(source: Any) -> str:
    value = source.get("path") if isinstance(source, dict) else source
    return value[:200] if isinstance(value, str) else ""
