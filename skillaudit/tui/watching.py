"""Whether the files of a library are as they were: how many, how large, and when they were written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

MOST = 200_000
"""Files that are looked at; a library beyond that is seen in part."""
PASSED_BY = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv"})

Look = tuple[int, int, int]
"""Files, their bytes together, and the latest time at which one was written, in nanoseconds."""


def fingerprint(sources: Iterable[str]) -> Look:
    """Look at every file of `sources` without reading it; links are not followed."""
    count = size = latest = 0
    for facts in _files(sources):
        count, size, latest = count + 1, size + facts.st_size, max(latest, facts.st_mtime_ns)
        if count >= MOST:
            break
    return count, size, latest


def _files(sources: Iterable[str]) -> Iterator[os.stat_result]:
    waiting = list(sources)
    while waiting:
        path = waiting.pop()
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if entry.name not in PASSED_BY:
                            waiting.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        yield entry.stat(follow_symlinks=False)
        except NotADirectoryError:
            yield Path(path).stat()
        except OSError:
            continue
