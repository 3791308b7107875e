"""Copilot CLI: `~/.copilot/session-state/<session>/events.jsonl`, one event a line.

Facts from `session-events.schema.json` of the published package 1.0.102 and from a session that it wrote (2026-11-30)
to a server that stood in for the model. A skill that is loaded is an event `skill.invoked` with its trigger; older
versions only have the call of the tool `skill`. The listing stands in `system.message`. Events of sub-agents have an
`agentId`; what others than the user say has a `source`.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from skillaudit.sessions.lines import (
    answered,
    begin,
    decode,
    listed,
    load,
    place,
    short,
    tagged_listing,
    without_reminders,
)
from skillaudit.sessions.records import Session

PATTERNS = ("session-state/*/events.jsonl", "session-state/*.jsonl")
HOME = ".copilot"


def begin_file(path: PurePath) -> Session:
    """Return an empty session for a file of this name."""
    return Session(client="copilot-cli", id=path.parent.name if path.name == "events.jsonl" else path.stem)


def take(session: Session, line: bytes) -> None:
    """Take one line of a session; raises ValueError for one that is no JSON."""
    found = decode(line)
    if not isinstance(found, dict) or not isinstance(data := found.get("data"), dict):
        session.fault("foreign")
        return
    kind = found.get("type")
    session.known += isinstance(kind, str)
    if found.get("agentId"):
        return
    if kind == "session.start":
        session.version = short(str(data.get("copilotVersion") or ""))
        session.model = short(str(data.get("selectedModel") or ""))
        context = data.get("context")
        session.project = place(context.get("cwd")) if isinstance(context, dict) else ""
    elif kind == "session.model_change":
        session.model = short(str(data.get("newModel") or session.model))
    elif kind == "user.message":
        if data.get("source") in (None, "", "user") and isinstance(text := data.get("content"), str):
            begin(session, str(found.get("id") or ""), found.get("timestamp"), without_reminders(text))
    elif kind == "system.message":
        text = data.get("content")
        listed(session, tagged_listing(text) if isinstance(text, str) else [])
    elif kind == "assistant.message":
        answered(session, data.get("model"))
    elif kind == "session.compaction_complete":
        session.active.clear()
    else:
        _skill(session, kind, data)


def _skill(session: Session, kind: Any, data: dict[str, Any]) -> None:
    if kind in ("skill.invoked", "skill.invoked_ref") and data.get("trigger") != "context-load":
        load(session, data.get("name"), "command" if data.get("trigger") == "user-invoked" else "model")
    elif kind == "tool.execution_start" and data.get("toolName") == "skill":
        given = data.get("arguments")
        load(session, given.get("skill") or given.get("name") if isinstance(given, dict) else None, "model")
