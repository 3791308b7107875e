"""A model asked from the nodes of a cluster: the same decisions, one budget, and a lost worker costs its questions."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from skillaudit import spread
from skillaudit.asking import far
from skillaudit.asking.far import FarRouter
from skillaudit.asking.log import ProbeLog
from skillaudit.asking.records import Decision
from skillaudit.asking.routers import LiveRouter
from skillaudit.errors import ModelError
from skillaudit.llm import Completion, LiveModel, Price, UnreachableError
from skillaudit.probe.probing import ProbeLimits, probe
from skillaudit.probe.records import ProbeResult
from tests.probe.conftest import Waits
from tests.probe.libraries import is_right, make_ground
from tests.probe.rule import Asked, Chances, Rule
from tests.probe.server import Server

PRICE = Price(prompt=1e-6, completion=1e-5)
COST = PRICE.of(1000, 10)
GROUND = make_ground(30, 2, idle=10)
NODES = [
    {"NodeID": "a", "Alive": True, "Resources": {"CPU": 2.0}},
    {"NodeID": "b", "Alive": True, "Resources": {"CPU": 2.0}},
    {"NodeID": "head", "Alive": True, "Resources": {}},
    {"NodeID": "gone", "Alive": False, "Resources": {"CPU": 2.0}},
]


class LostError(Exception):
    """What the stand-in for Ray raises for a lost worker."""


class Cluster:
    """Stands in for Ray: workers of its own, which are lost at the questions whose numbers are in `losses`."""

    def __init__(self, losses: set[int]) -> None:
        self.losses, self.asked = losses, 0
        self.sent: list[str] = []
        self.killed = 0
        self.exceptions = SimpleNamespace(RayActorError=LostError)
        strategies = SimpleNamespace(NodeAffinitySchedulingStrategy=lambda node, soft: node)
        self.util = SimpleNamespace(scheduling_strategies=strategies)

    def nodes(self) -> list[dict[str, Any]]:
        return NODES

    def remote(self, num_cpus: int, scheduling_strategy: str) -> Any:
        def made(worker: Any) -> Any:
            def begin(*arguments: Any) -> Any:
                self.sent.append(scheduling_strategy)
                asked = worker(*arguments)
                return SimpleNamespace(ask=SimpleNamespace(remote=lambda *more: self._ask(asked, *more)))

            return SimpleNamespace(remote=begin)

        return made

    def kill(self, worker: Any) -> None:
        self.killed += 1

    async def _ask(self, worker: Any, *arguments: Any) -> Any:
        self.asked += 1
        number = self.asked
        found = await worker.ask(*arguments)
        if number in self.losses:
            raise LostError
        return found


class Model(LiveModel):
    """Answers by a rule without a connection."""

    def __init__(self, rule: Rule) -> None:
        self.name, self._options, self._api_base = "openai/known", {"max_tokens": 16}, None
        self.rule, self.calls = rule, 0
        self.failure: Exception | None = None
        self.counts = True

    def check(self) -> None:
        """Find nothing wrong."""

    async def complete(self, messages: Any) -> Completion:
        self.calls += 1
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        text = self.rule.answer(messages)
        return (
            Completion(text=text, prompt_tokens=1000, completion_tokens=10)
            if self.counts
            else Completion(text=text)
        )


def law(asked: Asked, has: bool) -> Chances:
    return Chances(0.75, none=0.05, invalid=0.04, refusal=0.02) if has else Chances(0.0, none=0.6)


def run(
    router: LiveRouter, path: Path, waits: Waits, limits: ProbeLimits
) -> tuple[ProbeResult, tuple[Decision, ...]]:
    async def ask() -> tuple[ProbeResult, tuple[Decision, ...]]:
        try:
            with ProbeLog(path) as log:
                return await probe(GROUND, "accuracy", router, log, limits, pace=waits.pace())
        finally:
            await router.aclose()

    return asyncio.run(ask())


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    cluster = Cluster(set())
    monkeypatch.setattr(far, "joined", lambda: cluster)
    return cluster


def live() -> LiveRouter:
    return LiveRouter(Model(Rule(is_right, law)), PRICE)


def test_nodes_with_processors_share_the_questions_and_the_decisions_are_those_of_here(
    joined: Cluster, tmp_path: Path, waits: Waits
) -> None:
    here, decisions = run(live(), tmp_path / "here", waits, ProbeLimits(concurrency=8))
    there, found = run(FarRouter(live()), tmp_path / "there", waits, ProbeLimits(concurrency=8))
    assert found == decisions
    assert there.result == here.result and there.spending == here.spending
    assert joined.sent == ["a", "b"] and joined.killed == 2
    assert joined.asked == 70


def test_what_a_lost_worker_was_at_is_paid_and_asked_again(
    joined: Cluster, tmp_path: Path, waits: Waits
) -> None:
    _, decisions = run(live(), tmp_path / "here", waits, ProbeLimits())
    joined.losses = {5, 6, 40}
    router = live()
    found, there = run(FarRouter(router), tmp_path / "there", waits, ProbeLimits(concurrency=4))
    assert there == decisions
    assert len(joined.sent) == 5 and joined.asked == 73
    expected = found.spending.dollars - 70 * COST
    assert expected > 0, "what may be on the bill is booked"


def test_losses_are_within_the_budget(joined: Cluster, tmp_path: Path, waits: Waits) -> None:
    """Calls cost what is expected of them where a provider does not count; nothing else can move the sum."""
    joined.losses = set(range(1, 200, 3))
    budget = 20 * COST
    router = live()
    assert isinstance(router._model, Model)
    router._model.counts = False
    found, _ = run(FarRouter(router), tmp_path / "log", waits, ProbeLimits(budget=budget, concurrency=8))
    assert found.spending.stopped == "budget"
    assert found.spending.dollars <= budget


def test_a_cluster_that_loses_every_worker_is_given_up(joined: Cluster, tmp_path: Path, waits: Waits) -> None:
    joined.losses = set(range(1, 1_000))
    with pytest.raises(ModelError):
        run(FarRouter(live()), tmp_path / "log", waits, ProbeLimits(concurrency=2))
    assert len(joined.sent) <= 2 * spread.TRIES


def test_what_the_model_said_comes_back_whole(
    joined: Cluster, tmp_path: Path, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    router = live()
    model = router._model
    assert isinstance(model, Model)
    model.failure = UnreachableError("nobody there", retry_after=3.0)
    with pytest.raises(ModelError, match="nobody there"):
        run(FarRouter(router), tmp_path / "log", waits, ProbeLimits(concurrency=1))
    assert any(wait >= 3 for wait in waits)
    monkeypatch.setattr(far, "__version__", "0.0.1")
    with pytest.raises(Exception, match=r"not 0\.0\.1; install the same everywhere"):
        run(FarRouter(live()), tmp_path / "other", waits, ProbeLimits(concurrency=1))


class Slow(Rule):
    """Takes so long over each answer that some are always under way."""

    def answer(self, messages: Iterable[Mapping[str, Any]]) -> str:
        """Return the answer of the rule."""
        time.sleep(0.05)
        return super().answer(messages)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_a_real_cluster_asks_a_real_server(tmp_path: Path, waits: Waits) -> None:
    """One of two nodes is killed on the way."""
    pytest.importorskip("ray", reason="ray is not installed: it serves a cluster alone")
    import ray
    from ray.cluster_utils import Cluster as LocalCluster

    cluster = LocalCluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    second = cluster.add_node(num_cpus=1)
    cluster.connect()
    try:
        with Server(Slow(is_right, law)) as server:
            model = LiveModel("openai/known", api_base=server.url, timeout=30)
            _, decisions = run(LiveRouter(model, PRICE), tmp_path / "here", waits, ProbeLimits())
            server.received, server.expected = 0, 20
            killer = threading.Thread(
                target=lambda: server.reached.wait(60) and cluster.remove_node(second, allow_graceful=False)
            )
            killer.start()
            limits = ProbeLimits(concurrency=4, budget=1.0)
            found, there = run(FarRouter(LiveRouter(model, PRICE)), tmp_path / "there", waits, limits)
            killer.join()
            assert there == decisions
            assert server.received >= 70
            assert found.spending.dollars > 70 * COST, "what was under way on the lost node is booked"
    finally:
        ray.shutdown()
        cluster.shutdown()
