"""Read programs of the OpenAI Agents SDK and of LangGraph from their syntax trees; nothing of them is ever run.

Agents may be bound to names, cloned, wrapped as nodes of a graph, or stand inside another call. A node that is a
function speaks with the system text in its body; one without any is code, and its edges are joined.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from msgspec.structs import replace

from skillaudit.compile.crew_code import constants_of, last_name, literal, model_of, references
from skillaudit.compile.files import relative
from skillaudit.compile.syntax import (
    ENDS,
    ends,
    gone_to,
    imported,
    keyword,
    names_in,
    parsed,
    returned,
    system_text,
)
from skillaudit.compile.system import Agent, Edge, EdgeKind, Protocol, System, Tool
from skillaudit.errors import LoadError
from skillaudit.load import collapse
from skillaudit.schema import Skipped

_GRAPHS = frozenset({"create_react_agent", "create_agent", "create_supervisor", "create_swarm", "StateGraph"})
_MADE = frozenset({"Agent", "create_react_agent", "create_agent", "create_supervisor"})
_PROMPTS = ("instructions", "prompt", "system_prompt", "state_modifier")
_RUNS = frozenset({"run", "run_sync", "run_streamed"})


@dataclass
class _Program:
    """What all files of a program say."""

    constants: dict[str, str] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef | ast.AsyncFunctionDef] = field(default_factory=dict)
    agents: dict[str, Agent] = field(default_factory=dict)
    """By the name that they are bound to."""
    nodes: dict[str, str] = field(default_factory=dict)
    """Node of a graph -> what it is bound to, or the function that it is."""
    edges: dict[tuple[str, str], EdgeKind] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    """Who is run, in the order of the program."""
    samples: dict[str, int] = field(default_factory=dict)
    """Who is run several times at once, and how often."""
    loops: list[list[str]] = field(default_factory=list)
    """Who is run inside each loop, in order."""
    start: str = ""
    skipped: list[Skipped] = field(default_factory=list)

    def link(self, source: str, target: str, kind: EdgeKind) -> None:
        if target in ENDS or source == target:
            return
        if source in ENDS:
            self.start = self.start or target
        else:
            self.edges.setdefault((source, target), kind)


def is_team(path: Path) -> bool:
    """Whether a Python file makes agents of the OpenAI Agents SDK, or a graph or agents of LangGraph."""
    try:
        tree = None if path.is_symlink() else parsed(path)
    except LoadError:
        return False
    if tree is None:
        return False
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    taken = {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "agents"
        for alias in node.names
    }
    if "Agent" in taken and any(
        _callee(c) == "Agent" and keyword(c, "instructions") is not None for c in calls
    ):
        return True
    if "Runner" in taken:
        return any(_callee(call) in _RUNS for call in calls)
    known = any(module.startswith(("langgraph", "langchain.agents")) for module in imported(tree))
    return known and any(_callee(call) in _GRAPHS for call in calls)


def together(paths: Sequence[Path]) -> list[list[Path]]:
    """Group the files of programs: those that import one another are one program."""
    groups: list[list[Path]] = []
    modules = {path: {name.rpartition(".")[2] for name in imported(parsed(path))} for path in paths}
    for path in paths:
        near = [
            group
            for group in groups
            if any(path.stem in modules[other] or other.stem in modules[path] for other in group)
        ]
        groups = [group for group in groups if group not in near]
        groups.append([*(file for group in near for file in group), path])
    return groups


def read_team(paths: Sequence[Path], root: Path, name: str) -> System:
    """Return the agents that programs make and how they hand over; raises `LoadError` where no agent can be read."""
    program = _Program()
    trees = [(relative(path, root), parsed(path)) for path in sorted(paths)]
    for _, tree in trees:
        program.constants.update(constants_of(tree))
        found = (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
        program.functions.update((node.name, node) for node in found)
    for place, tree in trees:
        _Reader(program, place).visit(tree)
    _nodes(program)
    _join_code(program)
    if not program.agents:
        raise LoadError(
            f"{trees[0][0]}: no agent with a prompt can be read without running the program; write its instructions as "
            "literal text, or use the form of `compile --help`"
        )
    return _system(program, name)


def _system(program: _Program, name: str) -> System:
    """Give every agent its name in place of what it is bound to."""
    graph = bool(program.nodes)
    names: dict[str, str] = {}
    for key, agent in program.agents.items():
        names[key] = agent.name if agent.name not in names.values() else f"{agent.name} ({key})"
    edges = dict(program.edges)
    if not edges:
        runs = [key for key in dict.fromkeys(program.runs) if key in names]
        edges = dict.fromkeys(pairwise(runs), "handover")
        for loop in program.loops:
            turn = [key for key in dict.fromkeys(loop) if key in names]
            if len(turn) > 1:
                edges[turn[-1], turn[0]] = "feedback"
    # Whoever was chosen reports back by itself.
    back = {(b, a) for (a, b), kind in edges.items() if kind == "delegate"}
    kept = {
        pair: kind
        for pair, kind in edges.items()
        if pair[0] in names and pair[1] in names and (pair not in back or kind == "delegate")
    }
    start = program.start or next((source for source, _ in kept), "")
    routed = any(kind == "delegate" for kind in kept.values())
    tools = sorted({tool for agent in program.agents.values() for tool in agent.tools or ()})
    return System(
        name=name,
        agents=tuple(
            replace(agent, name=names[key], samples=program.samples.get(key, 1))
            for key, agent in program.agents.items()
        ),
        edges=tuple(Edge(source=names[a], target=names[b], kind=kind) for (a, b), kind in kept.items()),
        protocol=Protocol(
            kind="router" if routed else "graph" if graph else "sequential", start=names.get(start, "")
        ),
        tools=tuple(Tool(name=tool, description=_docstring(program, tool)) for tool in tools),
        source="langgraph" if graph else "openai-agents",
        skipped=tuple(program.skipped),
    )


class _Reader(ast.NodeVisitor):
    """Note what one file says of agents, graphs and runs."""

    def __init__(self, program: _Program, place: str) -> None:
        self.program, self.place = program, place
        self.read: set[int] = set()

    def visit_Assign(self, node: ast.Assign) -> None:
        target, value = last_name(node.targets[0]), node.value
        if isinstance(value, ast.Await):
            value = value.value
        if isinstance(value, ast.Call) and _makes(value, self.program):
            self._agent(target, value)
        elif target == "handoffs" and isinstance(node.targets[0], ast.Attribute):
            self._handoffs(last_name(node.targets[0].value), value)
        self.generic_visit(node)

    def visit_While(self, node: ast.While | ast.For) -> None:
        before = len(self.program.runs)
        self.generic_visit(node)
        self.program.loops.append(self.program.runs[before:])

    visit_For = visit_While  # noqa: N815 - the visitor's own name

    def visit_Call(self, node: ast.Call) -> None:
        name, program = _callee(node), self.program
        owner = last_name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        if _makes(node, program) and id(node) not in self.read:
            said = literal(keyword(node, "name") or ast.Constant(""), program.constants)
            self._agent(said or f"agent_{node.lineno}", node)
        elif name == "append" and owner == "handoffs" and isinstance(node.func, ast.Attribute):
            holder = node.func.value
            self._handoffs(last_name(holder.value) if isinstance(holder, ast.Attribute) else "", node.args[0])
        elif name == "add_node" and node.args:
            first = literal(node.args[0], {}) if isinstance(node.args[0], ast.Constant) else ""
            bound = last_name(node.args[-1])
            program.nodes[first or bound] = bound
        elif name == "add_edge" and len(node.args) > 1:
            for source in ends(node.args[0]):
                for target in ends(node.args[1]):
                    program.link(source, target, "handover")
        elif name == "add_conditional_edges" and node.args:
            self._branch(node)
        elif name == "set_entry_point" and node.args:
            program.start = next(iter(ends(node.args[0])), "")
        elif name in _RUNS and owner == "Runner" and node.args:
            program.runs.append(last_name(node.args[0]))
        elif name == "gather":
            run = [last_name(c.args[0]) for c in node.args if isinstance(c, ast.Call) and c.args]
            program.samples |= {one: run.count(one) for one in run if run.count(one) > 1}
        self.generic_visit(node)

    def _branch(self, call: ast.Call) -> None:
        """Edges of a choice: to several it delegates, to one it goes on."""
        chosen = call.args[2] if len(call.args) > 2 else keyword(call, "path_map")
        if isinstance(chosen, ast.Dict):
            targets = [end for value in chosen.values for end in ends(value)]
        elif chosen is not None:
            targets = list(ends(chosen))
        else:
            function = self.program.functions.get(last_name(call.args[1])) if len(call.args) > 1 else None
            targets = list(returned(function)) if function else []
        ways = [target for target in dict.fromkeys(targets) if target not in ENDS]
        for source in ends(call.args[0]):
            for target in ways:
                self.program.link(source, target, "delegate" if len(ways) > 1 else "handover")

    def _agent(self, key: str, call: ast.Call) -> None:
        program, constants = self.program, self.program.constants
        self.read.add(id(call))
        base = (
            program.agents.get(last_name(call.func.value)) if isinstance(call.func, ast.Attribute) else None
        )
        said = [self._text(keyword(call, name)) for name in _PROMPTS]
        form = last_name(keyword(call, "output_type") or ast.Constant(""))
        first = call.args[0] if call.args else None
        model = keyword(call, "model") or (first if _callee(call) != "create_supervisor" else None)
        policy = next((text for text in said if text), base.policy if base else "")
        if policy and form:
            policy += f"\n\nGive the result as a JSON object of type {form}."
        made = Agent(
            name=literal(
                keyword(call, "name") or keyword(call, "supervisor_name") or ast.Constant(""), constants
            )
            or key,
            description=collapse(
                literal(keyword(call, "handoff_description") or ast.Constant(""), constants)
            ),
            policy=policy.strip(),
            tools=self._tools(key, keyword(call, "tools")) or (base.tools if base else ()),
            model=(literal(model, constants) or model_of(model) if model is not None else "")
            or (base.model if base else ""),
            origin=f"{self.place}:{call.lineno}",
        )
        if not made.policy:
            reason = f"the instructions of {made.name} are computed, or there are none"
            program.skipped.append(Skipped(path=made.origin, reason=reason, code="no-prompt"))
        program.agents[key] = made
        self._handoffs(key, keyword(call, "handoffs"))
        if _callee(call) == "create_supervisor":
            self._handoffs(key, keyword(call, "agents") or first)
            program.start = program.start or key

    def _text(self, node: ast.expr | None) -> str:
        """Literal instructions, or what the function returns that makes them."""
        if node is None:
            return ""
        function = self.program.functions.get(last_name(node))
        returned = [
            literal(inner.value, self.program.constants)
            for inner in (ast.walk(function) if function is not None else ())
            if isinstance(inner, ast.Return) and inner.value is not None
        ]
        return max([literal(node, self.program.constants), *returned], key=len)

    def _handoffs(self, key: str, node: ast.expr | None) -> None:
        for item in _items(node):
            if isinstance(item, ast.Call):
                if keyword(item, "input_filter") is not None:
                    reason = "sees only part of the history (input_filter); the skill sees all of it"
                    place = f"{self.place}:{item.lineno}"
                    self.program.skipped.append(Skipped(path=place, reason=reason, code="context"))
                item = keyword(item, "agent") or (item.args[0] if item.args else item)
            self.program.link(key, last_name(item), "delegate")

    def _tools(self, key: str, node: ast.expr | None) -> tuple[str, ...]:
        """Names of tools; an agent as a tool, and a tool that hands over, are edges."""
        plain = []
        for item in _items(node):
            called = last_name(item.func) if isinstance(item, ast.Call) else ""
            if isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute) and called == "as_tool":
                self.program.link(key, last_name(item.func.value), "delegate")
            elif isinstance(item, ast.Call) and called == "create_handoff_tool":
                self.program.link(
                    key, literal(keyword(item, "agent_name") or ast.Constant(""), {}), "delegate"
                )
            else:
                plain.append(item)
        return tuple(dict.fromkeys(name for item in plain for name in references(item)))


def _nodes(program: _Program) -> None:
    """Make agents of the nodes of a graph: what they are bound to, or the system text of their function."""
    if not program.nodes:
        by_name = {agent.name: key for key, agent in program.agents.items()}
        program.edges = {(a, by_name.get(b, b)): kind for (a, b), kind in program.edges.items()}
        return
    bound, program.agents = program.agents, {}
    for node, key in program.nodes.items():
        function = program.functions.get(key)
        known = bound.get(key) or next((bound[name] for name in names_in(function) if name in bound), None)
        if known is not None and known.policy:
            program.agents[node] = replace(known, name=node)
        elif function is not None and (text := system_text(function, program.constants)):
            origin = f"the function {key}"
            program.agents[node] = Agent(name=node, policy=text, tools=(), origin=origin)
        else:
            reason = "a node of code without a prompt; give the skill before it a tool in its place"
            program.skipped.append(Skipped(path=f"node {node}", reason=reason, code="no-prompt"))
        for target in gone_to(function):
            program.link(node, target, "delegate")


def _join_code(program: _Program) -> None:
    """Join the edges around nodes that are no agents, such as those that call tools."""
    for node in [name for name in program.nodes if name not in program.agents]:
        before = [a for a, b in program.edges if b == node]
        after = [(b, kind) for (a, b), kind in program.edges.items() if a == node]
        program.edges = {pair: kind for pair, kind in program.edges.items() if node not in pair}
        for source in before:
            for target, kind in after:
                program.link(source, target, kind)
        if program.start == node:
            program.start = after[0][0] if after else ""


def _makes(call: ast.Call, program: _Program) -> bool:
    name = _callee(call)
    cloned = (
        name == "clone"
        and isinstance(call.func, ast.Attribute)
        and last_name(call.func.value) in program.agents
    )
    return cloned or (name in _MADE and (name != "Agent" or keyword(call, "name") is not None))


def _callee(call: ast.Call) -> str:
    """What is called: `Agent` in `Agent[Context](...)`."""
    return last_name(call.func.value if isinstance(call.func, ast.Subscript) else call.func)


def _items(node: ast.expr | None) -> Sequence[ast.expr]:
    """Elements of a list; what is no list is one, nothing is none."""
    if isinstance(node, ast.List | ast.Tuple):
        return node.elts
    return () if node is None else (node,)


def _docstring(program: _Program, name: str) -> str:
    function = program.functions.get(name)
    text = ast.get_docstring(function) if function is not None else None
    return collapse((text or "").split("\n\n")[0])
