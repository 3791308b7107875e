"""Whatever a server sends: answers that can be read are kept, the others cost nobody else's answer."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skillaudit.asking.log import ProbeLog
from skillaudit.asking.records import Decision
from skillaudit.asking.routers import LiveRouter
from skillaudit.llm import LiveModel, Price
from skillaudit.probe.exporting import export
from skillaudit.probe.probing import ProbeLimits, probe
from skillaudit.probe.records import ProbeResult
from tests.probe.conftest import Waits
from tests.probe.libraries import is_right, make_ground
from tests.probe.rule import Chances, Rule
from tests.probe.server import Server, completion
from tests.probe.test_server import no_keys as no_keys  # a fixture

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::ResourceWarning:litellm.*")]

PRICE = Price(prompt=1e-6, completion=1e-5)
GROUND = make_ground(12, 3)


def said(text: Any, *counts: Any, **choice: Any) -> bytes:
    """Return the body of an answer."""
    return json.dumps(completion(text, *counts, **choice)).encode()


READABLE: dict[str, bytes] = {
    "half a character": said("skill_001 \ud800"),
    "half a character for an end": said("skill_001", finish_reason="\udfff"),
    "NUL and escapes": said("skill_001\0\x1b[2J"),
    "10^30 tokens": said("skill_001", 10**30, 10**30),
    "fewer than no tokens": said("skill_001", -5, -7),
    "tokens in a list": said("skill_001", [], {}),
    "5 MB": said("x" * 5_000_000),
    "many blanks in braces": said("{" + " " * 60_000 + "x"),
    "an end of 1 MB": said("skill_001", finish_reason="y" * 1_000_000),
    "an end that is a number": said("skill_001", finish_reason=5),
    "deep JSON in the text": said("[" * 50_000),
    "a number of 6,000 digits in the text": said("9" * 6000),
}
UNREADABLE: dict[str, bytes] = {
    "NaN tokens": said("skill_001", math.nan, math.inf),
    "tokens in words": said("skill_001", "many", "few"),
    "a list for a text": said([{"type": "text", "text": "skill_001"}]),
    "a number for a text": said(7),
    "no choices": json.dumps({**completion("a"), "choices": []}).encode(),
    "null for choices": json.dumps({**completion("a"), "choices": None}).encode(),
    "an object for choices": json.dumps({**completion("a"), "choices": {"a": 1}}).encode(),
    "texts for choices": json.dumps({**completion("a"), "choices": ["a"]}).encode(),
    "a text for a message": said("a", message="hi"),
    "a list": b"[1, 2]",
    "null": b"null",
    "nothing": b"",
    "deep JSON": b"[" * 200_000,
    "a number of 6,000 digits": b'{"choices": ' + b"9" * 6000 + b"}",
    "no UTF-8": b'{"choices": [{"message": {"content": "\xff\xfe"}}]}',
}


def run(server: Server, path: Path, waits: Waits) -> tuple[ProbeResult, tuple[Decision, ...]]:
    """Probe the ground through a server, one question after the other."""

    async def ask() -> tuple[ProbeResult, tuple[Decision, ...]]:
        router = LiveRouter(LiveModel("openai/known", api_base=server.url, timeout=30.0), PRICE)
        try:
            with ProbeLog(path) as log:
                return await probe(
                    GROUND, "accuracy", router, log, ProbeLimits(concurrency=1), pace=waits.pace()
                )
        finally:
            await router.aclose()

    return asyncio.run(ask())


@pytest.fixture(autouse=True)
def unlogged() -> Iterator[None]:
    """Keep what litellm logs of these answers away from pytest, whose workers can't pass on half a character."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def rule() -> Rule:
    """Return a model that is always right."""
    return Rule(is_right, lambda asked, has: Chances(1.0))


def test_every_answer_that_can_be_read_is_kept_and_paid_once(tmp_path: Path, waits: Waits) -> None:
    with Server(rule(), READABLE.values()) as server:
        found, decisions = run(server, tmp_path / "log", waits)
        assert server.received == len(decisions) == found.spending.calls == 36
        again, repeated = run(server, tmp_path / "log", waits)
        assert server.received == 36, "the log has them all"
    assert repeated == decisions and again.spending.known == 36
    assert again.result == found.result
    assert math.isfinite(found.spending.dollars) and found.spending.dollars == pytest.approx(
        36 * PRICE.of(1000, 10), rel=0.5
    )
    with ProbeLog(tmp_path / "log") as log:
        export(log, tmp_path / "out")


def test_an_answer_that_cannot_be_read_costs_no_other(tmp_path: Path, waits: Waits) -> None:
    many = len(UNREADABLE)
    with Server(rule(), [fault for body in UNREADABLE.values() for fault in (*[body] * 6, None)]) as server:
        found, decisions = run(server, tmp_path / "log", waits)
        assert len(decisions) == 36 - many and found.spending.failed == many, "no answer of the model"
        assert server.received == 36 - many + 6 * many
        assert found.spending.dollars > 36 * PRICE.of(1000, 10), "what they may have cost is in the budget"
        again, decisions = run(server, tmp_path / "log", waits)
        assert server.received == 36 + 6 * many and len(decisions) == 36 and again.spending.failed == 0
