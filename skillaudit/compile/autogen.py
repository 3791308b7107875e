"""Read AutoGen component JSON: teams and agents as `dump_component` writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from skillaudit.compile.system import Agent, Edge, Protocol, ProtocolKind, System, Tool
from skillaudit.compile.tree import TreeError, TreeNode
from skillaudit.load import collapse
from skillaudit.schema import Skipped

_TEAMS: dict[str, ProtocolKind] = {
    "RoundRobinGroupChat": "sequential",
    "SelectorGroupChat": "router",
    "MagenticOneGroupChat": "router",
    "Swarm": "graph",
    "GraphFlow": "graph",
}
_HUMANS = frozenset({"UserProxyAgent"})
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass
class _Team:
    name: str
    file: str
    agents: dict[str, Agent] = field(default_factory=dict)
    tools: dict[str, Tool] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def skip(self, node: TreeNode, reason: str, code: str) -> None:
        place = f"{self.file}:{node.line}" if node.line else self.file
        self.skipped.append(Skipped(path=place, reason=reason, code=code))


def is_autogen(root: TreeNode) -> bool:
    """Say whether a parsed document is a component, a list of them, or a gallery."""
    return bool(root.get("provider").text) or bool(_teams_inside(root))


def _teams_inside(root: TreeNode) -> list[TreeNode]:
    holders = (root, root.get("components"))
    found = [team for holder in holders for team in holder.get("teams").items]
    return [team for team in found if team.get("provider").text]


def read_autogen(root: TreeNode, file: str) -> System:
    """Return the team of a component file; of a gallery with several teams, the first, the rest reported.

    Raises `TreeError` when it holds no agent.
    """
    teams = _teams_inside(root)
    component = teams[0] if teams else root
    kind = _kind(component)
    team = _Team(component.get("label").text or _WORDS.sub("-", kind).lower(), file)
    for other in teams[1:]:
        team.skip(
            other,
            f"a second team, {other.get('label').text or _kind(other)!r}; give its own file",
            "second-team",
        )
    config = component.get("config")
    order = _participants(config, team) if kind in _TEAMS else _single(component, team)
    if kind not in _TEAMS and config.get("participants").items:
        team.skip(
            component,
            f"the team {kind!r} is not known; its agents are taken to speak in turn",
            "unknown-team",
        )
    if not team.agents:
        raise TreeError(f"{file}: no agent that runs on a model; give a team or agent component of AutoGen")
    turns = _number(config.get("max_turns"))
    stop, messages = _termination(config.get("termination_condition"), team)
    protocol_kind = _TEAMS.get(kind, "sequential")
    rounds: int | None = None
    if kind in ("RoundRobinGroupChat",) or kind not in _TEAMS:
        protocol_kind, rounds = _in_turn(order, turns or messages, team)
    elif kind == "GraphFlow":
        _graph(config.get("graph"), team)
    elif kind == "MagenticOneGroupChat":
        team.skip(
            component,
            "the orchestrator's own ledger of facts and plans is internal to AutoGen",
            "orchestrator",
        )
    names = set(team.agents)
    for edge in team.edges:
        if edge.target not in names or edge.source not in names:
            team.skip(
                root, f"the hand-off {edge.source} -> {edge.target} leads to no agent here", "loose-edge"
            )
    return System(
        name=collapse(team.name),
        agents=tuple(team.agents.values()),
        edges=tuple(edge for edge in team.edges if edge.target in names and edge.source in names),
        protocol=Protocol(kind=protocol_kind, start=order[0] if order else "", max_rounds=rounds, stop=stop),
        tools=tuple(team.tools.values()),
        source="autogen",
        skipped=tuple(team.skipped),
    )


def _kind(component: TreeNode) -> str:
    return component.get("provider").text.rsplit(".", 1)[-1]


def _participants(config: TreeNode, team: _Team) -> list[str]:
    order: list[str] = []
    for part in config.get("participants").items:
        order += _single(part, team)
    return order


def _single(component: TreeNode, team: _Team) -> list[str]:
    """Take in one participant and return the names of the agents that it stands for."""
    kind, config = _kind(component), component.get("config")
    name = config.get("name").text or component.get("label").text
    if kind in _HUMANS:
        team.skip(component, f"{name or kind} stands for a person, who stays one", "human")
        return []
    if kind in _TEAMS or config.get("participants").items:
        team.skip(component, "an inner team; its agents are taken into this one", "inner-team")
        return _participants(config, team)
    if inner := config.get("team").fields:
        team.skip(component, f"{name} is an inner team; its agents are taken into this one", "inner-team")
        return _participants(TreeNode(inner, component.line).get("config"), team)
    if not name:
        team.skip(component, "an agent without a name", "no-name")
        return []
    policy = config.get("system_message").text
    if "Assistant" not in kind and not policy:
        team.skip(
            component,
            f"{name} is a {kind}, code without a prompt; give the skill a tool in its place",
            "no-prompt",
        )
        return []
    if name in team.agents:
        team.skip(component, f"a second agent called {name!r}", "shadowed")
        return []
    team.agents[name] = Agent(
        name=name,
        description=collapse(config.get("description").text),
        policy=policy,
        tools=_tools(config, team),
        model=_model(config),
        private=_memory(config, team, name),
        origin=f"{team.file}:{component.line}" if component.line else team.file,
    )
    for handoff in config.get("handoffs").items:
        target = handoff.text or handoff.get("target").text or handoff.get("config").get("target").text
        if target:
            team.edges.append(Edge(source=name, target=target, kind="delegate"))
    return [name]


def _tools(config: TreeNode, team: _Team) -> tuple[str, ...]:
    found = list(config.get("tools").items)
    benches = config.get("workbench")
    for bench in benches.items or ([benches] if benches.fields else []):
        found += bench.get("config").get("tools").items
        if "Mcp" in _kind(bench):
            team.skip(bench, "an MCP server's tools are known only at run time", "mcp")
    names = []
    for tool in found:
        inner = tool.get("config")
        name = tool.text or inner.get("name").text or _kind(tool)
        if name:
            team.tools.setdefault(name, Tool(name=name, description=collapse(inner.get("description").text)))
            names.append(name)
    return tuple(dict.fromkeys(names))


def _model(config: TreeNode) -> str:
    return collapse(config.get("model_client").get("config").get("model").text)


def _memory(config: TreeNode, team: _Team, name: str) -> tuple[str, ...]:
    memories = [_kind(memory) or "memory" for memory in config.get("memory").items]
    context = _kind(config.get("model_context"))
    if context and context != "UnboundedChatCompletionContext":
        team.skip(
            config, f"{name} sees only part of the history ({context}); the skill sees all of it", "context"
        )
    return tuple(f"keeps a memory of its own ({memory})" for memory in memories)


def _termination(node: TreeNode, team: _Team) -> tuple[str, int | None]:
    """Return the stop condition in words, and the number of messages that it allows."""
    kind, config = _kind(node), node.get("config")
    if kind in ("TextMentionTermination", "StopMessageTermination"):
        return f"an answer says {config.get('text').text or 'stop'}", None
    if kind == "MaxMessageTermination":
        count = _number(config.get("max_messages"))
        # The task itself is the first message.
        return f"{count} messages are exchanged", count - 1 if count else None
    parts = [_termination(part, team) for part in config.get("conditions").items]
    if parts:
        words = (" or " if "Or" in kind else " and ").join(part[0] for part in parts if part[0])
        return words, next((part[1] for part in parts if part[1]), None)
    return (_WORDS.sub(" ", kind).lower() if kind else ""), None


def _number(node: TreeNode) -> int | None:
    return int(node.text) if node.text.isdigit() else None


def _in_turn(order: list[str], turns: int | None, team: _Team) -> tuple[ProtocolKind, int | None]:
    """Edges of agents that speak in turn: a line when there is one round, else a loop."""
    for a, b in pairwise(order):
        team.edges.append(Edge(source=a, target=b, kind="handover"))
    if len(order) < 2 or (turns is not None and turns <= len(order)):
        return "sequential", None
    team.edges.append(Edge(source=order[-1], target=order[0], kind="feedback"))
    return "loop", -(-turns // len(order)) if turns else None


def _graph(graph: TreeNode, team: _Team) -> None:
    nodes = graph.get("nodes")
    for name, node in nodes.fields.items():
        for edge in node.get("edges").items:
            target = edge.get("target").text
            passes = edge.get("condition").text
            if target:
                team.edges.append(
                    Edge(
                        source=name, target=target, passes=f"when the answer holds {passes}" if passes else ""
                    )
                )
