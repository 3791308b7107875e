"""Find the eval files that a library's authors keep beside their skills."""

from __future__ import annotations

import os
from collections.abc import Iterator, KeysView
from pathlib import Path

from skillaudit.load.place import folders_of, source_of
from skillaudit.requests.plugin_cases import CASE_FILES
from skillaudit.schema import Library, Skill

_SUFFIXES = (".json", ".jsonl", ".yaml", ".yml", ".csv")
_FOLDERS = tuple(
    (name, name.partition("/")[0])
    for name in ("evals", "evals/cases", "evals/triggers", "eval", "tests", "tests/skills")
)
"""Each with its first part, which stands beside the skill or above it."""
_NAMES = frozenset(
    f"{stem}{suffix}"
    for stem in (
        "evals",
        "eval_set",
        "eval-set",
        "eval_queries",
        "trigger_tests",
        "trigger_evals",
        "trigger-evals",
    )
    for suffix in _SUFFIXES
) | {"trigger_eval.json", "trigger-eval.json", "triggers.json", "triggers.yaml"}
_ANY = _NAMES.union(first for _, first in _FOLDERS)
_ABOVE = 4
"""Folders above a skill, up to its root, where a repository's `evals/` is looked for."""


class _Folders:
    """Lists folders, each once: thousands of skills share the ones above them."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, None]] = {}
        self._told: set[str] = set()

    def names(self, folder: str) -> KeysView[str]:
        """Sorted names in a folder, looked up at once however many; none where there is no such folder."""
        if folder not in self._known:
            try:
                self._known[folder] = dict.fromkeys(sorted(os.listdir(folder or "/")))  # noqa: PTH208 - names do
            except (OSError, UnicodeError):  # a name that this locale cannot spell
                self._known[folder] = {}
        return self._known[folder].keys()

    def cases(self, folder: str) -> Iterator[str]:
        """Yield the file that stands for each case of `claude plugin eval` in a folder, at the first call for it."""
        if folder in self._told:
            return
        self._told.add(folder)
        for name in self.names(folder):
            inside = self.names(f"{folder}/{name}")
            yield from (f"{folder}/{name}/{file}" for file in [f for f in CASE_FILES if f in inside][:1])


def eval_files(library: Library) -> Iterator[tuple[Path, Skill]]:
    """Yield (file, skill) for every eval file that belongs to one skill of a library on disk, in skill order.

    Looked for are well-known names in the skill's folder and its `evals`, `eval` and `tests`; and a file or
    folder with the skill's name in such a folder above it, up to the root. Links that lead out of the root
    are not followed; a source that is a file has no such neighbours. Nothing is read.
    """
    folders = _Folders()
    seen: set[Path] = set()
    roots: dict[Path, Path | None] = {}
    for skill in library.skills:
        root = source_of(skill)
        if root is None:
            continue
        if root not in roots:
            roots[root] = root.resolve() if root.is_dir() else None
        base = roots[root]
        if base is None:
            continue
        for path in map(Path, _candidates(str(root).rstrip("/"), skill, folders)):
            real = path.resolve()
            if real not in seen and real.is_relative_to(base) and real.is_file():
                seen.add(real)
                yield path, skill


def _candidates(root: str, skill: Skill, folders: _Folders) -> Iterator[str]:
    way = folders_of(skill)
    own = "/".join((root, *way))
    around = folders.names(own)
    if not around.isdisjoint(_ANY):
        for place in (own, *(f"{own}/{name}" for name, first in _FOLDERS if first in around)):
            yield from (f"{place}/{name}" for name in folders.names(place) if name in _NAMES)
    called = {name for name in (skill.name, way[-1] if way else Path(root).name) if name}
    for depth in range(len(way), max(0, len(way) - _ABOVE) - 1, -1):
        above = "/".join((root, *way[:depth]))
        here = folders.names(above)
        if here.isdisjoint(_ANY):
            continue
        if "evals" in here:
            yield from folders.cases(f"{above}/evals")
        files = {f"{name}{suffix}" for name in called for suffix in _SUFFIXES}
        for inside, first in _FOLDERS:
            if first not in here:
                continue
            place = f"{above}/{inside}"
            for name in folders.names(place):
                if name in files:
                    yield f"{place}/{name}"
                elif name in called:
                    within = f"{place}/{name}"
                    yield from (f"{within}/{file}" for file in folders.names(within) if file in _NAMES)
