"""The intermediate form of a multi-agent system: agents, tools, edges and the protocol between them.

Terms of arXiv 2601.04748, definitions 2.1 and 2.2: an agent has a role and a policy; a system has
agents, a communication graph and a protocol that says who starts, who comes next and when it ends.
"""

from __future__ import annotations

from typing import Literal

from skillaudit.schema import Record, Skipped

FORMAT = "skillaudit-agents/1"

EdgeKind = Literal["handover", "delegate", "feedback", "message"]
"""`handover`: the next in line; `delegate`: a router's choice; `feedback`: back to an earlier agent, until
it is good; `message`: free talk between peers."""
ProtocolKind = Literal[
    "unspecified", "sequential", "router", "loop", "debate", "parallel", "group-chat", "graph"
]
Aggregate = Literal["none", "merge", "vote", "best", "judge"]


class Tool(Record):
    """Something outside the model that an agent can call."""

    name: str
    description: str = ""


class Task(Record):
    """A piece of work that the source gives to an agent by name."""

    name: str
    text: str
    output: str = ""
    """The form that the result must have."""
    tools: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    """Names of tasks whose results this one reads."""
    line: int = 0


class Agent(Record):
    """One agent: who it is (rho), how it works (phi), and what makes it more than a prompt."""

    name: str
    role: str = ""
    """One line: identity and expertise."""
    description: str = ""
    """When others should call on it, where the source says so."""
    policy: str = ""
    """Its whole system prompt, Markdown."""
    tasks: tuple[Task, ...] = ()
    tools: tuple[str, ...] | None = None
    """Names of the tools that it may use; None where the source leaves it all of them."""
    output: str = ""
    """The form that its answers must have."""
    model: str = ""
    """Empty when it runs on whatever model runs the system."""
    private: tuple[str, ...] = ()
    """What it knows or keeps and others do not see."""
    stance: str = ""
    """The side that it must take, in a debate."""
    samples: int = 1
    """How many answers are drawn from it independently for one input."""
    temperature: float | None = None
    origin: str = ""
    """File that it comes from, with the line where that helps."""


class Edge(Record):
    """A way on which one agent's words reach another."""

    source: str
    target: str
    kind: EdgeKind = "handover"
    passes: str = ""
    """What is handed over, in a few words."""
    origin: str = ""


class Protocol(Record):
    """Who starts, how the next is found, and when it ends."""

    kind: ProtocolKind = "unspecified"
    start: str = ""
    max_rounds: int | None = None
    """Most times that a loop is gone through."""
    stop: str = ""
    """What ends the work, in words."""
    aggregate: Aggregate = "none"
    """How parallel answers become one."""


class System(Record):
    """A multi-agent system, whatever framework it was written for."""

    name: str
    agents: tuple[Agent, ...]
    edges: tuple[Edge, ...] = ()
    protocol: Protocol = Protocol()
    tools: tuple[Tool, ...] = ()
    source: str = ""
    """What it was read from: `crewai`, `claude-code`, `autogen` or `form`."""
    skipped: tuple[Skipped, ...] = ()
    """Everything that was looked at and has no place in this form, with the reason."""

    def agent(self, name: str) -> Agent:
        """Return the agent called `name`; raises KeyError."""
        for agent in self.agents:
            if agent.name == name:
                return agent
        raise KeyError(name)
