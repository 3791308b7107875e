"""The one door through which files come in: regular files alone, and never more than their kind may hold."""

from __future__ import annotations

import codecs
import gzip
import os
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, cast

from skillaudit.disk.reading import open_file, read_file
from skillaudit.errors import UsageError
from skillaudit.reading.limits import FREE, LINE, RATIO, Bounds

_PACKED = b"\x1f\x8b"


class ReadingError(UsageError):
    """A file cannot be read, or holds more than its kind may."""


def named(path: str | os.PathLike[str]) -> str:
    """Return a path as a message can show it: on one line, with nothing that a terminal acts on."""
    return "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in os.fspath(path)
    )


def said(size: int) -> str:
    """Return a number of bytes in words."""
    return f"{size >> 20:,} MiB" if size >= 1 << 20 else f"{size >> 10:,} KiB"


def read_start(path: str | os.PathLike[str], bounds: Bounds) -> tuple[bytes, bool]:
    """Return the first `bounds.disk` bytes of a regular file, and whether that is all of it; raises OSError."""
    data = read_file(path, bounds.disk + 1)
    return data[: bounds.disk], len(data) <= bounds.disk


def read_bytes(
    path: str | os.PathLike[str],
    bounds: Bounds,
    *,
    follow: bool = True,
    error: type[UsageError] = ReadingError,
) -> bytes:
    """Return the bytes of a regular file, unpacked where it is gzip and its kind may be.

    Raises `error` with one sentence for a file that cannot be read, or holds more than `bounds`.
    """
    shown = named(path)
    try:
        data = read_file(path, bounds.disk + 1, links=follow)
    except OSError as problem:
        raise error(_unreadable(shown, bounds, problem)) from None
    if len(data) > bounds.disk:
        raise error(_too_large(shown, bounds, bounds.disk))
    if not bounds.unpacked or not data.startswith(_PACKED):
        return data
    most = _most(len(data), bounds)
    try:
        with gzip.GzipFile(fileobj=BytesIO(data)) as unpacking:
            data = unpacking.read(most + 1)
    except (OSError, EOFError, zlib.error):
        raise error(f"{shown}: the gzip data is broken; compress the file again") from None
    if len(data) > most:
        raise error(_too_large(shown, bounds, most, unpacked=True))
    return data


def read_text(
    path: str | os.PathLike[str],
    bounds: Bounds,
    *,
    error: type[UsageError] = ReadingError,
) -> str:
    """Return a file's text, without a byte order mark; raises `error` as `read_bytes`, and where it is no UTF-8."""
    data = read_bytes(path, bounds, error=error).removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise error(f"{named(path)}:{line}: not UTF-8; save the file as UTF-8") from None


def read_lines(
    path: str | os.PathLike[str], bounds: Bounds, *, error: type[UsageError] = ReadingError
) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines of a file with their numbers from 1, gzip or plain, in little memory.

    None stands for a line of more than 8 MiB. Raises `error` as `read_bytes`, and for more than
    `bounds.rows` lines.
    """
    shown = named(path)
    try:
        with open_file(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > bounds.disk:
                raise error(_too_large(shown, bounds, bounds.disk))
            packed = file.peek(2)[:2] == _PACKED
            stream = cast(BinaryIO, gzip.GzipFile(fileobj=file)) if packed else file
            most = _most(size, bounds) if packed else bounds.disk
            for number, line in enumerate(_lines(stream, most), 1):
                if number > bounds.rows:
                    raise error(f"{shown}: {bounds.what} of more than {bounds.rows:,} lines; {bounds.remedy}")
                yield number, line
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise error(f"{shown}: the gzip data is broken; compress the file again") from None
    except OSError as problem:
        raise error(_unreadable(shown, bounds, problem)) from None
    except _OverError:
        raise error(_too_large(shown, bounds, most, unpacked=packed)) from None


def follow_lines(
    path: str | os.PathLike[str], bounds: Bounds, start: int = 0
) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines of a plain file from byte `start` on, each with the byte after it, in little memory.

    For files that grow: the last line may lack its line break. None stands for a line of more than 8 MiB.
    Raises ReadingError as `read_bytes`, for more than `bounds.disk` bytes only once they are reached.
    """
    try:
        with open_file(path) as file:
            file.seek(start)
            at = start
            count = 0
            while part := file.readline(LINE):
                line: bytes | None = part
                at, count = at + len(part), count + 1
                while len(part) == LINE and not part.endswith(b"\n"):
                    line, part = None, file.readline(LINE)
                    at += len(part)
                if at > bounds.disk or count > bounds.rows:
                    raise ReadingError(_too_large(named(path), bounds, bounds.disk))
                yield at, line
    except OSError as problem:
        raise ReadingError(_unreadable(named(path), bounds, problem)) from None


class _OverError(Exception):
    """A stream holds more bytes than it may."""


def _lines(stream: BinaryIO, most: int) -> Iterator[bytes | None]:
    taken = 0
    while part := stream.readline(LINE):
        line: bytes | None = part
        taken += len(part)
        while len(part) == LINE and not part.endswith(b"\n") and taken <= most:
            line, part = None, stream.readline(LINE)
            taken += len(part)
        if taken > most:
            raise _OverError
        yield line


def _most(packed: int, bounds: Bounds) -> int:
    return min(bounds.unpacked, max(FREE, RATIO * packed))


def _too_large(shown: str, bounds: Bounds, most: int, *, unpacked: bool = False) -> str:
    after = " after unpacking" if unpacked else ""
    return f"{shown}: {bounds.what} of more than {said(most)}{after}; {bounds.remedy}"


def _unreadable(shown: str, bounds: Bounds, problem: OSError) -> str:
    if isinstance(problem, IsADirectoryError):
        return f"{shown}: a folder, not {bounds.what}; name the file in it"
    why = (problem.strerror or str(problem)).lower()
    return f"{shown}: {bounds.what} that cannot be read: {why}; check the path and its permissions"
