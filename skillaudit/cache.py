"""A small store on disk for what is dear to compute: vectors, and results derived from them."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from skillaudit.disk.homes import home_for
from skillaudit.disk.names import expanded
from skillaudit.disk.state import user_key
from skillaudit.errors import UsageError
from skillaudit.reading.database import FAULTS, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

CACHE_VARIABLE = "SKILLAUDIT_CACHE"
FORMAT = 2
"""Version of the tables. It is part of the file name, so that two releases never fight over one file."""
MAX_BYTES = 1 << 30
"""When the file holds more than this, the oldest quarter of its rows goes (first in, first out)."""
_BUSY_SECONDS = 10.0
_MOST_BLOB = 1 << 28
_MOST_VECTOR = 1 << 16
"""Bytes of one row beyond which it is none of ours, and not even fetched."""
_CHECK = 8
"""Bytes of the checksum that stands before every value."""
_SEAL = 32
_PARAMETERS = 900  # below the 999 that old builds of SQLite allow

_TABLES = """
CREATE TABLE models (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY, model INTEGER NOT NULL, digest TEXT NOT NULL, vector BLOB NOT NULL,
    UNIQUE (model, digest)
);
CREATE TABLE blobs (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, UNIQUE (kind, key)
);
"""


def cache_folder(folder: Path | None = None) -> Path:
    """Return `folder`, else `$SKILLAUDIT_CACHE`, else the user's own cache folder."""
    if folder is not None:
        return folder
    if named := os.environ.get(CACHE_VARIABLE):
        folder = expanded(named)
        if str(folder).startswith("~"):
            raise UsageError(f"{CACHE_VARIABLE}: {named}: there is no such user; write the path in full")
        return folder
    try:
        return home_for("cache")
    except OSError as error:
        raise UsageError(f"{error.strerror}, name a folder in {CACHE_VARIABLE}, or use --no-cache") from error


