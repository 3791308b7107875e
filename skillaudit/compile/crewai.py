"""Read a CrewAI project: `agents.yaml`, `tasks.yaml`, and the program beside them or alone by its syntax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from skillaudit.compile.crew_code import CodeCall, CrewCode
from skillaudit.compile.crew_program import makes_crew, named_after, read_program
from skillaudit.compile.files import relative
from skillaudit.compile.prose import stopped
from skillaudit.compile.syntax import naming
from skillaudit.compile.system import Agent, Edge, Protocol, System, Task, Tool
from skillaudit.compile.tree import TreeNode, parse
from skillaudit.errors import LoadError
from skillaudit.load import collapse
from skillaudit.load.walk import show
from skillaudit.reading import read_bytes
from skillaudit.reading.limits import AGENTS
from skillaudit.schema import Skipped

MANAGER = "manager"
_AGENT_KEYS = frozenset({"role", "goal", "backstory", "tools", "llm", "model", "allow_delegation", "memory"})
_TASK_KEYS = frozenset({"description", "expected_output", "agent", "context", "tools", "async_execution"})
_HARMLESS = frozenset(
    {
        "verbose", "max_iter", "max_rpm", "cache", "step_callback", "max_execution_time", "output_file",
        "human_input", "output_json", "output_pydantic", "callback", "markdown", "respect_context_window",
        "max_retry_limit", "reasoning", "inject_date", "create_directory", "name", "config",
    }
)  # fmt: skip


@dataclass
class _Crew:
    root: Path
    agents: dict[str, Agent] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    """Task -> agent."""
    tasks: dict[str, Task] = field(default_factory=dict)
    context: dict[str, tuple[str, ...]] = field(default_factory=dict)
    delegating: set[str] = field(default_factory=set)
    concurrent: set[str] = field(default_factory=set)
    """Tasks that run beside each other."""
    skipped: list[Skipped] = field(default_factory=list)

    def skip(self, path: str, reason: str, code: str) -> None:
        self.skipped.append(Skipped(path=path, reason=reason, code=code))


def crew_folders(files: list[Path]) -> list[Path]:
    """Return the folders that hold an `agents.yaml` with a `tasks.yaml` beside it."""
    names = {(path.parent, path.stem) for path in files if path.suffix in (".yaml", ".yml")}
    return sorted({folder for folder, stem in names if stem == "agents" and (folder, "tasks") in names})


def read_crew(config: Path, root: Path) -> System:
    """Return the crew whose YAML files lie in `config`; `root` is what paths are shown relative to.

    Raises `LoadError` when a YAML file cannot be read or names no agent.
    """
    crew = _Crew(root)
    _read_agents(_yaml(config, "agents"), crew)
    _read_tasks(_yaml(config, "tasks"), crew)
    code = _program(config, crew)
    if code is not None:
        _apply(code, crew)
    if not crew.agents:
        raise LoadError(f"{relative(config, root)}: agents.yaml names no agent; add one")
    folder = config.parent if config.name == "config" else config
    return _system(crew, code, folder.resolve().name)


def read_python_crew(program: Path, root: Path) -> System:
    """Return the crew that a Python program makes without YAML files; `root` is what paths are shown relative to.

    The program is read by its syntax alone. Raises `LoadError` when no agent of it can be read so.
    """
    crew = _Crew(root)
    code = _read_program(program, crew)
    _apply(code, crew)
    if not crew.agents:
        reasons = "; ".join(item.reason for item in crew.skipped[:3])
        raise LoadError(
            f"{relative(program, root)}: no agent with text of its own: {reasons}; write it as literals"
        )
    return _system(crew, code, named_after(program))


def _system(crew: _Crew, code: CrewCode | None, name: str) -> System:
    """Join agents, tasks and process to a system; what nothing uses is said and left out."""
    hierarchical = code is not None and code.process == "hierarchical"
    manager = _manager(crew, code) if code is not None and hierarchical else ""
    order = _order(crew, code, manager)
    edges = _hierarchy(crew, manager) if hierarchical else _sequence(crew, order)
    agents = [_with_tasks(agent, crew, order) for agent in crew.agents.values()]
    if not hierarchical and order:
        touched = {name for edge in edges for name in (edge.source, edge.target)}
        for agent in agents:
            if not agent.tasks and agent.name not in touched:
                crew.skip(
                    agent.origin, f"agent {agent.name!r} is in the files, but no task uses it", "idle-agent"
                )
        agents = [agent for agent in agents if agent.tasks or agent.name in touched]
    tools = sorted({tool for agent in agents for tool in _tools_of(agent)})
    return System(
        name=name.replace("_", "-"),
        agents=tuple(agents),
        edges=tuple(edges),
        protocol=Protocol(
            kind="router" if hierarchical else "sequential",
            start=manager if hierarchical else (crew.owners.get(order[0], "") if order else ""),
        ),
        tools=tuple(Tool(name=tool) for tool in tools),
        source="crewai",
        skipped=tuple(crew.skipped),
    )


def _tools_of(agent: Agent) -> set[str]:
    return {*(agent.tools or ()), *(tool for task in agent.tasks for tool in task.tools)}


def _yaml(config: Path, stem: str) -> tuple[TreeNode, Path]:
    inside = config.resolve()
    names = (config / f"{stem}.yaml", config / f"{stem}.yml")
    path = next((name for name in names if name.is_file() and name.resolve().parent == inside), None)
    if path is None:
        raise LoadError(
            f"{show(str(names[0]))}: no file of this folder; put the text there, not a link to it"
        )
    return parse(read_bytes(path, AGENTS, error=LoadError), path.name), path


def _unknown(node: TreeNode, known: frozenset[str], place: str, crew: _Crew) -> None:
    for key in node.fields:
        if key not in known and key not in _HARMLESS:
            crew.skip(
                f"{place}:{node.line_of(key)}", f"the key {key!r} has no place in a skill", "unknown-key"
            )


def _read_agents(read: tuple[TreeNode, Path], crew: _Crew) -> None:
    root, path = read
    shown = relative(path, crew.root)
    for key, node in root.fields.items():
        if not node.fields:
            crew.skip(f"{shown}:{root.line_of(key)}", f"agent {key!r} is no mapping", "not-an-agent")
            continue
        _unknown(node, _AGENT_KEYS, shown, crew)
        crew.agents[key] = _agent(
            key,
            {field: _text(node.get(field)) for field in ("role", "goal", "backstory", "llm", "model")},
            _names(node.get("tools")),
            f"{shown}:{root.line_of(key)}",
        )
        if node.get("allow_delegation").text.lower() == "true":
            crew.delegating.add(key)


def _agent(key: str, texts: dict[str, str], tools: tuple[str, ...], origin: str) -> Agent:
    parts = [texts.get("backstory", "").strip(), _goal(texts.get("goal", "").strip())]
    return Agent(
        name=key,
        role=collapse(texts.get("role", "")),
        description=collapse(texts.get("goal", "")),
        policy="\n\n".join(part for part in parts if part),
        tools=tools,
        model=collapse(texts.get("llm", "") or texts.get("model", "")),
        origin=origin,
    )


def _goal(goal: str) -> str:
    return f"Goal: {goal}" if goal else ""


def _text(node: TreeNode) -> str:
    """The text of a value without the quotes that a block scalar keeps by mistake."""
    text = node.text.replace('"""', "").strip()
    quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" and text[0] not in text[1:-1]
    return text[1:-1].strip() if quoted else text


