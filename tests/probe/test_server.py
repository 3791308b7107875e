"""Through litellm, over HTTP: what goes wrong on a real connection loses nothing and is worded for people."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from skillaudit.asking.log import ProbeLog
from skillaudit.asking.records import Decision
from skillaudit.asking.routers import LiveRouter
from skillaudit.llm import LiveModel, Price
from skillaudit.probe.probing import ProbeLimits, probe
from skillaudit.probe.records import ProbeResult
from tests.cli.test_interrupt import default_signals
from tests.probe.conftest import Waits
from tests.probe.libraries import is_right, make_ground
from tests.probe.rule import Asked, Chances, Rule
from tests.probe.server import FAULTS, Server
from tests.probe.test_command import REQUESTS
from tests.probe.test_command import source as source  # a fixture

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning:litellm.*")]

PRICE = Price(prompt=1e-6, completion=1e-5)
COST = PRICE.of(1000, 10)
GROUND = make_ground(30, 2, idle=10)


def law(asked: Asked, has: bool) -> Chances:
    """Right in three cases of four."""
    return Chances(0.75, none=0.05, invalid=0.04, refusal=0.02) if has else Chances(0.0, none=0.6)


@pytest.fixture(autouse=True)
def no_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take all keys out of the surroundings."""
    for name in list(os.environ):
        if name.endswith("_API_KEY") or name in {"OPENAI_API_BASE", "OPENAI_BASE_URL"}:
            monkeypatch.delenv(name)
    yield


def run(
    server: Server, path: Path, waits: Waits, limits: ProbeLimits | None = None, timeout: float = 30.0
) -> tuple[ProbeResult, tuple[Decision, ...]]:
    """Probe the ground through a server."""

    async def ask() -> tuple[ProbeResult, tuple[Decision, ...]]:
        router = LiveRouter(LiveModel("openai/known", api_base=server.url, timeout=timeout), PRICE)
        try:
            with ProbeLog(path) as log:
                return await probe(GROUND, "accuracy", router, log, limits, pace=waits.pace())
        finally:
            await router.aclose()

    return asyncio.run(ask())


def test_faults_of_a_real_connection_lose_no_decision(tmp_path: Path, waits: Waits) -> None:
    faults = [fault for fault in FAULTS if fault not in {"wrong-id", "empty", "null"}]
    with Server(Rule(is_right, law)) as server:
        calm, expected = run(server, tmp_path / "calm", waits)
        assert server.received == len(server.answered) == len(expected) == 70
        assert server.keys == {"Bearer unused"}
    with Server(Rule(is_right, law), [*faults, None] * 3) as server:
        rough, decisions = run(server, tmp_path / "rough", waits, timeout=1.0)
        unread = 3 * len([fault for fault in faults if fault not in {"prose", "slow-drip"}])
        assert server.received == 70 + unread
        assert len(server.answered) == len(set(server.answered)) == 70
    assert [(d.query, d.chosen) for d in decisions] == [(d.query, d.chosen) for d in expected]
    one, other = rough.result.arms[0].rates, calm.result.arms[0].rates
    assert (one.accuracy, one.hijack, one.no_skill) == (other.accuracy, other.hijack, other.no_skill)
    assert sum(d.prose for d in decisions) >= 1
    assert 7.0 <= max(waits) < 9.0, "as long as the header asks"


def test_wrong_ids_and_empty_answers_are_decisions_of_their_own(tmp_path: Path, waits: Waits) -> None:
    with Server(Rule(is_right, law), ["wrong-id", "empty", "null", "empty"]) as server:
        _, decisions = run(server, tmp_path / "log", waits, ProbeLimits(concurrency=1))
        assert server.received == 70 + 2, "an empty answer is asked for three times"
    assert sum(d.answers == ("skill_9999",) and d.outcome == "invalid" for d in decisions) >= 1
    assert sum(d.answers == ("",) and d.outcome == "unparsable" for d in decisions) == 1


def test_the_budget_holds_on_a_real_connection(tmp_path: Path, waits: Waits) -> None:
    with Server(Rule(is_right, law)) as server:
        found, _ = run(server, tmp_path / "log", waits, ProbeLimits(budget=20 * COST, concurrency=8))
        assert found.spending.stopped == "budget"
        assert found.spending.dollars == pytest.approx(server.received * COST)
        assert server.received <= 28


