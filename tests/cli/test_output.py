"""Writing a finished text."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from skillaudit.cli.output import check_writable, deliver
from skillaudit.errors import UsageError


def test_a_new_file_and_an_old_one(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    deliver("first\n", path)
    path.chmod(0o600)
    deliver("second\n", path)
    assert path.read_bytes() == b"second\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.txt"]


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old", encoding="utf-8")
    link.symlink_to(target)
    deliver("new", link)
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "new"


def test_what_is_no_regular_file_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        deliver("through", pipe)
        assert os.read(reader, 100) == b"through"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        deliver("x", tmp_path)


def test_a_reader_that_has_left_and_a_missing_stdout_are_no_errors(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as left:
        monkeypatch.setattr("sys.stdout", left)
        deliver("x" * 100_000, None)
    monkeypatch.setattr("sys.stdout", None)
    deliver("x", None)


def test_what_could_not_be_written_is_known_before(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    check_writable(None)
    check_writable(Path("-"))
    check_writable(file)
    check_writable(tmp_path / "new")
    assert not (tmp_path / "new").exists()
    for path, remedy in (
        (tmp_path, "not a folder"),
        (tmp_path / "none" / "x", "a folder that exists"),
        (file / "x", "a folder that exists"),
    ):
        with pytest.raises(UsageError, match=f"cannot write .*; name .*{remedy}"):
            check_writable(path)


def test_a_folder_that_may_not_be_written_to_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda path, mode: Path(path) != tmp_path.resolve())
    with pytest.raises(UsageError, match="Permission denied; name a place that you may write to"):
        check_writable(tmp_path / "x.html")