def _names(node: TreeNode) -> tuple[str, ...]:
    if node.text:
        return tuple(part.strip() for part in node.text.split(",") if part.strip())
    return tuple(item.text for item in node.items if item.text)


def _read_tasks(read: tuple[TreeNode, Path], crew: _Crew) -> None:
    root, path = read
    shown = relative(path, crew.root)
    for key, node in root.fields.items():
        if not node.fields:
            crew.skip(f"{shown}:{root.line_of(key)}", f"task {key!r} is no mapping", "not-a-task")
            continue
        _unknown(node, _TASK_KEYS, shown, crew)
        crew.tasks[key] = Task(
            name=key,
            text=_text(node.get("description")),
            output=collapse(_text(node.get("expected_output"))),
            tools=_names(node.get("tools")),
            line=root.line_of(key),
        )
        crew.owners[key] = node.get("agent").text
        if "context" in node.fields:
            crew.context[key] = _names(node.get("context"))
        if node.get("async_execution").text.lower() == "true":
            crew.concurrent.add(key)


def _program(config: Path, crew: _Crew) -> CrewCode | None:
    """Return what the program of this crew says: the file nearby that calls `Crew(...)`."""
    folders = [config.parent, config] if config.name == "config" else [config]
    for folder in folders:
        for path in naming(sorted(folder.glob("*.py")), b""):
            try:
                if makes_crew(path):
                    return _read_program(path, crew, alone=False)
            except LoadError as error:
                crew.skip(relative(path, crew.root), str(error), "unreadable-code")
    crew.skip(
        relative(config, crew.root),
        "no program with a Crew(...) call; tasks are taken in file order",
        "no-crew",
    )
    return None


