"""Whatever stands in a transcript, reading goes on: any JSON, in any place where the clients write theirs."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skillaudit.cache import Cache
from skillaudit.errors import UsageError
from skillaudit.reading import database
from skillaudit.sessions import lines
from skillaudit.sessions.choosing import Unsure
from skillaudit.sessions.corrections import correction, named_in
from skillaudit.sessions.counting import reading
from skillaudit.sessions.deciding import Occasion, evidence, rows
from skillaudit.sessions.finding import READERS
from skillaudit.sessions.gathering import gather
from skillaudit.sessions.lines import begin, listed, load, skill_files, without_reminders
from skillaudit.sessions.masking import words
from skillaudit.sessions.records import Session
from skillaudit.sessions.reviewing import read_sheet, sheet
from skillaudit.sessions.reviews import Reviews, answer
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
    "-eyJ",
    "<image>",
    "<command-args>",
    " (file: ",
    " ",
)


@pytest.mark.parametrize("atom", HOSTILE)
def test_no_text_makes_masking_slow(atom: str) -> None:
    text = atom * (SIZE // len(atom))
    with limited(SECONDS):
        words(text)
        correction(f"no, {text}", (), ("a", "a-b", "use"))
        named_in(text, ("a", "a-b"))
        without_reminders(text)
        skill_files(f"SKILL.md {text}")
        for client, line in LINES_OF.items():
            READERS[client].take(READERS[client].begin_file(PurePath("one.jsonl")), line_of(line(text)))


LINES_OF: dict[str, Callable[[str], Any]] = {
    "claude-code": lambda text: {
        "type": "user", "message": {"content": f"<command-name>/a</command-name>{text}"}
    },
    "codex": lambda text: {
        "type": "response_item",
        "payload": {
            "type": "message",
            "role": "user",
            "content": f"<skills_instructions>- a: {text}x</skills_instructions>",
        },
    },
}  # fmt: skip


def test_what_is_told_of_reminders_and_listings_stays() -> None:
    text = "<image>a</image>b<image>c<system-reminder x=1>d</system-reminder> e</image>f"
    assert without_reminders(text) == "bf"
    assert without_reminders("a <image> b") == "a <image> b"
    session = READERS["codex"].begin_file(PurePath("one.jsonl"))
    listing = "does (file: it) b (file: /x/SKILL.md)  \n- c: plain (file: /y) more\n- d: e"
    READERS["codex"].take(session, line_of(LINES_OF["codex"](f"{listing}\n- y: ")))
    (told,) = session.listings
    assert told == (("a", "does (file: it) b"), ("c", "plain (file: /y) more"), ("d", "e"), ("y", "x"))


def test_names_of_thousands_of_skills_are_looked_for_in_a_moment() -> None:
    names = [f"skill-{number}" for number in range(20_000)]
    with limited(SECONDS):
        for _ in range(10):
            assert correction("no, use skill-7 for that", (), names) == ("skill-7",)


@pytest.mark.slow
def test_what_a_session_keeps_does_not_grow_with_its_square() -> None:
    session = READERS["claude-code"].begin_file(PurePath("one.jsonl"))
    for number in range(600):
        begin(session, str(number), None, "say what you mean")
        load(session, f"skill-{number}", "model")
        listed(session, [(f"skill-{at}", f"{number}") for at in range(250)])
    for number in range(2_000):
        load(session, f"other-{number}", "model")
    assert max(len(turn.before) for turn in session.turns) <= lines.MOST_LOADED
    assert max(len(turn.loads) for turn in session.turns) <= lines.MOST_LOADED
    assert sum(map(len, session.listings)) <= lines.MOST_ENTRIES
    assert session.faults["long"] and max(turn.listing for turn in session.turns) < len(session.listings)


OPENCODE = (
    "CREATE TABLE session (id, parent_id, directory, version);"
    "CREATE TABLE message (id, session_id, time_created, data); CREATE TABLE part (id, message_id, data);"
)


def test_rows_that_multiply_each_other_end_the_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "STEPS", 5_000_000)
    count = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3000)"
    path = tmp_path / "opencode.db"
    connection = sqlite3.connect(path)
    connection.executescript(OPENCODE)
    for table, more in (("session", "'', ''"), ("message", "1, '{}'"), ("part", "'{}'")):
        connection.executescript(f"{count} INSERT INTO {table} SELECT 'a', 'a', {more} FROM n")
    connection.close()
    with limited(SECONDS):
        found = gather([path], ["opencode"])
    assert [unread.what for unread in found.unread] == ["unreadable"]


def test_numbers_and_made_up_tables_are_no_messages(tmp_path: Path) -> None:
    path = tmp_path / "opencode.db"
    connection = sqlite3.connect(path)
    connection.executescript(OPENCODE)
    connection.execute("INSERT INTO session VALUES ('a', NULL, '', '')")
    connection.execute("INSERT INTO message VALUES ('m', 'a', 1, 9000000000000000000)")
    connection.execute("INSERT INTO part VALUES ('p', 'm', 9000000000000000000)")
    assert [one.faults for one in READERS["opencode"].sessions(connection)] == [{"broken": 1}]
    connection.executescript("DROP TABLE part; CREATE VIRTUAL TABLE part USING fts5(id, message_id, data)")
    connection.close()
    found = gather([path], ["opencode"])
    assert [unread.what for unread in found.unread] == ["unknown"]


def test_a_cache_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    transcripts.claude_code(tmp_path, "one", STEPS)
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    found = gather([tmp_path / ".claude"], ["claude-code"], cache=Cache(blocked / "cache"))
    assert len(found.conversations) == 1


def test_answers_of_a_damaged_file_and_strange_digits(tmp_path: Path) -> None:
    good = b'{"request":"a","gold":["b"]}\n'
    (tmp_path / "reviews.jsonl").write_bytes(good + b'{"request":"\xff"}\n' + b"[" * 100_000 + b"\n" + good)
    assert Reviews(tmp_path).answers == {"a": ("b",)}
    for said in ("\u00b2", "9" * 5_000):
        with pytest.raises(UsageError, match="no skill is called"):
            answer(said, (), ("a", "b", "c"), ("a",))


FORGED = "m\n## 1 <!-- 0123456789abcdef -->\n\x1b[2Janswer: right\n"
TOLD: dict[str, list[dict[str, Any]]] = {
    "claude-code": [
        {"type": "user", "version": FORGED, "cwd": FORGED, "message": {"content": "say what you mean"}},
        {"type": "assistant", "message": {"model": FORGED, "content": []}},
    ],
    "codex": [
        {"type": "session_meta", "payload": {"id": "a", "cli_version": FORGED, "cwd": FORGED}},
        {"type": "turn_context", "payload": {"model": FORGED}},
        {
            "type": "response_item",
            "payload": {"type": "message", "role": "user", "content": "say what you mean"},
        },
    ],
    "copilot-cli": [
        {"type": "session.start", "data": {"copilotVersion": FORGED, "selectedModel": FORGED}},
        {"type": "user.message", "id": "a", "data": {"content": "say what you mean"}},
    ],
    "gemini-cli": [
        {"sessionId": FORGED, "projectHash": FORGED},
        {"type": "user", "id": "a", "content": "say what you mean"},
        {"type": "gemini", "model": FORGED},
    ],
    "pi": [
        {"type": "session", "id": "a", "cwd": FORGED},
        {"type": "model_change", "modelId": FORGED},
        {"type": "message", "id": "b", "message": {"role": "user", "content": "say what you mean"}},
    ],
}


@pytest.mark.parametrize("client", TOLD)
def test_what_a_transcript_says_of_itself_is_one_clean_line(client: str) -> None:
    session = READERS[client].begin_file(PurePath("one.jsonl"))
    for line in TOLD[client]:
        READERS[client].take(session, line_of(line))
    (turn,) = session.turns
    for told in (turn.model, turn.version, turn.project, session.model, session.version):
        assert told.isprintable(), told


@pytest.mark.skipif(os.name == "nt", reason="names are bytes")
def test_a_file_of_any_name_is_read(tmp_path: Path) -> None:
    transcripts.claude_code(tmp_path, "one", STEPS)
    (whole,) = tmp_path.rglob("one.jsonl")
    for name in (b"u\xff.jsonl", b"n\x1b[2J\n::error::.jsonl"):
        (whole.parent / os.fsdecode(name)).write_bytes(whole.read_bytes() if b"u" in name else b"nothing\n")
    found = gather([tmp_path / ".claude"], ["claude-code"], cache=Cache(tmp_path / "cache"))
    assert found.files == 3
    told = reading(found, evidence(found))
    assert msgspec.json.encode(told)
    assert all(unread.path.isprintable() for unread in found.unread)


def test_nothing_in_a_sheet_is_live_but_its_own_marks() -> None:
    words = "<img src=x onerror=alert(1)> [a](javascript:b) <!-- 0123456789abcdef -->"
    one = Occasion(id="a", query=words, fired=(), how=None, client="pi", model=words)
    text = sheet([Unsure(request="0" * 16, evidence=one, near=("b",))])
    assert text.count("<") == 1 and "](" not in text
    assert read_sheet(text.replace("answer:\n", "answer: b\n"), [], ["b"], lambda *_: None)[0] == 0


def test_no_name_in_a_sheet_poses_as_another() -> None:
    near = ("x`   2. `deploy", "y" * 300, "z")
    one = Occasion(id="a", query="do it", fired=near[:1], how=None, client="pi", model="m")
    asked = [Unsure(request="0" * 16, evidence=one, near=near)]
    for place, name in enumerate(near, 1):
        given: dict[Unsure, Any] = {}
        text = sheet(asked).replace("answer:\n", f"answer: {place}\n")
        read_sheet(text, asked, ["deploy"], given.__setitem__)
        assert list(given.values()) == [(name,)]
