"""Regular files alone come in, and never more of them than their kind may hold."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from skillaudit.errors import UsageError
from skillaudit.reading import ReadingError, limits, named, read_bytes, read_lines, read_start, read_text
from skillaudit.reading.limits import FREE, LINE, RATIO, Bounds

SMALL = Bounds("a note", 100, "shorten it", unpacked=1000, rows=3)


def test_what_is_whole_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100)
    assert read_bytes(path, SMALL) == b"x" * 100
    assert read_start(path, SMALL) == (b"x" * 100, True)
    path.write_bytes(b"x" * 101)
    assert read_start(path, SMALL) == (b"x" * 100, False)


def test_what_is_too_large_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(ReadingError) as caught:
        read_bytes(path, SMALL._replace(disk=2048))
    assert str(caught.value) == f"{path}: a note of more than 2 KiB; shorten it"


def test_the_error_is_the_caller_s(tmp_path: Path) -> None:
    class OwnError(UsageError):
        pass

    for call in (read_bytes, read_text):
        with pytest.raises(OwnError, match="no such file"):
            call(tmp_path / "none", SMALL, error=OwnError)
    with pytest.raises(OwnError, match="no such file"):
        list(read_lines(tmp_path / "none", SMALL, error=OwnError))


def test_a_folder_and_a_name_with_nul(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match=r"a folder, not a note; name the file in it"):
        read_bytes(tmp_path, SMALL)
    with pytest.raises(ReadingError, match="cannot be read"):
        read_bytes("a\0b", SMALL)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have names on POSIX alone")
def test_a_pipe_or_a_device_is_refused_without_waiting(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    link = tmp_path / "link"
    link.symlink_to(pipe)
    for path in (pipe, link, Path("/dev/zero"), Path("/dev/null")):
        with pytest.raises(ReadingError, match="not a regular file"):
            read_bytes(path, SMALL)
        with pytest.raises(ReadingError, match="not a regular file"):
            list(read_lines(path, SMALL))
        with pytest.raises(OSError, match="not a regular file"):
            read_start(path, SMALL)


def test_links_are_followed_only_where_that_is_meant(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert read_bytes(tmp_path / "b", SMALL) == b"x"
    with pytest.raises(ReadingError):
        read_bytes(tmp_path / "b", SMALL, follow=False)


def test_gzip_is_unpacked_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(b"x" * 1000))
    assert read_bytes(path, SMALL) == b"x" * 1000
    path.write_bytes(gzip.compress(b"x" * 500) + gzip.compress(b"x" * 501))
    with pytest.raises(ReadingError, match="after unpacking; shorten it"):
        read_bytes(path, SMALL)
    assert read_bytes(path, SMALL._replace(unpacked=0))[:2] == b"\x1f\x8b", "a kind that is never packed"
    path.write_bytes(gzip.compress(b"x" * 500)[:-4])
    with pytest.raises(ReadingError, match="the gzip data is broken"):
        read_bytes(path, SMALL)


def test_gzip_that_swells_is_refused_by_its_ratio(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(b"x" * (4 * FREE)))
    roomy = Bounds("a note", FREE, "shorten it", unpacked=64 * FREE, rows=9)
    assert RATIO * path.stat().st_size < 4 * FREE
    with pytest.raises(ReadingError, match=r"more than 1 MiB after unpacking"):
        read_bytes(path, roomy)
    with pytest.raises(ReadingError, match=r"more than 1 MiB after unpacking"):
        list(read_lines(path, roomy))


def test_text_says_where_it_is_no_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\xef\xbb\xbfone\n\xff")
    with pytest.raises(ReadingError, match=r"a:2: not UTF-8"):
        read_text(path, SMALL)
    path.write_bytes(b"\xef\xbb\xbfone\r\n")
    assert read_text(path, SMALL) == "one\r\n"


@pytest.mark.parametrize("packed", [False, True])
def test_lines_are_counted_and_capped(tmp_path: Path, packed: bool) -> None:
    path = tmp_path / "a"

    def save(data: bytes) -> None:
        path.write_bytes(gzip.compress(data) if packed else data)

    save(b"a\n\nb")
    assert list(read_lines(path, SMALL)) == [(1, b"a\n"), (2, b"\n"), (3, b"b")]
    save(b"a\n" * 4)
    with pytest.raises(ReadingError, match="more than 3 lines; shorten it"):
        list(read_lines(path, SMALL))
    roomy = SMALL._replace(disk=4 * LINE, unpacked=4 * LINE)
    save(b"a\n" + os.urandom(LINE + 7).replace(b"\n", b"x") + b"\nb\n")
    assert list(read_lines(path, roomy)) == [(1, b"a\n"), (2, None), (3, b"b\n")]


def test_a_path_in_a_sentence_is_one_line() -> None:
    assert named("a\nb\x1b[2J\u202ec\udcff") == "a\ufffdb\ufffd[2J\ufffdc\ufffd"


def test_every_kind_can_be_read_in_half_a_gigabyte() -> None:
    kinds = [bounds for bounds in vars(limits).values() if isinstance(bounds, Bounds)]
    assert len(kinds) > 15
    for bounds in kinds:
        streamed = bounds.unpacked > bounds.disk and bounds.rows
        assert streamed or bounds.rows or bounds.most <= 256 * limits.MIB, bounds.what
        assert bounds.remedy and not bounds.remedy.endswith(".")
