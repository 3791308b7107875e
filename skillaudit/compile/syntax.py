"""What the syntax tree of a program of agents says: arguments, ends of edges, and the texts inside a function."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from skillaudit.compile.crew_code import CodeError, last_name, literal, parse_code
from skillaudit.errors import LoadError
from skillaudit.load.walk import show
from skillaudit.reading import read_bytes
from skillaudit.reading.limits import CODE, PROGRAMS

ENDS = frozenset({"START", "END", "__start__", "__end__", ""})
"""Names for the outside of a graph."""
Function = ast.FunctionDef | ast.AsyncFunctionDef


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the argument of a name."""
    return next((one.value for one in call.keywords if one.arg == name), None)


def ends(node: ast.expr) -> tuple[str, ...]:
    """Nodes that an end of an edge names."""
    if isinstance(node, ast.List | ast.Tuple):
        return tuple(end for item in node.elts for end in ends(item))
    return (literal(node, {}) or last_name(node),)


def returned(function: Function) -> Iterable[str]:
    """Texts that a function returns, or says in its annotation that it returns."""
    if function.returns is not None:
        yield from (
            n.value
            for n in ast.walk(function.returns)
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
        )
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from ends(node.value)


def gone_to(function: Function | None) -> Iterable[str]:
    """Nodes that a function goes on to by `Command(goto=...)`."""
    for node in ast.walk(function) if function is not None else ():
        if isinstance(node, ast.Call) and last_name(node.func) == "Command":
            goto = keyword(node, "goto")
            yield from ends(goto) if isinstance(goto, ast.Constant | ast.List | ast.Tuple) else ()


def names_in(function: Function | None) -> Iterable[str]:
    """Names that a function uses."""
    return (n.id for n in ast.walk(function) if isinstance(n, ast.Name)) if function is not None else ()


def system_text(function: Function, constants: dict[str, str]) -> str:
    """The longest text that tells a model who it is, or a prompt that the function names; else its docstring."""
    said = [""]
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and last_name(node.func).startswith("SystemMessage"):
            content = keyword(node, "content") or (node.args[0] if node.args else None)
            said.append(literal(content, constants) if content is not None else "")
        elif isinstance(node, ast.Dict):
            pairs = {literal(k, {}): v for k, v in zip(node.keys, node.values, strict=True) if k is not None}
            if "content" in pairs and "role" in pairs and literal(pairs["role"], {}) == "system":
                said.append(literal(pairs["content"], constants))
        elif isinstance(node, ast.Tuple) and len(node.elts) == 2 and literal(node.elts[0], {}) == "system":
            said.append(literal(node.elts[1], constants))
        elif isinstance(node, ast.Name) and "prompt" in node.id.casefold():
            said.append(constants.get(node.id, ""))
    return max(said, key=len) or ast.get_docstring(function) or ""


def naming(files: Iterable[Path], *words: bytes) -> Iterator[Path]:
    """Yield the programs among files that hold one of some words; raises `LoadError` for more than can be parsed."""
    left = PROGRAMS
    for file in files:
        if file.suffix != ".py" or file.is_symlink():
            continue
        try:
            data = read_bytes(file, CODE, error=LoadError)
        except LoadError:
            continue
        if any(word in data for word in words):
            left -= len(data)
            if left < 0:
                folder = show(str(file.parent))
                raise LoadError(f"{folder}: more than {PROGRAMS >> 20} MiB of programs; give the file of one")
            yield file


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a program; raises `LoadError` where there is none."""
    try:
        return parse_code(read_bytes(path, CODE, error=LoadError).decode("utf-8", "replace"))
    except CodeError as error:
        raise LoadError(f"the program cannot be parsed: {error}; mend it") from None


def imported(tree: ast.Module) -> set[str]:
    """Modules that a program imports, and the names that it imports from packages, which may be modules."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.update({node.module or "", *(alias.name for alias in node.names)})
    return found - {""}
