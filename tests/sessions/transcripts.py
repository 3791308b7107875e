"""Transcripts as each client writes them, made by hand after files that the published packages wrote."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

SKILLS = (("alpha", "Turns a table into a chart."), ("beta", "Writes release notes from commits."))
Steps = Sequence[tuple[Any, ...]]
"""`("ask", words)`, `("load", skill)`, `("call", skill, words)`, `("compact",)`, `("list", skills)`, `("answer",)`,
`("hook", text)`."""


def when(at: int, day: str = "2026-11-30") -> str:
    """The time of an event."""
    return f"{day}T05:{at // 60 % 60:02d}:{at % 60:02d}.123Z"


def write(path: Path, events: Iterable[Any]) -> Path:
    """Write events a line each, without blanks, as all these clients do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(event, separators=(",", ":"), ensure_ascii=False) for event in events)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


def claude_code(
    home: Path, name: str, steps: Steps, *, day: str = "2026-11-30", project: str = "/tmp/p"
) -> Path:
    """A session of Claude Code 2.1."""
    events: list[dict[str, Any]] = []

    def add(kind: str, **fields: Any) -> None:
        events.append(
            {
                "parentUuid": None, "isSidechain": False, "type": kind, "uuid": f"{name}-{len(events)}",
                "timestamp": when(len(events), day), "userType": "external", "cwd": project, "sessionId": name,
                "version": "2.1.332", "gitBranch": "main",
            } | fields
        )  # fmt: skip

    def said(text: str, **fields: Any) -> None:
        add("user", message={"role": "user", "content": text}, **fields)

    def meta(text: str, **fields: Any) -> None:
        add(
            "user",
            message={"role": "user", "content": [{"type": "text", "text": text}]},
            isMeta=True,
            **fields,
        )

    def answer(*content: Any) -> None:
        message = {
            "id": "m",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5",
            "content": content,
        }
        add("assistant", message=message)

    events.append({"type": "queue-operation", "operation": "enqueue", "sessionId": name, "content": "x"})
    for step in steps:
        match step:
            case ("list", skills):
                told = "\n".join(f"- {skill}: {text}" for skill, text in skills)
                listing = {
                    "type": "skill_listing",
                    "content": told,
                    "skillCount": len(skills),
                    "isInitial": True,
                }
                add("attachment", attachment=listing | {"names": [skill for skill, _ in skills]})
            case ("ask", text):
                said(text)
            case ("hook", text):
                hook = {"type": "hook_additional_context", "hookEvent": "UserPromptSubmit", "content": [text]}
                add("attachment", attachment=hook)
            case ("load", skill, *failed):
                use = {
                    "type": "tool_use",
                    "id": f"t{len(events)}",
                    "name": "Skill",
                    "input": {"skill": skill},
                }
                answer(use)
                result = {
                    "type": "tool_result",
                    "tool_use_id": use["id"],
                    "content": f"Launching skill: {skill}",
                }
                add(
                    "user",
                    message={"role": "user", "content": [result | ({"is_error": True} if failed else {})]},
                )
                if not failed:
                    meta(f"Base directory for this skill: /x/{skill}\n\nDo it.", sourceToolUseID=use["id"])
                answer({"type": "text", "text": "done"})
            case ("call", skill, text):
                said(
                    f"<command-message>{skill}</command-message>\n<command-name>/{skill}</command-name>\n"
                    f"<command-args>{text}</command-args>"
                )
                meta(f"Base directory for this skill: /x/{skill}\n\nDo it.")
                answer({"type": "text", "text": "done"})
            case ("compact",):
                add("system", subtype="compact_boundary", content="Conversation compacted", isMeta=False)
                said("This session is being continued from a previous one.", isCompactSummary=True)
                said("<local-command-caveat>not sent</local-command-caveat>", isMeta=True)
                said("<command-name>/compact</command-name>\n<command-args></command-args>")
                said("<local-command-stdout>Compacted</local-command-stdout>")
            case _:
                answer({"type": "text", "text": "done"})
    return write(home / ".claude/projects/-tmp-p" / f"{name}.jsonl", events)


