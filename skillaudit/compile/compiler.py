"""The compiler: capabilities, backends and topology of a system made into skills (algorithm 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from skillaudit.compile.capabilities import Capability, Decomposer, decompose
from skillaudit.compile.compilability import Compilability, check
from skillaudit.compile.crewai import MANAGER
from skillaudit.compile.descriptors import Descriptor, describe, of_duty
from skillaudit.compile.graph import Work, step_graph
from skillaudit.compile.names import skill_name, slug, unique
from skillaudit.compile.policies import Handover, Removed, body
from skillaudit.compile.prose import fill_holes, first_sentence, lower_first, shorten
from skillaudit.compile.system import Agent, Edge, System, Task
from skillaudit.schema import Record
from skillaudit.text.sentences import sentences


class CompiledSkill(Record):
    """One skill of the compiled library: descriptor, policy and backend, and where it comes from."""

    name: str
    description: str
    body: str
    agent: str
    tasks: tuple[str, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    tools: tuple[str, ...] = ()
    """External backend; empty for a skill that the model performs by itself."""
    router: bool = False
    """True when it does nothing but plan which others to use."""


class Compilation(Record):
    """A compiled system, with everything that was decided on the way."""

    system: str
    source: str
    verdict: Compilability
    skills: tuple[CompiledSkill, ...]
    """In the order in which they run, where there is one."""
    handovers: tuple[Handover, ...]
    kept: tuple[str, ...]
    """Agents that stay agents."""
    removed: tuple[Removed, ...] = ()
    notes: tuple[str, ...] = ()
    """Sentences on what a person should know about this compilation."""


class _Unit(NamedTuple):
    """A skill to be: the capabilities of one agent that go together."""

    agent: Agent
    task: Task | None
    capabilities: tuple[Capability, ...]


def compile_system(
    system: System, *, decomposer: Decomposer = decompose, one_model: str | None = None
) -> Compilation:
    """Compile what can be compiled of a system; the rest is named in `kept` and in the verdict.

    `decomposer` finds the capabilities of one agent, by rules or by a model; `one_model` accepts one
    model for all agents. Deterministic for a deterministic decomposer.
    """
    verdict = check(system, one_model=one_model)
    units = _decomposed(system, verdict, decomposer)  # phases 1 and 2: capabilities, and their backends
    names = _names(units)
    handovers = _handovers(system, verdict, units, names)  # phase 3: the topology, as hand-overs
    removed: list[Removed] = []
    skills = _written(system, verdict, units, names, handovers, removed)  # phase 4: descriptors and policies
    return Compilation(
        system=system.name,
        source=system.source,
        verdict=verdict,
        skills=_distinct(skills),
        handovers=tuple(handovers),
        kept=verdict.kept,
        removed=tuple(dict.fromkeys(removed)),
        notes=tuple(_notes(system, verdict, units)),
    )


def _decomposed(system: System, verdict: Compilability, decomposer: Decomposer) -> list[_Unit]:
    """What every agent can do, piece by piece, with the tools of each piece, in the order in which they run."""
    units = [
        unit
        for agent in _in_order(system, verdict)
        if agent.name not in verdict.kept
        for unit in _units(agent, decomposer(agent, system.tools))
        if not _is_empty(unit)
    ]
    rank = {pair: number for number, pair in enumerate(verdict.shape.order)}
    first = {
        agent.name: min((rank[pair] for pair in rank if pair[0] == agent.name), default=0)
        for agent in system.agents
    }
    units.sort(
        key=lambda unit: (
            rank.get((unit.agent.name, unit.task.name), -1) if unit.task else first[unit.agent.name]
        )
    )
    return units


def _written(
    system: System,
    verdict: Compilability,
    units: Sequence[_Unit],
    names: Sequence[str],
    handovers: Sequence[Handover],
    removed: list[Removed],
) -> list[CompiledSkill]:
    """Every piece as a skill: a descriptor that says what and when, and a policy that hands over."""
    renamed = {unit.agent.name: name for unit, name in zip(units, names, strict=True) if _only(units, unit)}
    tools = {tool.name: tool for tool in system.tools}
    skills = []
    for unit, name in zip(units, names, strict=True):
        before = [h for h in handovers if h.target == name]
        after = [h for h in handovers if h.source == name]
        descriptor = _descriptor(unit, before, several=len(units) > 1)
        skills.append(
            CompiledSkill(
                name=name,
                description=descriptor.text,
                body=body(
                    name, unit.agent, unit.capabilities, task=unit.task, before=before, after=after,
                    examples=descriptor.examples, tools=tools, renamed=renamed, removed=removed,
                ),
                agent=unit.agent.name,
                tasks=tuple(c.task for c in unit.capabilities if c.task),
                capabilities=unit.capabilities,
                tools=tuple(dict.fromkeys(tool for c in unit.capabilities for tool in c.tools)),
                router=unit.agent.name in verdict.shape.routers,
            )
        )  # fmt: skip
    return skills


def _in_order(system: System, verdict: Compilability) -> list[Agent]:
    first: dict[str, int] = {}
    for number, (agent, _) in enumerate(verdict.shape.order):
        first.setdefault(agent, number)
    return sorted(system.agents, key=lambda agent: first.get(agent.name, len(first)))


def _units(agent: Agent, capabilities: Sequence[Capability]) -> list[_Unit]:
    tasks = {task.name: task for task in agent.tasks}
    alone = [_Unit(agent, tasks.get(c.task), (c,)) for c in capabilities if c.alone]
    rest = tuple(c for c in capabilities if not c.alone)
    if not rest:
        return alone
    only = tasks.get(rest[0].task) if len(rest) == 1 else None
    return [_Unit(agent, only, rest), *alone]


def _is_empty(unit: _Unit) -> bool:
    """A manager that the framework makes has no prompt; choosing among skills is the model's own work."""
    agent = unit.agent
    return not (agent.policy or agent.description or agent.tasks) and (
        agent.name == MANAGER or not agent.role
    )


