"""Run a system and its compiled form on one task, with every call on record (algorithms 1 and 2)."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from skillaudit.compile.compiler import CompiledSkill
from skillaudit.compile.graph import Shape, recognise
from skillaudit.compile.policies import DEFAULT_ROUNDS
from skillaudit.compile.prompts import (
    ANSWER,
    agent_prompt,
    one_call_prompt,
    selection_prompt,
    skill_prompt,
    user_message,
)
from skillaudit.compile.system import System
from skillaudit.compile.tokens import token_counter
from skillaudit.schema import Record

MAX_CALLS = 40
"""No run makes more calls than this."""


class Reply(Protocol):
    """What a completion must tell."""

    @property
    def text(self) -> str: ...
    @property
    def prompt_tokens(self) -> int | None: ...
    @property
    def completion_tokens(self) -> int | None: ...


Complete = Callable[[Sequence[Mapping[str, str]]], Awaitable[Reply]]
"""Sends chat messages to a model."""


class ModelCall(Record):
    """One call: who spoke, what it cost."""

    name: str
    prompt_tokens: int
    answer_tokens: int
    seconds: float


class TaskRun(Record):
    """One task, worked on to the end."""

    answer: str
    """The final result, without the sections before it."""
    calls: tuple[ModelCall, ...]
    seconds: float

    @property
    def tokens(self) -> int:
        """Prompt and answer tokens of all calls."""
        return sum(call.prompt_tokens + call.answer_tokens for call in self.calls)


class _Log:
    """Calls the model and keeps the books."""

    def __init__(self, complete: Complete, clock: Callable[[], float]) -> None:
        self._complete = complete
        self._clock = clock
        self.calls: list[ModelCall] = []
        self.history: list[tuple[str, str]] = []

    async def ask(self, name: str, system: str, user: str) -> str:
        messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        started = self._clock()
        reply = await self._complete(messages)
        seconds = self._clock() - started
        read, wrote = reply.prompt_tokens, reply.completion_tokens
        if read is None or wrote is None:
            count = token_counter().count
            read, wrote = count(system) + count(user), count(reply.text)
        self.calls.append(ModelCall(name=name, prompt_tokens=read, answer_tokens=wrote, seconds=seconds))
        return reply.text

    async def speak(self, name: str, system: str, task: str) -> str:
        text = await self.ask(name, system, user_message(task, self.history))
        self.history.append((name, text))
        return text

    @property
    def full(self) -> bool:
        return len(self.calls) >= MAX_CALLS

    def run(self, answer: str) -> TaskRun:
        return TaskRun(
            answer=answer,
            calls=tuple(self.calls),
            seconds=sum(call.seconds for call in self.calls),
        )


async def run_agents(
    system: System, task: str, complete: Complete, *, clock: Callable[[], float] = time.perf_counter
) -> TaskRun:
    """Run a multi-agent system on one task (algorithm 1).

    Steps come in topological order; a loop is gone through until its reviewer finds nothing more or the
    protocol's rounds are over; a router's answer chooses among the agents that it delegates to, all of
    them when it names none. Without edges, one more call chooses the agent.
    """
    shape = recognise(system)
    log = _Log(complete, clock)
    if system.protocol.kind == "router" and not system.edges and len(system.agents) > 1:
        await _routed(system, task, log)
    else:
        await _in_order(system, shape, task, log)
    return log.run(final_answer(log.history[-1][1]) if log.history else "")


async def _routed(system: System, task: str, log: _Log) -> None:
    listing = "\n".join(f"- {agent.name}: {agent.description or agent.role}" for agent in system.agents)
    prompt = f"Choose the agent to give the task to.\n\nAgents:\n{listing}\n\nAnswer with its name only."
    said = await log.ask("router", prompt, user_message(task, []))
    chosen = _named([agent.name for agent in system.agents], said) or [system.agents[0].name]
    await log.speak(chosen[0], agent_prompt(system.agent(chosen[0])), task)


async def _in_order(system: System, shape: Shape, task: str, log: _Log) -> None:
    delegated = _delegated(system)
    chosen: set[str] = set()
    done: set[tuple[str, str]] = set()
    for step in shape.order:
        name, part = step
        if step in done or log.full or (name in delegated and name not in chosen):
            continue
        loop = next((loop for loop in shape.loops if name in loop), ())
        if loop:
            turn = [pair for pair in shape.order if pair[0] in loop]
            done.update(turn)
            await _loop(system, turn, task, log)
            continue
        text = await log.speak(name, agent_prompt(system.agent(name), part), task)
        targets = [e.target for e in system.edges if e.source == name and e.kind == "delegate"]
        chosen.update(_named(targets, text) or targets)


def _delegated(system: System) -> set[str]:
    """Agents that work only when a router chooses them."""
    if system.protocol.kind == "sequential":
        return set()
    by_delegation = {edge.target for edge in system.edges if edge.kind == "delegate"}
    return by_delegation - {edge.target for edge in system.edges if edge.kind != "delegate"}


async def _loop(system: System, turn: Sequence[tuple[str, str]], task: str, log: _Log) -> None:
    rounds = system.protocol.max_rounds or DEFAULT_ROUNDS
    for number in range(rounds):
        for place, (name, part) in enumerate(turn):
            if log.full:
                return
            text = await log.speak(name, agent_prompt(system.agent(name), part), task)
            reviewer = place == len(turn) - 1 or number > 0
            if reviewer and _finished(text, system.protocol.stop):
                return


_FINISHED = re.compile(
    r"\b(?:no (?:more |further |remaining )?(?:issues?|bugs?|errors?|changes?|problems?)|approved?|lgtm|looks good|"
    r"all (?:checks|tests) pass)\b",
    re.IGNORECASE,
)


def _finished(text: str, stop: str) -> bool:
    word = re.sub(r"^an answer says ", "", stop).strip()
    return bool(_FINISHED.search(text)) or bool(word and word.casefold() in text.casefold())


def _named(names: Sequence[str], text: str) -> list[str]:
    """The names that a text mentions, in the order in which it does; longer ones hide shorter ones inside them."""
    found: dict[str, int] = {}
    rest = text
    for name in sorted(names, key=len, reverse=True):
        pattern = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])", re.IGNORECASE)
        if match := pattern.search(rest):
            found[name] = match.start()
            rest = pattern.sub(lambda m: " " * len(m[0]), rest)
    return sorted(found, key=found.__getitem__)


async def run_one_call(
    skills: Sequence[CompiledSkill],
    task: str,
    complete: Complete,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> TaskRun:
    """Run the compiled system in a single call, its skills as sections of one answer (paper, section 3.2)."""
    log = _Log(complete, clock)
    listing = "\n".join(f"- {skill.name}: {skill.description}" for skill in skills)
    text = await log.speak("agent", one_call_prompt(skills, listing), task)
    return log.run(final_answer(text))


async def run_stepwise(
    skills: Sequence[CompiledSkill],
    task: str,
    complete: Complete,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> TaskRun:
    """Run the compiled system skill by skill: select by descriptors, perform, until done (algorithm 2).

    An answer that names no skill ends the run, as a client would find nothing to load.
    """
    log = _Log(complete, clock)
    by_name = {skill.name: skill for skill in skills}
    limit = 2 * len(skills)
    for _ in range(max(1, limit)):
        if log.full:
            break
        said = ", ".join(name for name, _ in log.history)
        pick = await log.ask("select", selection_prompt(skills, said), user_message(task, log.history))
        chosen = _named(list(by_name), pick)
        if not chosen:
            break
        await log.speak(chosen[0], skill_prompt(by_name[chosen[0]]), task)
    return log.run(final_answer(log.history[-1][1]) if log.history else "")


_MARKED = (
    re.compile(rf"^\W{{0,20}}\[{ANSWER}\]\s*(?P<said>.+)", re.DOTALL | re.MULTILINE),
    re.compile(r"\\boxed\{(?P<said>[^{}]+)\}"),
    re.compile(r"^####\s*(?P<said>\S.*)$", re.MULTILINE),
    re.compile(
        r"^\W{0,20}(?:the )?(?:final )?answer(?: is)?\W{0,20}[:=]\W{0,20}(?P<said>\S.*)$",
        re.IGNORECASE | re.MULTILINE,
    ),
)


def final_answer(text: str) -> str:
    """Return what follows the last mark of a final answer (`[ANSWER]`, a box, `####`, `Answer:`); else all."""
    for pattern in _MARKED:
        found = list(pattern.finditer(text))
        if found:
            return found[-1]["said"].strip()
    return text.strip()
