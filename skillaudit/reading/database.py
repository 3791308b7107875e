"""Databases of other programs, read from memory: nothing is locked, made or changed beside them."""

from __future__ import annotations

import os
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from skillaudit.errors import UsageError
from skillaudit.reading.files import ReadingError, named, read_bytes
from skillaudit.reading.limits import MIB, Bounds
from skillaudit.safety.cleaning import one_line

FAULTS = (sqlite3.Error, UnicodeDecodeError, MemoryError)
"""What SQLite raises of a damaged file: the second where its sentence quotes bytes that are no text, the third where a
length in it is beyond all memory."""
_MAGIC = b"SQLite format 3\0"
_WAL = (0x377F0682, 0x377F0683)
_FRAME = 24
"""Bytes before each page of a write-ahead log."""
_LONGEST = 16 * MIB
"""Bytes of one value or row."""
STEPS = 100_000_000
"""Steps of SQLite's machine for all queries; a row of a join of three tables takes some dozen."""
_TICK = 1_000_000


def words_of(fault: object) -> str:
    """Return in a line what is wrong with a file, which may quote it; `MemoryError` has no words."""
    return one_line(str(fault))[:200] or "a length in it is beyond all memory"


@contextmanager
def open_database(path: str | os.PathLike[str], bounds: Bounds) -> Iterator[sqlite3.Connection]:
    """Yield a copy in memory of a SQLite file, with what its write-ahead log has committed.

    Memory reaches twice the bytes of the file, and once those of its log.
    The layout of the file is SQLite's own (https://sqlite.org/fileformat2.html). Raises ReadingError for a file that
    is no database, cannot be read or holds more than `bounds`, and turns a `sqlite3.Error` of the block into it:
    among them the end of its patience, for a few rows that are joined with each other are as many as their product.
    """
    data = read_bytes(path, bounds)
    if not data.startswith(_MAGIC) or len(data) < 512:
        raise ReadingError(f"{named(path)}: not {bounds.what}; {bounds.remedy}")
    whole = bytearray(data)
    del data
    with suppress(UsageError):
        _commit(whole, read_bytes(f"{os.fspath(path)}-wal", bounds))
    # Mode 2 of the header asks for the log's file, which a copy in memory has not.
    whole[18:20] = b"\1\1"
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(whole)
        del whole
        connection.execute("PRAGMA query_only = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        ticks = iter(range(STEPS // _TICK))
        connection.set_progress_handler(lambda: next(ticks, None) is None, _TICK)
        yield connection
    except FAULTS as problem:
        raise ReadingError(
            f"{named(path)}: {bounds.what} that cannot be read ({words_of(problem)}); {bounds.remedy}"
        ) from None
    finally:
        connection.close()


def columns(connection: sqlite3.Connection, table: str) -> frozenset[str]:
    """Return the columns of a table; none where no table of that name holds its rows itself."""
    real = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name = ?"
    if connection.execute(real, (table,)).fetchone() is None:
        return frozenset()
    return frozenset(row[0] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,)))


def _commit(data: bytearray, log: bytes) -> None:
    """Lay the pages of its log's committed transactions over a database."""
    if len(log) < 32:
        return
    magic, _, size, _, *salts = struct.unpack_from(">6I", log)
    if magic not in _WAL or not 512 <= size <= 65_536 or size & (size - 1):
        return
    pages: dict[int, int] = {}
    waiting: dict[int, int] = {}
    total = 0
    for at in range(32, len(log) - _FRAME - size + 1, _FRAME + size):
        page, after, *own = struct.unpack_from(">4I", log, at)
        if own != salts or not page:
            break
        waiting[page] = at + _FRAME
        if after:
            pages.update(waiting)
            waiting, total = {}, after
    if not pages or total * size > len(data) + len(log):
        return
    del data[total * size :]
    data.extend(bytes(total * size - len(data)))
    for page, start in pages.items():
        if page <= total:
            data[(page - 1) * size : page * size] = log[start : start + size]
