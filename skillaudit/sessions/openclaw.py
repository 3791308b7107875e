"""OpenClaw: one database an agent, `~/.openclaw/agents/<agent>/agent/openclaw-agent.sqlite`, and JSONL files before.

Facts from `docs/reference/session-management-compaction` of the published package 2026.9.6 and from a database that it
wrote (2026-11-30) with a server that stood in for the model: table `transcript_events`, entries as those of Pi,
either as JSON or, where they are long, packed with Zstandard, which this program has not; those are counted. What
the user says is nearly always short enough. `session_nodes` tells sessions of sub-agents, schedules and hooks.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import PurePath

from skillaudit.reading.database import columns
from skillaudit.sessions import pi
from skillaudit.sessions.lines import decode
from skillaudit.sessions.records import Session

PATTERNS = ("agents/*/agent/openclaw-agent.sqlite", "agents/*/sessions/*.jsonl")
HOME = ".openclaw"
_OTHERS = ("subagent:", "cron:", "hook:", "acp:")
"""Parts of a session's key that say that nobody was there to ask."""


def begin_file(path: PurePath) -> Session:
    """Return an empty session for a file of this name."""
    return Session(client="openclaw", id=path.stem)


take = pi.take


def sessions(connection: sqlite3.Connection) -> Iterator[Session]:
    """Yield the sessions of a database; raises ValueError where it is laid out in another way."""
    known = columns(connection, "transcript_events")
    if not {"session_id", "seq", "event_json"} <= known:
        raise ValueError("no table transcript_events as OpenClaw 2026.9 has it")
    others: set[str] = set()
    if {"session_key", "current_session_id"} <= columns(connection, "session_nodes"):
        for key, name in connection.execute("SELECT session_key, current_session_id FROM session_nodes"):
            if any(f":{part}" in f":{key}" for part in _OTHERS):
                others.add(str(name))
    session: Session | None = None
    for name, text in connection.execute(
        "SELECT session_id, event_json FROM transcript_events ORDER BY session_id, seq"
    ):
        if session is None or session.memory["row"] != str(name):
            if session is not None:
                yield session
            session = Session(client="openclaw", id=str(name), asked_by_agent=str(name) in others)
            session.memory["row"] = str(name)
        if text is None:
            session.fault("packed")
            continue
        try:
            pi.entry(session, decode(str(text).encode()))
        except ValueError:
            session.fault("broken")
    if session is not None:
        yield session
