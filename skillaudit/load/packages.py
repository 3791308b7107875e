"""Read what files of package managers say of skills: fields of `package.json`, and `skills-lock.json`.

As of 2026-11-30. `agents.skills`: onmax/npm-agentskills at commit 3a41aa3, README.md. `contributes.chatSkills`:
microsoft/vscode at commit 07a822d, promptSyntax/chatPromptFilesContribution.ts. `pi.skills`: badlogic/pi-mono at
commit 11c1627, packages/coding-agent/docs/packages.md. `skills`: antfu/skills-npm at commit 325f7f1, SPEC.md.
`skills-lock.json`: vercel-labs/skills at commit 0363f53, src/local-lock.ts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

PACKAGE = "package.json"
LOCK = "skills-lock.json"

_BUILT = ("node_modules", "build", "dist", "out")
"""Folders that are filled when a package is made, and lie in no repository."""


class NamedPath(NamedTuple):
    """A path that a package names."""

    field: str
    path: str


class Locked(NamedTuple):
    """A skill that a lock file lists."""

    name: str
    local: str
    """Folder it was installed from, where that is in the same project."""


def named_paths(content: dict[str, Any]) -> Iterator[NamedPath]:
    """Yield the paths to skills that a `package.json` names, without patterns and without what is built later."""
    for field, key in (("agents", "skills"), ("contributes", "chatSkills"), ("pi", "skills")):
        inside = content.get(field)
        entries = inside.get(key) if isinstance(inside, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            path = entry.get("path") if isinstance(entry, dict) else entry if field == "pi" else None
            if isinstance(path, str) and _checked(path, patterns=field == "pi"):
                yield NamedPath(f"{field}.{key}", path)
    for source in _sources(content):
        if source.startswith(("./", "../")):
            yield NamedPath("skills", source)


def remote_sources(content: dict[str, Any]) -> list[str]:
    """Return where the skills come from that a package wants installed with it."""
    return [
        source for source in _sources(content) if "/" in source and not source.startswith((".", "/", "~"))
    ]


def locked(content: dict[str, Any]) -> Iterator[Locked]:
    """Yield the skills of a `skills-lock.json`, without those from a path that speaks of one machine."""
    entries = content.get("skills")
    for name, entry in entries.items() if isinstance(entries, dict) else ():
        if not isinstance(entry, dict) or not isinstance(source := entry.get("source"), str):
            continue
        local = entry.get("sourceType") == "local"
        if not local:
            yield Locked(name, "")
        elif source and not source.startswith(("/", "~")) and ":" not in source:
            yield Locked(name, source)


def _sources(content: dict[str, Any]) -> Iterator[str]:
    entries = content.get("skills")
    for entry in entries if isinstance(entries, list) else ():
        source = entry.get("source") if isinstance(entry, dict) else entry
        if isinstance(source, str):
            yield source


def _checked(path: str, *, patterns: bool) -> bool:
    if patterns and (path.startswith(("!", "-", "+")) or any(sign in path for sign in "*?[{")):
        return False
    return path.removeprefix("./").partition("/")[0] not in _BUILT
