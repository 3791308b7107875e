"""Export: the ending picks the format, nothing is replaced unasked, and a failure leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from skillaudit.errors import UsageError
from skillaudit.schema import Report
from skillaudit.tui.export import endings, write_report
from tests.tui import reports


def test_json_holds_the_whole_report(tmp_path: Path) -> None:
    path = write_report(reports.small(), str(tmp_path / "r.json"))
    assert msgspec.json.decode(path.read_bytes(), type=Report) == reports.small()


@pytest.mark.parametrize("ending", endings())
def test_every_format_on_offer_can_be_written(tmp_path: Path, ending: str) -> None:
    path = write_report(reports.small(), str(tmp_path / f"r{ending}"))
    assert path.read_text(encoding="utf-8").strip()
    assert [entry.name for entry in tmp_path.iterdir()] == [f"r{ending}"]


def test_a_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "r.md"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError):
        write_report(reports.one(), str(path))
    assert path.read_text(encoding="utf-8") == "mine"
    write_report(reports.one(), str(path), overwrite=True)
    assert path.read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("report", ".json"), ("report.docx", ".json"), ("no/such/folder/r.md", "in a folder that exists")],
)
def test_what_cannot_be_written_says_why(tmp_path: Path, name: str, remedy: str) -> None:
    with pytest.raises(UsageError, match=remedy):
        write_report(reports.one(), str(tmp_path / name))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "r.md").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        write_report(reports.one(), str(tmp_path / "r.md"), overwrite=True)
