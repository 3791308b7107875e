"""Read categories off the folders between a source and its skills."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

CLIENT_FOLDERS = frozenset(
    {
        ".agent",
        ".agents",
        ".claude",
        ".cline",
        ".clinerules",
        ".codex",
        ".copilot",
        ".crush",
        ".cursor",
        ".factory",
        ".gemini",
        ".github",
        ".goose",
        ".hermes",
        ".kiro",
        ".openclaw",
        ".opencode",
        ".qwen",
        ".roo",
        ".trae",
        ".windsurf",
    }
)
"""Hidden folders in which a client looks for skills; all other hidden folders are left alone."""

_CONTAINERS = frozenset({"components", "content", "lib", "packages", "src", "templates"})
_PLUGINS = frozenset({"plugins", "extensions"})

_SAMPLES = re.compile(
    r"(?:templates?|examples?|samples?|fixtures?|tests?|__tests__|test[-_]?data|mocks?)$", re.I
)
"""Folders of things that are shown, copied or tested with, not loaded."""
_OWN_SAMPLES = re.compile(r"(?:templates?|examples?|samples?|fixtures?)$", re.I)
"""The same for a skill's own folder, which may well be called `test`."""

OWNER_FOLDERS = 50
SKILLS_PER_CATEGORY = 3


def is_skills_root(folder: str) -> bool:
    """Say whether a folder is named as one that holds skills: `skills`, or ending in `-skills`."""
    return folder == "skills" or folder.endswith(("-skills", "_skills"))


def _is_root_at(folders: Sequence[str], index: int) -> bool:
    """Say whether a folder is a skills root; `azure-skills` below `plugins` is a plugin's name."""
    return is_skills_root(folders[index]) and not (index and folders[index - 1] in _PLUGINS)


def _says_nothing(folder: str) -> bool:
    return folder == "skills" or folder in _PLUGINS or folder in CLIENT_FOLDERS or folder in _CONTAINERS


def is_sample(folders: Sequence[str]) -> bool:
    """Say whether a skill lies among templates, examples or test data, by the folders above it and its own."""
    return any(_SAMPLES.match(folder) for folder in folders[:-1]) or bool(
        folders and _OWN_SAMPLES.match(folders[-1])
    )


def is_marker(folder: str) -> bool:
    """Say whether a folder's name alone tells that a library stands below it."""
    return is_skills_root(folder) or folder in _PLUGINS or folder in CLIENT_FOLDERS


def category_of(folders: Sequence[str]) -> str | None:
    """Return the category of a skill from its folders, the last of which is its own.

    In order: the folders between the skills root and the skill; the plugin or department that holds
    the skills root; with no skills root, the folders above the skill. None where it is flat.
    """
    above = list(folders[:-1])
    roots = [index for index in range(len(above)) if _is_root_at(above, index)]
    if not roots:
        rest = [folder for folder in above if not _says_nothing(folder)]
        return "/".join(rest) or None
    between = above[roots[-1] + 1 :]
    before = above[: roots[-1]]
    while before and not _inside_plugins(before) and _says_nothing(before[-1]):
        before.pop()
    owner = before[-1:]
    return "/".join(owner + between if _inside_plugins(before) else between or owner) or None


def _inside_plugins(before: Sequence[str]) -> bool:
    return len(before) > 1 and before[-2] in _PLUGINS


def categories(paths: Sequence[Sequence[str]]) -> list[str | None]:
    """Return the category of every skill of one source, given its folders.

    Skills below another skill's folder have that folder as their category, as under a gateway.
    Folders that all skills share and that only wrap the library say nothing and are dropped. More
    than 50 categories of fewer than three skills on average are taken for owners, not for
    categories, as in a registry where every author has a folder.
    """
    shared = _wrapper_length(paths)
    skills = {tuple(path) for path in paths if len(path) > shared}
    found = [category_of(_below_gateway(tuple(path), skills)[shared:]) for path in paths]
    counts = Counter(category for category in found if category is not None)
    if len(counts) > OWNER_FOLDERS and counts.total() < SKILLS_PER_CATEGORY * len(counts):
        return [None] * len(found)
    return found


def _below_gateway(path: tuple[str, ...], skills: set[tuple[str, ...]]) -> tuple[str, ...]:
    """Shorten the path of a skill below another skill's folder: all skills there are one category."""
    above = next((path[:length] for length in range(1, len(path)) if path[:length] in skills), None)
    return path if above is None else (*above, path[-1])


def _wrapper_length(paths: Sequence[Sequence[str]]) -> int:
    """Count the leading folders that all paths share, up to the first one with a meaning.

    `my-skills` with a `skills` folder further down is the repository, not a skills root.
    """
    if not paths:
        return 0
    first = paths[0]
    for index, folder in enumerate(first[:-1]):
        if any(len(path) <= index + 1 or path[index] != folder for path in paths):
            return index
        plain = folder == "skills" or not is_skills_root(folder)
        if is_marker(folder) and (
            plain or not any(is_marker(f) for path in paths for f in path[index + 1 : -1])
        ):
            return index
    return max(len(first) - 1, 0)
