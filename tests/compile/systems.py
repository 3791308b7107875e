"""Systems for the tests: table 1 of arXiv 2601.04748, and a model that counts what it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from skillaudit.compile.system import Agent, Aggregate, Edge, EdgeKind, Protocol, ProtocolKind, System


def agent(name: str, policy: str = "", **more: Any) -> Agent:
    """Return an agent with a prompt of its own."""
    return Agent(name=name, policy=policy or f"You are the {name}. Do the part of the {name}.", **more)


def system(
    agents: Sequence[Agent],
    edges: Sequence[tuple[str, str] | tuple[str, str, EdgeKind]] = (),
    kind: ProtocolKind = "unspecified",
    *,
    start: str = "",
    rounds: int | None = None,
    stop: str = "",
    aggregate: Aggregate = "none",
) -> System:
    """Return a system; edges are (source, target) or (source, target, kind)."""
    return System(
        name="test-system",
        agents=tuple(agents),
        edges=tuple(
            Edge(source=edge[0], target=edge[1], kind=edge[2] if len(edge) == 3 else "handover")
            for edge in edges
        ),
        protocol=Protocol(kind=kind, start=start, max_rounds=rounds, stop=stop, aggregate=aggregate),
        source="form",
    )


class Reply(NamedTuple):
    """What the model below returns."""

    text: str
    prompt_tokens: int | None
    completion_tokens: int | None


class CountingModel:
    """Answers by a function of the messages, and keeps its own log of calls and tokens."""

    def __init__(self, answer: Callable[[str, str], str], *, usage: bool = True) -> None:
        """Take what answers (system prompt, user message); without `usage` no tokens are told."""
        self._answer = answer
        self._usage = usage
        self.log: list[tuple[int, int]] = []
        self.prompts: list[tuple[str, str]] = []

    async def __call__(self, messages: Sequence[Mapping[str, str]]) -> Reply:
        """Answer one call."""
        prompt, user = messages[0]["content"], messages[1]["content"]
        text = self._answer(prompt, user)
        read, wrote = count(prompt) + count(user), count(text)
        self.log.append((read, wrote))
        self.prompts.append((prompt, user))
        return Reply(text, read, wrote) if self._usage else Reply(text, None, None)


def count(text: str) -> int:
    """Count words and marks, as a server with a tokenizer of its own would."""
    return len(re.findall(r"\w+|[^\w\s]", text))


class Clock:
    """A clock that goes on by one at every look."""

    def __init__(self) -> None:
        """Start at nought."""
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time and go on."""
        self.now += 1.0
        return self.now
