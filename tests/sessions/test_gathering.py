"""Nothing stops the reading: what cannot be read is counted and named, what is known is not read again."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from skillaudit.cache import Cache
from skillaudit.errors import UsageError
from skillaudit.reading import files
from skillaudit.sessions.finding import READERS, client_names
from skillaudit.sessions.gathering import gather
from skillaudit.sessions.records import Harvest
from tests.sessions import transcripts
from tests.sessions.test_readers import STEPS, turns


def read(home: Path, cache: Cache | None = None) -> Harvest:
    return gather([home], tuple(READERS), cache=cache)


def faults(found: Harvest) -> dict[str, int]:
    return {one.what: one.count for one in found.unread}


def test_broken_and_foreign_lines_are_counted_and_the_rest_is_read(tmp_path: Path) -> None:
    path = transcripts.claude_code(tmp_path, "one", STEPS)
    lines = path.read_bytes().splitlines(keepends=True)
    odd = [b"{broken\n", b"\xff\xfe\n", b"[1, 2]\n", b'{"type": 7}\n', b"\n", b"[" * 5000 + b"\n"]
    path.write_bytes(b"".join([*odd, *lines]))
    found = read(tmp_path)
    assert len(turns(found)) == 2
    assert faults(found) == {"broken": 2, "foreign": 3}


@pytest.mark.parametrize("keep", range(0, 400, 23))
def test_a_file_that_ends_anywhere_is_read_as_far_as_it_goes(keep: int, tmp_path: Path) -> None:
    path = transcripts.codex(tmp_path, "one", STEPS)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - keep])
    found = read(tmp_path / ".codex")
    assert turns(found)[0] == ("please plot the sales of this year", [("alpha", "model")])
    assert faults(found) == {}


def test_a_future_version_is_named(tmp_path: Path) -> None:
    path = tmp_path / ".claude/projects/p/one.jsonl"
    transcripts.write(path, [{"kind": "message", "v": 9, "body": "hello"}] * 3)
    assert faults(read(tmp_path)) == {"unknown": 1}
    database = tmp_path / "later/opencode.db"
    database.parent.mkdir()
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE messages3 (id text)")
    connection.commit()
    connection.close()
    assert faults(read(database)) == {"unknown": 1}


def test_what_is_no_database_or_packed_is_named(tmp_path: Path) -> None:
    (tmp_path / "opencode.db").write_bytes(b"no database at all" * 100)
    assert faults(gather([tmp_path / "opencode.db"], ["opencode"])) == {"unreadable": 1}
    whole = transcripts.openclaw(tmp_path, {"one": STEPS})
    whole.write_bytes(whole.read_bytes()[:3000])
    assert faults(gather([whole], ["openclaw"])) == {"unreadable": 1}
    packed = transcripts.codex(tmp_path, "one", STEPS)
    packed.rename(packed.with_name(packed.name + ".zst"))
    assert faults(gather([tmp_path / ".codex"], ["codex"])) == {"packed": 1}


def test_a_long_line_is_counted_and_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = transcripts.claude_code(tmp_path, "one", STEPS)
    monkeypatch.setattr(files, "LINE", 2048)
    with path.open("ab") as file:
        file.write(json.dumps({"type": "user", "uuid": "x", "message": "y" * 9000}).encode() + b"\n")
    found = read(tmp_path)
    assert len(turns(found)) == 2
    assert faults(found) == {"long": 1}


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs a system that says what a process held"
)
def test_a_file_of_a_gigabyte_is_read_in_little_memory(tmp_path: Path) -> None:
    path = transcripts.claude_code(tmp_path, "one", STEPS)
    with path.open("r+b") as file:
        file.seek((1 << 30) - 1)
        file.write(b"\n")
    # Not ru_maxrss, in which Linux counts the process that started this one.
    code = (
        "import re, sys; from pathlib import Path; from skillaudit.sessions.gathering import gather\n"
        "found = gather([Path(sys.argv[1])], ['claude-code'])\n"
        "print(sum(len(c.turns) for c in found.conversations), found.unread[0].what)\n"
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) // 1024)"
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    told, memory = run.stdout.splitlines()
    assert told == "2 long"
    assert int(memory) < 300


def test_a_second_time_only_what_is_new_is_read(tmp_path: Path) -> None:
    path = transcripts.claude_code(tmp_path, "one", STEPS)
    transcripts.codex(tmp_path, "two", STEPS)
    cache = Cache(tmp_path / "cache")
    first = read(tmp_path / ".claude", cache)
    assert (first.reread, first.bytes_read) == (1, path.stat().st_size)
    again = read(tmp_path / ".claude", cache)
    assert (again.reread, again.bytes_read) == (0, 0)
    assert again.conversations == first.conversations
    whole = path.read_bytes()
    more = transcripts.claude_code(
        tmp_path, "one", (*STEPS, ("ask", "now write the notes"), ("load", "beta"))
    )
    grown = more.read_bytes()
    assert grown.startswith(whole)
    path.write_bytes(grown[: len(whole) + 30])  # the next line is being written
    assert turns(read(tmp_path / ".claude", cache)) == turns(first)
    path.write_bytes(grown)
    third = read(tmp_path / ".claude", cache)
    assert third.bytes_read == len(grown) - len(whole)
    assert turns(third)[-1] == ("now write the notes", [("beta", "model")])
    assert third.conversations == read(tmp_path / ".claude").conversations
    transcripts.claude_code(tmp_path, "one", (("ask", "something else altogether"), ("answer",)))
    assert [words for words, _ in turns(read(tmp_path / ".claude", cache))] == ["something else altogether"]


def test_a_file_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = transcripts.codex(tmp_path, "one", STEPS)
    cache = Cache(tmp_path / "cache")
    assert len(turns(read(tmp_path / ".codex", cache))) == 2
    start = path.read_bytes()[:600]
    more = (
        *STEPS[:1],
        ("ask", "a longer request than before, " * 40),
        *STEPS[2:],
        ("ask", "and one more"),
        ("answer",),
    )
    again = transcripts.codex(tmp_path, "one", more)
    assert again.read_bytes().startswith(start[:512])
    found = read(tmp_path / ".codex", cache)
    assert len(turns(found)) == 3
    assert faults(found) == {}


def test_a_damaged_cache_is_no_more_than_forgotten(tmp_path: Path) -> None:
    transcripts.claude_code(tmp_path, "one", STEPS)
    cache = Cache(tmp_path / "cache")
    read(tmp_path / ".claude", cache)
    cache.put_blob("transcript", "x", b"y")
    cache.close()
    connection = sqlite3.connect(cache.path)
    connection.execute("UPDATE blobs SET value = substr(value, 1, 40)")
    connection.commit()
    connection.close()
    assert read(tmp_path / ".claude", cache).reread == 1


def test_what_nobody_of_this_user_sealed_is_read_again(tmp_path: Path) -> None:
    transcripts.claude_code(tmp_path, "one", STEPS)
    cache = Cache(tmp_path / "cache")
    read(tmp_path / ".claude", cache)
    assert read(tmp_path / ".claude", cache).reread == 0
    with closing(sqlite3.connect(cache.path)) as connection:
        ((key,),) = connection.execute("SELECT key FROM blobs WHERE kind = 'transcript'").fetchall()
    stored = cache.get_blob("transcript", key) or b""
    cache.put_blob("transcript", key, bytes(32) + stored[32:])
    assert read(tmp_path / ".claude", cache).reread == 1


def test_a_source_that_is_not_there_and_a_client_that_is_not_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        read(tmp_path / "none")
    with pytest.raises(UsageError, match="no client of that name is read; choose from claude-code"):
        client_names(["codex,vim"])
    assert client_names(["codex, pi", "codex"]) == ("codex", "pi")
