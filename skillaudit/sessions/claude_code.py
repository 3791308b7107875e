"""Claude Code: `~/.claude/projects/<project>/<session>.jsonl`, one event a line.

Facts from transcripts that the published packages 2.1.332 and 2.0.30 wrote (2026-11-30) to a server that stood in for
the model. A user's words are lines of type `user`; a skill is loaded by the tool `Skill` (`input.skill`, `command`
before), or by the user's `/name`, which stands between tags; the listing is an attachment `skill_listing` (`content`,
and `names` in newer versions) again after a compaction. A fork copies lines with their `uuid`. Sub-agents write lines
with `isSidechain`, or files of their own, `agent-*.jsonl`.
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
    listed,
    load,
    place,
    short,
    text_of,
    typed,
    unload,
    without_reminders,
)
from skillaudit.sessions.masking import words
from skillaudit.sessions.records import Session

PATTERNS = ("projects/*/*.jsonl",)
HOME = ".claude"
_COMMAND = re.compile(r"<command-name>\s{0,20}/?([^<]{1,200})</command-name>")
_BULLET = re.compile(r"- (\S+?): (.*)")
_LOCAL = (
    "<local-command",
    "<bash-",
    "<command-",
    "<task-notification",
    "[Request interrupted",
    "Caveat: The messages below",
)
_LOADED = "Base directory for this skill:"
_ARGUMENTS = 64_000
"""Characters of what stands behind a command."""
_HOOKED = 20_000
"""Characters of what hooks said that are kept until the turn ends."""


class _Line(msgspec.Struct):
    """The parts of a line that matter; what is large stays undecoded until it is asked for."""

    type: str = ""
    uuid: str = ""
    timestamp: Any = None
    version: str | None = None
    cwd: str | None = None
    isSidechain: bool | None = False  # noqa: N815 - as the client writes it
    isMeta: bool | None = False  # noqa: N815
    isCompactSummary: bool | None = False  # noqa: N815
    subtype: str | None = None
    sourceToolUseID: str | None = None  # noqa: N815
    message: msgspec.Raw = msgspec.Raw()
    attachment: msgspec.Raw = msgspec.Raw()


_DECODER = msgspec.json.Decoder(_Line)


def begin_file(path: PurePath) -> Session:
    """Return an empty session for a file of this name."""
    return Session(
        client="claude-code",
        id=path.stem,
        asked_by_agent=path.name.startswith("agent-") or "subagents" in path.parts,
    )


def take(session: Session, line: bytes) -> None:
    """Take one line of a transcript; raises ValueError for one that is no JSON."""
    found = typed(session, _DECODER, line)
    if found is None:
        return
    session.known += bool(found.type)
    if found.isSidechain or found.type not in ("user", "assistant", "attachment", "system"):
        return
    if found.version:
        session.version = short(found.version)
    if found.cwd:
        session.project = place(found.cwd)
    if found.type == "attachment":
        _attachment(session, found)
    elif found.type == "system":
        if found.subtype == "compact_boundary":
            session.active.clear()
    elif found.type == "assistant":
        _assistant(session, found)
    else:
        _user(session, found)


def _content(found: _Line) -> tuple[Any, Any]:
    """Content and model of a line's message."""
    message = decode(bytes(found.message)) if found.message else None
    if not isinstance(message, dict):
        return None, None
    return message.get("content"), message.get("model")


def _assistant(session: Session, found: _Line) -> None:
    content, model = _content(found)
    answered(session, model)
    for part in content if isinstance(content, list) else ():
        if not isinstance(part, dict) or part.get("type") != "tool_use" or part.get("name") != "Skill":
            continue
        given = part.get("input")
        name = (given.get("skill") or given.get("command")) if isinstance(given, dict) else None
        if not isinstance(name, str):
            continue
        hooked = short(name) in session.memory.get("hook", "")
        load(session, name, "hook" if hooked else "model")
        if isinstance(part.get("id"), str):
            session.memory["call"], session.memory["called"] = part["id"], short(name.lstrip("/"))


def _user(session: Session, found: _Line) -> None:
    raw = bytes(found.message)
    if b'"tool_result"' in raw[:2_000]:
        if (call := session.memory.get("call")) and call.encode() in raw and b'"is_error":true' in raw:
            unload(session, session.memory.pop("called", ""))
        return
    if found.isCompactSummary:
        session.active.clear()
        return
    text = text_of(_content(found)[0])
    if found.isMeta:
        # The body of a skill follows the command that loaded it, and no other command has one.
        if (
            not found.sourceToolUseID
            and text.startswith(_LOADED)
            and (name := session.memory.pop("command", ""))
        ):
            _open(session, found.uuid, found.timestamp, session.memory.pop("said", "") or f"/{name}")
            load(session, name, "command")
        return
    if match := _COMMAND.search(text[:4_000]):
        _command(session, found, match[1].strip(), text)
        return
    text = without_reminders(text)
    if text and not text.startswith(_LOCAL):
        _open(session, found.uuid, found.timestamp, text)


def _command(session: Session, found: _Line, name: str, text: str) -> None:
    """A slash command is a turn where it calls a skill, which the listing or the next line tells."""
    arguments, end, _ = text.partition("<command-args>")[2].partition("</command-args>")
    said = f"/{name} {arguments[:_ARGUMENTS].strip() if end else ''}".strip()
    if session.listings and any(name == skill for skill, _ in session.listings[-1]):
        _open(session, found.uuid, found.timestamp, said)
        load(session, name, "command")
    else:
        session.memory["command"], session.memory["said"] = short(name), words(said)


def _open(session: Session, key: str, time: Any, text: str) -> None:
    session.memory.pop("hook", None)
    begin(session, key or f"{time}{text[:80]}", time, text)


def _attachment(session: Session, found: _Line) -> None:
    raw = bytes(found.attachment)
    head = raw[:400]
    if b'"skill_listing"' in head:
        _listing(session, decode(raw))
    elif b'"queued_command"' in head:
        queued = decode(raw)
        said = queued.get("prompt") if isinstance(queued, dict) else None
        text = without_reminders(text_of(said))
        if (
            isinstance(queued, dict)
            and queued.get("commandMode") in (None, "prompt")
            and not text.startswith(_LOCAL)
        ):
            _open(session, found.uuid, found.timestamp, text)
    elif b'"hook_additional_context"' in head or b'"hook_success"' in head:
        hook = decode(raw)
        said = hook.get("content") if isinstance(hook, dict) else None
        parts = said if isinstance(said, list) else [said]
        text = "\n".join(part for part in parts if isinstance(part, str))
        if text and hook.get("hookEvent") in ("UserPromptSubmit", "UserPromptExpansion"):
            session.memory["hook"] = (session.memory.get("hook", "") + text)[-_HOOKED:]


def _listing(session: Session, found: Any) -> None:
    if not isinstance(found, dict) or not isinstance(text := found.get("content"), str):
        session.fault("foreign")
        return
    told: dict[str, str] = {}
    names = found.get("names")
    if isinstance(names, list):
        told = {name: "" for name in names if isinstance(name, str)}
    for line in text.splitlines():
        if match := _BULLET.match(line):
            if not isinstance(names, list) or match[1] in told:
                told[match[1]] = match[2]
        elif line.startswith("- ") and not isinstance(names, list):
            told.setdefault(line[2:].strip(), "")
    listed(session, told.items(), add=found.get("isInitial") is False)
