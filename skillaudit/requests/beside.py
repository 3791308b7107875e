"""Find the eval files that a library's authors keep beside their skills."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from skillaudit.schema import Library, Skill

_SUFFIXES = (".json", ".jsonl", ".yaml", ".yml", ".csv")
_BY_NAME = (
    "evals/evals.json",
    "evals/trigger_tests.yaml",
    "evals/trigger_evals.json",
    "evals/trigger-evals.json",
    "evals/trigger_eval.json",
    "evals/eval_set.json",
    "evals/eval_queries.json",
    "evals/triggers.json",
    "evals.json",
    "eval_set.json",
    "trigger_tests.yaml",
    "tests/trigger_tests.yaml",
    "eval/trigger_tests.yaml",
)
_FOLDERS = ("evals", "evals/cases", "evals/triggers", "tests/skills", "eval")
_ABOVE = 4
"""Folders above a skill, up to its root, where a repository's `evals/` is looked for."""


def eval_files(library: Library) -> Iterator[tuple[Path, Skill]]:
    """Yield (file, skill) for every eval file that belongs to one skill of a library on disk, in skill order.

    Looked for are well-known names in the skill's folder, and a file or folder with the skill's name in an
    `evals` folder of the repository. Links that lead out of the root are not followed; sources that are
    files have no such neighbours. Nothing is read.
    """
    seen: set[Path] = set()
    for skill in library.skills:
        root = Path(skill.root)
        if not skill.path or not root.is_dir():
            continue
        base = root.resolve()
        folder = (root / skill.path).parent
        for path in (*_named(folder), *_in_evals(folder, base, skill)):
            if not path.is_file():
                continue
            real = path.resolve()
            if real in seen or not real.is_relative_to(base):
                continue
            seen.add(real)
            yield path, skill


def _named(folder: Path) -> Iterator[Path]:
    for name in _BY_NAME:
        yield folder / name


def _in_evals(folder: Path, base: Path, skill: Skill) -> Iterator[Path]:
    """Files called after the skill in an `evals` folder of the repository that it stands in."""
    for above in (folder, *list(folder.parents)[:_ABOVE]):
        resolved = above.resolve()
        if not resolved.is_relative_to(base):
            return
        for place in _FOLDERS:
            directory = above / place
            if not directory.is_dir():
                continue
            for name in dict.fromkeys((skill.name, folder.name)):
                if name and "/" not in name and name not in (".", ".."):
                    yield from (directory / f"{name}{suffix}" for suffix in _SUFFIXES)
                    yield directory / name / "trigger_tests.yaml"
                    yield directory / name / "evals.json"
