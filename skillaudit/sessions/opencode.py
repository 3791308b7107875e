"""OpenCode: the database `~/.local/share/opencode/opencode.db`.

Facts from a database that the published package 1.18.33 wrote (2026-11-30) with a server that stood in for the
model: tables `session`, `message` and `part`, the last two with JSON in `data`. The tool `skill` loads a skill. There
is no listing in it. A session with a `parent_id` is a sub-agent's. Only these tables are read: the same file
holds credentials. The JSON files of versions before the database are not read.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from skillaudit.reading.database import columns
from skillaudit.sessions.lines import answered, begin, decode, load, place, short, without_reminders
from skillaudit.sessions.records import Session

PATTERNS = ("opencode.db", "opencode-*.db")
HOME = ".local/share/opencode"
_NEEDED = {
    "session": {"id", "parent_id", "directory", "version"},
    "message": {"id", "session_id", "time_created", "data"},
    "part": {"id", "message_id", "data"},
}
_QUERY = """
SELECT session.id, session.parent_id IS NOT NULL, session.directory, session.version, message.id, message.time_created,
    message.rowid, part.rowid
FROM session JOIN message ON message.session_id = session.id LEFT JOIN part ON part.message_id = message.id
WHERE max(length(session.id), length(message.id), length(ifnull(part.id, ''))) <= 200
    AND max(length(ifnull(session.directory, '')), length(ifnull(session.version, ''))) <= 4000
    AND length(ifnull(message.time_created, '')) <= 40
ORDER BY session.id, message.time_created, message.id, part.id
"""
"""Without what is long: a message of many parts would be sorted as many times."""


def sessions(connection: sqlite3.Connection) -> Iterator[Session]:
    """Yield the sessions of a database; raises ValueError where it is laid out in another way."""
    for table, needed in _NEEDED.items():
        if not needed <= columns(connection, table):
            raise ValueError(f"no table {table} as OpenCode 1.18 has it")
    session: Session | None = None
    last = ""
    told: dict[str, Any] | None = None
    for row in connection.execute(_QUERY):
        name, forked, folder, version, message, time, at, part = row
        if session is None or session.id != str(name):
            if session is not None:
                yield session
            session, last = Session(client="opencode", id=str(name), asked_by_agent=bool(forked)), ""
            session.project, session.version = place(folder), short(str(version))
        if first := message != last:
            told, last = _data(connection, "message", at), message
        piece = {} if part is None else _data(connection, "part", part)
        if told is None or piece is None:
            session.fault("broken")
        else:
            _part(session, str(message), time, told, piece, first=first)
    if session is not None:
        yield session


def _part(
    session: Session, key: str, time: Any, message: dict[str, Any], piece: dict[str, Any], *, first: bool
) -> None:
    session.known += 1
    if message.get("role") == "user":
        text = piece.get("text")
        if (
            piece.get("type") == "text"
            and isinstance(text, str)
            and not piece.get("synthetic")
            and not piece.get("ignored")
        ):
            model = message.get("model")
            name = model.get("modelID") if isinstance(model, dict) else ""
            begin(session, key, time, without_reminders(_unquoted(text)), model=short(str(name or "")))
    elif message.get("role") == "assistant":
        if first:
            answered(session, message.get("modelID"))
        state = piece.get("state")
        if piece.get("type") == "tool" and piece.get("tool") == "skill" and isinstance(state, dict):
            given = state.get("input")
            if isinstance(given, dict) and state.get("status") != "error":
                load(session, given.get("name"), "model")


def _unquoted(text: str) -> str:
    """`opencode run` puts what it was given between quotes."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _data(connection: sqlite3.Connection, table: str, row: int) -> dict[str, Any] | None:
    """Return the object in a row, empty for none; None for what is no object."""
    found = connection.execute(f"SELECT data FROM {table} WHERE rowid = ?", (row,)).fetchone()
    text = found[0] if found is not None else 0
    if text is None:
        return {}
    if not isinstance(text, str | bytes):  # bytes() of a number are as many zeros
        return None
    try:
        value = decode(text.encode() if isinstance(text, str) else text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None
