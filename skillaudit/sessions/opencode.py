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
from skillaudit.sessions.lines import answered, begin, decode, load, place, without_reminders
from skillaudit.sessions.records import Session

PATTERNS = ("opencode.db", "opencode-*.db")
HOME = ".local/share/opencode"
_NEEDED = {
    "session": {"id", "parent_id", "directory", "version"},
    "message": {"id", "session_id", "time_created", "data"},
    "part": {"id", "message_id", "data"},
}
_QUERY = """
SELECT session.id, session.parent_id, session.directory, session.version, message.id, message.time_created,
    message.data, part.data
FROM session JOIN message ON message.session_id = session.id LEFT JOIN part ON part.message_id = message.id
ORDER BY session.id, message.time_created, message.id, part.id
"""


def sessions(connection: sqlite3.Connection) -> Iterator[Session]:
    """Yield the sessions of a database; raises ValueError where it is laid out in another way."""
    for table, needed in _NEEDED.items():
        if not needed <= columns(connection, table):
            raise ValueError(f"no table {table} as OpenCode 1.18 has it")
    session: Session | None = None
    last = ""
    for row in connection.execute(_QUERY):
        name, parent, folder, version, message, time, told, part = row
        if session is None or session.id != str(name):
            if session is not None:
                yield session
            session, last = Session(client="opencode", id=str(name), asked_by_agent=parent is not None), ""
            session.project, session.version = place(folder), str(version)[:40]
        _part(session, str(message), time, told, part, first=message != last)
        last = message
    if session is not None:
        yield session


def _part(session: Session, key: str, time: Any, told: Any, part: Any, *, first: bool) -> None:
    try:
        message, piece = _object(told), _object(part) if part is not None else {}
    except ValueError:
        session.fault("broken")
        return
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
            begin(session, key, time, without_reminders(_unquoted(text)), model=str(name or "")[:100])
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


def _object(text: Any) -> dict[str, Any]:
    value = decode(text.encode() if isinstance(text, str) else bytes(text or b"{}"))
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value
