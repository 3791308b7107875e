"""Where a finding is: the file and line that it is shown at."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path, PurePosixPath

from skillaudit.schema import Finding, Location, Report

_ROW = re.compile(
    r"(?P<file>.*\.(?:jsonl?|ndjson|csv|tsv|ya?ml)(?:\.gz)?)(?::(?P<line>\d+))?(?:#\d+)?", re.IGNORECASE
)
"""A row of a list: a line of it, an entry of it, or an entry of a line."""
_ORIGIN = re.compile(r"(?P<file>.+):(?P<line>[0-9]{1,9})")
_WORD = re.compile(r"\w+")


def place(location: Location | None, report: Report, *, here: bool = False) -> tuple[str, int]:
    """Return the file and line of a location, the file from the root of the repository, where CI looks for it.

    That is the one around the folder that the program was started in; without a repository, the file is told from
    that folder; with `here` too, outside it as the source was named. A row of a list file has its own line. Without a
    location, the first source stands for the library.
    """
    sources = report.library.sources
    if location is None or not location.path:
        return _below(sources[0] if sources else ".", "", here), 1
    path, line = location.path, max(1, location.line)
    if match := _ROW.fullmatch(path):
        path, line = match["file"], max(1, int(match["line"] or line))
    root = location.root or (sources[0] if len(sources) == 1 else "")
    return _below(root, path, here), line


def finding_place(finding: Finding, report: Report, *, here: bool = False) -> tuple[str, int]:
    """Return where a finding is shown: its own location, else the file of its first skill."""
    if finding.location is None or not finding.location.path:
        first = next((skill for skill in report.skills if skill.id in finding.skills[:1]), None)
        if first is not None and first.path:
            return place(Location(path=first.path), report, here=here)
    return place(finding.location, report, here=here)


def origin_place(origin: str, report: Report) -> tuple[str, int]:
    """Return the file of a request, told from the working folder, and its line; 0 where that is not known."""
    match = _ORIGIN.fullmatch(origin)
    path, line = (match["file"], int(match["line"])) if match else (origin, 0)
    return place(Location(path=path), report, here=True)[0], line


def line_of(lines: Iterable[str], sentence: str) -> int:
    """Return the first line that shares most words with a sentence, which may have been cleaned; 1 where none does."""
    words = set(_WORD.findall(sentence.casefold()))
    shared = [len(words.intersection(_WORD.findall(line.casefold()))) for line in lines]
    return shared.index(max(shared)) + 1 if any(shared) else 1


def _below(root: str, path: str, here: bool) -> str:
    """Join a source and a path in it, relative to the repository, or to the working folder, that it lies in."""
    folder = os.getcwd()  # noqa: PTH109 - asked for every finding, and a path would be taken apart each time
    return _joined(root, path, folder if here else _repository(folder), folder, here)


@lru_cache(1 << 16)
def _joined(root: str, path: str, top: str, folder: str, here: bool) -> str:
    base = PurePosixPath(root.replace("\\", "/") or ".")
    own = PurePosixPath(path.replace("\\", "/"))
    joined = base if path and base.name == own.name and len(own.parts) == 1 and base.suffix else base / own
    whole = Path(os.path.normpath(folder / Path(joined).expanduser()))
    if whole.is_relative_to(top):
        return whole.relative_to(top).as_posix()
    if here:  # an editor finds it as the user named it
        return (whole if base.is_absolute() else PurePosixPath(os.path.normpath(joined))).as_posix()
    outside = own if base.is_absolute() else joined
    return "/".join(part for part in outside.parts if part not in {"..", ".", "/"}) or "."


def _repository(folder: str) -> str:
    """Return the root of the repository around a folder, or that folder where there is none."""
    here, last = folder, ""
    while here != last:
        if os.path.exists(f"{here}/.git"):  # noqa: PTH110 - as above
            return here
        here, last = os.path.dirname(here), here  # noqa: PTH120
    return folder