def codex(home: Path, name: str, steps: Steps, *, meta: dict[str, Any] | None = None) -> Path:
    """A rollout of Codex 0.171."""
    events: list[dict[str, Any]] = []

    def add(kind: str, payload: dict[str, Any]) -> None:
        events.append(
            {"timestamp": when(len(events)), "ordinal": len(events), "type": kind, "payload": payload}
        )

    def message(role: str, text: str) -> None:
        part = {"type": "output_text" if role == "assistant" else "input_text", "text": text}
        add(
            "response_item",
            {"type": "message", "id": f"{name}-{len(events)}", "role": role, "content": [part]},
        )

    head = {"id": name, "cwd": "/tmp/p", "cli_version": "0.171.0", "source": "exec", "thread_source": "user"}
    add("session_meta", head | (meta or {}))
    add("turn_context", {"turn_id": "t", "cwd": "/tmp/p", "model": "gpt-5-codex"})
    for step in steps:
        match step:
            case ("list", skills):
                told = "\n".join(f"- {skill}: {text} (file: r0/{skill}/SKILL.md)" for skill, text in skills)
                message(
                    "developer",
                    "Be safe.\n<skills_instructions>\n## Skills\n### Skill roots\n- `r0` = `/x`\n### Available skills\n"
                    f"{told}\n### How to use skills\n- Discovery: read.\n</skills_instructions>",
                )
                message("user", "<environment_context>\n  <cwd>/tmp/p</cwd>\n</environment_context>")
            case ("ask", text):
                message("user", text)
            case ("load", skill, *_):
                call = {"type": "function_call", "name": "exec_command", "call_id": "c"}
                add("response_item", call | {"arguments": json.dumps({"cmd": f"cat /x/{skill}/SKILL.md"})})
                message("assistant", "done")
            case ("edit", skill):
                call = {"type": "custom_tool_call", "name": "apply_patch", "call_id": "c"}
                add("response_item", call | {"input": f"*** Update File: /x/{skill}/SKILL.md\n+cat"})
            case ("call", skill, text):
                message("user", f"${skill} {text}")
                message(
                    "user",
                    f"<skill>\n<name>{skill}</name>\n<path>/x/{skill}/SKILL.md</path>\nDo it.\n</skill>",
                )
                message("assistant", "done")
            case ("compact",):
                add("compacted", {"message": "so far", "replacement_history": []})
            case _:
                message("assistant", "done")
    return write(home / ".codex/sessions/2026/11/30" / f"rollout-2026-11-30T05-00-00-{name}.jsonl", events)


def pi(
    home: Path, name: str, steps: Steps, *, folder: str = ".pi/agent/sessions/--tmp-p--", parent: str = ""
) -> Path:
    """A session of Pi 1.6, version 3."""
    head = {"type": "session", "version": 3, "id": name, "timestamp": when(0), "cwd": "/tmp/p"}
    events: list[dict[str, Any]] = [head | ({"parentSession": parent} if parent else {})]
    for step in steps:
        events += pi_entries(step, name, len(events))
    return write(home / folder / f"2026-11-30T05-00-00-000Z_{name}.jsonl", events)


def pi_entries(step: tuple[Any, ...], name: str, at: int) -> list[dict[str, Any]]:
    """The entries of one step."""

    def entry(role: str, content: Any, **fields: Any) -> dict[str, Any]:
        message = {"role": role, "content": content, "timestamp": 1796017370341} | fields
        return {
            "type": "message",
            "id": f"{name}{at}",
            "parentId": None,
            "timestamp": when(at),
            "message": message,
        }

    answer = {"model": "fake-model", "provider": "fake", "stopReason": "stop"}
    match step:
        case ("list", skills):
            told = "\n".join(
                f"  <skill>\n    <name>{skill}</name>\n    <description>{text}</description>\n  </skill>"
                for skill, text in skills
            )
            sections = {"skills": f"<skills>\n<available_skills>\n{told}\n</available_skills>\n</skills>"}
            return [entry("system", "", sections=sections)]
        case ("ask", text):
            return [entry("user", [{"type": "text", "text": text}])]
        case ("load", skill, *_):
            call = {
                "type": "toolCall",
                "id": "c",
                "name": "read",
                "arguments": {"path": f"/x/{skill}/SKILL.md"},
            }
            return [entry("assistant", [call], **answer)]
        case ("call", skill, text):
            told = f'<skill name="{skill}" location="/x/{skill}/SKILL.md">\nDo it.\n</skill>\n\n{text}'
            done = [{"type": "text", "text": "done"}]
            return [entry("user", [{"type": "text", "text": told}]), entry("assistant", done, **answer)]
        case ("compact",):
            return [{"type": "compaction", "id": "k", "timestamp": when(at), "summary": "so far"}]
        case _:
            return [entry("assistant", [{"type": "text", "text": "done"}], **answer)]


