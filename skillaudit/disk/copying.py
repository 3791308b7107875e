"""Copy a file with its holes: what takes no room where it lies takes none where it goes."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from skillaudit.disk.reading import open_file

_BLOCK = 1 << 20


def copy_file(source: Path, target: Path) -> None:
    """Copy a regular file to a place where there is none; raises OSError as `open_file`, and where it is a link.

    A hole of a thousand gigabytes, which a packed library can bring in a hundred bytes, stays one.
    """
    with open_file(source, links=False) as reading, target.open("xb") as writing:
        if not hasattr(os, "SEEK_DATA"):
            shutil.copyfileobj(reading, writing)
            return
        handle = reading.fileno()
        size = os.fstat(handle).st_size
        for start, end in _pieces(handle, size):
            writing.seek(start)
            while start < end and (data := os.pread(handle, min(_BLOCK, end - start), start)):
                writing.write(data)
                start += len(data)
        writing.truncate(size)


def _pieces(handle: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield where a file holds data, from byte to byte; all of it where its file system does not tell."""
    end = 0
    while end < size:
        try:
            start = os.lseek(handle, end, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:  # a hole up to the end
                return
            yield end, size
            return
        end = os.lseek(handle, start, os.SEEK_HOLE)
        yield start, end
