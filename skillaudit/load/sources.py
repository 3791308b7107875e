"""Read one source, whatever it is, into drafts of skills."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from skillaudit.disk.names import expanded
from skillaudit.errors import LoadError
from skillaudit.load.defects import Problem
from skillaudit.load.draft import Draft, Rejected
from skillaudit.load.installed import read_installed, without_stale
from skillaudit.load.layout import categories
from skillaudit.load.lists import FORMATS, is_list_file, read_list
from skillaudit.load.manifests import read_manifests
from skillaudit.load.place import place
from skillaudit.load.skill_file import implicit_invocation_allowed, parse_skill
from skillaudit.load.standing import Standing, client_path
from skillaudit.load.submodules import empty_submodules
from skillaudit.load.walk import SkillFile, is_skill_name, path_order, show, walk
from skillaudit.progress import Progress
from skillaudit.reading import limits, read_start
from skillaudit.reading.limits import SIDE_FILE, SKILL
from skillaudit.safety.cleaning import one_line
from skillaudit.schema import Skipped

_EVERY = 64
_AHEAD = 4 << 20
"""Bytes of files that are read before they are parsed."""


class Read(NamedTuple):
    """What one source holds."""

    drafts: list[Draft]
    skipped: list[Skipped]
    problems: Sequence[tuple[str, Problem]] = ()
    """What is wrong in files that are no skills: the file below the source, and the problem."""


def read_source(source: str | Path, shown: str, progress: Progress) -> Read:
    """Return the drafts of one source in their order, what was skipped, and what is wrong in its manifests.

    `shown` is what the source is called.

    Raises `LoadError` with one sentence when there is nothing to load.
    """
    path = expanded(source)
    try:
        exists, is_folder, is_file = path.exists(), path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:
        raise LoadError(f"{shown}: cannot be read: {_why(error)}; check the path and its rights") from None
    if not exists or not os.fspath(source):  # an empty name would be the working folder
        raise LoadError(f"{shown}: no such file or folder; give the path of {FORMATS}")
    if is_folder:
        return _read_folder(path, shown, progress)
    if not is_file:
        raise LoadError(f"{shown}: neither a file nor a folder; give the path of {FORMATS}")
    if is_list_file(path):
        return Read(*read_list(path, shown))
    if path.suffix.lower() != ".md":
        raise LoadError(f"{shown}: not a skill library; give {FORMATS}")
    return _read_single(path, shown)


def _read_folder(path: Path, shown: str, progress: Progress) -> Read:
    def tick(folders: int) -> None:
        if folders % _EVERY == 0:
            progress.update("load", 0, 0, f"{folders} folders")

    try:
        tree = walk(path, tick)
    except OSError as error:
        raise LoadError(f"{shown}: cannot be read: {_why(error)}; check the rights of the folder") from None
    installed = read_installed(path)
    files, stale = without_stale(tree.files, client_path(path.resolve()), installed)
    flat = not files
    if flat:
        files = tree.markdown
    shipping = read_manifests(path, [found.folders for found in files])
    ground = Standing(path, files, shipping, installed)
    skipped = [*tree.skipped, *stale, *empty_submodules(path), *shipping.skipped]
    drafts: list[Draft] = []
    root = path.resolve()
    taken = 0
    for number, (found, start) in enumerate(_read_ahead(files)):
        if number % _EVERY == 0:
            progress.update("load", number, len(files), found.shown)
        got = _parsed(found, start, root, flat)
        if isinstance(got, Rejected):
            skipped.append(Skipped(path=found.shown, reason=got.reason, code=got.code))
            continue
        taken += len(got.body)
        if taken > limits.LIBRARY:
            reason = f"this and the {len(files) - number - 1:,} after it: more than {limits.LIBRARY >> 20:,} MiB in all"
            skipped.append(
                Skipped(path=found.shown, reason=f"{reason}; load a part of them", code="too-many")
            )
            break
        got.root, got.shown = shown, f"{shown.rstrip('/')}/{found.shown}"
        got.place = place(path, found.folders, found.file_name)
        got.site = ground.site(found)
        drafts.append(got)
    progress.update("load", len(files), len(files))
    skipped.sort(key=lambda item: path_order(tuple(item.path.split("/"))))
    if not drafts:
        raise LoadError(_nothing(path, shown, tree.folders, skipped))
    for draft, category in zip(drafts, categories([draft.folders for draft in drafts]), strict=True):
        draft.category = category or draft.site.origin.plugin or shipping.owner(draft.folders)
    return Read(drafts, skipped, shipping.problems)


def _nothing(path: Path, shown: str, folders: int, skipped: list[Skipped]) -> str:
    searched = (
        "it and its folder"
        if folders == 2
        else f"it and its {folders - 1:,} folders"
        if folders > 2
        else "it"
    )
    told = f"; {len(skipped)} skipped, first {skipped[0].path}: {skipped[0].reason}" if skipped else ""
    said = f"{shown}: no skill found; searched {searched} for SKILL.md files{told}"
    lists = sorted(show(entry.name) for entry in path.iterdir() if is_list_file(entry))
    if lists:
        return f"{said}; it holds {lists[0]}: to load a list of tools, name the file itself"
    return f"{said}; give {FORMATS}"


def _read_single(path: Path, shown: str) -> Read:
    is_skill = is_skill_name(path.name)
    folder = path.resolve().parent.name
    found = SkillFile(os.fspath(path), (folder,) if is_skill and folder else (), path.name, False)
    got = _parsed(found, _start(found), path.resolve().parent, flat=not is_skill)
    if isinstance(got, Rejected):
        raise LoadError(f"{shown}: no skill: {got.reason}; give {FORMATS}")
    got.path, got.shown, got.root = show(path.name), shown, shown
    got.place = place(path)
    return Read([got], [])


Start = tuple[bytes, bool] | Rejected
"""The start of a file, and whether that is all of it; or why it is not there."""


def _read_ahead(files: Sequence[SkillFile]) -> Iterator[tuple[SkillFile, Start]]:
    """Yield files with what they hold, some read at a time: reading and parsing by turns costs a third more."""
    waiting: list[tuple[SkillFile, Start]] = []
    size = 0
    for found in files:
        start = _start(found)
        waiting.append((found, start))
        size += 0 if isinstance(start, Rejected) else len(start[0])
        if len(waiting) == _EVERY or size > _AHEAD:
            yield from waiting
            waiting.clear()
            size = 0
    yield from waiting


def _start(found: SkillFile) -> Start:
    try:
        return read_start(found.path, SKILL)
    except OSError as error:
        return Rejected("unreadable", f"cannot be read: {_why(error)}")


def _parsed(found: SkillFile, start: Start, root: Path, flat: bool) -> Draft | Rejected:
    """Parse one file; `flat` marks Markdown that only stands in for a skill file."""
    if isinstance(start, Rejected):
        return start
    data, complete = start
    own = show(found.folders[-1] if found.folders else root.name)
    if flat:
        got = parse_skill(data, folder="", fallback=show(Path(found.file_name).stem), complete=complete)
        if isinstance(got, Draft):
            kinds = {problem.kind for problem in got.problems}
            if kinds & {"no-frontmatter", "no-name", "no-description", "empty-description"}:
                return Rejected("not-a-skill", "Markdown without a name and a description in its frontmatter")
            got.problems.append(Problem("not-skill-md", 1, show(found.file_name)))
    else:
        got = parse_skill(data, folder=own, complete=complete)
    if isinstance(got, Rejected):
        return got
    if found.nested and found.file_name != "SKILL.md" and "frontmatter" in got.lacks:
        return Rejected("reference", "a page of the skill above it, for it has no frontmatter")
    got.path = found.shown
    got.folders = tuple(show(folder) for folder in found.folders)
    if not flat:
        if found.file_name != "SKILL.md":
            got.problems.append(Problem("file-name-case", 1, show(found.file_name)))
        if found.nested:
            got.problems.append(Problem("nested-skill", 1))
        if found.agents and not _codex_allows(Path(found.path).parent / "agents" / "openai.yaml", root):
            got.manual_only = True
            got.manual_by = (*got.manual_by, "openai.yaml")
    return got


def _codex_allows(path: Path, root: Path) -> bool:
    try:
        if not path.exists() or not path.resolve().is_relative_to(root):
            return True
        data, _ = read_start(path, SIDE_FILE)
    except OSError:
        return True
    text = data.decode("utf-8", "replace")
    return implicit_invocation_allowed(text.split("\n"))


def _why(error: Exception) -> str:
    return one_line(str(getattr(error, "strerror", None) or error))[:200].lower()
