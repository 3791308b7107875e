"""What a CrewAI program says about its crew, read from the syntax tree; nothing of it is ever run."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from inspect import cleandoc

from skillaudit.load import clean
from skillaudit.reading.limits import FIELDS


@dataclass
class CodeCall:
    """One `Agent(...)` or `Task(...)` with what could be read of its arguments."""

    name: str
    """The method or variable that it is bound to."""
    key: str = ""
    """Its entry in the YAML file; empty when it has none."""
    texts: dict[str, str] = field(default_factory=dict)
    """Arguments that are literal text, numbers or booleans."""
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Arguments that are references or lists of them, by their last name: `tools`, `agent`, `context`."""
    line: int = 0
    place: str = ""
    """File and line, where it is not clear from which file it was read."""


@dataclass
class CrewCode:
    """Everything that one program says."""

    agents: list[CodeCall] = field(default_factory=list)
    tasks: list[CodeCall] = field(default_factory=list)
    process: str = ""
    manager: str = ""
    """Name of the manager agent, or the model that manages."""
    manager_is_model: bool = False
    task_order: tuple[str, ...] = ()
    unread: list[str] = field(default_factory=list)
    """Clauses on what is computed and so cannot be known without running it."""


_KEEPING = frozenset({"strip", "lstrip", "rstrip", "format"})
"""Methods of a text that leave what it says as it is; the holes of `format` stay holes."""


_F_STRING = re.compile(r"(?<!\w)(?:[fF][rR]?|[rR][fF])[\"']")


class CodeError(Exception):
    """The program cannot be parsed."""


def parse_code(text: str) -> ast.Module:
    """Return the syntax tree of a program; raises `CodeError` with the parser's words."""
    if text.count("{") > FIELDS and _F_STRING.search(text):
        raise CodeError(f"it holds f-strings and more than {FIELDS:,} braces")
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise CodeError(f"line {line}: {error.args[0]}" if line else str(error)[:120]) from None


def constants_of(tree: ast.Module) -> dict[str, str]:
    """Literal text and model objects that are bound to a name anywhere in the module, or that a function returns."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            name = last_name(node.targets[0])
            value = literal(node.value, {}) or model_of(node.value)
            if name and value:
                found[name] = value
        elif isinstance(node, ast.FunctionDef) and len(node.body) == 1:
            only = node.body[0]
            if isinstance(only, ast.Return) and only.value is not None and (value := literal(only.value, {})):
                found[f"{node.name}()"] = value
    return found


def read_call(name: str, call: ast.Call, found: CrewCode, constants: dict[str, str]) -> CodeCall:
    got = CodeCall(name=name, line=call.lineno)
    for keyword in call.keywords:
        key, value = keyword.arg, keyword.value
        if key is None:
            continue
        if key == "config":
            got.key = _subscript(value) or got.key
        elif key in ("tools", "context", "agent", "output_pydantic", "output_json"):
            got.names[key] = references(value)
        elif text := literal(value, constants):
            got.texts[key] = cleandoc(text)
        elif key in ("llm", "model") and (model := model_of(value)):
            got.texts["llm"] = model
        elif key in ("llm", "role", "goal", "backstory", "description", "expected_output"):
            found.unread.append(f"`{key}` of {name} is computed (line {call.lineno})")
        elif key in ("knowledge_sources", "memory"):
            got.names[key] = references(value) or ("set",)
    return got


def read_crew_call(call: ast.Call, found: CrewCode, constants: dict[str, str]) -> None:
    for keyword in call.keywords:
        key, value = keyword.arg, keyword.value
        if key == "process":
            found.process = last_name(value) or literal(value, constants)
        elif key == "manager_agent":
            found.manager = next(iter(references(value)), "")
        elif key == "manager_llm":
            found.manager = found.manager or literal(value, constants) or model_of(value) or "computed"
            found.manager_is_model = True
        elif key == "tasks" and isinstance(value, ast.List):
            found.task_order = references(value)


def last_name(node: ast.expr) -> str:
    """The last name of a dotted reference or call: `Process.sequential` -> `sequential`."""
    if isinstance(node, ast.Call):
        return last_name(node.func)
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def references(node: ast.expr) -> tuple[str, ...]:
    items = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
    return tuple(name for item in items if (name := _named(item)) and name not in ("None", "list"))


def _named(node: ast.expr) -> str:
    """The last name that says anything: `SearchTools.tools()` -> `SearchTools`."""
    inner = node.func if isinstance(node, ast.Call) else node
    if (
        isinstance(inner, ast.Attribute)
        and inner.attr in ("tools", "get_tools")
        and last_name(inner.value) != "self"
    ):
        return last_name(inner.value)
    return last_name(node)


def _subscript(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return _spelled(node.slice.value)
    return ""


def _spelled(value: object) -> str:
    """Return a constant as text; empty for a number with more digits than Python spells."""
    try:
        return clean(str(value))
    except ValueError:
        return ""


def literal(node: ast.expr, constants: dict[str, str]) -> str:
    """Literal text of a constant, of adjacent constants, or of a name bound to one; else empty."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | int | float | bool):
        return _spelled(node.value)
    if isinstance(node, ast.Name | ast.Attribute):
        return constants.get(last_name(node), "")
    if isinstance(node, ast.Call) and last_name(node.func) in ("dedent", "cleandoc") and node.args:
        return literal(node.args[0], constants)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _KEEPING:
        return literal(node.func.value, constants)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = literal(node.left, constants), literal(node.right, constants)
        return left + right if left and right else ""
    if isinstance(node, ast.JoinedStr):
        parts = [
            _spelled(part.value) if isinstance(part, ast.Constant) else _hole(part, constants)
            for part in node.values
        ]
        return clean("".join(parts))
    return ""


def _hole(part: ast.expr, constants: dict[str, str]) -> str:
    """What stands in an f-string: text that is known for certain, else the name of what would stand there."""
    if not isinstance(part, ast.FormattedValue):
        return "{value}"
    name = last_name(part.value)
    certain = f"{name}()" if isinstance(part.value, ast.Call) else name if name.isupper() else ""
    if certain in constants:
        return constants[certain]
    return "{" + (name or "value") + "}"


def model_of(node: ast.expr) -> str:
    """The model in `LLM(model="gpt-4o")`, `ChatOpenAI(model_name=...)` and their like."""
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg in ("model", "model_name") and isinstance(keyword.value, ast.Constant):
                return _spelled(keyword.value.value)
        first = node.args[0] if node.args else None
        if last_name(node.func) == "LLM" and isinstance(first, ast.Constant):
            return _spelled(first.value)
    return ""
