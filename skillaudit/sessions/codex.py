"""Codex: `~/.codex/sessions/YYYY/MM/DD/rollout-*.jsonl`, one item a line, and `archived_sessions`.

Facts from rollouts that the published package 0.171.0 (2026-11-30) wrote to a server that stood in for the model. The
user's words are items of role `user` that are not all between tags; the listing stands in a `developer` message
between `<skills_instructions>`; the model loads a skill by showing its SKILL.md in a shell, the user by `$name`,
upon which an item `<skill>` follows. A fork names its parent (`forked_from_id`): newer ones hold only what is
new, older ones repeat the parent's items. Sub-agents name their `source`.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any

import msgspec

from skillaudit.sessions.lines import (
    answered,
    begin,
    decode,
    injected,
    listed,
    load,
    offered,
    place,
    read_by_command,
    short,
    text_of,
    typed,
    without_reminders,
)
from skillaudit.sessions.records import Session

PATTERNS = ("sessions/*/*/*/rollout-*.jsonl*", "archived_sessions/rollout-*.jsonl*")
HOME = ".codex"
_OPEN, _CLOSE = "<skills_instructions>", "</skills_instructions>"
_BULLET = re.compile(r"- (\S+?): (.*)")
_FILE = " (file: "
_SKILL = re.compile(r"\s*<skill>\s{0,20}<name>([^<]{1,200})</name>")
_INJECTED = (
    "# AGENTS.md instructions",
    "<user_instructions>",
    "<environment_context>",
    "## My request for Codex:\n<",
)
_CALLS = ("function_call", "local_shell_call", "custom_tool_call")


class _Line(msgspec.Struct):
    type: str = ""
    timestamp: Any = None
    payload: msgspec.Raw = msgspec.Raw()


_DECODER = msgspec.json.Decoder(_Line)


def begin_file(path: PurePath) -> Session:
    """Return an empty session for a file of this name."""
    return Session(client="codex", id=path.name.partition(".")[0])


def take(session: Session, line: bytes) -> None:
    """Take one line of a rollout; raises ValueError for one that is no JSON."""
    found = typed(session, _DECODER, line)
    if found is None:
        return
    session.known += bool(found.type)
    if found.type not in ("session_meta", "turn_context", "response_item", "compacted"):
        return
    payload = decode(bytes(found.payload)) if found.payload else None
    if not isinstance(payload, dict):
        session.fault("foreign")
    elif found.type == "session_meta":
        _meta(session, payload)
    elif found.type == "turn_context":
        if isinstance(payload.get("model"), str):
            session.model = short(payload["model"])
    elif found.type == "compacted":
        session.active.clear()
    else:
        _item(session, found.timestamp, payload)


def _meta(session: Session, payload: dict[str, Any]) -> None:
    if session.memory.get("meta"):  # an older fork repeats its parent's
        return
    session.memory["meta"] = "1"
    session.id = str(payload.get("id") or session.id)[:100]
    session.parent = str(payload.get("forked_from_id") or "")[:100]
    session.version = short(str(payload.get("cli_version") or ""))
    session.project = place(payload.get("cwd"))
    source = payload.get("source")
    session.asked_by_agent = (isinstance(source, dict) and "subagent" in source) or payload.get(
        "thread_source"
    ) in ("subagent", "memory_consolidation")


def _item(session: Session, time: Any, payload: dict[str, Any]) -> None:
    kind, role = payload.get("type"), payload.get("role")
    if kind == "message" and role == "user":
        _user(session, time, payload)
    elif kind == "message" and role in ("developer", "system"):
        text = text_of(payload.get("content"))
        if _OPEN in text:
            _listing(session, text.partition(_OPEN)[2].partition(_CLOSE)[0])
    elif kind == "message" and role == "assistant":
        answered(session, session.model)
    elif kind in _CALLS:
        answered(session, session.model)
        _call(session, payload)


def _user(session: Session, time: Any, payload: dict[str, Any]) -> None:
    text = text_of(payload.get("content"))
    if match := _SKILL.match(text):
        load(session, match[1], "command")
        return
    if _OPEN in text:
        _listing(session, text.partition(_OPEN)[2].partition(_CLOSE)[0])
        return
    text = without_reminders(text)
    if text.startswith(_INJECTED) or injected(text):
        return
    key = payload.get("id")
    begin(session, key if isinstance(key, str) else f"{time}{text[:80]}", time, text)


def _call(session: Session, payload: dict[str, Any]) -> None:
    """A skill is loaded where its file is shown; writing to it is no use of it."""
    name = str(payload.get("name") or "")
    if name == "apply_patch":
        return
    given = payload.get("arguments") or payload.get("input") or payload.get("action") or ""
    text = given if isinstance(given, str) else msgspec.json.encode(given).decode()
    if "apply_patch" in text:
        return
    for skill in read_by_command(text):
        full = next((known for known, _ in _last(session) if known.rpartition(":")[2] == skill), skill)
        if offered(session, full):
            load(session, full, "model")


def _last(session: Session) -> tuple[tuple[str, str], ...]:
    return session.listings[-1] if session.listings else ()


def _listing(session: Session, text: str) -> None:
    inner = text.partition("### Available skills")[2] or text
    found = []
    for line in inner.partition("\n### ")[0].splitlines():
        if match := _BULLET.match(line.rstrip()):
            told, file, path = match[2].rpartition(_FILE)
            found.append((match[1], told if file and path.find(")") == len(path) - 1 else match[2]))
    listed(session, found)
