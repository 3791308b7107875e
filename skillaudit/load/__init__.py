"""Load libraries of skills as they are in the wild: tolerantly, safely, with nothing lost silently."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from skillaudit.calling import make_callable
from skillaudit.disk.names import expanded
from skillaudit.errors import LoadError
from skillaudit.load.defects import DEFECT_KINDS, SKIP_CODES
from skillaudit.load.merge import build
from skillaudit.load.sources import read_source
from skillaudit.load.walk import show
from skillaudit.progress import SILENT, Progress
from skillaudit.safety.cleaning import clean, collapse
from skillaudit.schema import Defect, Library, Skipped

__all__ = ["DEFECT_KINDS", "SKIP_CODES", "clean", "collapse", "load"]

make_callable(__name__, "load")


def load(
    sources: str | Path | Sequence[str | Path], *, called: Sequence[str] = (), progress: Progress = SILENT
) -> Library:
    """Return the library of one or more sources; of one name in two plain folders the earlier source's counts.

    A source is a skill folder, a SKILL.md, a folder or repository with skills at any depth, a JSONL
    file of names and descriptions, or a JSON list of tools. Skills come in path order (hidden
    folders after visible ones), rows in file order. Equal content is folded into the first place
    where it stands; equal names in one source are both kept under ids with their folders. `called`, parallel to
    `sources`, are the names that they go by in the library, where those are others.

    Raises `LoadError` when a source is missing, unreadable or holds no skill.
    """
    if isinstance(sources, str | Path):
        sources = (sources,)  # a text is a sequence too, and `/` one of its letters
    if not sources:
        raise LoadError("no source given; give the path of a folder with skills")
    names = [show(str(source)) for source in called or sources]
    groups = []
    skipped: list[Skipped] = []
    defects: list[Defect] = []
    for source, name in zip(sources, names, strict=True):
        read = read_source(source, name, progress)
        groups.append(read.drafts)
        prefix = "" if len(sources) == 1 else _prefix(source, name)
        skipped += [replace(item, path=prefix + item.path) for item in read.skipped]
        defects += [
            Defect(kind=problem.kind, skill="", path=prefix + path, line=problem.line, detail=problem.detail)
            for path, problem in read.problems
        ]
    return build(names, groups, skipped, defects)


def _prefix(source: str | Path, shown: str) -> str:
    """Return what to put before a path so that it says which of several sources it belongs to."""
    return shown.rstrip("/") + "/" if expanded(source).is_dir() else shown[: shown.rfind("/") + 1]
