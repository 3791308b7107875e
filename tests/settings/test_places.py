"""Where a settings file is looked for, and whose it is."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from skillaudit.settings import nearest, resolve
from skillaudit.settings.places import is_trusted
from tests.settings.test_resolving import own_folder, write


def repository(folder: Path) -> Path:
    (folder / ".git").mkdir(parents=True)
    return folder


def test_the_nearest_within_the_repository(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    write(tmp_path, "max-hijack = 0.1")
    assert nearest(root / "skills") is None
    outer = write(root, "max-hijack = 0.1")
    inner = root / "packages" / "one" / "skills"
    inner.mkdir(parents=True)
    write(inner.parent, "[tool.other]\nx = 1", "pyproject.toml")
    found = nearest(inner)
    assert found is not None and (found.path, found.root) == (outer, root)
    own = write(inner.parent, "[tool.skillaudit]\nmax-hijack = 0.3", "pyproject.toml")
    found = nearest(inner)
    assert found is not None and found.path == own
    beside = write(inner.parent, "")
    found = nearest(inner)
    assert found is not None and found.path == beside


def test_without_a_repository_only_the_folder_itself(tmp_path: Path) -> None:
    write(tmp_path, "max-hijack = 0.1")
    (tmp_path / "skills").mkdir()
    assert nearest(tmp_path / "skills") is None
    assert nearest(tmp_path) is not None
    (tmp_path / "tools.json").write_text("[]", encoding="utf-8")
    assert nearest(tmp_path / "tools.json") is not None


@pytest.mark.parametrize("barred", ["home", "temporary"])
def test_the_search_ends_below_folders_that_are_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, barred: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    root = repository(tmp_path / barred)
    write(root, "max-hijack = 0.1")
    (root / "project" / "skills").mkdir(parents=True)
    assert nearest(root / "project" / "skills") is None
    between = write(root / "project", "max-hijack = 0.2")
    found = nearest(root / "project" / "skills")
    assert found is not None and (found.path, found.root) == (between, root / "project")


def test_a_link_out_of_the_tree_is_no_file_of_the_tree(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    (root / "skillaudit.toml").symlink_to(write(tmp_path, "a = 1", "credentials"))
    assert nearest(root) is None


@pytest.mark.parametrize("name", ["a\0b", "~nobody-of-this-name/x", "x" * 5000])
def test_names_that_cannot_be_followed(name: str) -> None:
    assert nearest(Path(name)) is None


def test_a_broken_project_file_that_says_nothing_to_us_is_passed_over(tmp_path: Path) -> None:
    root = repository(tmp_path / "repo")
    write(root, "[project\nx = " + "[" * 9000, "pyproject.toml")
    assert nearest(root) is None


@pytest.mark.parametrize("cloned", [True, False])
def test_trust_is_for_a_folder_and_does_not_reach_below_it(tmp_path: Path, cloned: bool) -> None:
    root = repository(tmp_path / "repo")
    write(root, "")
    other = root / "vendor" / "other"
    write(repository(other) if cloned else other, "")
    here, there = nearest(root), nearest(other)
    assert here is not None and there is not None
    assert is_trusted(here, [root]) and not is_trusted(here, [tmp_path])
    assert not is_trusted(there, [root]) and is_trusted(there, [other])


def test_a_trusted_tree_speaks_for_the_user_beside_the_source_or_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(tmp_path / "repo")
    write(root, 'fail-on = "never"')
    other = repository(tmp_path / "other")
    write(other, 'fail-on = "info"')
    monkeypatch.chdir(other)
    settings = resolve(sources=[root], environ={})
    assert settings["fail-on"] == "error"
    assert "skillaudit.toml is not read. If the file is yours" in settings.own.notices[1]
    write(own_folder(), f'trust = ["{other}"]')
    settings = resolve(sources=[root], environ={})
    assert settings["fail-on"] == "info"
    (notice,) = settings.own.notices
    assert "Not used: fail-on" in notice
    write(own_folder(), f'trust = ["{root}", "{other}"]')
    settings = resolve(sources=[root], environ={})
    assert settings["fail-on"] == "never" and settings.own.notices == ()
