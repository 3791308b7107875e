"""Against a real HTTP server on loopback: the account is the server's own, call by call and token by token."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.cli.runner import Runner
from tests.compile.systems import count
from tests.compile.test_table2 import answer
from tests.conftest import SAMPLES
from tests.probe.server import Server, _send

ROOT = SAMPLES / "multi_agent"


class BillingServer(Server):
    """Answers like the agents of the samples, counts tokens by itself and keeps the bill."""

    def __init__(self, faults: tuple[str | None, ...] = ()) -> None:
        """Take the faults of the first calls."""
        super().__init__(None, faults)  # type: ignore[arg-type]  # a case of a table
        self.bill: list[tuple[int, int]] = []

    async def _answer(self, writer: asyncio.StreamWriter, body: dict[str, Any], fault: str | None) -> bool:
        prompt, user = (str(message["content"]) for message in body["messages"])
        text = answer(prompt, user)
        read, wrote = count(prompt) + count(user), count(text)
        self.bill.append((read, wrote))
        message = {"role": "assistant", "content": text}
        whole = {
            "id": "1", "object": "chat.completion", "created": 1, "model": self.model,
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote},
        }  # fmt: skip
        await _send(writer, 200, whole)
        return True


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "calls", "least"), [("gsm8k", 3, 0.35), ("humaneval", 3, 0.3), ("hotpotqa", 4, 0.45)]
)
def test_the_account_is_the_servers(name: str, calls: int, least: float, skillaudit: Runner) -> None:
    with BillingServer(("500",) if name == "gsm8k" else ()) as server:
        result = skillaudit(
            "compile", ROOT / f"{name}.yaml", "--compare", ROOT / "tasks" / f"{name}.jsonl",
            "--model", f"openai/{server.model}", "--api-base", server.url, "-f", "json",
        )  # fmt: skip
    assert result.code == 0, result.err
    found = json.loads(result.out)
    tasks = found["sides"][0]["tasks"]
    agents, compiled = found["sides"]
    assert (agents["total_calls"], compiled["total_calls"]) == (calls * tasks, tasks)
    assert agents["total_calls"] + compiled["total_calls"] == len(server.bill)
    assert agents["prompt_tokens"] + compiled["prompt_tokens"] == sum(read for read, _ in server.bill)
    assert agents["answer_tokens"] + compiled["answer_tokens"] == sum(wrote for _, wrote in server.bill)
    assert least < 1 - compiled["tokens"] / agents["tokens"] < 0.7
    assert agents["failed"] == compiled["failed"] == 0
