"""What is said on stderr."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from skillaudit.cli.diagnostics import Notes, ProgressBar
from tests.cli.runner import Runner
from tests.conftest import SAMPLES

ROOT = Path(__file__).parents[2]


def test_a_long_run_into_a_pipe_says_now_and_then_where_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 105.0, 121.0, 130.0, 145.0])
    monkeypatch.setattr("skillaudit.cli.diagnostics.time.monotonic", lambda: next(clock))
    notes = Notes()
    for done in range(3):
        notes.update("embed", done, 4, "1 cached")
    notes.update("cache", 0, 0, "is full")
    notes.update("proof", 0, 1)
    said = ["21 s: embed 1/4 (1 cached)", "note: is full", "45 s: proof"]
    assert capsys.readouterr().err.splitlines() == said


def test_a_bar_counts_and_wipes_itself(capsys: pytest.CaptureFixture[str]) -> None:
    bar = ProgressBar()
    bar.update("embed", 1, 4)
    bar.update("embed", 2, 4, "1 cached")
    bar.update("embed", 4, 4, "1 cached")
    bar.close()
    text = capsys.readouterr().err
    first, *rest = text.split("\r")[1:]
    assert first.startswith("embed        [######..................] 1/4")
    assert "[########################] 4/4 (1 cached)" in text
    # The second update came within a tenth of a second, and is not drawn.
    assert "2/4" not in text
    assert rest[-1] == ""
    assert rest[-2].strip() == ""


def test_a_cache_that_cannot_be_used_is_told_and_costs_nothing(
    skillaudit: Runner, write_skill: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("SKILLAUDIT_CACHE", str(blocked / "cache"))
    library = write_skill("slides", "Turns documents into slide decks.").parent
    result = skillaudit("report", library, "--scorer", "lexical")
    assert result.code == 0
    assert result.err.startswith("note: ")
    assert skillaudit("report", library, "--scorer", "lexical", "-q").err == ""


def shell(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command in which `skillaudit` is this program."""
    line = f'skillaudit() {{ "{sys.executable}" -m skillaudit "$@"; }}; {command}'
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, cwd=ROOT, env={**os.environ, **environment}
    )


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
@pytest.mark.parametrize("command", ["rule", "config"])
def test_a_reader_that_leaves_at_once_is_no_tripped_gate(command: str) -> None:
    found = shell(f"skillaudit {command} | true; exit ${{PIPESTATUS[0]}}")
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_without_a_stdout_there_is_no_output_and_no_error() -> None:
    assert (shell("skillaudit config >&-").returncode, shell("skillaudit config >&-").stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs a device for stdout")
def test_stdout_by_its_device(tmp_path: Path) -> None:
    found = shell(f"skillaudit listing {SAMPLES / 'clean'} --client codex -o /dev/stdout")
    assert found.returncode == 0 and found.stdout.startswith("## Skills")


@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_terminal_of_few_characters_shows_a_mark_for_others() -> None:
    found = shell(
        f"skillaudit route {SAMPLES / 'clean'} 'plan a trip' --scorer lexical -q", PYTHONIOENCODING="latin-1"
    )
    assert found.returncode == 0 and "?plan a trip?" in found.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="needs names that are bytes")
def test_names_that_a_locale_cannot_spell(tmp_path: Path) -> None:
    for name in (b"caf\xc3\xa9", b"bytes\xff"):
        folder = tmp_path / os.fsdecode(name)
        folder.mkdir()
        text = f"---\nname: skill-{len(name)}\ndescription: Handles case {len(name)}.\n---\n\nBody.\n"
        (folder / "SKILL.md").write_text(text, encoding="utf-8")
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    found = shell(f"skillaudit check '{tmp_path}' --scorer lexical -q --fail-on never", **plain)
    assert (found.returncode, found.stderr) == (0, "") and "2 skills" in found.stdout


@pytest.mark.skipif(os.name != "posix", reason="needs a folder that can be removed while a process is in it")
def test_a_removed_working_folder_is_said(write_skill: Callable[..., Path], tmp_path: Path) -> None:
    library = write_skill("slides", "Turns documents into slide decks.").parent
    for command in (
        f"optimize {library} --scorer lexical -q --export out",
        f"check {library} --scorer lexical -q -f json:out.json",
    ):
        (tmp_path / "gone").mkdir()
        line = f"cd '{tmp_path / 'gone'}' && rmdir '{tmp_path / 'gone'}' && skillaudit {command}"
        found = shell(line, PYTHONPATH=str(ROOT))
        assert (found.returncode, "working folder is gone" in found.stderr) == (2, True), found.stderr


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs a shell")
def test_a_file_that_cannot_grow_is_said_and_nothing_stays(
    write_skill: Callable[..., Path], tmp_path: Path
) -> None:
    library = write_skill("slides", "Turns documents into slide decks.", "Say it again. " * 200).parent
    command = f"skillaudit optimize '{library}' --scorer lexical -q --export '{tmp_path / 'out'}'"
    found = shell(f"ulimit -f 1; {command}")
    assert (found.returncode, "File too large; name a place" in found.stderr) == (2, True), found.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["skills"]


@pytest.mark.skipif(os.name != "posix", reason="needs a signal that kills at once")
def test_any_run_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    code = "import os, pathlib, sys; from skillaudit.disk.writing import new_folder\n"
    code += "with new_folder(pathlib.Path(sys.argv[1]) / 'out'): os.kill(os.getpid(), 9)"
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False)
    assert killed.returncode == -9 and len(list(tmp_path.iterdir())) == 1
    assert shell("skillaudit rule SA301").returncode == 0
    assert list(tmp_path.iterdir()) == []
