"""Through litellm, over HTTP, with a model that carries steps out: results flow into later questions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from skillaudit.asking.engine import Limits
from skillaudit.asking.log import ProbeLog
from skillaudit.asking.routers import LiveRouter
from skillaudit.experiment.records import Result
from skillaudit.experiment.running import run
from skillaudit.experiment.studies import EXPERIMENTS
from skillaudit.experiment.synthetic import pool
from skillaudit.experiment.tasks import Scope
from skillaudit.llm import LiveModel, Price
from tests.experiment.test_recovery import value
from tests.probe.rule import Chances, Rule, read, uniform
from tests.probe.server import Server

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning:litellm.*")]

SCOPE = Scope(seeds=2, tasks=30)
_BRANCH = re.compile(r"If the result of step 1 is over (\d+): (.*) Otherwise: (.*)")
_TOLD = re.compile(r"Its result: \D*(\d+)\.? Now select")


class Worker(Rule):
    """A model that carries four steps of five out right, and finds a branch only where it is told the result."""

    def __init__(self, name: str) -> None:
        super().__init__(lambda asked, label, text: False, lambda asked, has: Chances(0.0))
        experiment = EXPERIMENTS[name]
        self._results = {
            errand.prompt: errand.answer
            for errand in (experiment.errands(SCOPE) if experiment.errands else ())
        }
        plan = experiment.plan(SCOPE)
        self._right = {trial.task or trial.query: trial.gold[0] for trial in plan.trials}
        self._names = {skill.id: skill.name for skill in pool().skills}

    def answer(self, messages: Iterable[Mapping[str, Any]]) -> str:
        """Carry out, or choose."""
        messages = list(messages)
        prompt = str(messages[0]["content"])
        if prompt in self._results:
            result = self._results[prompt]
            return f"It is {result if uniform('done', prompt) < 0.8 else result + 1}."
        asked = read(messages)
        wanted = self._wanted(asked.task)
        return next((label for label, text in asked.options if text.startswith(f"{wanted}:")), "NONE")

    def _wanted(self, task: str) -> str:
        known = self._right.get(task)
        branch = _BRANCH.search(task)
        if branch is None or "step 1 only" in task:
            if known is None:  # a plain second step, with the result of the first in its words
                whole = task.partition(" Step 1 is done")[0]
                known = self._right[f"{whole} Select the skill for step 2 only."]
            return self._names[known]
        told = _TOLD.search(task)
        half = branch[2] if told is None or int(told[1]) > int(branch[1]) else branch[3]
        return next(skill.name for skill in pool().skills if skill.fits(half.partition(" Step 1 is done")[0]))


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take all keys out of the surroundings."""
    for name in list(os.environ):
        if name.endswith("_API_KEY") or name in {"OPENAI_API_BASE", "OPENAI_BASE_URL"}:
            monkeypatch.delenv(name)
    yield


def through(server: Server, name: str, path: Path) -> Result:
    """Run an experiment on a server."""
    router = LiveRouter(
        LiveModel("openai/known", api_base=server.url, timeout=30.0), Price(prompt=1e-6, completion=1e-5)
    )
    with ProbeLog(path) as log:
        return run(name, router, log, SCOPE, Limits(budget=100.0))


def test_f10_rescues_whoever_is_told_the_result(tmp_path: Path) -> None:
    with Server(Worker("f10")) as server:
        found = through(server, "f10", tmp_path / "log")
        calls = server.received
        again = through(server, "f10", tmp_path / "log")
        assert server.received == calls == found.planned, "the second run has all answers in the log"
    assert again.findings == found.findings and again.rows == found.rows
    assert found.spending.calls == calls and found.spending.dollars > 0
    done = value(found.findings, "A done")
    assert 0.6 < done < 0.95
    assert value(found.findings, "gain, plain") == 0.0
    assert value(found.findings, "gain, branch") == pytest.approx(0.5, abs=0.25)
    assert value(found.findings, "ratio, hard") > 1.5
    assert [verdict.ruling for verdict in found.findings.verdicts] == ["supported", "supported"]


@pytest.mark.parametrize("name", ["f11", "f12"])
def test_steps_are_carried_out_and_marked(name: str, tmp_path: Path) -> None:
    scope = SCOPE
    make = EXPERIMENTS[name].errands
    assert make is not None
    with Server(Worker(name)) as server:
        found = through(server, name, tmp_path / "log")
        assert (
            server.received == found.planned == len(make(scope)) + len(EXPERIMENTS[name].plan(scope).trials)
        )
    carried = [row for row in found.rows if "part" in row.factors or "state" in row.factors]
    assert sum(row.decisions for row in carried) == len(make(scope))
    share = sum(row.right for row in carried) / sum(row.decisions for row in carried)
    assert share == pytest.approx(0.8, abs=0.06)
    assert {verdict.ruling for verdict in found.findings.verdicts} == {"no effect"}
    assert (not found.not_applicable and not found.findings.notes) or name == "f11"
