"""The law of a library as a probe measured it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from skillaudit.asking.log import ProbeLog
from skillaudit.errors import UsageError
from skillaudit.probe.law import measured_law
from skillaudit.probe.probing import probe
from tests.cli.runner import Runner
from tests.probe.libraries import is_right, make_ground
from tests.probe.rule import Chances, Rule, RuleRouter


@pytest.fixture
def skillaudit(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Runner:
    return Runner(monkeypatch, capfd)


def decayed(path: Path) -> Path:
    """Log a decay study of a router that is right at every size in nine of ten."""
    router = RuleRouter(Rule(is_right, lambda asked, has: Chances(0.9), 0))
    with ProbeLog(path) as log:
        asyncio.run(probe(make_ground(24, 2), "decay", router, log))
    return path


def test_the_law_is_that_of_the_choices(tmp_path: Path) -> None:
    law = measured_law(decayed(tmp_path / "log.sqlite"), floor=0.5)
    assert law.basis == "probe" and [point.n for point in law.points] == [5, 10, 20, 24]
    assert all(abs((p.accuracy.value or 0) - 0.9) < 0.1 for p in law.points)
    assert all((p.accuracy.value or 0) + p.hijack <= 1 and p.measured is None for p in law.points)
    b = law.b
    assert b is not None and b.low is not None and b.high is not None and b.low < 0 < b.high


def test_a_log_without_such_a_study_is_refused(tmp_path: Path) -> None:
    path = decayed(tmp_path / "log.sqlite")
    with pytest.raises(UsageError, match="no decay study of another"):
        measured_law(path, model="another")
    with pytest.raises(UsageError, match="no such log"):
        measured_law(tmp_path / "none.sqlite")


def test_the_command_shows_it(tmp_path: Path, skillaudit: Runner) -> None:
    path = decayed(tmp_path / "log.sqlite")
    said = skillaudit("laws", "--measured", path)
    assert said.code == 0 and "chose among growing parts of this library" in said.out
    data = json.loads(skillaudit("laws", "--measured", path, "-f", "json").out)["library"]
    assert data["basis"] == "probe" and {"interference", "accuracy"} <= data["points"][0].keys()
    for wrong in (("laws", ".", "--measured", path), ("laws", "--model", "x")):
        assert skillaudit(*wrong).code == 2