def _names(units: Sequence[_Unit]) -> list[str]:
    wanted = []
    for unit in units:
        alone = len(unit.capabilities) == 1 and unit.capabilities[0].alone
        part = unit.task.name if unit.task else unit.capabilities[0].name
        name = skill_name(unit.agent.name, part, alone)
        wanted.append(name or slug(unit.agent.role))
    return unique(wanted)


def _only(units: Sequence[_Unit], unit: _Unit) -> bool:
    """Say whether a unit is its agent's first, so that the agent's name can stand for it."""
    return next(u for u in units if u.agent.name == unit.agent.name) is unit


def _skills_by_step(units: Sequence[_Unit], names: Sequence[str]) -> dict[Work, str]:
    found: dict[Work, str] = {}
    for unit, name in zip(units, names, strict=True):
        found.setdefault(Work(unit.agent.name, unit.task.name if unit.task else ""), name)
        for capability in unit.capabilities:
            if capability.task:
                found.setdefault(Work(unit.agent.name, capability.task), name)
        found.setdefault(Work(unit.agent.name), name)
    return found


def _handovers(
    system: System,
    verdict: Compilability,
    units: Sequence[_Unit],
    names: Sequence[str],
) -> list[Handover]:
    """One hand-over for each edge between steps, and for each edge of delegation or feedback."""
    graph, by_step = step_graph(system), _skills_by_step(units, names)
    unit_of = dict(zip(names, units, strict=True))
    back = {(e.source, e.target): e for e in system.edges if e.kind == "feedback"}
    loops = [set(loop) for loop in verdict.shape.loops]
    found: dict[tuple[str, str], Handover] = {}
    position = {pair: number for number, pair in enumerate(verdict.shape.order)}
    for a, b in sorted(graph.edges, key=lambda e: (position[tuple(e[0])], position[tuple(e[1])])):
        source, target = by_step.get(a), by_step.get(b)
        if source is None or source == target:
            continue
        returns = (a.agent, b.agent) in back or (
            position[tuple(b)] < position[tuple(a)] and any({a.agent, b.agent} <= loop for loop in loops)
        )
        edge = next((e for e in system.edges if (e.source, e.target) == (a.agent, b.agent)), None)
        handover = _one(source, target, b.agent, "feedback" if returns else "handover", edge, unit_of, system)
        found.setdefault((source, handover.target), handover)
    for edge in system.edges:
        if edge.kind != "delegate":
            continue
        source, target = by_step.get(Work(edge.source)), by_step.get(Work(edge.target))
        if source is None or source == target:
            continue
        if (source, target or edge.target) not in found and (target, source) not in found:
            handover = _one(source, target, edge.target, "delegate", edge, unit_of, system)
            found.setdefault((source, handover.target), handover)
    return list(found.values())


