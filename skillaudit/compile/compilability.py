"""Whether a system can become one agent with skills, and what stands in the way (proposition 3.1, table 1).

C1  serialisable communication: the steps have an order, loops being turns that are taken again
C2  shared history: nobody knows or keeps what others do not see
C3  one backbone: all agents run on the same model
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from skillaudit.compile.graph import Architecture, Shape, recognise, talk
from skillaudit.compile.system import Agent, System
from skillaudit.compile.words import runs_beside_others, secrets
from skillaudit.schema import Record

Condition = Literal["C1", "C2", "C3"]


class Obstacle(Record):
    """One reason why some agents cannot be compiled, or a caution about those that can."""

    condition: Condition
    agents: tuple[str, ...]
    reason: str
    """One clause for people."""
    instead: str
    """What to do about it."""
    edges: tuple[tuple[str, str], ...] = ()
    """The edges that fail, where it is edges."""
    blocking: bool = True
    """False for a caution: the agents are compiled all the same."""


class Compilability(Record):
    """What proposition 3.1 says about a system."""

    architecture: Architecture
    compilable: bool
    obstacles: tuple[Obstacle, ...]
    kept: tuple[str, ...]
    """Agents that must stay agents, in the system's order."""
    shape: Shape
    backbone: str
    """The model that all compiled agents share; empty when none names one."""

    def failed(self, condition: Condition) -> bool:
        """Say whether a condition does not hold."""
        return any(o.condition == condition and o.blocking for o in self.obstacles)


def check(system: System, *, one_model: str | None = None) -> Compilability:
    """Hold a system against C1 to C3 and say who fails and why.

    `one_model` takes all agents to run on that model from now on, which the caller accepts as a change.
    """
    shape = recognise(system)
    backbone, different = _backbone(system, one_model)
    obstacles = [*_order_obstacles(system, shape), *_secret_obstacles(system), *different]
    blocked = {name for obstacle in obstacles if obstacle.blocking for name in obstacle.agents}
    architecture = shape.architecture
    secretive = {name for o in obstacles if o.condition == "C2" and o.blocking for name in o.agents}
    if secretive and _at_the_core(system, secretive):
        architecture = "private-information"
    return Compilability(
        architecture=architecture,
        compilable=not blocked,
        obstacles=tuple(obstacles),
        kept=tuple(agent.name for agent in system.agents if agent.name in blocked),
        shape=shape,
        backbone=backbone,
    )


def _at_the_core(system: System, secretive: set[str]) -> bool:
    """Whether private state shapes the system: somebody talks with its holder, or all hold some."""
    talking = {name for edge in system.edges for name in (edge.source, edge.target)}
    return bool(secretive & talking) or len(secretive) == len(system.agents)


def _order_obstacles(system: System, shape: Shape) -> Iterator[Obstacle]:
    graph = talk(system)
    if shape.debaters:
        inside = set(shape.debaters)
        yield Obstacle(
            condition="C1",
            agents=shape.debaters,
            edges=tuple(edge for edge in graph.edges if inside >= set(edge)),
            reason="they take opposite sides, and one model that writes both argues with itself: their "
            "objectives are adversarial",
            instead="keep the two sides as agents and compile the rest; where only their arguments matter, "
            "write one skill that lists the points for and against",
        )
    if shape.samplers:
        several = [a for a in system.agents if a.name in shape.samplers and a.samples > 1]
        how = (
            ", ".join(f"{a.name} is sampled {a.samples} times" for a in several)
            or "they have the same instructions and answer the same input"
        )
        yield Obstacle(
            condition="C1",
            agents=shape.samplers,
            edges=tuple(edge for edge in graph.edges if edge[0] in shape.samplers),
            reason=f"{how}, each without seeing the others; in one history a later answer sees the earlier "
            "ones and is no independent sample",
            instead="draw the samples in separate calls and vote outside, or compile one of them and give up "
            "the gain from sampling",
        )
    elif system.protocol.kind == "parallel" and system.protocol.aggregate in ("vote", "best"):
        yield Obstacle(
            condition="C1",
            agents=tuple(agent.name for agent in system.agents),
            reason=f"their answers are to be independent, since a {system.protocol.aggregate} is taken over them",
            instead="draw the answers in separate calls, and compile what comes before and after",
        )
    if beside := tuple(agent.name for agent in system.agents if runs_beside_others(agent)):
        yield Obstacle(
            condition="C1",
            agents=beside,
            reason="it is written to run beside others or to send them messages; as skills they run one after "
            "another, in one history",
            instead="keep it as an agent where the time saved or the independent look matters",
            blocking=False,
        )
    for loop in shape.loops:
        if not set(loop) & set(shape.debaters):
            yield from _loop_obstacles(system, loop)


