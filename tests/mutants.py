"""Would the tests of a room notice? `python -m tests.mutants ROOM [--sample N] [--seed S] [--module NAME]`.

Draws N changes of the functions of `skillaudit/ROOM`, of each module as many as its share of what can be changed, makes
each in a process of its own, and runs there the tests of `tests/ROOM` that pass through the changed line; where they
notice nothing, the others of their files. Printed are the changes that no test noticed, and the share that one did,
with its interval (Wilson, 90%). Left as they are: what a module does when it is imported, the words of errors, and
tests of over ten seconds.
"""

from __future__ import annotations

import argparse
import ast
import gc
import os
import pickle
import random
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NamedTuple

import pytest

from skillaudit.stats.intervals import wilson

ROOT = Path(__file__).parents[1]
SLOW = 10.0
SWAPS = {
    "Lt": "LtE", "Gt": "GtE", "Eq": "NotEq", "In": "NotIn", "Is": "IsNot", "And": "Or", "Add": "Sub", "Mult": "Div",
    "FloorDiv": "Mult", "BitAnd": "BitOr", "Break": "Continue",
}  # fmt: skip
SWAPS |= {new: old for old, new in SWAPS.items()}
OPTIONS = ["-x", "-q", "-n0", "-p", "no:cacheprovider", "--hypothesis-seed=0"]


class Mutant(NamedTuple):
    """A change: the place of a node in its module, and which of the changes of such a node."""

    module: Path
    node: int
    change: int
    line: int
    what: str