def _read_program(program: Path, crew: _Crew, *, alone: bool = True) -> CrewCode:
    code, unread = read_program(program, crew.root, alone=alone)
    for one in unread:
        crew.skip(one.place, one.reason, "computed")
    return code


def _apply(code: CrewCode, crew: _Crew) -> None:
    """Lay what the program says over what the YAML files say."""
    alias: dict[str, str] = {}
    for call in code.agents:
        key = call.key or call.name
        alias[call.name] = key
        known = crew.agents.get(key)
        if known is None:
            if not {"role", "goal", "backstory"} & call.texts.keys():
                where = "agents.yaml has no such entry" if call.key else "made from nothing that can be read"
                crew.skip(f"agent {key}", where, "no-text")
                continue
            known = _agent(key, call.texts, (), call.place or f"line {call.line} of the program")
        crew.agents[key] = _enriched(known, call)
        if call.texts.get("allow_delegation") == "True":
            crew.delegating.add(key)
    tasks = {call.name: call.key or call.name for call in code.tasks}
    for call in code.tasks:
        _apply_task(call, tasks, alias, crew)


def _enriched(agent: Agent, call: CodeCall) -> Agent:
    from msgspec.structs import replace

    return replace(
        agent,
        tools=tuple(dict.fromkeys((*(agent.tools or ()), *call.names.get("tools", ())))),
        model=collapse(call.texts.get("llm", "")) or agent.model,
        private=(*agent.private, *_own_state(call)),
    )


def _own_state(call: CodeCall) -> Iterator[str]:
    """What an agent is given that the others do not get: sources of its own, and a memory."""
    if sources := call.names.get("knowledge_sources", ()):
        yield f"reads sources that the others do not ({', '.join(sources)})"
    if call.names.get("memory") or call.texts.get("memory") == "True":
        yield "keeps a memory of its own (memory)"


def _apply_task(call: CodeCall, tasks: dict[str, str], alias: dict[str, str], crew: _Crew) -> None:
    from msgspec.structs import replace

    key = tasks[call.name]
    known = crew.tasks.get(key)
    if known is None:
        known = Task(
            name=key,
            text=call.texts.get("description", ""),
            output=collapse(call.texts.get("expected_output", "")),
        )
    form = next(iter(call.names.get("output_pydantic") or call.names.get("output_json") or ()), "")
    output = stopped(known.output) + (f" Give it as a JSON object of type {form}." if form else "")
    crew.tasks[key] = replace(
        known,
        output=collapse(output),
        tools=tuple(dict.fromkeys((*known.tools, *call.names.get("tools", ())))),
    )
    if owner := next(iter(call.names.get("agent", ())), ""):
        crew.owners[key] = alias.get(owner, owner)
    crew.owners.setdefault(key, "")
    if "context" in call.names:
        crew.context[key] = tuple(tasks.get(name, name) for name in call.names["context"])
    if call.texts.get("async_execution") == "True":
        crew.concurrent.add(key)