def copilot_cli(home: Path, name: str, steps: Steps) -> Path:
    """A session of Copilot CLI 1.0.102."""
    events: list[dict[str, Any]] = []

    def add(kind: str, data: dict[str, Any], **fields: Any) -> None:
        identity = {"id": f"{name}-{len(events)}", "timestamp": when(len(events)), "parentId": None}
        events.append({"type": kind, "data": data} | identity | fields)

    start = {"sessionId": name, "version": 1, "producer": "copilot-agent", "copilotVersion": "1.0.102"}
    add("session.start", start | {"selectedModel": "gpt-5", "context": {"cwd": "/tmp/p"}})
    for step in steps:
        match step:
            case ("list", skills):
                told = "".join(
                    f"<skill>\n  <name>{skill}</name>\n  <description>{text}</description>\n</skill>\n"
                    for skill, text in skills
                )
                add("system.message", {"content": f"Be safe.\n<available_skills>\n{told}</available_skills>"})
            case ("ask", text):
                add(
                    "user.message",
                    {"content": text, "transformedContent": f"<current_datetime>x</current_datetime>{text}"},
                )
            case ("load", skill, *_):
                request = {"toolCallId": "c", "name": "skill", "arguments": {"skill": skill}}
                add("assistant.message", {"model": "gpt-5", "content": "", "toolRequests": [request]})
                add(
                    "tool.execution_start",
                    {"toolCallId": "c", "toolName": "skill", "arguments": {"skill": skill}},
                )
                add(
                    "skill.invoked",
                    {"name": skill, "path": "/x", "content": "Do it.", "trigger": "agent-invoked"},
                )
                add("user.message", {"content": "<skill-context>", "source": f"skill-{skill}"})
            case ("call", skill, text):
                add("user.message", {"content": f"/{skill} {text}"})
                add(
                    "skill.invoked",
                    {"name": skill, "path": "/x", "content": "Do it.", "trigger": "user-invoked"},
                )
                add("assistant.message", {"model": "gpt-5", "content": "done"})
            case ("agent", text):
                add("user.message", {"content": text}, agentId="a1")
            case _:
                add("assistant.message", {"model": "gpt-5", "content": "done"})
    return write(home / ".copilot/session-state" / name / "events.jsonl", events)


def gemini_cli(home: Path, name: str, steps: Steps, *, whole: bool = False, kind: str = "main") -> Path:
    """A session of Gemini CLI 0.61, or one document as before."""
    head = {
        "sessionId": name,
        "projectHash": "2496923ddd",
        "startTime": when(0),
        "lastUpdated": when(0),
        "kind": kind,
    }
    context = {
        "id": "s",
        "timestamp": when(0),
        "type": "user",
        "content": [{"text": "<session_context>x</session_context>"}],
    }
    messages: list[dict[str, Any]] = [context]
    for step in steps:
        at = len(messages)
        plain = {"id": f"{name}-{at}", "timestamp": when(at)}
        match step:
            case ("ask", text):
                messages.append(plain | {"type": "user", "content": [{"text": text}]})
            case ("load", skill, *failed):
                first = plain | {"type": "gemini", "content": "", "model": "gemini-2.5-pro"}
                call = {"id": "c", "name": "activate_skill", "args": {"name": skill}}
                status = {"status": "error" if failed else "success"}
                messages += [first, first | {"toolCalls": [call | status]}]
                messages.append(
                    {"id": f"{name}-r{at}", "type": "user", "content": [{"functionResponse": {}}]}
                )
            case _:
                messages.append(plain | {"type": "gemini", "content": "done", "model": "gemini-2.5-pro"})
    folder = home / ".gemini/tmp/p/chats"
    if whole:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"session-{name}.json"
        path.write_text(json.dumps(head | {"messages": messages}, indent=2), encoding="utf-8")
        return path
    lines: list[dict[str, Any]] = [head, {"$set": {"messages": messages[:1], "lastUpdated": when(1)}}]
    return write(folder / f"session-{name}.jsonl", lines + messages[1:])


