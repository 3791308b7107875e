"""The cache gives back what was put, and never stands in the way of an audit.

Long because each kind of damage is done to each kind of value.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import pytest
from numpy.typing import NDArray

from skillaudit import cache as cache_module
from skillaudit.cache import Cache, cache_folder


def vectors(count: int, dimension: int = 8, seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)


def digests(count: int, prefix: str = "d") -> list[str]:
    return [f"{prefix}{number:05}" for number in range(count)]


def stored_vectors(folder: Path, count: int = 5) -> NDArray[np.float32]:
    """Fill a cache in `folder` and close it."""
    rows = vectors(count)
    with Cache(folder) as cache:
        cache.put_vectors("m", digests(count), rows)
        cache.put_blob("map", "k", b"value")
    return rows


def test_vectors_survive_the_process_bit_for_bit(tmp_path: Path) -> None:
    rows = stored_vectors(tmp_path, 2500)  # more than one query's worth
    with Cache(tmp_path) as cache:
        known = cache.get_vectors("m", [*digests(2500), "unknown"])
    assert set(known) == set(digests(2500))
    for digest, row in zip(digests(2500), rows, strict=True):
        assert known[digest].dtype == np.float32
        assert known[digest].tobytes() == row.tobytes()


def test_many_are_read_without_holding_them_twice(tmp_path: Path) -> None:
    rows = vectors(9_000, 128)
    with Cache(tmp_path) as cache:
        cache.put_vectors("m", digests(9_000), rows)
        tracemalloc.start()
        known = cache.get_vectors("m", digests(9_000))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert len(known) == 9_000
    assert most < 1.9 * rows.nbytes


def test_vectors_of_another_length_are_absent_however_far_on(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        cache.put_vectors("m", digests(2_000), vectors(2_000, 8))
        cache.put_vectors("m", digests(3, "z"), vectors(3, 6))
        assert set(cache.get_vectors("m", [*digests(2_000), *digests(3, "z")])) == set(digests(2_000))


def test_models_do_not_share_vectors(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        cache.put_vectors("a", ["d"], vectors(1, 4))
        cache.put_vectors("b", ["d"], vectors(1, 6))
        assert len(cache.get_vectors("a", ["d"])["d"]) == 4
        assert len(cache.get_vectors("b", ["d"])["d"]) == 6
        assert cache.get_vectors("c", ["d"]) == {}


def test_a_second_put_replaces_the_first(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        for seed in (1, 2):
            cache.put_vectors("m", ["d"], vectors(1, seed=seed))
            cache.put_blob("kind", "key", bytes([seed]))
        assert cache.get_vectors("m", ["d"])["d"].tolist() == vectors(1, seed=2)[0].tolist()
        assert cache.get_blob("kind", "key") == b"\x02"


def test_blobs_are_told_apart_by_kind_and_key(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        cache.put_blob("map", "k", b"\0one")
        assert cache.get_blob("map", "k") == b"\0one"
        assert cache.get_blob("labels", "k") is None
        assert cache.get_blob("map", "other") is None


def test_vectors_must_match_their_digests(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache, pytest.raises(ValueError, match="2 digests"):
        cache.put_vectors("m", ["a", "b"], vectors(3))


def test_a_row_of_another_length_counts_as_absent(tmp_path: Path) -> None:
    stored_vectors(tmp_path, 3)
    with sqlite3.connect(Cache(tmp_path).path) as file:
        file.execute("UPDATE vectors SET vector = x'0011' WHERE digest = 'd00001'")
    file.close()
    with Cache(tmp_path) as cache:
        assert set(cache.get_vectors("m", digests(3))) == {"d00000", "d00002"}


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE vectors SET vector = zeroblob(length(vector))",
        "UPDATE vectors SET vector = (SELECT vector FROM vectors WHERE digest = 'd00002')",
        "UPDATE vectors SET digest = 'd0000' || (9 - substr(digest, 6))",
        "UPDATE vectors SET vector = 'text'",
        "UPDATE vectors SET vector = 7",
        "UPDATE vectors SET vector = x''",
        "UPDATE vectors SET digest = x'00ff' WHERE digest = 'd00000'",
        "UPDATE vectors SET vector = zeroblob(80000)",
        "UPDATE models SET key = 'n'; INSERT INTO models (key) VALUES ('m')",
    ],
)
def test_a_vector_that_was_changed_counts_as_absent(tmp_path: Path, change: str) -> None:
    rows = stored_vectors(tmp_path, 3)
    with sqlite3.connect(Cache(tmp_path).path) as file:
        for statement in change.split(";"):
            file.execute(statement)
    file.close()
    with Cache(tmp_path) as cache:
        known = cache.get_vectors("m", digests(3))
    assert "d00000" not in known
    assert all(row.tobytes() == rows[int(digest[1:])].tobytes() for digest, row in known.items())


def test_vectors_without_a_direction_count_as_absent(tmp_path: Path) -> None:
    rows = vectors(4)
    rows[0], rows[1, 2], rows[2, 3] = 0, np.nan, np.inf
    with Cache(tmp_path) as cache:
        cache.put_vectors("m", digests(4), rows)
        assert set(cache.get_vectors("m", digests(4))) == {"d00003"}


@pytest.mark.parametrize("value", ["x'00'", "'text'", "17", "NULL", "zeroblob(300000000)", "value || x'00'"])
def test_a_blob_that_was_changed_counts_as_absent(tmp_path: Path, value: str) -> None:
    stored_vectors(tmp_path)
    with sqlite3.connect(Cache(tmp_path).path) as file:
        with suppress(sqlite3.IntegrityError):
            file.execute(f"UPDATE blobs SET value = {value}")
        file.execute("UPDATE blobs SET key = 'other' WHERE value IS NULL OR length(value) = 13")
    file.close()
    with Cache(tmp_path) as cache:
        assert cache.get_blob("map", "k") is None


def test_a_blob_under_another_name_counts_as_absent(tmp_path: Path) -> None:
    stored_vectors(tmp_path)
    with sqlite3.connect(Cache(tmp_path).path) as file:
        file.execute("UPDATE blobs SET kind = 'labels'")
    file.close()
    with Cache(tmp_path) as cache:
        assert cache.get_blob("labels", "k") is None


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE TRIGGER t AFTER INSERT ON blobs BEGIN DELETE FROM vectors; END",
        "ALTER TABLE vectors RENAME TO v; CREATE VIEW vectors AS SELECT * FROM v",
        "CREATE TABLE more (x)",
    ],
)
def test_a_file_with_more_than_its_tables_is_set_aside(tmp_path: Path, planted: str) -> None:
    stored_vectors(tmp_path)
    with sqlite3.connect(Cache(tmp_path).path) as file:
        for statement in planted.split(";") if "VIEW" in planted else [planted]:
            file.execute(statement)
    file.close()
    with Cache(tmp_path) as cache:
        assert cache.get_vectors("m", digests(5)) == {}
        assert "was damaged and begun anew" in cache.notes[0]


def test_what_is_sealed_comes_back_for_its_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKILLAUDIT_STATE", str(tmp_path / "mine"))
    with Cache(tmp_path) as cache:
        cache.put_sealed("report", "k", b"passed")
        cache.put_sealed("report", "other", b"failed")
        assert cache.get_sealed("report", "k") == b"passed"
        assert cache.get_sealed("report", "none") is None
        cache.put_blob("report", "bare", b"x" * 64)
        assert cache.get_sealed("report", "bare") is None
    monkeypatch.setenv("SKILLAUDIT_STATE", str(tmp_path / "somebody"))
    with Cache(tmp_path) as cache:
        assert cache.get_sealed("report", "k") is None
        forged = cache.get_blob("report", "k") or b""
        cache.put_blob("report", "k", forged[:32] + b"PASSED")
    monkeypatch.setenv("SKILLAUDIT_STATE", str(tmp_path / "mine"))
    with Cache(tmp_path) as cache:
        assert cache.get_sealed("report", "k") is None


def test_a_seal_holds_for_its_place_alone(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:
        cache.put_sealed("report", "passed", b"passed")
        cache.put_blob("report", "failed", cache.get_blob("report", "passed") or b"")
        assert cache.get_sealed("report", "passed") == b"passed"
        assert cache.get_sealed("report", "failed") is None


def test_without_a_key_nothing_is_sealed_and_that_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_text("a file", encoding="utf-8")
    monkeypatch.setenv("SKILLAUDIT_STATE", str(tmp_path / "state"))
    with Cache(tmp_path) as cache:
        for _ in range(3):
            cache.put_sealed("report", "k", b"passed")
            assert cache.get_sealed("report", "k") is None
        assert [note for note in cache.notes if "without a key" in note] == list(cache.notes)
        assert len(cache.notes) == 1


def test_the_folder_is_the_named_one_then_the_variable_then_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKILLAUDIT_CACHE", str(tmp_path / "variable"))
    assert cache_folder(tmp_path / "named") == tmp_path / "named"
    assert Cache().path.parent == tmp_path / "variable"
    monkeypatch.delenv("SKILLAUDIT_CACHE")
    assert cache_folder() == Path(platformdirs.user_cache_dir("skillaudit", appauthor=False))


def test_nothing_is_written_before_the_first_use(tmp_path: Path) -> None:
    with Cache(tmp_path / "cache"):
        assert not (tmp_path / "cache").exists()


def test_a_closed_cache_opens_again(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put_blob("kind", "key", b"1")
    cache.close()
    assert cache.get_blob("kind", "key") == b"1"
    cache.close()


# --- what goes wrong on disk ------------------------------------------------------------------


def overwrite_header(path: Path) -> None:
    path.write_bytes(b"this is no database" * 100)


def overwrite_pages(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)


def another_format(path: Path) -> None:
    file = sqlite3.connect(path)
    file.execute("PRAGMA user_version = 99")
    file.close()


def no_text(path: Path) -> None:
    path.write_bytes(re.sub(rb"vectors(vectors.)CREATE", b"\xff\xfectors\\1CREAKS", path.read_bytes()))


@pytest.mark.parametrize("damage", [overwrite_header, overwrite_pages, another_format, no_text])
def test_a_damaged_file_is_set_aside_and_begun_anew(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    stored_vectors(tmp_path, 200)
    path = Cache(tmp_path).path
    damage(path)
    with Cache(tmp_path) as cache:
        assert cache.get_vectors("m", digests(200)) == {}
        assert cache.get_blob("map", "k") is None
        assert len(cache.notes) == 1
        assert str(path) in cache.notes[0]
        assert "damaged" in cache.notes[0]
        cache.put_vectors("m", digests(200), vectors(200))
    assert path.with_name(path.name + ".damaged").is_file()
    with Cache(tmp_path) as cache:
        assert len(cache.get_vectors("m", digests(200))) == 200
        assert cache.notes == ()


def test_damage_met_while_writing_is_survived(tmp_path: Path) -> None:
    stored_vectors(tmp_path, 200)
    overwrite_pages(Cache(tmp_path).path)
    with Cache(tmp_path) as cache:
        cache.put_vectors("m", digests(200), vectors(200))
        assert len(cache.notes) == 1
        cache.put_vectors("m", digests(200), vectors(200))
        assert len(cache.get_vectors("m", digests(200))) == 200


def test_a_file_that_another_process_has_replaced_is_not_set_aside(tmp_path: Path) -> None:
    slow = Cache(tmp_path)
    slow.put_blob("kind", "key", b"old")
    slow.path.rename(tmp_path / "elsewhere")
    with Cache(tmp_path) as quick:
        quick.put_blob("kind", "key", b"new")
    slow._set_aside(sqlite3.DatabaseError("malformed"))
    assert slow.get_blob("kind", "key") == b"new"
    assert slow.notes == ()
    slow.close()


def test_a_folder_that_cannot_be_made_means_no_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with Cache(tmp_path / "file" / "cache") as cache:
        cache.put_vectors("m", ["d"], vectors(1))
        cache.put_blob("kind", "key", b"value")
        assert cache.get_vectors("m", ["d"]) == {}
        assert cache.get_blob("kind", "key") is None
        assert len(cache.notes) == 1
        assert "cannot be opened" in cache.notes[0]


def connecting_with(monkeypatch: pytest.MonkeyPatch, *statements: str) -> None:
    """Run `statements` on every connection that is opened from now on."""
    connect = sqlite3.connect

    def wrapped(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        for statement in statements:
            connection.execute(statement)
        return connection

    monkeypatch.setattr(sqlite3, "connect", wrapped)


def test_a_read_only_file_is_read_and_writing_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored_vectors(tmp_path)
    connecting_with(monkeypatch, "PRAGMA query_only = 1")
    with Cache(tmp_path) as cache:
        assert len(cache.get_vectors("m", digests(5))) == 5
        cache.put_vectors("m", ["new"], vectors(1))
        cache.put_blob("kind", "new", b"value")
        assert len(cache.get_vectors("m", [*digests(5), "new"])) == 5
        assert cache.get_blob("kind", "new") is None
        assert len(cache.notes) == 1
        assert "cannot be written" in cache.notes[0]


def test_a_full_disk_loses_the_write_and_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored_vectors(tmp_path)
    connecting_with(monkeypatch, "PRAGMA max_page_count = 20")
    with Cache(tmp_path) as cache:
        cache.put_vectors("m", digests(5000, "big"), vectors(5000))
        assert len(cache.notes) == 1
        assert "full" in cache.notes[0]
        assert cache.get_vectors("m", digests(5000, "big")) == {}
        assert len(cache.get_vectors("m", digests(5))) == 5


def test_a_file_locked_for_long_loses_the_write_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored_vectors(tmp_path)
    monkeypatch.setattr(cache_module, "_BUSY_SECONDS", 0.01)
    other = sqlite3.connect(Cache(tmp_path).path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Cache(tmp_path) as cache:
        cache.put_blob("kind", "new", b"value")
        assert cache.get_blob("kind", "new") is None
        assert cache.get_blob("map", "k") == b"value"
        assert len(cache.notes) == 1
        assert "locked" in cache.notes[0]
    other.close()


# --- bounds and company -----------------------------------------------------------------------


def test_the_oldest_rows_go_when_the_bound_is_reached(tmp_path: Path) -> None:
    bound = 200_000
    with Cache(tmp_path, max_bytes=bound) as cache:
        for batch in range(40):
            cache.put_vectors("m", digests(20, f"{batch:02}-"), vectors(20, 256))
        assert len(cache.get_vectors("m", digests(20, "39-"))) == 20
        assert cache.get_vectors("m", digests(20, "00-")) == {}
    assert cache.path.stat().st_size < 2 * bound


def test_blobs_are_bounded_too(tmp_path: Path) -> None:
    with Cache(tmp_path, max_bytes=200_000) as cache:
        for number in range(40):
            cache.put_blob("map", str(number), bytes(20_000))
        assert cache.get_blob("map", "39") is not None
        assert cache.get_blob("map", "0") is None


def test_several_processes_may_start_on_one_new_file(tmp_path: Path) -> None:
    script = (
        "import sys, numpy as np\n"
        "from skillaudit.cache import Cache\n"
        "me = sys.argv[1]\n"
        "with Cache() as cache:\n"
        "    for step in range(20):\n"
        "        keys = [f'{me}-{step}-{row}' for row in range(10)]\n"
        "        cache.put_vectors('m', keys, np.full((10, 8), 1 + int(me), dtype=np.float32))\n"
        "        cache.get_vectors('m', keys)\n"
        "    print(*cache.notes)\n"
    )
    environment = {**os.environ, "SKILLAUDIT_CACHE": str(tmp_path)}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(me)], stdout=subprocess.PIPE, env=environment, text=True
        )
        for me in range(4)
    ]
    for process in processes:
        notes, _ = process.communicate(timeout=60)
        assert (process.returncode, notes.strip()) == (0, "")
    keys = [f"{me}-{step}-{row}" for me in range(4) for step in range(20) for row in range(10)]
    with Cache(tmp_path) as cache:
        known = cache.get_vectors("m", keys)
    assert set(known) == set(keys)
    assert known["3-19-9"].tolist() == [4.0] * 8


def test_threads_may_share_one_cache(tmp_path: Path) -> None:
    with Cache(tmp_path) as cache:

        def work(number: int) -> bool:
            cache.put_blob("kind", str(number), str(number).encode())
            return cache.get_blob("kind", str(number)) == str(number).encode()

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(work, range(100)))
        assert cache.notes == ()
