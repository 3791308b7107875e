"""Read a CrewAI crew that is written in Python alone, from its syntax trees; nothing of it is ever run.

Agents and tasks may be bound to names, returned by functions or methods (also of other files of the
project, which the program imports), or stand inside the call of the crew. What only running would tell
is named with its line.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec import Struct

from skillaudit.compile.crew_code import (
    CodeCall,
    CrewCode,
    constants_of,
    last_name,
    literal,
    read_call,
    read_crew_call,
    references,
)
from skillaudit.compile.files import files_below, relative
from skillaudit.compile.syntax import imported, naming, parsed
from skillaudit.errors import LoadError
from skillaudit.load.walk import show

MAX_MODULES = 40
_MAX_DEPTH = 20
"""Names that stand for names before one is given up."""
_ORDINARY = frozenset({"main", "crew", "app", "run", "src", "__main__", "__init__"})
"""Names of files and folders that say nothing of a crew."""
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Unknown(Struct, frozen=True):
    """Something that is computed and so cannot be known without running it."""

    place: str
    reason: str


@dataclass
class _Made:
    """One `Agent(...)` or `Task(...)` and where it is made."""

    kind: str
    call: CodeCall
    node: ast.Call
    parameters: tuple[str, ...] | None = None
    """Of the function that returns it; None where it is no function's."""
    unread: tuple[Unknown, ...] = ()


@dataclass
class _Project:
    constants: dict[str, str] = field(default_factory=dict)
    made: dict[str, _Made] = field(default_factory=dict)
    anonymous: dict[int, str] = field(default_factory=dict)
    """Node of an `Agent(...)` or `Task(...)` -> its name."""
    bound: dict[str, ast.expr] = field(default_factory=dict)
    """Name -> the other value that it was last bound to."""
    grown: dict[str, list[ast.expr]] = field(default_factory=dict)
    """Name of a list -> what is appended to it."""
    crews: list[tuple[str, ast.Call]] = field(default_factory=list)
    unread: list[Unknown] = field(default_factory=list)


def is_program(path: Path) -> bool:
    """Whether a Python file imports CrewAI and calls `Crew(...)`; False for one that cannot be parsed."""
    try:
        tree = None if path.is_symlink() else parsed(path)
    except LoadError:
        return False
    return tree is not None and _calls_crew(tree) and any("crewai" in module for module in imported(tree))


def makes_crew(path: Path) -> bool:
    """Whether a Python file calls `Crew(...)`; raises `LoadError` for one that cannot be parsed."""
    return not path.is_symlink() and (tree := parsed(path)) is not None and _calls_crew(tree)


def _calls_crew(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Call) and last_name(node.func) == "Crew" for node in ast.walk(tree))


def read_program(program: Path, root: Path, *, alone: bool = True) -> tuple[CrewCode, tuple[Unknown, ...]]:
    """Return the crew of a program and of the files of its folder that it imports, and what stays unknown.

    Raises `LoadError` when the program cannot be parsed or, where it stands `alone` without YAML files, no agent can be
    read from it.
    """
    project = _Project()
    try:
        for path, tree in _modules(program, root, project):
            _Reader(project, relative(path, root)).visit(tree)
        code = _resolved(project, alone)
    except RecursionError:
        raise LoadError(
            f"{relative(program, root)}: its expressions are nested too deeply to be read"
        ) from None
    if alone and not code.agents:
        why = f" ({project.unread[0].place}: {project.unread[0].reason})" if project.unread else ""
        raise LoadError(
            f"{relative(program, root)}: no agent can be read without running the program{why}; write its agents "
            "as `Agent(role=..., goal=..., backstory=...)` with literal text, or in the form of `compile --help`"
        )
    return code, tuple(dict.fromkeys(project.unread))


def _modules(program: Path, root: Path, project: _Project) -> list[tuple[Path, ast.Module]]:
    """The files that a program imports from its own folder, and the program itself last."""
    try:
        main = parsed(program)
    except LoadError as error:
        raise LoadError(f"{relative(program, root)}: {error}") from None
    beside, _ = files_below(program.parent)
    known: dict[str, list[Path]] = {}
    for path in beside:
        if path.suffix == ".py" and path != program:
            known.setdefault(path.stem, []).append(path)
    trees: dict[Path, ast.Module] = {program: main}
    pending = [main]
    while pending:
        for module in sorted(imported(pending.pop())):
            for path in known.get(module.rpartition(".")[2], ()):
                if path in trees or len(trees) >= MAX_MODULES:
                    continue
                try:
                    trees[path] = parsed(path)
                except LoadError as error:
                    project.unread.append(Unknown(relative(path, root), str(error)))
                    continue
                pending.append(trees[path])
    for tree in trees.values():
        project.constants.update(constants_of(tree))
    return [*((path, tree) for path, tree in trees.items() if path != program), (program, main)]


