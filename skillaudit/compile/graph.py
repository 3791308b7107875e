"""The communication graph of a system: its steps in order, its loops, and what shape it has."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from skillaudit.compile.system import Agent, System, Task
from skillaudit.compile.words import opposed_stances
from skillaudit.schema import Record

if TYPE_CHECKING:
    import networkx as nx

Architecture = Literal[
    "single-agent",
    "pipeline",
    "router-workers",
    "iterative-refinement",
    "debate",
    "parallel-sampling",
    "private-information",
    "graph",
]
"""The rows of the paper's table 1, one agent alone, and any other graph without a free-running cycle."""


class Work(NamedTuple):
    """One piece of work: an agent, or one of its tasks."""

    agent: str
    task: str = ""


class Shape(Record):
    """What was recognised."""

    architecture: Architecture
    loops: tuple[tuple[str, ...], ...] = ()
    """Groups of agents that speak in turn until it is good."""
    debaters: tuple[str, ...] = ()
    samplers: tuple[str, ...] = ()
    """Agents that answer the same input independently of each other."""
    routers: tuple[str, ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    """(agent, task) in the order in which they can be run one after another; loops once through."""


def steps_of(agent: Agent) -> tuple[Work, ...]:
    """Return the steps of an agent: one for each of its tasks, or the agent itself."""
    return tuple(Work(agent.name, task.name) for task in agent.tasks) or (Work(agent.name),)


def talk(system: System) -> nx.DiGraph[str]:
    """Return the graph of agents with all edges but those of delegation, whose answers return by themselves."""
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(agent.name for agent in system.agents)
    graph.add_edges_from((e.source, e.target) for e in system.edges if e.kind != "delegate")
    return graph


def step_graph(system: System) -> nx.DiGraph[Work]:
    """Return the graph of steps.

    Where both ends of an edge have tasks that name their inputs, those connect them, so that an agent
    who works early and late makes no cycle; elsewhere every step of the source comes before the target's.
    """
    import networkx as nx

    graph: nx.DiGraph[Work] = nx.DiGraph()
    home: dict[str, Work] = {}
    tasks: dict[str, Task] = {}
    for agent in system.agents:
        graph.add_nodes_from(steps_of(agent))
        home.update((task.name, Work(agent.name, task.name)) for task in agent.tasks)
        tasks.update((task.name, task) for task in agent.tasks)
    linked: set[tuple[str, str]] = set()
    for task in tasks.values():
        for name in task.inputs:
            if name in home:
                graph.add_edge(home[name], home[task.name])
                linked.add((home[name].agent, home[task.name].agent))
    for agent in system.agents:
        if not any(task.inputs for task in agent.tasks):
            own = steps_of(agent)
            graph.add_edges_from(pairwise(own))
    names = {agent.name: agent for agent in system.agents}
    for edge in system.edges:
        if edge.kind != "delegate" and (edge.source, edge.target) not in linked:
            graph.add_edges_from(
                (a, b) for a in steps_of(names[edge.source]) for b in steps_of(names[edge.target])
            )
    return graph


def recognise(system: System) -> Shape:
    """Return the shape of a system (table 1); what its protocol declares goes before what its edges suggest."""
    loops = _loops(system)
    debaters = _debaters(system)
    samplers = _samplers(system)
    routers = _routers(system)
    order = tuple((step.agent, step.task) for step in _order(system))
    architecture: Architecture
    if debaters:
        architecture = "debate"
    elif samplers:
        architecture = "parallel-sampling"
    elif loops:
        architecture = "iterative-refinement"
    elif len(system.agents) == 1:
        architecture = "single-agent"
    elif system.protocol.kind == "router" or routers:
        architecture = "router-workers"
    elif _is_line(system):
        architecture = "pipeline"
    else:
        architecture = "graph"
    return Shape(
        architecture=architecture,
        loops=loops,
        debaters=debaters,
        samplers=samplers,
        routers=routers,
        order=order,
    )


def _is_line(system: System) -> bool:
    """A pipeline: every step follows from those before it, and only one agent is at work at a time."""
    graph = talk(system)
    if system.protocol.kind == "sequential":
        return True
    return graph.number_of_edges() == len(graph) - 1 and all(
        graph.in_degree(name) <= 1 and graph.out_degree(name) <= 1 for name in graph
    )


def _loops(system: System) -> tuple[tuple[str, ...], ...]:
    import networkx as nx

    position = {agent.name: number for number, agent in enumerate(system.agents)}
    if system.protocol.kind == "loop" and not any(e.kind == "feedback" for e in system.edges):
        if len(system.agents) > 1:
            return (tuple(position),)
        return ()
    groups = {
        frozenset(step.agent for step in group)
        for group in nx.strongly_connected_components(step_graph(system))
        if len({step.agent for step in group}) > 1
    }
    return tuple(
        sorted(
            (tuple(sorted(group, key=position.__getitem__)) for group in groups), key=lambda g: position[g[0]]
        )
    )


def _debaters(system: System) -> tuple[str, ...]:
    if system.protocol.kind == "debate":
        staged = [agent.name for agent in system.agents if agent.stance]
        if staged:
            return tuple(staged)
        mutual = talk(system)
        facing = [n for n in mutual if any(mutual.has_edge(m, n) for m in mutual.successors(n))]
        return tuple(facing) or tuple(agent.name for agent in system.agents)
    return opposed_stances(system.agents)


def _samplers(system: System) -> tuple[str, ...]:
    """Agents that are sampled: several answers each, or equals whose answers are voted on."""
    several = [agent.name for agent in system.agents if agent.samples > 1]
    if several:
        return tuple(several)
    equals = _equals(system)
    choosing = system.protocol.aggregate in ("vote", "best")
    if system.protocol.kind == "parallel" and (choosing or equals):
        graph = talk(system)
        return equals or tuple(
            name for name in graph if graph.in_degree(name) == 0 and graph.out_degree(name) <= 1
        )
    return equals


def _equals(system: System) -> tuple[str, ...]:
    """Agents with one and the same instructions and no way between them: the same question, asked again."""
    import networkx as nx

    graph = talk(system)
    groups: dict[tuple[str, ...], list[str]] = {}
    for agent in system.agents:
        text = _without_numbers(" ".join((agent.policy, *(task.text for task in agent.tasks))) or agent.role)
        if text.strip():
            groups.setdefault((text, agent.output), []).append(agent.name)
    found: list[str] = []
    for group in groups.values():
        inputs = {frozenset(graph.predecessors(name)) for name in group}
        apart = not any(nx.has_path(graph, a, b) for a in group for b in group if a != b)
        if len(group) > 1 and len(inputs) == 1 and apart:
            found += group
    return tuple(agent.name for agent in system.agents if agent.name in found)


def _without_numbers(text: str) -> str:
    return " ".join(re.sub(r"\b(?:\d+|[A-E])\b", "#", text).split()).casefold()


def _routers(system: System) -> tuple[str, ...]:
    """Agents that choose who works next: at least two edges of delegation, or the start of a router's protocol."""
    # Subagents pass work on at will, and members of a sequential crew may ask each other: nobody routes.
    if system.source == "claude-code" or system.protocol.kind == "sequential":
        return ()
    delegating: dict[str, set[str]] = {}
    for edge in system.edges:
        if edge.kind == "delegate":
            delegating.setdefault(edge.source, set()).add(edge.target)
    found = [name for name, targets in delegating.items() if len(targets) > 1]
    start = system.protocol.start
    if system.protocol.kind == "router" and start and start not in found:
        graph = talk(system)
        if graph.out_degree(start) > 1:
            found.insert(0, start)
    return tuple(found)


def _order(system: System) -> list[Work]:
    """Serialise the steps: topologically over loops taken as one, ties in the order of the source."""
    import networkx as nx

    graph = step_graph(system)
    rank = {step: number for number, step in enumerate(_source_order(system, graph))}
    condensed = nx.condensation(graph)
    members = {node: sorted(condensed.nodes[node]["members"], key=rank.__getitem__) for node in condensed}
    ordered = nx.lexicographical_topological_sort(condensed, key=lambda node: rank[members[node][0]])
    return [step for node in ordered for step in members[node]]


def _source_order(system: System, graph: nx.DiGraph[Work]) -> list[Work]:
    """The steps as the source lists them, the start first."""
    steps = list(graph)
    start = system.protocol.start
    return sorted(steps, key=lambda step: step.agent != start)
