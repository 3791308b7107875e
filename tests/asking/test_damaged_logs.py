"""A log that is damaged, strange or hostile is one sentence, whatever is read of it."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import zlib
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest

from skillaudit.asking.log import ProbeLog
from skillaudit.asking.records import Entry
from skillaudit.errors import UsageError
from skillaudit.probe.exporting import measured
from tests.asking.test_log import ANSWER, decision
from tests.cli.runner import Runner
from tests.probe.test_command import skillaudit as skillaudit  # a fixture
from tests.probe.test_command import source as source  # a fixture

SHOWN = (Entry(name="b", description="Bees."), Entry(name="a", description="Ants."))
BODY = "UPDATE decisions SET body = ?"
OFFERED = "UPDATE decisions SET offered = ?"
Damage = Callable[[Path], None]


def make(path: Path) -> None:
    """Write a log with one of everything, and a claim of a process that is gone."""
    with ProbeLog(path) as log:
        log.record_answer("run", "k", "m", ANSWER, 0.25)
        log.record_decision("run", decision(), SHOWN)
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("INSERT INTO owners VALUES ('gone', 1, 'elsewhere', 0.0)")
        db.execute("INSERT INTO claims VALUES ('claimed', 'gone')")
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def sql(*statements: str, values: tuple[object, ...] = ()) -> Damage:
    """Return a damage that statements do; `values` go into the last one."""

    def damage(path: Path) -> None:
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            for statement in statements[:-1]:
                db.execute(statement)
            db.execute(statements[-1], values)

    return damage


def gigabyte() -> bytes:
    """Return a gigabyte of zeros, deflated; a mebibyte is deflated like the one before it."""
    deflated = zlib.compressobj(1)
    first, more = (deflated.compress(bytes(1 << 20)) + deflated.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + 1023 * more


def write(made: Callable[[Path], bytes]) -> Damage:
    """Return a damage that puts what `made` makes of a file in its place."""

    def damage(path: Path) -> None:
        path.write_bytes(made(path))

    return damage


def cut(size: int) -> Damage:
    """Return a damage that leaves the first bytes."""
    return write(lambda path: path.read_bytes()[:size])


def overwrite(path: Path) -> None:
    """Fill every page but the first with nonsense."""
    data = path.read_bytes()
    path.write_bytes(data[:4096] + b"\xa5" * (len(data) - 4096))


def numbers(*rows: int) -> bytes:
    """Return a list of texts on offer as it is kept."""
    return zlib.compress(array("q", rows).tobytes())


DAMAGES: dict[str, Damage] = {
    "half of it": lambda path: cut(path.stat().st_size // 2)(path),
    "its first page": cut(4096),
    "fifty bytes": cut(50),
    "no pages": overwrite,
    "tables that are no text": write(
        lambda path: re.sub(rb"claims(claims.)CREATE", b"\xff\xfeaims\\1CREAKS", path.read_bytes())
    ),
    "something else": write(lambda _: b"no database, but long enough to be one" * 200),
    "another table": sql("CREATE TABLE more (x)"),
    "a table less": sql("DROP TABLE claims"),
    "another column": sql("ALTER TABLE answers ADD COLUMN more TEXT"),
    "a trigger": sql("CREATE TRIGGER t AFTER INSERT ON claims BEGIN DELETE FROM answers; END"),
    "an endless view": sql(
        "DROP TABLE answers",
        "CREATE VIEW answers AS WITH RECURSIVE t(key) AS (SELECT 1 UNION ALL SELECT key + 1 FROM t) SELECT * FROM t",
    ),
    "bytes for an answer": sql("UPDATE answers SET text = x'00ff'"),
    "half characters in an answer": sql("UPDATE answers SET text = CAST(x'1b5b324aff' AS TEXT)"),
    "an answer of 80 MB": sql("UPDATE answers SET text = CAST(zeroblob(80000000) AS TEXT)"),
    "words for tokens": sql("UPDATE answers SET prompt_tokens = 'many'"),
    "fewer tokens than none": sql("UPDATE answers SET completion_tokens = -1"),
    "half a token": sql("UPDATE answers SET completion_tokens = 0.5"),
    "words for dollars": sql("UPDATE spending SET dollars = 'much'"),
    "endless dollars": sql("UPDATE spending SET dollars = 9e999"),
    "bytes for a run": sql("UPDATE decisions SET run = x'00'"),
    "bytes for a name": sql("UPDATE shown SET name = x'ff'"),
    "a text for a decision": sql("UPDATE decisions SET body = '{}'"),
    "an empty decision": sql(BODY, values=(b"{}",)),
    "no JSON for a decision": sql(BODY, values=(b"\xff\xfe",)),
    "deep JSON for a decision": sql(BODY, values=(b"[" * 100_000,)),
    "a number of 5,000 digits": sql(BODY, values=(b'{"key": ' + b"9" * 5000 + b"}",)),
    "a stratum beyond all": sql(
        "UPDATE decisions SET body = CAST(replace(CAST(body AS TEXT), '\"repeat\":0', "
        '\'"repeat":0,"stratum":1000000000000\') AS BLOB)'
    ),
    "a place beyond all": sql(
        "UPDATE decisions SET body = CAST(replace(CAST(body AS TEXT), '\"position\":2', "
        "'\"position\":1000000000000000000000') AS BLOB)"
    ),
    "no list of skills": sql(OFFERED, values=(b"no zlib",)),
    "half a list of skills": sql(OFFERED, values=(numbers(1, 2)[:-3],)),
    "a list that is no whole number long": sql(OFFERED, values=(zlib.compress(b"1234567"),)),
    "skills that nobody knows": sql(OFFERED, values=(numbers(1, 77),)),
    "a list of 1 GB": sql(OFFERED, values=(gigabyte(),)),
    "a text for a list": sql("UPDATE decisions SET offered = 'a'"),
    "words for a process": sql("UPDATE owners SET pid = 'init'"),
    "a process beyond all": sql("UPDATE owners SET pid = 1000000000000"),
}


def read(path: Path) -> None:
    """Read everything that can be read of a log."""
    with ProbeLog(path) as log:
        log.answer("k")
        log.claim("claimed")
        log.spent("run")
        log.runs()
        log.has("run")
        list(log.decisions())
    measured(path)


def test_a_whole_log_is_read(tmp_path: Path) -> None:
    make(tmp_path / "log")
    read(tmp_path / "log")


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_one_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    make(path)
    DAMAGES[name](path)
    with pytest.raises(UsageError) as raised:
        read(path)
    said = str(raised.value)
    assert str(path) in said and said.endswith("name another --log")
    assert said.isprintable() and len(said) < 400


def test_a_claim_of_a_clock_that_runs_ahead_does_not_hold_for_ever(tmp_path: Path) -> None:
    make(tmp_path / "log")
    sql("UPDATE owners SET seen = 9e999")(tmp_path / "log")
    with ProbeLog(tmp_path / "log") as log:
        assert log.claim("claimed")


def test_a_strange_database_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    sql("CREATE TABLE answers (key TEXT)")(path)
    before = path.read_bytes()
    with pytest.raises(UsageError, match="something else"):
        ProbeLog(path)
    assert path.read_bytes() == before and [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("its first page", "probe"),
        ("a trigger", "probe"),
        ("half of it", "check"),
        ("a list of 1 GB", "check"),
        ("a stratum beyond all", "check"),
    ],
)
def test_the_command_ends_with_exit_2(name: str, asked: str, skillaudit: Runner, source: Path) -> None:
    path = source.parent / "log.sqlite"
    make(path)
    DAMAGES[name](path)
    more = {"probe": ["--model", "local/lexical", "--log", path], "check": ["--measured", path]}[asked]
    found = skillaudit(asked, source, "--scorer", "lexical", "--no-cache", "--quiet", *more)
    assert found.code == 2 and found.out == ""
    assert (
        found.err.count("\n") == 1 and found.err.startswith("error: ") and "name another --log" in found.err
    )
