"""What every test starts from: a cache of its own, no colours, no network."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "sample_libraries"


def plain(markdown: str) -> str:
    """Return Markdown without the backslashes that keep marks as they are, but for those of cells."""
    return re.sub(r"\\(?=[^\w\s|])", "", markdown)


def pytest_collection_finish() -> None:
    """Look no more for garbage in what was imported, which stays: that costs a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def own_surroundings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the developer's own cache, settings, model folder and hub out of every test."""
    own = tmp_path_factory.mktemp("own")
    monkeypatch.setenv("SKILLAUDIT_CACHE", str(own / "cache"))
    monkeypatch.setenv("SKILLAUDIT_STATE", str(own / "state"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796000000")  # a day in November 2026, when clients were read
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own / "config"))
    for name in ("CONFIG", "MODEL_DIR", "TRACEBACK"):
        monkeypatch.delenv(f"SKILLAUDIT_{name}", raising=False)


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a cache that all workers of this run fill."""
    base = tmp_path_factory.getbasetemp()
    return str((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared_cache")


@pytest.fixture
def warm(own_surroundings: None, shared_cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take reports from the run's cache: for tests of what is done with a report, however it came about."""
    monkeypatch.setenv("SKILLAUDIT_CACHE", shared_cache)
    state = Path(os.environ["SKILLAUDIT_STATE"])
    state.mkdir()
    (state / "key").write_bytes(b"what is kept is sealed with this")


@pytest.fixture
def write_skill(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a skill below the test's folder and returns its file."""

    def write(
        name: str, description: str = "", body: str = "", *, folder: str = "skills", extra: str = ""
    ) -> Path:
        path = tmp_path / folder / name / "SKILL.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = f"---\nname: {name}\ndescription: {description or f'Handles {name} for the team.'}\n{extra}---\n\n{body}"
        path.write_text(text, encoding="utf-8")
        return path

    return write
