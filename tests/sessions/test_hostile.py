"""Whatever stands in a transcript, reading goes on: any JSON, in any place where the clients write theirs."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path, PurePath
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillaudit.cache import Cache
from skillaudit.sessions import READERS, Session, evidence, gather, reading, rows
from skillaudit.sessions.corrections import correction, named_in
from skillaudit.sessions.masking import words
from tests.sessions import transcripts
from tests.sessions.test_readers import STEPS
from tests.test_growth import SECONDS, SIZE, limited

KEYS = (
    "type", "message", "content", "role", "payload", "attachment", "data", "name", "input", "skill", "arguments", "id",
    "uuid", "timestamp", "text", "toolCalls", "$set", "messages", "sessionId", "isMeta", "isSidechain", "names", "cwd",
    "state", "tool", "sections", "source", "version", "model", "trigger", "prompt", "hookEvent", "parentSession",
)  # fmt: skip
WORDS = (
    "user", "assistant", "attachment", "skill_listing", "Skill", "response_item", "session_meta", "message", "system",
    "function_call", "skill.invoked", "user.message", "gemini", "activate_skill", "session", "toolCall", "tool_use",
    "<command-name>/x</command-name>", "<skill>\n<name>x</name>", "- a: b", "cat /x/SKILL.md", "compaction", "text",
    "\ud800", "\x1b[31m", "<available_skills>", "2026-11-30T05:00:00Z", "queued_command", "UserPromptSubmit",
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False), st.sampled_from(WORDS),
    st.text(max_size=20),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=25,
)
LINES = st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=8), max_size=6)
FILES = [name for name, reader in READERS.items() if hasattr(reader, "take")]


def line_of(value: Any) -> bytes:
    return msgspec.json.encode(_whole(value))


def _whole(value: Any) -> Any:
    """The value without lone surrogates, which no JSON in UTF-8 can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    return value


@pytest.mark.parametrize("client", FILES)
@given(lines=LINES)
@settings(max_examples=20, deadline=None)
def test_no_line_stops_a_reader(client: str, lines: list[Any]) -> None:
    session: Session = READERS[client].begin_file(PurePath("x/one.jsonl"))
    for line in lines:
        with contextlib.suppress(ValueError):
            READERS[client].take(session, line_of(line))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(session), type=Session) == session


@given(told=VALUES, part=VALUES)
@settings(max_examples=15, deadline=None)
def test_no_row_stops_the_reading_of_a_database(told: Any, part: Any) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "CREATE TABLE session (id, parent_id, directory, version);"
        "CREATE TABLE message (id, session_id, time_created, data); CREATE TABLE part (id, message_id, data);"
        "INSERT INTO session VALUES ('a', NULL, 7, NULL);"
        "CREATE TABLE transcript_events (session_id, seq, event_json);"
    )
    for at, (one, other) in enumerate(
        ((told, part), ({"role": "user"}, part), ({"role": "assistant"}, part))
    ):
        connection.execute("INSERT INTO message VALUES (?, 'a', ?, ?)", (at, at, line_of(one).decode()))
        connection.execute("INSERT INTO part VALUES (?, ?, ?)", (at, at, line_of(other).decode()))
        connection.execute("INSERT INTO transcript_events VALUES ('a', ?, ?)", (at, line_of(one).decode()))
    connection.execute("INSERT INTO message VALUES (9, 'a', 9, X'ff')")
    for client in ("opencode", "openclaw"):
        found = list(READERS[client].sessions(connection))
        assert len(found) == 1
    connection.close()


@given(data=st.binary(max_size=400), at=st.integers(0, 2000))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_to_an_end(tmp_path: Path, data: bytes, at: int) -> None:
    home = tmp_path / "home"
    if not home.exists():
        transcripts.claude_code(home, "one", STEPS)
        transcripts.openclaw(home, {"two": STEPS})
        transcripts.opencode(home, {"three": STEPS[1:]})
        tmp_path.joinpath("whole").mkdir()
        for path in [path for path in home.rglob("*") if path.is_file()]:
            tmp_path.joinpath("whole", path.name).write_bytes(path.read_bytes())
    for path in [path for path in home.rglob("*") if path.is_file()]:
        whole = tmp_path.joinpath("whole", path.name).read_bytes()
        path.write_bytes(whole[:at] + data + whole[at + len(data) :])
    found = gather([home / ".claude", home / ".openclaw", home / ".local/share/opencode"], tuple(READERS))
    told = evidence(found)
    reading(found, told)
    list(rows(told))


HOSTILE = (
    "a",
    "a-",
    "/",
    "\\",
    "A1",
    "@",
    "a@",
    ":",
    "password: ",
    "-----BEGIN PRIVATE KEY-----",
    "<x>",
    " use ",
    "no ",
)


@pytest.mark.parametrize("atom", HOSTILE)
def test_no_text_makes_masking_slow(atom: str) -> None:
    text = atom * (SIZE // len(atom))
    with limited(SECONDS):
        words(text)
        correction(f"no, {text}", (), ("a", "a-b", "use"))
        named_in(text, ("a", "a-b"))


def test_a_cache_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    transcripts.claude_code(tmp_path, "one", STEPS)
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    found = gather([tmp_path / ".claude"], ["claude-code"], cache=Cache(blocked / "cache"))
    assert len(found.conversations) == 1