def _one(
    source: str,
    target: str | None,
    agent: str,
    kind: str,
    edge: Edge | None,
    units: Mapping[str, _Unit],
    system: System,
) -> Handover:
    unit = units[source]
    form = (unit.task.output if unit.task else "") or unit.agent.output
    # `the result of research_task` says less than the heading that the policy names.
    passes = edge.passes if edge and not edge.passes.startswith("the result of ") else ""
    receiver = units[target] if target else None
    return Handover(
        source=source,
        target=target or agent,
        kind=kind,
        passes=passes,
        form=shorten(fill_holes(form).rstrip("."), 300),
        needs=(_does(receiver) or (_told_of(receiver) if kind == "delegate" else "")) if receiver else "",
        kept=target is None,
        rounds=system.protocol.max_rounds,
        stop=system.protocol.stop,
    )


def _does(unit: _Unit) -> str:
    """What a receiving skill does, as a clause that begins with a verb; empty where no such clause is found."""
    text = fill_holes(unit.task.text if unit.task else first_sentence(unit.agent.policy))
    clause = next(iter(sentences(text)), "")
    if not re.match(r"[A-Z][a-z]+(?<!s)\b", clause) or re.match(
        r"(?:You|The|An?|This|Your|I|If|When|For)\b", clause
    ):
        return ""
    return shorten(lower_first(clause).rstrip("."), 200)


def _told_of(unit: _Unit) -> str:
    """What a skill does, by the first sentence of its own description."""
    told = next(iter(sentences(describe(unit.agent, unit.task).text)), "")
    return shorten(lower_first(told).rstrip("."), 160)


def _descriptor(unit: _Unit, before: Sequence[Handover], *, several: bool) -> Descriptor:
    after = tuple(dict.fromkeys(h.source for h in before if h.kind == "handover")) if several else ()
    text = next((c.description for c in unit.capabilities if c.description), "")
    if not text and unit.task is None and len(unit.capabilities) == 1 and unit.capabilities[0].alone:
        text = of_duty(unit.capabilities[0].text)
    return describe(unit.agent, unit.task, after=after, text=text)


def _distinct(skills: Sequence[CompiledSkill]) -> tuple[CompiledSkill, ...]:
    """Make equal descriptions differ by the agent that they come from."""
    from msgspec.structs import replace

    seen: set[str] = set()
    found = []
    for skill in skills:
        text = skill.description
        if text.casefold() in seen:
            text = f"{text} This one is {skill.name}."
            skill = replace(skill, description=text)
        seen.add(text.casefold())
        found.append(skill)
    return tuple(found)


def _notes(system: System, verdict: Compilability, units: Sequence[_Unit]) -> list[str]:
    notes = []
    if system.source == "claude-code" and units:
        notes.append(
            "Subagents start with an empty context and return a summary; skills share the conversation's, so long "
            "intermediate output now stays in it."
        )
    empty = [a.name for a in system.agents if _is_empty(_Unit(a, None, ())) and a.name not in verdict.kept]
    if silent := [name for name in empty if name != MANAGER]:
        notes.append(f"Without instructions, and so without a skill: {', '.join(silent)}.")
    if MANAGER in empty:
        notes.append(
            "The framework's manager has no instructions of its own; choosing a skill takes its place."
        )
    if len(units) > 30:
        notes.append(
            f"{len(units)} skills in one flat list are more than a model chooses from reliably; run "
            "`skillaudit optimize` on the result."
        )
    return notes