class _Reader(ast.NodeVisitor):
    """Note everything in one file that is an agent, a task or a crew, and what names stand for."""

    def __init__(self, project: _Project, place: str) -> None:
        self.project = project
        self.place = place
        self.functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
        self.loops = 0

    def visit(self, node: ast.AST) -> None:
        looping = isinstance(node, _LOOPS)
        self.loops += looping
        super().visit(node)
        self.loops -= looping

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.functions.append(node)
        self.generic_visit(node)
        self.functions.pop()

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - the visitor's own name

    def visit_Assign(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._bind(target, node.value)
        self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._bind(node.target, node.value)
        self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._bind(node.target, node.value)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if self.functions and node.value is not None:
            function = self.functions[-1]
            names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
            parameters = tuple(name for name in names if name not in ("self", "cls"))
            parameters += tuple(argument.arg for argument in function.args.kwonlyargs)
            if _kind(node.value):
                self._make(function.name, node.value, parameters)
            elif isinstance(node.value, ast.Name) and node.value.id in self.project.made:
                made = self.project.made[node.value.id]
                if made.node.lineno >= function.lineno:
                    del self.project.made[node.value.id]
                    made.call.name, made.parameters = function.name, parameters
                    self.project.made[function.name] = made
                    self.project.anonymous[id(made.node)] = function.name
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if _kind(node) and id(node) not in self.project.anonymous:
            said = literal(_argument(node, "role") or _argument(node, "name") or node, self.project.constants)
            slug = "_".join(re.findall(r"[a-z0-9]+", said.lower())[:5])
            self._make(slug or f"{_kind(node).lower()}_{node.lineno}", node, None)
        elif last_name(node.func) == "Crew":
            self.project.crews.append((self.place, node))
        elif isinstance(node.func, ast.Attribute) and node.func.attr in ("append", "extend") and node.args:
            self.project.grown.setdefault(last_name(node.func.value), []).append(node.args[0])
        self.generic_visit(node)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        name = last_name(target)
        if not name:
            return
        if _kind(value):
            self._make(name, value, None)
        else:
            self.project.bound[name] = value

    def _make(self, name: str, node: ast.expr, parameters: tuple[str, ...] | None) -> None:
        project = self.project
        if not isinstance(node, ast.Call) or id(node) in project.anonymous:
            return
        free, count = name, 2
        while free in project.made:
            free, count = f"{name}_{count}", count + 1
        code = CrewCode()
        call = read_call(free, node, code, project.constants)
        call.place = f"{self.place}:{node.lineno}"
        reasons = [clause.rpartition(" (line")[0] for clause in code.unread]
        if any(keyword.arg is None for keyword in node.keywords):
            reasons.append(f"`**` of {free} hands in arguments that only running would tell")
        if self.loops:
            reasons.append(f"{free} is made in a loop; it is taken once")
        unread = tuple(Unknown(call.place, reason) for reason in reasons)
        project.made[free] = _Made(_kind(node), call, node, parameters, unread)
        project.anonymous[id(node)] = free


def _kind(node: ast.expr) -> str:
    name = last_name(node.func) if isinstance(node, ast.Call) else ""
    return name if name in ("Agent", "Task") else ""


def _argument(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)


def _resolved(project: _Project, alone: bool) -> CrewCode:
    """Follow names from the crew's call to its agents and tasks; those of YAML files are left as they are."""
    code = CrewCode()
    if project.crews:
        place, crew = max(project.crews, key=lambda pair: len(pair[1].keywords))
        read_crew_call(crew, code, project.constants)
        for other, node in project.crews:
            if node is not crew:
                project.unread.append(Unknown(f"{other}:{node.lineno}", "a further crew is not taken over"))
        agents = _listed(_argument(crew, "agents"), project, "Agent", f"{place}:{crew.lineno}")
        tasks = _listed(_argument(crew, "tasks"), project, "Task", f"{place}:{crew.lineno}")
        manager = _argument(crew, "manager_agent")
        if manager is not None:
            code.manager = next(
                iter(_instances(manager, project, "Agent")), _Made("", CodeCall(""), crew)
            ).call.name
    else:
        agents = tasks = []
    every = [made for made in project.made.values() if made.kind == "Task"]
    chosen = tasks or every
    for made in chosen:
        inline = project.anonymous.get(id(_argument(made.node, "agent")))
        owner = (inline,) if inline else made.call.names.get("agent", ())
        made.call.names["agent"] = tuple(_name_of(name, project) for name in owner)
        if "context" in made.call.names:
            made.call.names["context"] = tuple(_name_of(name, project) for name in made.call.names["context"])
    code.tasks = [made.call for made in chosen]
    if alone or not code.task_order:
        code.task_order = tuple(call.name for call in code.tasks)
    owners = {name for call in code.tasks for name in call.names.get("agent", ())} | {code.manager}
    listed = {made.call.name for made in agents}
    team = [
        made
        for made in project.made.values()
        if made.kind == "Agent" and (not agents or made.call.name in listed | owners)
    ]
    code.agents = [made.call for made in team]
    project.unread = [*(one for made in (*team, *chosen) for one in made.unread), *project.unread]
    return code


def _listed(node: ast.expr | None, project: _Project, kind: str, place: str) -> list[_Made]:
    """What a crew's `agents` or `tasks` hold; everything where that is all of a decorated class."""
    if node is None:
        return []
    whole = isinstance(node, ast.Attribute) and node.attr in ("agents", "tasks")
    found = list(_instances(node, project, kind))
    if not found and not whole and not _is_empty(node):
        word = f"{kind.lower()}s"
        project.unread.append(
            Unknown(place, f"the list of the crew's {word} is computed; all {word} are taken in order")
        )
    return found


def _is_empty(node: ast.expr) -> bool:
    return isinstance(node, ast.List | ast.Tuple) and not node.elts


def _instances(node: ast.expr, project: _Project, kind: str, depth: int = 0) -> Iterable[_Made]:
    """The agents or tasks that an expression stands for, in order."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(node, ast.List | ast.Tuple):
        for item in node.elts:
            yield from _instances(item, project, kind, depth + 1)
    elif isinstance(node, ast.Starred):
        yield from _instances(node.value, project, kind, depth + 1)
    elif isinstance(node, ast.BinOp):
        yield from _instances(node.left, project, kind, depth + 1)
        yield from _instances(node.right, project, kind, depth + 1)
    elif isinstance(node, ast.Name | ast.Attribute):
        yield from _named(last_name(node), project, kind, depth)
    elif isinstance(node, ast.Call):
        known = project.made.get(project.anonymous.get(id(node), ""))
        if known is not None:
            if known.kind == kind:
                yield known
        else:
            yield from _produced(last_name(node.func), node, project, kind, last_name(node.func))


def _named(name: str, project: _Project, kind: str, depth: int) -> Iterable[_Made]:
    made = project.made.get(name)
    value = project.bound.get(name)
    # A task is often called after the function that makes it: `plan = tasks.plan(agent)`.
    called = made is not None and made.parameters is not None and isinstance(value, ast.Call)
    if made is not None and made.kind == kind and not called:
        yield made
        return
    if isinstance(value, ast.Call):
        yield from _produced(last_name(value.func), value, project, kind, name)
    elif value is not None:
        yield from _instances(value, project, kind, depth + 1)
    for item in project.grown.get(name, ()):
        yield from _instances(item, project, kind, depth + 1)


def _produced(function: str, call: ast.Call, project: _Project, kind: str, name: str) -> Iterable[_Made]:
    """What a call of a function that returns an agent or a task gives; a task takes over its arguments."""
    made = project.made.get(function)
    if made is None or made.kind != kind or made.parameters is None:
        return
    if kind == "Agent" or not made.parameters:
        yield made
        return
    given: dict[str, ast.expr] = dict(zip(made.parameters, call.args, strict=False))
    given.update({keyword.arg: keyword.value for keyword in call.keywords if keyword.arg})
    copy = CodeCall(name, texts=dict(made.call.texts), line=made.call.line, place=made.call.place)
    for key, names in made.call.names.items():
        copy.names[key] = tuple(
            inner for one in names for inner in (references(given[one]) if one in given else (one,))
        )
    yield _Made("Task", copy, made.node, made.parameters, made.unread)


def _name_of(name: str, project: _Project) -> str:
    """The name under which an agent or task is known, for a name that stands for it."""
    for _ in range(_MAX_DEPTH):
        if name in project.made:
            return name
        value = project.bound.get(name)
        if value is None:
            return name
        known = last_name(value)
        if known == name or (isinstance(value, ast.Call) and project.made.get(known) is None):
            return name
        if isinstance(value, ast.Call) and project.made[known].kind == "Task":
            return name
        name = known
    return name


def programs_below(files: Sequence[Path]) -> list[Path]:
    """Return the Python files that hold a crew."""
    return [path for path in naming(files, b"crewai") if is_program(path)]


def named_after(program: Path) -> str:
    """Return a name for a crew: that of the nearest folder where the file, or its folder, has an ordinary one."""
    path = program.resolve().with_suffix("")
    while path.name in _ORDINARY and path.parent.name:
        path = path.parent
    return show(path.name)
