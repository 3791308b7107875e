"""What goes wrong on the way in: one clear sentence, and the exit code that says whose turn it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.runner import Runner
from tests.conftest import SAMPLES


def sentence(text: str) -> str:
    """Return the message, having checked that it is one line without a traceback."""
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    assert "Traceback" not in text
    return lines[0]


def test_a_missing_folder(skillaudit: Runner, tmp_path: Path) -> None:
    result = skillaudit("report", tmp_path / "nowhere")
    assert (result.code, result.out) == (2, "")
    assert "nowhere" in sentence(result.err)


def test_an_empty_folder(skillaudit: Runner, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = skillaudit("check", tmp_path / "empty")
    assert result.code == 2
    assert "SKILL.md" in sentence(result.err)


def test_a_file_that_is_no_skill(skillaudit: Runner, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    result = skillaudit("report", tmp_path / "photo.png")
    assert result.code == 2
    assert "photo.png" in sentence(result.err)


def test_an_unreadable_root(skillaudit: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "locked"
    root.mkdir()

    def refuse(path: object = ".") -> object:
        raise PermissionError(13, "Permission denied", str(path))

    # The tests may run as root, for whom no mode bit is a lock.
    monkeypatch.setattr("os.scandir", refuse)
    result = skillaudit("report", root)
    assert result.code == 2
    assert "locked" in sentence(result.err)


def test_requests_that_do_not_exist(skillaudit: Runner, tmp_path: Path) -> None:
    result = skillaudit(
        "report", SAMPLES / "clean", "--scorer", "lexical", "--requests", tmp_path / "no.jsonl"
    )
    assert result.code == 2
    assert "no.jsonl" in sentence(result.err)


def test_an_unknown_router(skillaudit: Runner) -> None:
    result = skillaudit("report", SAMPLES / "clean", "--scorer", "lexical", "--router", "gpt-99")
    assert result.code == 2
    assert "gpt-99" in sentence(result.err)


def test_no_model_is_the_environment_s_fault(skillaudit: Runner) -> None:
    result = skillaudit("report", SAMPLES / "clean", "--embedder", "nobody/no-such-model")
    assert result.code == 3
    assert "--scorer lexical" in sentence(result.err)


def test_a_folder_to_write_to_that_does_not_exist(skillaudit: Runner, tmp_path: Path) -> None:
    result = skillaudit("report", SAMPLES / "clean", "--scorer", "lexical", "-o", tmp_path / "no" / "out.txt")
    assert result.code == 2
    assert "out.txt" in sentence(result.err)


def test_an_empty_request(skillaudit: Runner) -> None:
    result = skillaudit("route", SAMPLES / "clean", " ", "--scorer", "lexical")
    assert result.code == 2
    assert "empty" in sentence(result.err)


def test_a_defect_of_the_program_is_no_tripped_gate(
    skillaudit: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("skillaudit.pipeline.audit_library", broken)
    result = skillaudit("report", SAMPLES / "clean")
    assert result.code == 70
    assert "ZeroDivisionError: oops" in sentence(result.err)


def test_an_interrupt(skillaudit: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("skillaudit.pipeline.audit_library", interrupted)
    assert skillaudit("report", SAMPLES / "clean").code == 130


def test_a_folder_of_settings_that_cannot_be_written(
    skillaudit: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(*_: object, **more: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path / "settings"))

    monkeypatch.setattr("skillaudit.settings.resolve", save)
    result = skillaudit("config", tmp_path)
    assert result.code == 3 and result.err == f"error: {tmp_path / 'settings'}: Permission denied\n"


def test_what_is_misspelt_is_said_before_the_work(
    skillaudit: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def audit(*_: object) -> None:
        raise AssertionError("the work was begun")

    monkeypatch.setattr("skillaudit.pipeline.audit_library", audit)
    for more in (("--select", "NOPE"), ("--baseline", tmp_path / "none"), ("--measured", tmp_path / "none"),
                 ("--since", "no-such-branch"), ("-o", tmp_path)):  # fmt: skip
        result = skillaudit("check", SAMPLES / "clean", "--scorer", "lexical", *more)
        assert result.code == 2 and result.err.startswith("error: "), result.err