def changes(node: Any) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield what can be done to a node: its words, and what does it in place."""
    kind = type(node).__name__
    if kind == "Compare":
        for at, op in enumerate(node.ops):
            swapped = getattr(ast, SWAPS[type(op).__name__])()
            yield (
                f"{type(op).__name__} to {SWAPS[type(op).__name__]}",
                partial(node.ops.__setitem__, at, swapped),
            )
    elif kind in {"BoolOp", "BinOp", "AugAssign"} and (old := type(node.op).__name__) in SWAPS:
        yield f"{old} to {SWAPS[old]}", partial(setattr, node, "op", getattr(ast, SWAPS[old])())
    elif kind in {"If", "IfExp", "While"}:
        yield "condition turned", partial(setattr, node, "test", ast.UnaryOp(ast.Not(), node.test))
    elif kind == "UnaryOp" and isinstance(node.op, ast.Not):
        yield "not dropped", partial(setattr, node, "operand", ast.UnaryOp(ast.Not(), node.operand))
    elif kind == "Constant" and isinstance(node.value, str | int | float):
        was = node.value
        new = not was if isinstance(was, bool) else f"XX{was}" if isinstance(was, str) else was + 1
        yield f"{was!r} to {new!r}", partial(setattr, node, "value", new)
    elif kind == "Call":
        for at in range(len(node.args)):
            yield f"argument {at + 1} to None", partial(node.args.__setitem__, at, ast.Constant(None))
    elif kind in {"Return", "Assign"} and node.value is not None:
        yield f"{kind} of None", partial(setattr, node, "value", ast.Constant(None))
    elif kind in {"Expr", "Raise"}:
        yield f"{kind} taken out", partial(setattr, node, "__class__", ast.Pass)
    elif kind in {"Break", "Continue"}:
        yield f"{kind} to {SWAPS[kind]}", partial(setattr, node, "__class__", getattr(ast, SWAPS[kind]))


def nodes(tree: ast.AST) -> list[ast.AST]:
    """Return what stands in functions, without annotations, docstrings, pieces of f-strings and errors."""
    left, inside = set[int](), dict[int, ast.AST]()
    for node in ast.walk(tree):
        parts = [getattr(node, name, None) for name in ("annotation", "returns", "exc", "format_spec")]
        parts += [node] if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) else []
        parts += node.values if isinstance(node, ast.JoinedStr) else []
        whole = [part for part in parts if part and not isinstance(part, ast.FormattedValue)]
        left |= {id(one) for part in whole for one in ast.walk(part)}
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside |= {id(one): one for statement in node.body for one in ast.walk(statement)}
    return [node for key, node in inside.items() if key not in left]


def all_of(module: Path) -> list[Mutant]:
    """Return everything that can be changed in a module."""
    found = enumerate(nodes(ast.parse(module.read_text("utf-8"))))
    return [Mutant(module, at, number, getattr(node, "lineno", 0), what)
            for at, node in found for number, (what, _) in enumerate(changes(node))]  # fmt: skip


def make(mutant: Mutant) -> bool:
    """Change the functions of this process; False where that changes nothing, or cannot be done to living ones."""
    tree = ast.parse(mutant.module.read_text("utf-8"))
    list(changes(nodes(tree)[mutant.node]))[mutant.change][1]()
    codes: dict[tuple[str, int], CodeType] = {}
    waiting = [compile(ast.fix_missing_locations(tree), str(mutant.module), "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop()
        codes[code.co_qualname, code.co_firstlineno] = code
        waiting += [one for one in code.co_consts if isinstance(one, CodeType)]
    changed = False
    gc.unfreeze()  # a run of tests sets aside what it imported
    for function in [one for one in gc.get_objects() if isinstance(one, FunctionType)]:
        old = function.__code__
        new = codes.get((old.co_qualname, old.co_firstlineno), old)
        if old.co_filename == str(mutant.module) and new != old:
            try:
                function.__code__ = new
                changed = True
            except ValueError:  # it lives on names of another function that it no longer has
                return False
    return changed


class Watch:
    """Runs chosen tests, the quick ones first, and tells which lines of a folder each passes through."""

    def __init__(self, folder: str = "", only: dict[str, float] | None = None) -> None:
        self.folder, self.only = folder, only
        self.seen: dict[str, tuple[float, set[tuple[str, int]]]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if (only := self.only) is not None:
            items[:] = sorted((one for one in items if one.nodeid in only), key=lambda one: only[one.nodeid])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        lines: set[tuple[str, int]] = set()

        def trace(frame: Any, event: str, _: object) -> Any:
            if not frame.f_code.co_filename.startswith(self.folder):
                return None
            lines.add((frame.f_code.co_filename, frame.f_lineno))
            return trace

        began = time.process_time()
        sys.settrace(trace if self.folder else None)
        result = yield
        sys.settrace(None)
        self.seen[item.nodeid] = time.process_time() - began, lines
        return result


def apart(work: Callable[[], Any], seconds: int = 3600) -> Any:
    """Do something in a process of its own, silently; return what it returned, None where it was killed."""
    with tempfile.NamedTemporaryFile() as file:
        if not (pid := os.fork()):
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            Path(file.name).write_bytes(pickle.dumps(work()))
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        return None if status else pickle.loads(Path(file.name).read_bytes())


def run(mutant: Mutant, tests: dict[str, float]) -> str:
    """Return how tests fare with a change, in this process."""
    if not make(mutant):
        return "no change"
    files = sorted({test.partition("::")[0] for test in tests})
    return "noticed" if pytest.main([*files, *OPTIONS], plugins=[Watch(only=tests)]) else "not noticed"


def main() -> int:
    """Try the changes of one room."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("room")
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", default="*")
    asked = parser.parse_args()
    os.chdir(ROOT)
    folder, suite = ROOT / "skillaudit" / asked.room, f"tests/{asked.room}"
    every = [mutant for module in sorted(folder.glob(f"{asked.module}.py")) for mutant in all_of(module)]
    # Evenly through the room in its order, so that each module has its share.
    random.seed(asked.seed)
    step = max(1.0, len(every) / asked.sample)
    drawn = [every[int(step * (at + random.random())) % len(every)] for at in range(int(len(every) / step))]
    pytest.main([suite, "--collect-only", *OPTIONS, "-qq"])  # imports everything once
    watch = Watch(f"{folder}/")
    failed, seen = apart(lambda: (pytest.main([suite, *OPTIONS], plugins=[watch]), watch.seen))
    if failed:
        sys.exit(f"{suite} fails as it is: {list(seen)[-1]}")
    took = {test: seconds for test, (seconds, _) in seen.items() if seconds < SLOW}
    through = defaultdict[tuple[str, int], set[str]](set)
    for test in took:
        for line in seen[test][1]:
            through[line].add(test)
    counts = defaultdict[str, int](int)
    for mutant in drawn:
        near = {test: took[test] for test in through[str(mutant.module), mutant.line]}
        files = {test.partition("::")[0] for test in near}
        wide = {test: took[test] for test in took if test.partition("::")[0] in files and test not in near}
        said = "not noticed" if near else "never run"
        for tests in (near, wide):
            if tests and said == "not noticed":
                said = apart(partial(run, mutant, tests), 30 + int(5 * sum(tests.values()))) or "noticed"
        counts[said] += 1
        if said in {"not noticed", "never run"}:
            print(f"{mutant.module.relative_to(ROOT)}:{mutant.line}: {mutant.what}: {said}", flush=True)
    tried = sum(counts.values()) - counts["no change"]
    low, high = wilson(counts["noticed"], tried)
    print(f"{asked.room}: {counts['noticed']} of {tried} changes noticed, {counts['noticed'] / max(1, tried):.0%}"
          f" ({low:.0%} to {high:.0%}); drawn from {len(every):,} with seed {asked.seed}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
