"""Files are read only if they are files, written whole, and what a killed run left goes with the next."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from skillaudit.disk import writing
from skillaudit.disk.copying import copy_file
from skillaudit.disk.reading import read_file
from skillaudit.disk.state import own_folder, state_folder, user_key
from skillaudit.disk.unfinished import collect, unfinished
from skillaudit.disk.writing import memory_folder, new_folder, replace, scratch_folder, why_not


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def notes() -> list[str]:
    folder = state_folder() / "unfinished"
    return names(folder) if folder.is_dir() else []


def test_a_copy_keeps_the_holes_of_a_file(tmp_path: Path) -> None:
    """A file of a hundred bytes in an archive can be a thousand gigabytes long."""
    here, there = tmp_path / "here", tmp_path / "there"
    with here.open("wb") as file:
        for start in (0, 3_000_000, 5_000_000_000):
            file.seek(start)
            file.write(b"data" * 3)
        file.truncate(1 << 40)
    copy_file(here, there)
    assert there.stat().st_size == 1 << 40 and there.stat().st_blocks <= here.stat().st_blocks + 64
    with there.open("rb") as file:
        for start in (0, 3_000_000, 5_000_000_000):
            file.seek(start)
            assert file.read(20) == b"data" * 3 + b"\0" * 8


def test_a_copy_is_whole_and_of_files_alone(tmp_path: Path) -> None:
    data = os.urandom(3_000_001)
    (tmp_path / "here").write_bytes(data)
    (tmp_path / "link").symlink_to("here")
    os.mkfifo(tmp_path / "pipe")
    copy_file(tmp_path / "here", tmp_path / "there")
    assert (tmp_path / "there").read_bytes() == data
    for name in ("link", "pipe"):
        with pytest.raises(OSError):
            copy_file(tmp_path / name, tmp_path / f"copy of {name}")
    with pytest.raises(FileExistsError):
        copy_file(tmp_path / "here", tmp_path / "there")


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"abcdef")
    (tmp_path / "link").symlink_to("file")
    assert read_file(tmp_path / "file", 100) == b"abcdef"
    assert read_file(tmp_path / "file", 4) == b"abcd"
    assert read_file(tmp_path / "link", 4) == b"abcd"
    with pytest.raises(OSError, match="not a regular file"):
        read_file(tmp_path / "pipe", 4)
    with pytest.raises(OSError, match="not a regular file"):
        read_file("/dev/zero", 4)
    with pytest.raises(IsADirectoryError):
        read_file(tmp_path, 4)
    with pytest.raises(OSError, match="symbolic links"):
        read_file(tmp_path / "link", 4, links=False)
    with pytest.raises(OSError, match="no file can have this name"):
        read_file("a\0b", 4)


def test_a_file_keeps_its_mode_but_no_special_bits(tmp_path: Path) -> None:
    path = tmp_path / "file"
    replace(path, b"new")
    umask = os.umask(0o022)
    os.umask(umask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~umask
    path.chmod(0o4751)
    replace(path, b"newer")
    assert stat.S_IMODE(path.stat().st_mode) == 0o751
    replace(path, b"newest", mode=0o6600)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == b"newest"
    assert names(tmp_path) == ["file"]
    assert notes() == []


def test_a_failed_write_leaves_the_old_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as caught:
        replace(tmp_path / "file", b"new")
    assert "free some space" in why_not(caught.value)
    assert (tmp_path / "file").read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out") as building:
        (building / "a").write_bytes(b"a")
        assert names(tmp_path) == [building.name]
    assert names(tmp_path) == ["out"]

    def fails() -> None:
        with new_folder(tmp_path / "other") as building:
            (building / "a").write_bytes(b"a")
            raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        fails()
    assert names(tmp_path) == ["out"]


KILLED = """
import os, sys
from pathlib import Path
from skillaudit.disk import unfinished, writing
with writing.new_folder(Path(sys.argv[1]) / "out") as building, writing.scratch_folder() as scratch:
    (building / "sub").mkdir()
    (building / "sub" / "a").write_bytes(b"a")
    with unfinished.unfinished(Path(sys.argv[1])) as path:
        path.write_bytes(b"half")
        print(scratch)
        sys.stdout.flush()
        os._exit(9)
