"""A user without a home folder: nothing of theirs is looked for in the working folder, and audits go on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import platformdirs
import pytest

from skillaudit.cache import cache_folder
from skillaudit.disk.homes import home_for
from skillaudit.disk.state import state_folder
from skillaudit.errors import UsageError
from skillaudit.routing.profiles import profiles, user_folder
from skillaudit.settings import own_file, resolve
from tests.cli.runner import Runner
from tests.conftest import SAMPLES

KINDS: tuple[Literal["config", "cache", "data", "state"], ...] = ("config", "cache", "data", "state")


def raising(*_: object, **more: object) -> Path:
    raise RuntimeError("could not determine the home directory")


@pytest.fixture(params=["as newer versions say it", "as older versions do"])
def homeless(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take the home away; return a working folder in which a stranger has laid one out."""
    for kind in KINDS:
        answer = raising if request.param.startswith("as newer") else lambda *_, **more: Path("~/own")
        monkeypatch.setattr(platformdirs, f"user_{kind}_path", answer)
    for name in ("SKILLAUDIT_CACHE", "SKILLAUDIT_STATE"):
        monkeypatch.delenv(name, raising=False)
    planted = tmp_path / "~" / "own"
    (planted / "routers").mkdir(parents=True)
    (planted / "skillaudit.toml").write_text('fail-on = "never"', encoding="utf-8")
    (planted / "routers" / "planted.json").write_text("{", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_there_is_none_and_the_remedy_is_said(homeless: Path) -> None:
    for kind in KINDS:
        with pytest.raises(OSError, match="this user has no home folder; set HOME"):
            home_for(kind)
    with pytest.raises(OSError, match="no home folder"):
        state_folder()
    with pytest.raises(OSError, match="no home folder"):
        user_folder()
    with pytest.raises(
        UsageError, match="no home folder; set HOME, name a folder in SKILLAUDIT_CACHE, or use --no-cache"
    ):
        cache_folder()


def test_nothing_planted_counts(homeless: Path) -> None:
    assert own_file() is None
    assert resolve(environ={})["fail-on"] == "error"
    assert "planted" not in {profile.name for profile in profiles()}


def test_an_audit_goes_on_without_a_cache(
    homeless: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    skillaudit = Runner(monkeypatch, capfd)
    arguments = ("check", SAMPLES / "clean", "--scorer", "lexical", "--fail-on", "never")
    assert skillaudit(*arguments, "--no-cache").code == 0
    refused = skillaudit(*arguments)
    assert refused.code == 2 and "--no-cache" in refused.err
    assert skillaudit("routers").code == 0
