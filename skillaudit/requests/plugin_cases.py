"""Cases of `claude plugin eval`: a folder each, with the prompt, and graders that may say which skill is meant.

A case has `prompt.md`, `case.yaml` (its `execution.prompt`, and `graders`), or both, and one grader a file in
`graders/`. A grader of the type `tool_used` for the tool `Skill` is what names a skill; no other says which one a
prompt is for. Source: the client's documentation of plugin evals, for version 2.1.269, and public suites.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CASE_FILES = ("prompt.md", "case.yaml")
"""What makes a folder a case; the first that is there stands for it."""
_MOST_GRADERS = 100
_FRONTMATTER = re.compile(r"---[ \t]*\n(?P<head>.*?)(?:\n---[ \t]*(?:\n|$))(?P<body>.*)", re.DOTALL)
_NAME = re.compile(r"[\w.:/-]+")
_ABOUT = frozenset({"type", "kind", "tool", "name", "arm", "description", "weight"})
"""Keys of a grader that say something else than what the tool was called with."""


def is_case(path: Path) -> bool:
    """Say whether a file stands for a case, by its name and by those beside it."""
    return path.name in CASE_FILES and path.parent.parent.name == "evals"


def read_case(
    path: Path, read: Callable[[Path], str], parse: Callable[[str, Path], Any]
) -> tuple[str, tuple[str, ...]]:
    """Return the prompt of the case that `path` stands for, and the skills that its graders want; both may be empty.

    `read` and `parse` are how a file becomes text and YAML a value; what they raise passes.
    """
    folder = path.parent
    prompt = ""
    case: dict[str, Any] = {}
    if (folder / "prompt.md").is_file():
        _, prompt = _split(read(folder / "prompt.md"))
    if (folder / "case.yaml").is_file():
        found = parse(read(folder / "case.yaml"), folder / "case.yaml")
        case = found if isinstance(found, dict) else {}
    execution = case.get("execution")
    for place in (execution if isinstance(execution, dict) else {}, case):
        if not prompt.strip() and isinstance(place.get("prompt"), str):
            prompt = place["prompt"]
    listed = case.get("graders")
    graders = [*(listed if isinstance(listed, list) else []), *_grader_files(folder, read, parse)]
    return prompt.strip(), tuple(dict.fromkeys(name for grader in graders for name in _wanted(grader)))


def _grader_files(
    folder: Path, read: Callable[[Path], str], parse: Callable[[str, Path], Any]
) -> Iterator[Any]:
    inside = folder.resolve()
    for file in sorted((folder / "graders").glob("*.md"))[:_MOST_GRADERS]:
        if file.is_file() and file.resolve().is_relative_to(inside):
            head, _ = _split(read(file))
            yield parse(head, file)


def _split(text: str) -> tuple[str, str]:
    """Return what stands between the dashes at the top of a file, and the rest."""
    match = _FRONTMATTER.match(text)
    return (match["head"], match["body"]) if match else ("", text)


def _wanted(grader: Any) -> Iterator[str]:
    """Yield the names that a grader wants the tool `Skill` to be called with."""
    if not isinstance(grader, dict) or "tool_used" not in (grader.get("type"), grader.get("kind")):
        return
    if grader.get("tool") != "Skill" or grader.get("negate") is True or str(grader.get("max")) == "0":
        return
    for key, value in grader.items():
        if key in _ABOUT:
            continue
        for text in value.values() if isinstance(value, dict) else (value,):
            if isinstance(text, str) and _NAME.fullmatch(name := text.strip(" ^$")) and not name.isdigit():
                yield name.rpartition(":")[2]
