"""Read and write the intermediate form, strictly: every mistake is an error with file, line and remedy.

A file is YAML or JSON of this shape (only `format`, `agents` and each agent's `name` are required):

    format: skillaudit-agents/1
    name: math-crew
    protocol: {kind: sequential, start: solver, max_rounds: 3, stop: all checks pass, aggregate: vote}
    tools:
      - {name: calculator, description: Evaluates an arithmetic expression.}
    agents:
      - name: solver
        role: Solver of word problems
        description: Use for arithmetic word problems.
        policy: |
          You are a careful solver ...
        model: gpt-4o-mini          # empty: whatever runs the system
        tools: [calculator]         # left out: all tools
        output: One number.
        private: [the answer key]   # what it knows and others do not
        stance: for                 # its side in a debate
        samples: 1                  # independent answers to one input
        temperature: 0.0
        tasks:
          - {name: solve, text: Solve each step., output: One number., tools: [calculator], inputs: []}
    edges:
      - {from: solver, to: verifier, kind: handover, passes: the worked steps}

`protocol.kind` is one of sequential, router, loop, debate, parallel, group-chat, graph, unspecified; an
edge's `kind` one of handover, delegate, feedback, message.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args

from skillaudit.compile.system import (
    FORMAT,
    Agent,
    Aggregate,
    Edge,
    EdgeKind,
    Protocol,
    ProtocolKind,
    System,
    Task,
    Tool,
)
from skillaudit.compile.tree import TreeNode
from skillaudit.errors import LoadError
from skillaudit.load import collapse

_T = TypeVar("_T")

_TOP = ("format", "name", "agents", "edges", "protocol", "tools")
_AGENT = (
    "name", "role", "description", "policy", "model", "tools", "output", "private", "stance", "samples",
    "temperature", "tasks",
)  # fmt: skip
_TASK = ("name", "text", "output", "tools", "inputs")
_EDGE = ("from", "to", "kind", "passes")
_PROTOCOL = ("kind", "start", "max_rounds", "stop", "aggregate")
_TOOL = ("name", "description")


class FormError(LoadError):
    """A file of the intermediate form breaks its rules."""


def is_form(root: TreeNode) -> bool:
    """Say whether a parsed document claims to be of this form."""
    return root.get("format").text.startswith("skillaudit-agents")


def read_form(root: TreeNode, name: str) -> System:
    """Return the system that a parsed document describes; raises `LoadError` with file, line and remedy."""
    reader = _Reader(name)
    reader.keys(root, _TOP, "the file")
    found = root.get("format").text
    if found != FORMAT:
        reader.fail(root.line_of("format"), f"format is {found or 'missing'!r}; write `format: {FORMAT}`")
    tools = tuple(
        Tool(name=reader.name(node, "a tool"), description=collapse(node.get("description").text))
        for node in reader.mappings(root, "tools", _TOOL)
    )
    agents = tuple(reader.agent(node) for node in reader.mappings(root, "agents", _AGENT))
    if not agents:
        reader.fail(root.line_of("agents"), "there are no agents; list at least one under `agents`")
    reader.unique([agent.name for agent in agents], root.get("agents"), "agent")
    reader.unique([tool.name for tool in tools], root.get("tools"), "tool")
    names = {agent.name for agent in agents}
    reader.references(root, names, {tool.name for tool in tools})
    return System(
        name=collapse(root.get("name").text) or Path(name).stem,
        agents=agents,
        edges=tuple(reader.edge(node) for node in reader.mappings(root, "edges", _EDGE)),
        protocol=reader.protocol(root.get("protocol"), names),
        tools=tools,
        source="form",
    )


class _Reader:
    """Turns nodes into records and knows how to complain about them."""

    def __init__(self, name: str) -> None:
        self._name = name

    def fail(self, line: int, problem: str) -> None:
        place = f"{self._name}:{line}" if line else self._name
        raise FormError(f"{place}: {problem}")

    def keys(self, node: TreeNode, known: tuple[str, ...], what: str) -> None:
        if not isinstance(node.value, dict):
            self.fail(node.line, f"{what} must be a mapping of {', '.join(known)}")
        for key in node.fields:
            if key not in known:
                near = get_close_matches(key, known, 1)
                hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
                self.fail(node.line_of(key), f"unknown key {key[:60]!r} in {what}; {hint}")

    def mappings(self, root: TreeNode, key: str, known: tuple[str, ...]) -> Iterable[TreeNode]:
        node = root.get(key)
        if isinstance(node.value, str) and not node.text:
            return
        if not isinstance(node.value, list):
            self.fail(root.line_of(key), f"`{key}` must be a list; start each entry with `- `")
        for item in node.items:
            self.keys(item, known, f"an entry of `{key}`")
            yield item

    def name(self, node: TreeNode, what: str) -> str:
        name = collapse(node.get("name").text)
        if not name:
            self.fail(node.line, f"{what} has no name; give it one")
        return name

    def unique(self, names: list[str], node: TreeNode, what: str) -> None:
        for index, name in enumerate(names):
            if name in names[:index]:
                self.fail(node.items[index].line, f"a second {what} is called {name!r}; rename one")

    def references(self, root: TreeNode, agents: set[str], tools: set[str]) -> None:
        """Hold every name that points at something against what there is."""
        for node in root.get("edges").items:
            for key in ("from", "to"):
                self._known(node, key, collapse(node.get(key).text), agents, "agent")
        if not tools:
            return
        for node in root.get("agents").items:
            for holder in (node, *node.get("tasks").items):
                for item in holder.get("tools").items:
                    self._known(holder, "tools", collapse(item.text), tools, "tool")

    def _known(self, node: TreeNode, key: str, found: str, known: set[str], what: str) -> None:
        if found not in known:
            near = get_close_matches(found, sorted(known), 1)
            hint = f"did you mean {near[0]!r}?" if near else f"add it to `{what}s` first"
            self.fail(node.line_of(key), f"no {what} is called {found[:60]!r}; {hint}")

    def strings(self, node: TreeNode, key: str) -> tuple[str, ...]:
        value = node.get(key)
        if isinstance(value.value, dict) or any(not isinstance(item.value, str) for item in value.items):
            self.fail(node.line_of(key), f"`{key}` must be a list of words")
        if isinstance(value.value, str):
            return (collapse(value.text),) if value.text else ()
        return tuple(collapse(item.text) for item in value.items if item.text)

    def text(self, node: TreeNode, key: str) -> str:
        value = node.get(key)
        if not isinstance(value.value, str):
            self.fail(node.line_of(key), f"`{key}` must be text")
        return value.text

    def number(self, node: TreeNode, key: str, kind: Callable[[str], _T], least: float) -> _T | None:
        text = self.text(node, key)
        if not text:
            return None
        try:
            value = kind(text)
            if float(text) < least or float(text) != float(text):
                raise ValueError
        except ValueError:
            word = "whole number" if kind is int else "number"
            self.fail(node.line_of(key), f"`{key}` is {text[:40]!r}; write a {word} of at least {least:g}")
        return value

    def choice(self, node: TreeNode, key: str, kinds: Any, default: str) -> Any:
        found, known = self.text(node, key) or default, get_args(kinds)
        if found not in known:
            near = get_close_matches(found, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
            self.fail(node.line_of(key), f"`{key}` is {found[:40]!r}; {hint}")
        return found

    def agent(self, node: TreeNode) -> Agent:
        name = self.name(node, "an agent")
        samples = self.number(node, "samples", int, 1)
        return Agent(
            name=name,
            role=collapse(self.text(node, "role")),
            description=collapse(self.text(node, "description")),
            policy=self.text(node, "policy"),
            tasks=tuple(self.task(item) for item in self.mappings(node, "tasks", _TASK)),
            tools=self.strings(node, "tools") if "tools" in node.fields else None,
            output=collapse(self.text(node, "output")),
            model=collapse(self.text(node, "model")),
            private=self.strings(node, "private"),
            stance=collapse(self.text(node, "stance")),
            samples=samples if samples is not None else 1,
            temperature=self.number(node, "temperature", float, 0.0),
            origin=f"{self._name}:{node.line}" if node.line else self._name,
        )

    def task(self, node: TreeNode) -> Task:
        return Task(
            name=self.name(node, "a task"),
            text=self.text(node, "text"),
            output=collapse(self.text(node, "output")),
            tools=self.strings(node, "tools"),
            inputs=self.strings(node, "inputs"),
            line=node.line,
        )

    def edge(self, node: TreeNode) -> Edge:
        return Edge(
            source=collapse(node.get("from").text),
            target=collapse(node.get("to").text),
            kind=self.choice(node, "kind", EdgeKind, "handover"),
            passes=collapse(self.text(node, "passes")),
            origin=f"{self._name}:{node.line}" if node.line else self._name,
        )

    def protocol(self, node: TreeNode, agents: set[str]) -> Protocol:
        if isinstance(node.value, str) and not node.text:
            return Protocol()
        self.keys(node, _PROTOCOL, "`protocol`")
        if start := self.text(node, "start"):
            self._known(node, "start", start, agents, "agent")
        return Protocol(
            kind=self.choice(node, "kind", ProtocolKind, "unspecified"),
            start=start,
            max_rounds=self.number(node, "max_rounds", int, 1),
            stop=collapse(self.text(node, "stop")),
            aggregate=self.choice(node, "aggregate", Aggregate, "none"),
        )


def as_data(system: System) -> dict[str, Any]:
    """Return the system as plain data of the form, without what is at its default."""
    data: dict[str, Any] = {"format": FORMAT, "name": system.name}
    protocol = _filled(system.protocol, _PROTOCOL)
    if protocol:
        data["protocol"] = protocol
    if system.tools:
        data["tools"] = [_filled(tool, _TOOL) for tool in system.tools]
    data["agents"] = [_agent_data(agent) for agent in system.agents]
    if system.edges:
        data["edges"] = [
            {"from": edge.source, "to": edge.target, **_filled(edge, ("kind", "passes"))}
            for edge in system.edges
        ]
    return data


def render_form(system: System) -> str:
    """Return the system as JSON of the form; reading it gives the same system but for origins."""
    return json.dumps(as_data(system), ensure_ascii=False, indent=2) + "\n"


def _agent_data(agent: Agent) -> dict[str, Any]:
    data = _filled(agent, tuple(key for key in _AGENT if key != "tasks"))
    if agent.tasks:
        data["tasks"] = [_filled(task, _TASK) for task in agent.tasks]
    return data


def _filled(record: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    defaults = dict(
        zip(reversed(record.__struct_fields__), reversed(record.__struct_defaults__), strict=False)
    )
    found = {key: getattr(record, key) for key in keys}
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in found.items()
        if key == "name" or value != defaults.get(key, object())
    }
