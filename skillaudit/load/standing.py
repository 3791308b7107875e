"""Say where each skill file stands: in a client's folder, a plugin, a plain library, or where nobody loads from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from skillaudit.load.installed import Installed, cached_plugin
from skillaudit.load.layout import CLIENT_FOLDERS, is_sample, is_skills_root
from skillaudit.load.shipping import Folders, Shipping
from skillaudit.load.walk import SkillFile, show
from skillaudit.schema import Origin, Site

_FAMILY = {
    ".claude": "claude",
    ".codex": "codex",
    ".agents": "codex",
    ".copilot": "github",
    ".cursor": "cursor",
}
"""Whose plugins a client's folder keeps."""


class Standing:
    """The lie of one source: what its own path says, and what it ships."""

    def __init__(
        self, path: Path, files: Sequence[SkillFile], shipping: Shipping, installed: Installed
    ) -> None:
        """Look at a source's path, its skill files and its manifests."""
        real = path.resolve()
        self.shipping = shipping
        self.installed = installed
        self.above = client_path(real)
        self.own = is_skills_root(real.name)
        self.scope = _scope(real, installed)
        others = [found.folders for found in files if not self._is_claimed(found.folders)]
        self.samples = not self.own and (
            len(others) < len(files) or not all(is_sample(folders) for folders in others)
        )
        """False where the whole library is called examples."""
        plain = [folders for folders in others if not (self.samples and is_sample(folders))]
        top = any(folders[:1] == ("skills",) for folders in plain)
        children = any(len(folders) == 1 for folders in plain)
        self.everywhere = len(others) == len(files) and not top and not children
        """True where nothing says which folder is the library: all of it is."""
        self.flat = children or self.everywhere or self.own
        standing = {folders for folders in plain if self.flat or folders[:1] == ("skills",)}
        top_most = {
            len(self._below(f)) for f in standing if not any(f[:n] in standing for n in range(len(f)))
        }
        self.by_kind = top_most == {2}
        """True where every skill lies in a folder of its kind: these are then what is installed, one by one."""

    def _is_claimed(self, folders: Folders) -> bool:
        return self.shipping.ship(folders) is not None or _client_root((*self.above, *folders)) is not None

    def site(self, found: SkillFile) -> Site:
        """Return where one file stands."""
        folders = tuple(show(folder) for folder in found.folders)
        site = Site(
            path=found.shown,
            linked=found.linked,
            nested=found.nested,
            passed=tuple(sorted(self.shipping.families)),
            origin=Origin(scope=self.scope),
        )
        ship = self.shipping.ship(found.folders)
        if ship is not None:
            plugin, depth = ship
            ships = self.shipping.families_of(found.folders)
            return replace(
                site,
                kind="plugin",
                inside="/".join(map(show, plugin.folder)),
                below="/".join(folders[len(folders) - depth :]) if depth else "",
                ships=ships,
                passed=tuple(sorted(self.shipping.families.difference(ships))),
                origin=Origin(
                    plugin=plugin.name,
                    marketplace=plugin.marketplace,
                    version=plugin.version,
                    scope=self.scope,
                ),
            )
        whole = (*self.above, *folders)
        at = _client_root(whole)
        if at is not None:
            return self._of_client(site, whole, at)
        if self.samples and is_sample(folders):
            return replace(site, kind="sample", below="/".join(folders))
        if self.flat or not folders or folders[0] == "skills":
            below = self._below(folders)
            return replace(site, below="/".join(below[1:] if self.by_kind else below))
        return replace(site, kind="elsewhere", below="/".join(folders))

    def _below(self, folders: Folders) -> Folders:
        """Return the folders from a plain library's root down to a skill's own."""
        if folders[:1] == ("skills",) and not self.everywhere:
            return folders[1:]
        start = max((at + 1 for at, folder in enumerate(folders[:-1]) if is_skills_root(folder)), default=0)
        return folders[start:]

    def _of_client(self, site: Site, whole: Folders, at: int) -> Site:
        cached = cached_plugin(whole[at:])
        if cached is not None:
            family = _FAMILY.get(whole[at], whole[at].lstrip("."))
            origin = Origin(
                plugin=cached.plugin, marketplace=cached.marketplace, version=cached.version, scope="user"
            )
            inside = cached.rest[:1][0] == "skills" if cached.rest else False
            kind = "plugin" if inside or not cached.rest else "elsewhere"
            return replace(
                site, kind=kind, ships=(family,), passed=(), below="/".join(cached.rest[1:]), origin=origin
            )  # fmt: skip
        home = whole[at] in self.installed.homes and not whole[:at]
        origin = Origin(scope="user") if home else site.origin
        return replace(
            site,
            kind="client",
            root="/".join(whole[at : at + 2]),
            inside="/".join(whole[:at]),
            below="/".join(whole[at + 2 :]),
            passed=(),
            origin=origin,
        )


def _client_root(folders: Sequence[str]) -> int | None:
    """Return where the innermost client's folder begins, or None."""
    found = [at for at, folder in enumerate(folders) if folder in CLIENT_FOLDERS]
    return found[-1] if found else None


def client_path(real: Path) -> Folders:
    """Return the end of a source's own path from a client's folder on, such as `.claude/skills`."""
    parts = real.parts[-6:]
    at = _client_root(parts)
    return () if at is None else tuple(show(part) for part in parts[at:])


def _scope(real: Path, installed: Installed) -> Literal["", "user", "enterprise"]:
    """Return whose folder a source is: `user` for one below a client's folder at home, `enterprise` below /etc."""
    if str(real).startswith(("/etc/", "/Library/Application Support/")):
        return "enterprise"
    try:
        inside = real.relative_to(Path.home()).parts
    except (ValueError, RuntimeError):
        inside = ()
    return "user" if (inside and inside[0] in CLIENT_FOLDERS) or "" in installed.homes else ""
