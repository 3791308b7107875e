"""Gemini CLI: `~/.gemini/tmp/<project>/chats/session-*.jsonl`, and one JSON document before.

Facts from sessions that the published packages 0.61.0 and 0.30.0 wrote (2026-11-30) to a server that stood in for
the model. A line is a message, told by its `id` and written again when it changes, or `$set` with fields of the whole;
the tool `activate_skill` loads a skill. The log holds neither listing nor version. `kind` tells a sub-agent.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from skillaudit.sessions.lines import (
    answered,
    begin,
    decode,
    injected,
    load,
    short,
    text_of,
    without_reminders,
)
from skillaudit.sessions.records import Session

PATTERNS = ("tmp/*/chats/session-*.json*",)
HOME = ".gemini"


def begin_file(path: PurePath) -> Session:
    """Return an empty session for a file of this name."""
    return Session(client="gemini-cli", id=path.name.partition(".")[0])


def take(session: Session, line: bytes) -> None:
    """Take one line of a session; raises ValueError for one that is no JSON."""
    document(session, decode(line))


def document(session: Session, found: Any) -> None:
    """Take a whole session of an older version, or one line of a newer one."""
    if not isinstance(found, dict):
        session.fault("foreign")
        return
    if isinstance(changes := found.get("$set"), dict):
        found = changes
    if "sessionId" in found:
        session.id = str(found["sessionId"])[:100]
        session.asked_by_agent = found.get("kind") == "subagent"
        session.project = short(str(found.get("projectHash") or ""))[:16]
    messages = found.get("messages")
    for message in messages if isinstance(messages, list) else (found,):
        if isinstance(message, dict):
            _message(session, message)


def _message(session: Session, message: dict[str, Any]) -> None:
    kind, content = message.get("type"), message.get("content")
    session.known += bool(kind or message.get("sessionId") or message.get("lastUpdated"))
    if kind == "user":
        text = without_reminders(text_of(content))
        key = str(message.get("id") or f"{message.get('timestamp')}{text[:80]}")
        if text and not injected(text) and all(turn.key != key for turn in session.turns[-3:]):
            begin(session, key, message.get("timestamp"), text)
    elif kind == "gemini":
        answered(session, message.get("model"))
        calls = message.get("toolCalls")
        for call in calls if isinstance(calls, list) else ():
            if (
                isinstance(call, dict)
                and call.get("name") == "activate_skill"
                and call.get("status") != "error"
            ):
                given = call.get("args")
                load(session, given.get("name") if isinstance(given, dict) else None, "model")