class Cache:
    """Vectors by model and text digest, and other results by kind and key, in one SQLite file.

    The file is opened at the first use. Several processes and threads may use it at once. The cache
    never raises: what cannot be read counts as absent, what cannot be written is dropped, and `notes`
    says so once. A damaged file is set aside (`.damaged`) and a new one begun.

    Every value carries a checksum over itself and the key that it stands under; one that does not fit, is of
    another type, or is no finite vector of some length, counts as absent. What decides a gate is sealed with
    the user's own key.
    """

    def __init__(self, folder: Path | None = None, *, max_bytes: int = MAX_BYTES) -> None:
        self.path = cache_folder(folder) / f"cache-{FORMAT}.sqlite"
        self._max_bytes = max_bytes
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._readable = self._writable = True
        self._notes: list[str] = []
        self._lock = threading.RLock()
        self._key: bytes | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the user about what the cache could not do."""
        return tuple(self._notes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a later use opens it again."""
        with self._lock:
            if self._connection is not None:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.close()
                self._connection = None

    def get_vectors(self, model_key: str, digests: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the known vectors among `digests`, each read-only and of shape (d,)."""

        def select(connection: sqlite3.Connection) -> dict[str, NDArray[np.float32]]:
            known: dict[str, NDArray[np.float32]] = {}
            for start in range(0, len(digests), _PARAMETERS):
                chunk = digests[start : start + _PARAMETERS]
                rows = connection.execute(
                    "SELECT v.digest, v.vector FROM vectors v JOIN models m ON m.id = v.model "
                    f"WHERE m.key = ? AND length(v.vector) <= ? AND v.digest IN ({','.join('?' * len(chunk))})",
                    (model_key, _MOST_VECTOR, *chunk),
                ).fetchall()
                size = next(iter(known.values())).nbytes if known else 0
                known |= _as_vectors(_intact(model_key, rows), size)
            return known

        return self._read(select) or {}

    def put_vectors(self, model_key: str, digests: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Store row i of `vectors`, shape (n, d), under `digests[i]`, all of them or none."""
        import numpy as np

        rows = np.ascontiguousarray(vectors, dtype="<f4")
        if rows.ndim != 2 or len(rows) != len(digests):
            raise ValueError(f"{len(digests)} digests need as many rows, got shape {rows.shape}")

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR IGNORE INTO models (key) VALUES (?)", (model_key,))
            (model,) = connection.execute("SELECT id FROM models WHERE key = ?", (model_key,)).fetchone()
            connection.executemany(
                "INSERT OR REPLACE INTO vectors (model, digest, vector) VALUES (?, ?, ?)",
                (
                    (model, digest, _checked(row.tobytes(), model_key, digest))
                    for digest, row in zip(digests, rows, strict=True)
                ),
            )

        self._write(insert)

    def get_blob(self, kind: str, key: str) -> bytes | None:
        """Return the bytes stored under `kind` and `key`, or None."""

        def select(connection: sqlite3.Connection) -> object:
            row = connection.execute(
                "SELECT value FROM blobs WHERE kind = ? AND key = ? AND length(value) <= ?",
                (kind, key, _MOST_BLOB),
            ).fetchone()
            return row[0] if row else None

        return _unchecked(self._read(select), kind, key)

    def put_blob(self, kind: str, key: str, value: bytes) -> None:
        """Store `value` under `kind` and `key`, replacing what was there."""

        def insert(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO blobs (kind, key, value) VALUES (?, ?, ?)",
                (kind, key, _checked(value, kind, key)),
            )

        self._write(insert)

    def get_sealed(self, kind: str, key: str) -> bytes | None:
        """Return the bytes that this user sealed under `kind` and `key`, or None."""
        value = self.get_blob(kind, key)
        secret = self._secret() if value is not None else b""
        if value is None or not secret or len(value) < _SEAL:
            return None
        seal, value = value[:_SEAL], value[_SEAL:]
        return value if hmac.compare_digest(seal, _seal(secret, value, kind, key)) else None

    def put_sealed(self, kind: str, key: str, value: bytes) -> None:
        """Store `value` with a seal of the user's own key, which nobody else can make."""
        if secret := self._secret():
            self.put_blob(kind, key, _seal(secret, value, kind, key) + value)

    def _secret(self) -> bytes:
        """Return the user's key; empty, which is noted once, where there can be none."""
        if self._key is None:
            try:
                self._key = user_key()
            except OSError as error:
                self._key = b""
                self._note("keeps no reports without a key of yours", error)
        return self._key

    def _read(self, select: Callable[[sqlite3.Connection], T]) -> T | None:
        """Return what `select` finds, or None when the file cannot be read, which is noted."""
        with self._lock:
            connection = self._open()
            if connection is None:
                return None
            try:
                return select(connection)
            except sqlite3.OperationalError as error:
                self._readable = self._writable = False
                self._note("cannot be read", error)
            except FAULTS as error:
                self._set_aside(error)
            return None

    def _write(self, change: Callable[[sqlite3.Connection], None]) -> None:
        """Run `change` in a transaction; a failure leaves the file as it was and is noted."""
        with self._lock:
            connection = self._open() if self._writable else None
            if connection is None:
                return
            try:
                # IMMEDIATE takes the write lock at once: upgrading a read lock later would fail, not wait.
                connection.execute("BEGIN IMMEDIATE")
                change(connection)
                self._evict(connection)
                connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                self._writable = False
                self._note("cannot be written", error)
            except FAULTS as error:
                self._set_aside(error)
            finally:
                with contextlib.suppress(sqlite3.Error):
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")

    def _open(self) -> sqlite3.Connection | None:
        if self._connection is None and self._readable:
            try:
                self._connection = self._connect()
            except (OSError, sqlite3.OperationalError) as error:
                self._readable = self._writable = False
                self._note("cannot be opened", error)
            except FAULTS as error:
                self._set_aside(error)
                if self._readable:
                    return self._open()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(
            self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            self._inode = self.path.stat().st_ino
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version == 0:
                _create(connection)
            elif version != FORMAT:
                raise sqlite3.DatabaseError(f"its format is {version}, not {FORMAT}")
            if odd := connection.execute(_STRANGERS).fetchone():
                raise sqlite3.DatabaseError(f"it holds a {odd[0]!s:.20} of somebody else's")
            # A lost last write after a power cut costs a recomputation, so there is no fsync per commit.
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection

    def _evict(self, connection: sqlite3.Connection) -> None:
        counts = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in _SIZES]
        pages, free, page_size = counts
        if (pages - free) * page_size <= self._max_bytes:
            return
        for table in ("vectors", "blobs"):
            connection.execute(
                f"DELETE FROM {table} WHERE id <= (SELECT min(id) + (max(id) - min(id)) / 4 FROM {table})"
            )

    def _set_aside(self, error: Exception) -> None:
        """Move a damaged file out of the way, unless another process has already replaced it."""
        self.close()
        try:
            if self.path.stat().st_ino == self._inode:
                for suffix in ("-wal", "-shm"):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
                self.path.replace(self.path.with_name(self.path.name + ".damaged"))
                self._note("was damaged and begun anew", error)
        except OSError as failure:
            self._readable = self._writable = False
            self._note("is damaged and cannot be replaced", failure)

    def _note(self, what: str, error: Exception) -> None:
        self._notes.append(f"The cache {self.path} {what} ({words_of(error)}).")


_STRANGERS = (
    "SELECT type FROM sqlite_schema "
    "WHERE type NOT IN ('table', 'index') OR name NOT IN ('models', 'vectors', 'blobs') AND name NOT LIKE 'sqlite_%'"
)
"""Views and triggers, which can do anything, and other tables."""
_SIZES = ("page_count", "freelist_count", "page_size")


def _create(connection: sqlite3.Connection) -> None:
    """Lay out an empty file, once, however many processes start at the same time."""
    connection.execute("PRAGMA page_size = 8192")  # five vectors of 384 floats to a page, without overflow
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")


def _check(value: bytes, *names: str) -> bytes:
    digest = hashlib.blake2b(value, digest_size=_CHECK)
    digest.update("\0".join(names).encode("utf-8", "surrogatepass"))
    return digest.digest()


def _checked(value: bytes, *names: str) -> bytes:
    return _check(value, *names) + value


def _unchecked(stored: object, *names: str) -> bytes | None:
    """Return the value behind its checksum; None where it is damaged, or of another place."""
    if not isinstance(stored, bytes) or len(stored) < _CHECK:
        return None
    value = stored[_CHECK:]
    return value if stored[:_CHECK] == _check(value, *names) else None


def _seal(secret: bytes, value: bytes, *names: str) -> bytes:
    told = "\0".join(("skillaudit cache", *names, "")).encode("utf-8", "surrogatepass")
    return hmac.digest(secret, told + value, "sha256")


def _intact(model_key: str, rows: Sequence[tuple[object, object]]) -> list[tuple[str, bytes]]:
    found = []
    for digest, stored in rows:
        if isinstance(digest, str) and (value := _unchecked(stored, model_key, digest)) is not None:
            found.append((digest, value))
    return found


def _as_vectors(rows: list[tuple[str, bytes]], size: int) -> dict[str, NDArray[np.float32]]:
    """Give each key its row of one matrix; a row that has not `size` bytes, or no direction, is absent.

    Where `size` is 0, it is that of the first row.
    """
    import numpy as np

    size = size or (len(rows[0][1]) if rows else 0)
    if size == 0 or size % 4:
        return {}
    whole = [row for row in rows if len(row[1]) == size]
    matrix = np.frombuffer(b"".join([row[1] for row in whole]), dtype="<f4").reshape(len(whole), size // 4)
    lengths = np.einsum("ij,ij->i", matrix, matrix, dtype=np.float64)
    keys = [row[0] for row in whole]
    return {key: row for key, row, length in zip(keys, matrix, lengths, strict=True) if 0 < length < np.inf}
