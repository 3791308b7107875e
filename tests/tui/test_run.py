"""The entry point: what it audits, with which map, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from skillaudit.config import Config
from skillaudit.progress import SILENT
from skillaudit.schema import Library
from skillaudit.tui import run
from skillaudit.tui.apart import audit_here
from skillaudit.tui.app import SkillAuditApp
from tests.tui import reports

LIBRARY = Library(skills=(), sources=("a", "b"))


def test_it_audits_the_sources_and_offers_the_better_map(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[tuple[str, ...]] = []
    asked: list[tuple[Library, str]] = []
    apps: list[SkillAuditApp] = []

    def load(sources: tuple[str, ...], progress: object) -> Library:
        loaded.append(tuple(str(source) for source in sources))
        return LIBRARY

    def audit(library: Library, config: Config, progress: object) -> object:
        asked.append((library, config.map))
        return reports.one()

    monkeypatch.setattr("skillaudit.tui.apart.audit_apart", audit_here)
    monkeypatch.setattr("skillaudit.load.load", load)
    monkeypatch.setattr("skillaudit.pipeline.audit_library", audit)
    monkeypatch.setattr(SkillAuditApp, "run", lambda app: apps.append(app))
    assert run(["a", Path("b")], Config()) == 0
    (app,) = apps
    assert app.sources == "a, b"
    assert app._load(SILENT) == reports.one()
    assert app.load_with_map is not None
    app.load_with_map(SILENT)
    assert loaded == [("a", "b"), ("a", "b")]
    assert asked == [(LIBRARY, "pca"), (LIBRARY, "umap")]
    assert app.imagine is not None and app.planner is not None
    run(["a"], Config(map="umap"))
    assert apps[1].load_with_map is None


def test_its_import_waits_for_the_toolkit() -> None:
    code = "import sys, skillaudit.tui, skillaudit.tui.state, skillaudit.tui.actions; print('textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