def _order(crew: _Crew, code: CrewCode | None, manager: str) -> list[str]:
    """Return the tasks in the order in which they run; the rest is reported."""
    order = list(crew.tasks)
    if code is not None and code.tasks:
        keys = {call.name: call.key or call.name for call in code.tasks}
        wanted = [keys.get(name, name) for name in code.task_order] or list(keys.values())
        order = [key for key in dict.fromkeys(wanted) if key in crew.tasks]
        for key in crew.tasks:
            if key not in order:
                crew.skip(f"task {key}", "the program does not run it", "unused-task")
    for key in list(order):
        if crew.owners.get(key, "") not in crew.agents:
            owner = crew.owners.get(key, "")
            if not owner and (manager or len(crew.agents) == 1):
                # What nobody owns is the manager's to give out.
                crew.owners[key] = manager or next(iter(crew.agents))
                continue
            crew.skip(
                f"task {key}",
                f"its agent {owner!r} does not exist" if owner else "it has no agent",
                "no-agent",
            )
            order.remove(key)
    return order


def _manager(crew: _Crew, code: CrewCode) -> str:
    keys = {call.name: call.key or call.name for call in code.agents}
    named = keys.get(code.manager, code.manager)
    if not code.manager_is_model and named in crew.agents:
        return named
    model = code.manager if code.manager_is_model and code.manager != "computed" else ""
    crew.agents[MANAGER] = Agent(
        name=MANAGER, role="Manager of the crew", model=model, origin="the crew's process", tools=()
    )
    return MANAGER


def _hierarchy(crew: _Crew, manager: str) -> list[Edge]:
    return [Edge(source=manager, target=name, kind="delegate") for name in crew.agents if name != manager]


def _sequence(crew: _Crew, order: list[str]) -> list[Edge]:
    """Edges of a sequential process: from the tasks in `context`, else from the task before."""
    edges: dict[tuple[str, str], Edge] = {}
    ran: list[str] = []
    for key in order:
        before = crew.context.get(key)
        if before is None:
            before = () if key in crew.concurrent else tuple(ran[-1:])
            # A task after concurrent ones waits for all of them.
            if key not in crew.concurrent and ran and ran[-1] in crew.concurrent:
                before = tuple(_tail(ran, crew.concurrent))
        known = tuple(name for name in before if name in crew.tasks)
        crew.context[key] = known
        for name in known:
            a, b = crew.owners[name], crew.owners[key]
            if a != b and a in crew.agents:
                edges.setdefault((a, b), Edge(source=a, target=b, passes=f"the result of {name}"))
        ran.append(key)
    for name in sorted(crew.delegating):
        for other in crew.agents:
            if other != name and (name, other) not in edges:
                edges[name, other] = Edge(source=name, target=other, kind="delegate")
    return list(edges.values())


def _tail(ran: list[str], concurrent: set[str]) -> list[str]:
    tail: list[str] = []
    for name in reversed(ran):
        if name not in concurrent:
            break
        tail.insert(0, name)
    return tail


def _with_tasks(agent: Agent, crew: _Crew, order: list[str]) -> Agent:
    from msgspec.structs import replace

    own = tuple(
        replace(crew.tasks[key], inputs=crew.context.get(key, ()))
        for key in order
        if crew.owners[key] == agent.name
    )
    return replace(agent, tasks=own)