def command(source: Path, server_url: str, *more: str, model: str = "openai/known") -> list[str]:
    """Return the command line of a probe in a process of its own."""
    return [
        sys.executable, "-m", "skillaudit", "probe", str(source), "--model", model, "--api-base", server_url,
        "--scorer", "lexical", "--no-cache", "--requests", str(source.parent / "requests.jsonl"),
        "--log", str(source.parent / "log.sqlite"), "--price", "1,10", "--repeats", "5", *more,
    ]  # fmt: skip


GOLD = dict(REQUESTS)


def in_file(asked: Asked, label: str, text: str) -> bool:
    """Whether an option is right for a request of the file."""
    return text.startswith(f"{GOLD[asked.task]}:")


def test_a_killed_command_goes_on_and_two_at_once_share(source: Path) -> None:
    with Server(Rule(in_file, law)) as server:
        server.expected = 12
        first = subprocess.Popen(
            command(source, server.url, "--concurrency", "2"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert server.reached.wait(120)
        first.kill()
        first.communicate()
        pair = [
            subprocess.Popen(
                command(source, server.url, "-f", "json", "--resume"),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for _ in range(2)
        ]
        outputs = [process.communicate(timeout=240) for process in pair]
        assert [process.returncode for process in pair] == [0, 0], outputs
        results = [json.loads(out) for out, _ in outputs]
        assert results[0]["result"] == results[1]["result"]
        calls = [found["spending"]["calls"] for found in results]
        assert server.received == len(set(server.answered)) + (
            len(server.answered) - len(set(server.answered))
        )
        # 35 questions in all; only the two under way at the kill can have been put twice.
        assert len(set(server.answered)) == 35 and 35 <= server.received <= 37
        assert sum(calls) <= 35 - 10


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize(
    ("by", "word", "handed"),
    [
        (signal.SIGINT, "interrupted", default_signals),
        (signal.SIGTERM, "terminated", default_signals),
        (signal.SIGTERM, "terminated", partial(signal.signal, signal.SIGINT, signal.SIG_IGN)),
    ],
    ids=["SIGINT", "SIGTERM", "SIGTERM where SIGINT is ignored"],
)
def test_an_interrupt_counts_and_says_what_is_under_way(
    source: Path, by: signal.Signals, word: str, handed: Callable[[], object]
) -> None:
    with Server(Rule(in_file, law), [None] * 6 + ["hang"] * 50) as server:
        server.expected = 9
        process = subprocess.Popen(
            command(source, server.url, "--concurrency", "3", "--quiet"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=handed,
        )
        assert server.reached.wait(120)
        process.send_signal(by)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 128 + by and out == ""
    assert err.strip().startswith(f"{word}; 3 calls were under way and count as $0.00")
    assert err.count("\n") <= 2 and "Traceback" not in err
    with ProbeLog(source.parent / "log.sqlite") as log:
        (run,) = log.runs()
        assert log.runs()[run] == 6
        assert log.spent(run) > 6 * COST


@pytest.mark.parametrize(
    ("model", "faults", "says"),
    [
        ("openai/known", ["401"] * 50, "OPENAI_API_KEY"),
        ("openai/unheard-of", [], "--model"),
        ("openai/known", ["reset"] * 500, "--api-base"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_exit_3(
    source: Path, model: str, faults: list[str], says: str
) -> None:
    with Server(Rule(in_file, law), faults) as server:
        arguments = command(source, server.url, model=model)
        found = subprocess.run(arguments, capture_output=True, text=True, timeout=240)
    assert found.returncode == 3 and found.stdout == ""
    last = found.stderr.strip().splitlines()[-1]
    assert last.startswith("error: ") and says in last
    assert "Traceback" not in found.stderr and "sk-abcdef" not in found.stderr


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("openai/gpt-4o-mini", "OPENAI_API_KEY"),
        ("anthropic/claude-3-haiku", "ANTHROPIC_API_KEY"),
        ("nosuch", "--model"),
    ],
)
def test_without_a_key_or_a_provider_nothing_is_called(source: Path, model: str, says: str) -> None:
    arguments = [
        sys.executable, "-m", "skillaudit", "probe", str(source), "--model", model, "--scorer", "lexical", "--no-cache",
        "--log", str(source.parent / "log.sqlite"),
    ]  # fmt: skip
    found = subprocess.run(arguments, capture_output=True, text=True, timeout=240)
    assert found.returncode == 3 and found.stdout == ""
    assert len(found.stderr.strip().splitlines()) == 1 and says in found.stderr
