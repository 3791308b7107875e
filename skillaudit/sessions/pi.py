"""Pi: `~/.pi/agent/sessions/--<folder>--/<time>_<id>.jsonl`, a tree of entries, one a line.

Facts from `docs/session-format.md` of the published package 1.6.0 and from sessions that it wrote (2026-11-30) to a
server that stood in for the model: versions 1 to 3. The listing is a section of a system message; a skill is
loaded by reading its SKILL.md, or by the user's `/skill:name`, which puts `<skill name=...>` before the words. A
fork names its `parentSession` and copies entries with their ids.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

from skillaudit.sessions.lines import (
    answered,
    begin,
    decode,
    listed,
    load,
    place,
    read_by_command,
    short,
    skill_files,
    tagged_listing,
    text_of,
    without_reminders,
)
from skillaudit.sessions.records import Session

PATTERNS = ("sessions/*/*.jsonl", "agent/sessions/*/*.jsonl")
HOME = ".pi/agent"
_CALLED = re.compile(r'\s*<skill name="([^"<>]{1,200})"')
_COMMAND = re.compile(r"/skill[ :](\S{1,200})")


def begin_file(path: PurePath) -> Session:
    """Return an empty session for a file of this name."""
    return Session(client="pi", id=path.stem)


def take(session: Session, line: bytes) -> None:
    """Take one line of a session; raises ValueError for one that is no JSON."""
    entry(session, decode(line))


def entry(session: Session, found: Any) -> None:
    """Take one entry of a session of Pi, or of what is built on it."""
    if not isinstance(found, dict) or not isinstance(found.get("type"), str):
        session.fault("foreign")
        return
    kind = found["type"]
    session.known += kind in ("session", "message", "compaction", "model_change", "custom", "branch_summary")
    if kind == "session":
        session.id = str(found.get("id") or session.id)[:100]
        session.project = place(found.get("cwd"))
        session.parent = PurePath(str(found.get("parentSession") or "")).stem.rpartition("_")[2][:100]
    elif kind == "model_change":
        session.model = short(str(found.get("modelId") or session.model))
    elif kind in ("compaction", "reset"):
        session.active.clear()
    elif kind == "message" and isinstance(message := found.get("message"), dict):
        _message(session, found, message)


def _message(session: Session, found: dict[str, Any], message: dict[str, Any]) -> None:
    role = message.get("role")
    if role == "user":
        _user(session, found, text_of(message.get("content")))
    elif role == "system":
        sections = message.get("sections")
        text = (
            "\n".join(part for part in sections.values() if isinstance(part, str))
            if isinstance(sections, dict)
            else ""
        )
        listed(session, tagged_listing(text or text_of(message.get("content"))))
    elif role == "assistant":
        answered(session, message.get("model"))
        content = message.get("content")
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and part.get("type") == "toolCall":
                _call(session, part)


def _user(session: Session, found: dict[str, Any], text: str) -> None:
    name = ""
    if match := _CALLED.match(text):
        name, text = match[1], text.partition("</skill>")[2].strip()
        text = f"/skill:{name} {text}".strip()
    elif match := _COMMAND.match(text):
        name = match[1]
    key = f"{found.get('id')}{found.get('timestamp')}"
    begin(session, key, found.get("timestamp"), without_reminders(text))
    if name:
        load(session, name, "command")


def _call(session: Session, part: dict[str, Any]) -> None:
    given = part.get("arguments")
    if not isinstance(given, dict):
        return
    if part.get("name") == "read" and isinstance(path := given.get("path") or given.get("file_path"), str):
        names = skill_files(path)
    elif isinstance(command := given.get("command"), str):
        names = read_by_command(command)
    else:
        return
    for name in names:
        load(session, name, "model")