"""


def test_what_a_killed_run_left_goes_with_the_next(tmp_path: Path) -> None:
    (tmp_path / ".skillaudit-0123456789abcdef").mkdir()  # whoever planted this, it stays
    (tmp_path / "mine").write_bytes(b"mine")
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 9, done.stderr
    scratch = Path(done.stdout.strip())
    assert scratch.is_dir()
    assert len(names(tmp_path)) == 4
    with unfinished(tmp_path) as living:
        living.mkdir()
        collect(again=True)
        assert names(tmp_path) == sorted([".skillaudit-0123456789abcdef", living.name, "mine"])
        assert not scratch.exists()
        assert notes() == [living.name.removeprefix(".skillaudit-")]
    assert names(tmp_path) == [".skillaudit-0123456789abcdef", "mine"]
    assert notes() == []


def test_a_note_that_names_something_else_removes_nothing(tmp_path: Path) -> None:
    folder = own_folder("unfinished")
    (tmp_path / "victim").write_bytes(b"mine")
    (tmp_path / ".skillaudit-feed").symlink_to(tmp_path / "victim")
    (folder / "feed").write_bytes(os.fsencode(tmp_path / ".skillaudit-feed"))
    (folder / "beef").write_bytes(os.fsencode(tmp_path / "victim"))
    (folder / "dead").write_bytes(b"relative/.skillaudit-dead")
    (folder / "cafe").write_bytes(b"/\0/.skillaudit-cafe")
    os.mkfifo(folder / "aaaa")
    collect(again=True)
    assert names(tmp_path) == ["victim"]
    assert (tmp_path / "victim").read_bytes() == b"mine"


def test_what_belongs_to_somebody_else_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = own_folder("unfinished")
    (tmp_path / ".skillaudit-feed").mkdir()
    (folder / "feed").write_bytes(os.fsencode(tmp_path / ".skillaudit-feed"))
    monkeypatch.setattr("skillaudit.disk.unfinished.is_mine", lambda found: not stat.S_ISDIR(found.st_mode))
    collect(again=True)
    assert names(tmp_path) == [".skillaudit-feed"]


def test_without_a_state_folder_everything_still_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_bytes(b"")
    monkeypatch.setenv("SKILLAUDIT_STATE", str(tmp_path / "state"))
    replace(tmp_path / "file", b"new")
    with scratch_folder() as folder:
        assert folder.is_dir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not folder.exists()
    assert names(tmp_path) == ["file", "state"]


def test_the_key_is_made_once_and_kept_from_others() -> None:
    key = user_key()
    assert len(key) == 32
    assert user_key() == key
    assert stat.S_IMODE((state_folder() / "key").stat().st_mode) == 0o600
    assert stat.S_IMODE(own_folder("backups").stat().st_mode) == 0o700
    assert names(state_folder()) == ["backups", "key"]


def test_a_link_in_the_state_folder_is_refused(tmp_path: Path) -> None:
    own_folder()
    (state_folder() / "backups").symlink_to(tmp_path)
    with pytest.raises(OSError, match="link"):
        own_folder("backups")
    (state_folder() / "key").symlink_to("/dev/zero")
    with pytest.raises(OSError, match=r"symbolic links|no key of yours"):
        user_key()


@pytest.mark.skipif(sys.platform != "linux", reason="no other system has one")
def test_memory_is_taken_where_it_has_room_and_nobody_names_another_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "_MEMORY", tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", "/tmp")
    tmp_path.chmod(0o1777)
    assert memory_folder(1) == tmp_path
    assert memory_folder(1 << 60) is None
    tmp_path.chmod(0o777)
    assert memory_folder(1) is None, "anybody could put another folder in the place of ours"
    tmp_path.chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert memory_folder(1) is None
    monkeypatch.setattr(tempfile, "tempdir", "/tmp")
    monkeypatch.setattr(writing, "_MEMORY", tmp_path / "none")
    assert memory_folder(1) is None
