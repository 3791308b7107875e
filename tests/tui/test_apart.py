"""The audit in a process of its own: the same report, its news, its stops and its failures."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from skillaudit.config import Config
from skillaudit.errors import LoadError, MissingError
from skillaudit.load import load
from skillaudit.pipeline import partial
from skillaudit.progress import SILENT, Cancelled
from skillaudit.schema import Report
from skillaudit.tui import apart, auditing, wire
from skillaudit.tui.apart import audit_apart, audit_here
from skillaudit.tui.loading import Meter, StoppedAudit
from tests.conftest import SAMPLES

CONFIG = Config(scorer="lexical", use_cache=False)
LIBRARY = [SAMPLES / "confusable"]


class News:
    """Keeps the news, and asks to stop at one stage."""

    def __init__(self, stop_at: str = "") -> None:
        self.stages: list[str] = []
        self._stop_at = stop_at

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        self.stages.append(stage)
        if stage == self._stop_at:
            raise Cancelled


@pytest.mark.slow
def test_the_report_is_the_same_and_the_stages_are_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_TOGETHER", 7)
    here, there = News(), News()
    report = audit_here(LIBRARY, CONFIG, here)
    assert len(report.skills) > 7
    assert audit_apart(LIBRARY, CONFIG, there) == report
    assert list(dict.fromkeys(there.stages)) == list(dict.fromkeys(here.stages))


@pytest.mark.slow
def test_paths_in_the_settings_arrive(tmp_path: Path) -> None:
    requests = tmp_path / "requests.jsonl"
    requests.write_text('{"query": "cut the text into pieces of equal length", "gold": []}\n')
    config = Config(scorer="lexical", cache=tmp_path / "cache", requests=(requests,))
    report = audit_apart(LIBRARY, config, SILENT)
    assert report == audit_here(LIBRARY, config, SILENT)
    assert report.forecast.coverage.no_skill_requests == 1 and (tmp_path / "cache").is_dir()


def test_a_stop_hands_over_what_the_files_say() -> None:
    with pytest.raises(StoppedAudit) as stop:
        audit_apart(LIBRARY, CONFIG, News(stop_at="routing"))
    report = stop.value.report
    assert report.skills and report.forecast.accuracy.value is None


def test_an_error_arrives_as_what_it_is() -> None:
    with pytest.raises(LoadError, match="no such file"):
        audit_apart(["no/such/folder"], CONFIG, SILENT)


def test_a_fault_arrives_with_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = "import skillaudit.load; skillaudit.load.load = lambda *_, **__: dict()['boom']; "
    monkeypatch.setattr(apart, "_START", apart._START.replace("from", f"{broken}from", 1))
    with pytest.raises(RuntimeError, match="KeyError: 'boom'") as fault:
        audit_apart(LIBRARY, CONFIG, SILENT)
    assert "Traceback" in fault.value.__notes__[0]


@pytest.mark.parametrize(
    ("end", "says"),
    [
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
            "signal 9, most likely for want of memory",
        ),
        ("import sys; sys.exit('broken [/x]')", "broken [/x]"),
        ("import os; os._exit(4)", "exit code 4"),
        ("import skillaudit.nosuch", "No module named 'skillaudit.nosuch'"),
    ],
)
def test_a_process_that_ends_without_a_word_is_said(
    monkeypatch: pytest.MonkeyPatch, end: str, says: str
) -> None:
    monkeypatch.setattr(apart, "_START", f"import sys; sys.path[:] = {{path!r}}; {end}")
    with pytest.raises(MissingError) as error:
        audit_apart(LIBRARY, CONFIG, SILENT)
    assert says in str(error.value)


def test_a_process_that_nobody_listens_to_ends() -> None:
    command = [sys.executable, "-P", "-c", apart._START.format(path=sys.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdin is not None and child.stdout is not None
        wire.send(child.stdin, wire.Order([str(LIBRARY[0])], CONFIG))
        child.stdout.close()
        child.stdin.close()
        assert child.wait(60) == 0


@pytest.mark.slow
def test_nothing_of_the_folder_one_stands_in_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "msgspec.py").write_text("raise SystemExit('taken over')")
    library = LIBRARY[0].resolve()
    monkeypatch.chdir(tmp_path)
    assert audit_apart([library], CONFIG, SILENT).skills


@pytest.mark.slow
def test_where_no_process_can_be_started_it_runs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "")
    assert audit_apart(LIBRARY, CONFIG, SILENT).skills


@pytest.mark.slow
def test_what_changed_since_the_last_audit_comes_with_the_report(tmp_path: Path) -> None:
    folder = tmp_path / "skills"
    for name in ("one", "two"):
        (folder / name).mkdir(parents=True)
        text = f"---\nname: {name}\ndescription: Does the thing called {name} to a file.\n---\nBody.\n"
        (folder / name / "SKILL.md").write_text(text, encoding="utf-8")
    config = Config(scorer="lexical", cache=tmp_path / "cache", law=False)
    found = []
    for _ in range(3):
        meter = Meter()
        audit_apart([folder], config, meter)
        found.append(meter.change)
        (folder / "three").mkdir(exist_ok=True)
        (folder / "three" / "SKILL.md").write_text(
            "---\nname: three\ndescription: Cuts hedges into shapes.\n---\nBody.\n", encoding="utf-8"
        )
    assert found[0] is None and found[1] is not None and found[2] is None
    assert found[1].added == ("three",) and found[1].reference == "the last audit"


def test_the_screen_does_not_wait_for_the_gate() -> None:
    program = (
        "import sys, skillaudit.tui.apart, skillaudit.tui.app; sys.exit('skillaudit.gate' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode == 0


def test_the_last_report_is_shown_before_it_is_known_to_hold(tmp_path: Path) -> None:
    config = Config(scorer="lexical", cache=tmp_path / "cache", law=False)
    first = audit_apart(LIBRARY, config, Meter())
    meter = Meter()
    again = audit_apart(LIBRARY, config, meter)
    assert again == first
    assert meter.early == (first, "kept") and meter.early is not None
    assert again is meter.early.report, "the screen keeps what it has"


@pytest.mark.slow
def test_a_forecast_by_words_comes_before_many_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    report = audit_here(LIBRARY, CONFIG, SILENT)
    out = io.BytesIO()
    child = auditing._Child(out)
    done = threading.Event()

    def by_words(library: object, config: Config) -> Report:
        done.set()
        return report

    monkeypatch.setattr(partial, "words_report", by_words)
    child.library, child.config = load(LIBRARY), CONFIG
    child.update("embed", 0, partial.MANY_TEXTS)
    assert not done.wait(0.05), "vectors of a few texts are there at once"
    child.update("embed", 0, partial.MANY_TEXTS + 1)
    assert done.wait(60)
