"""Find the eval files that a library's authors keep beside their skills."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from skillaudit.load.place import inside_of, source_of
from skillaudit.requests.plugin_cases import CASE_FILES
from skillaudit.schema import Library, Skill

_SUFFIXES = (".json", ".jsonl", ".yaml", ".yml", ".csv")
_FOLDERS = ("evals", "evals/cases", "evals/triggers", "eval", "tests", "tests/skills")
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
_ABOVE = 4
"""Folders above a skill, up to its root, where a repository's `evals/` is looked for."""


class _Folders:
    """Lists folders, each once: thousands of skills share the ones above them."""

    def __init__(self) -> None:
        self._known: dict[Path, dict[str, None]] = {}
        self._told: set[Path] = set()

    def names(self, folder: Path) -> Collection[str]:
        """Sorted names in a folder, looked up at once however many; none where there is no such folder."""
        if folder not in self._known:
            try:
                self._known[folder] = dict.fromkeys(sorted(path.name for path in folder.iterdir()))
            except (OSError, UnicodeError):  # a name that this locale cannot spell
                self._known[folder] = {}
        return self._known[folder]

    def cases(self, folder: Path) -> Iterator[Path]:
        """Yield the file that stands for each case of `claude plugin eval` in a folder, at the first call for it."""
        if folder in self._told:
            return
        self._told.add(folder)
        for name in self.names(folder):
            inside = self.names(folder / name)
            yield from (folder / name / file for file in [f for f in CASE_FILES if f in inside][:1])


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
        for path in _candidates(root, skill, folders):
            real = path.resolve()
            if real not in seen and real.is_relative_to(base) and real.is_file():
                seen.add(real)
                yield path, skill


def _candidates(root: Path, skill: Skill, folders: _Folders) -> Iterator[Path]:
    below = inside_of(skill)
    folder = (root / below).parent
    around = folders.names(folder)
    for place in (folder, *(folder / name for name in _FOLDERS if name.partition("/")[0] in around)):
        yield from (place / name for name in folders.names(place) if name in _NAMES)
    called = {name for name in (skill.name, folder.name) if name}
    files = {f"{name}{suffix}" for name in called for suffix in _SUFFIXES}
    depth = len(below.parts) - 1
    for above in (folder, *list(folder.parents)[: min(depth, _ABOVE)]):
        here = folders.names(above)
        if "evals" in here:
            yield from folders.cases(above / "evals")
        for inside in _FOLDERS:
            if inside.partition("/")[0] not in here:
                continue
            place = above / inside
            for name in folders.names(place):
                if name in files:
                    yield place / name
                elif name in called:
                    yield from (place / name / file for file in folders.names(place / name) if file in _NAMES)
