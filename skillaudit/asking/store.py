"""One SQLite file that may be damaged, foreign, shared or on a full disk: each of these is one sentence."""

from __future__ import annotations

import contextlib
import errno
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from skillaudit.errors import MissingError, SkillAuditError, UsageError
from skillaudit.reading.database import FAULTS, words_of

T = TypeVar("T")

_BUSY_SECONDS = 30.0
_LONGEST = 1 << 26
"""Bytes of one value, or one row; more is damage."""
_ROOM = 4 << 20
"""Bytes held beside the file for the day that the disk is full: what calls in flight bring fits in."""
_MACHINE = {
    sqlite3.SQLITE_FULL: "make room on its disk",
    sqlite3.SQLITE_IOERR: "look after its disk",
    sqlite3.SQLITE_READONLY: "allow writing to it",
    sqlite3.SQLITE_CANTOPEN: "allow writing to its folder",
    sqlite3.SQLITE_BUSY: "end the process that holds it",
    sqlite3.SQLITE_LOCKED: "end the process that holds it",
    sqlite3.SQLITE_NOMEM: "free some memory",
}
"""What the machine cannot do just now, and the remedy; any other fault lies in the file itself."""
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EIO}


class NoRoomError(MissingError):
    """Nothing more can be written to the file, whose content is as it was."""


class Store:
    """The file of one process; not for use by several threads.

    `tables` are the statements that lay it out. A file with any other tables, views or triggers is refused, so that
    nothing in a strange one is ever run.
    """

    def __init__(self, path: Path, tables: str, version: int) -> None:
        """Open or create the file; raises `UsageError` for one that is something else, `NoRoomError` on a full disk."""
        self.path = path
        self._tables, self._version = tables, version
        self._held = path.with_name(path.name + ".room")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise
        except (OSError, *FAULTS) as error:
            if _code(error) in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM}:
                raise self._failure(error) from error
            raise UsageError(
                f"{path}: cannot be used as a probe's log ({_plain(error)}); name another --log"
            ) from error

    def _prepare(self) -> None:
        self._db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        # In this order: whoever lays the file out at the same time does both at once.
        laid_out = bool(_schema(self._db))
        found = self._found()
        if found == 0 and not laid_out:
            self._db.execute("PRAGMA journal_mode = WAL")
            with self.change():
                if not self._found():
                    _lay_out(self._db, self._tables)
                    self._db.execute(f"PRAGMA user_version = {self._version}")
        elif found and found != self._version:
            raise sqlite3.DatabaseError(f"its format is {found}, not {self._version}")
        if _schema(self._db) != _expected(self._tables):
            raise sqlite3.DatabaseError("its tables are those of something else")
        # A killed process loses nothing; only a power cut can lose the last answers.
        self._db.execute("PRAGMA synchronous = NORMAL")

    def _found(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def close(self, *, last: bool) -> None:
        """Close the file; the last process to use it gives up the room that is held."""
        if last:
            self.give_room()
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def rows(self, kind: type[T], statement: str, parameters: Sequence[Any] = ()) -> Iterator[T]:
        """Yield rows as tuples of `kind`; raises `UsageError` where a value is of another type."""
        with self._told():
            for row in self._db.execute(statement, parameters):
                yield msgspec.convert(row, type=kind)

    def row(self, kind: type[T], statement: str, parameters: Sequence[Any] = ()) -> T | None:
        """Return the first row, if there is one; errors as for `rows`."""
        return next(self.rows(kind, statement, parameters), None)

    def do(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Carry out a statement and return how many rows it changed."""
        return self._db.execute(statement, parameters).rowcount

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """All that is done inside is written, or none of it; raises `NoRoomError` where the machine cannot."""
        with self._told():
            # IMMEDIATE takes the write lock at once: upgrading a read lock later would fail, not wait.
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # some faults have done it already
                    self._db.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (*FAULTS, msgspec.ValidationError) as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> SkillAuditError:
        remedy = _MACHINE.get(_code(error))
        if remedy is None:
            return self.damaged(error)
        return NoRoomError(
            f"{self.path}: nothing can be written there ({_plain(error)}); {remedy}, or name another --log"
        )

    def damaged(self, error: object) -> UsageError:
        """Return the error that says so."""
        return UsageError(f"{self.path}: is damaged ({_plain(error)}); name another --log")

    def hold_room(self) -> None:
        """Take a little of the disk, so that answers which are under way when it fills up can still be written.

        Raises `NoRoomError` where not even that much is left.
        """
        if self._held.exists():  # another process holds it, or left it behind
            return
        try:
            self._held.write_bytes(secrets.token_bytes(_ROOM))  # no file system makes these smaller
        except OSError as error:
            self.give_room()
            raise NoRoomError(
                f"{self._held}: cannot be written ({error.strerror}); make room on its disk, or name another --log"
            ) from error

    def give_room(self) -> None:
        """Give the room that is held back to the disk, and with it what the log of changes takes."""
        with contextlib.suppress(OSError):
            self._held.unlink(missing_ok=True)
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _plain(error: object) -> str:
    """An error's words without what a file may have put into them."""
    return words_of(error)


def _code(error: Exception) -> int:
    """SQLite's number for a fault, without its details; 0 where there is none."""
    if isinstance(error, OSError):
        return sqlite3.SQLITE_FULL if error.errno in _FULL else 0
    return int(getattr(error, "sqlite_errorcode", None) or 0) & 0xFF


def _schema(db: sqlite3.Connection) -> set[tuple[object, ...]]:
    """Everything that is laid out in a file, without SQLite's own statistics."""
    found = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master")
    return {row for row in found if not str(row[1]).startswith("sqlite_stat")}


@cache
def _expected(tables: str) -> set[tuple[object, ...]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        _lay_out(db, tables)
        return _schema(db)


def _lay_out(db: sqlite3.Connection, tables: str) -> None:
    for statement in tables.split(";"):
        db.execute(statement)