def _loop_obstacles(system: System, loop: tuple[str, ...]) -> Iterator[Obstacle]:
    if _free_talk(system, loop):
        yield Obstacle(
            condition="C1",
            agents=loop,
            edges=tuple(edge for edge in talk(system).edges if set(edge) <= set(loop)),
            reason="they send each other messages in no fixed order, so their talk has no one sequence",
            instead="give the loop turns (who writes, who reviews) with edges of kind handover and "
            "feedback, then compile it",
        )
    elif system.protocol.max_rounds is None and not system.protocol.stop:
        yield Obstacle(
            condition="C1",
            agents=loop,
            reason="the loop has neither a limit nor a condition to stop",
            instead="set max_rounds; the compiled skills stop after three rounds",
            blocking=False,
        )


def _free_talk(system: System, loop: tuple[str, ...]) -> bool:
    if system.protocol.kind in ("sequential", "loop", "router"):
        return False
    inside = set(loop)
    kinds = {edge.kind for edge in system.edges if {edge.source, edge.target} <= inside}
    return "message" in kinds


def _secret_obstacles(system: System) -> Iterator[Obstacle]:
    for agent in system.agents:
        clauses = agent.private or secrets(agent)
        how = "" if agent.private else ", by its prompt's words alone"
        if clauses:
            yield Obstacle(
                condition="C2",
                agents=(agent.name,),
                reason=f"it has state of its own{how}: {'; '.join(clauses)}",
                instead="keep it as an agent, or put what it knows into files that every step may read and "
                "drop the secrecy",
            )
    for name, tasks in _kept_back(system):
        yield Obstacle(
            condition="C2",
            agents=(name,),
            reason=f"only it reads again what came of {', '.join(tasks)}; in one history everybody after it does",
            instead="see whether anybody after it must not know that",
            blocking=False,
        )


def _kept_back(system: System) -> Iterator[tuple[str, list[str]]]:
    """Agents with the tasks whose results they read again after others have worked, who do not read them."""
    tasks = sorted(
        ((task, agent.name) for agent in system.agents for task in agent.tasks), key=lambda t: t[0].line
    )
    readers: dict[str, set[str]] = {}
    for task, agent in tasks:
        for name in task.inputs:
            readers.setdefault(name, set()).add(agent)
    place = {task.name: at for at, (task, _) in enumerate(tasks)}
    found: dict[str, list[str]] = {}
    for at, (task, agent) in enumerate(tasks):
        for name in task.inputs:
            between = tasks[place.get(name, at) + 1 : at]
            if readers[name] == {agent} and any(other != agent for _, other in between):
                found.setdefault(agent, []).append(name)
    yield from found.items()


def _backbone(system: System, one_model: str | None) -> tuple[str, list[Obstacle]]:
    """Return the model that most agents share, and an obstacle for each other model."""
    if one_model is not None:
        moved = tuple(a.name for a in system.agents if a.model and a.model != one_model)
        if not moved:
            return one_model, []
        note = Obstacle(
            condition="C3",
            agents=moved,
            reason=f"they ran on another model and now share {one_model}",
            instead="compare both before you rely on it (--compare)",
            blocking=False,
        )
        return one_model, [note]
    models = Counter(agent.model for agent in system.agents if agent.model)
    if not models:
        return "", []
    if len(models) == 1:
        return next(iter(models)), []
    position = {agent.model: -number for number, agent in reversed(list(enumerate(system.agents)))}
    backbone = max(models, key=lambda model: (models[model], position[model]))
    return backbone, [
        Obstacle(
            condition="C3",
            agents=_on(system.agents, model),
            reason=f"runs on {model}, the others on {backbone}: one agent has one model",
            instead=f"keep it as an agent, or accept one model for all with --one-model {backbone}",
        )
        for model in sorted(models)
        if model != backbone
    ]


def _on(agents: tuple[Agent, ...], model: str) -> tuple[str, ...]:
    return tuple(agent.name for agent in agents if agent.model == model)