def opencode(home: Path, sessions: dict[str, Steps], *, parents: dict[str, str] | None = None) -> Path:
    """A database of OpenCode 1.18, its newest rows in the write-ahead log."""
    path = home / ".local/share/opencode/opencode.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(
        "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
        "CREATE TABLE session (id text PRIMARY KEY, parent_id text, directory text, version text);"
        "CREATE TABLE message (id text PRIMARY KEY, session_id text, time_created integer, data text);"
        "CREATE TABLE part (id text PRIMARY KEY, message_id text, data text);"
        "CREATE TABLE account (access_token text); INSERT INTO account VALUES ('never-read-this');"
    )
    for name, steps in sessions.items():
        parent = (parents or {}).get(name)
        connection.execute("INSERT INTO session VALUES (?, ?, '/tmp/p', '1.18.33')", (name, parent))
        for at, step in enumerate(steps):
            data, part = _opencode_step(step)
            key = f"{name}-{at:03d}"
            connection.execute(
                "INSERT INTO message VALUES (?, ?, ?, ?)", (key, name, 1796017379000 + at, json.dumps(data))
            )
            connection.execute("INSERT INTO part VALUES (?, ?, ?)", (f"p{key}", key, json.dumps(part)))
    connection.commit()
    copy = [file.read_bytes() for file in (path, Path(f"{path}-wal"))]
    connection.close()  # which would empty the log
    path.write_bytes(copy[0])
    Path(f"{path}-wal").write_bytes(copy[1])
    return path


def _opencode_step(step: tuple[Any, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    assistant = {"role": "assistant", "modelID": "fake-model", "providerID": "fake"}
    match step:
        case ("ask", text):
            return {"role": "user", "model": {"modelID": "fake-model"}}, {"type": "text", "text": text}
        case ("load", skill, *failed):
            state = {"status": "error" if failed else "completed", "input": {"name": skill}}
            return assistant, {"type": "tool", "tool": "skill", "state": state}
        case _:
            return assistant, {"type": "text", "text": "done"}


def openclaw(home: Path, sessions: dict[str, Steps], *, keys: dict[str, str] | None = None) -> Path:
    """A database of OpenClaw 2026.9."""
    path = home / ".openclaw/agents/main/agent/openclaw-agent.sqlite"
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(
        "CREATE TABLE transcript_events (session_id TEXT, seq INTEGER, event_json TEXT, event_zstd BLOB);"
        "CREATE TABLE session_nodes (session_key TEXT, current_session_id TEXT);"
    )
    for name, steps in sessions.items():
        node = ((keys or {}).get(name, f"agent:main:{name}"), name)
        connection.execute("INSERT INTO session_nodes VALUES (?, ?)", node)
        events: list[Any] = [{"type": "session", "version": 4, "id": name, "cwd": "/tmp/p"}]
        for step in steps:
            events += [None] if step == ("packed",) else pi_entries(step, name, len(events))
        for seq, event in enumerate(events):
            text, packed = (None, b"\x28\xb5\x2f\xfd") if event is None else (json.dumps(event), None)
            connection.execute("INSERT INTO transcript_events VALUES (?, ?, ?, ?)", (name, seq, text, packed))
    connection.commit()
    connection.close()
    return path
