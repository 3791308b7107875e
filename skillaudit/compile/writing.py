"""Write a compiled library to a new folder: all of it or nothing, and never anywhere else."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import msgspec

from skillaudit.compile.compiler import Compilation, CompiledSkill
from skillaudit.disk.names import expanded
from skillaudit.disk.writing import new_folder, reported
from skillaudit.errors import UsageError
from skillaudit.safety.exits import in_json, inert

MAX_BODY_LINES = 450
MAX_BODY_CHARS = 36_000
MAPPING = "mapping.json"
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 ,.;()/&'+%-]*")


def render_skill(skill: CompiledSkill) -> dict[str, str]:
    """Return the files of one skill by their path in its folder: `SKILL.md`, and what is too long for it."""
    body, rest = _split(skill.body)
    if rest:
        body += "\n## More\n\nThe full instructions go on in [reference.md](reference.md); read it before you start.\n"
    metadata = [f"  compiled-from: {_scalar(skill.agent)}"]
    if skill.router:
        metadata.append("  skillaudit-router: plans the work and names the skills that do it")
    head = [
        "---",
        f"name: {skill.name}",
        f"description: {_scalar(skill.description)}",
        "metadata:",
        *metadata,
        "---",
    ]
    files = {"SKILL.md": "\n".join(head) + "\n\n" + body}
    if rest:
        files["reference.md"] = rest
    return files


def _scalar(text: str) -> str:
    """Return a YAML scalar: plain where no parser can misread it, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in ("true", "false", "null", "yes", "no", "on", "off"):
        return text.strip()
    return json.dumps(text, ensure_ascii=False)


def _split(body: str) -> tuple[str, str]:
    """Cut a body that is too long for one file at a heading; the hand-over at its end stays in the first part."""
    lines = body.rstrip("\n").split("\n")
    if len(lines) <= MAX_BODY_LINES and len(body) <= MAX_BODY_CHARS:
        return body, ""
    tail_at = next((i for i in range(len(lines) - 1, -1, -1) if lines[i] == "## Hand-over"), len(lines))
    tail = lines[tail_at:]
    room_lines, room_chars = MAX_BODY_LINES - len(tail), MAX_BODY_CHARS - sum(map(len, tail)) - len(tail)
    cut = size = 0
    fenced = False
    for number, line in enumerate(lines[:tail_at]):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        size += len(line) + 1
        if number >= room_lines or size > room_chars:
            break
        if not fenced and (line.startswith("#") or not line.strip()):
            cut = number
    cut = cut or min(room_lines, tail_at)
    first = "\n".join([*lines[:cut], "", *tail]).rstrip("\n") + "\n"
    return first, "\n".join(lines[cut:tail_at]).strip("\n") + "\n"


def mapping(compilation: Compilation) -> dict[str, Any]:
    """Return the map from agents to skills, with obstacles, hand-overs and what was left out, as plain data."""
    by_agent: dict[str, list[str]] = {}
    for skill in compilation.skills:
        by_agent.setdefault(skill.agent, []).append(skill.name)
    verdict = compilation.verdict
    return {
        "format": "skillaudit-mapping/1",
        "system": compilation.system,
        "source": compilation.source,
        "architecture": verdict.architecture,
        "compilable": verdict.compilable,
        "backbone": verdict.backbone,
        "agents": by_agent,
        "kept_agents": list(compilation.kept),
        "order": [skill.name for skill in compilation.skills],
        "skills": {
            skill.name: {
                "agent": skill.agent,
                "tasks": list(skill.tasks),
                "backend": list(skill.tools),
                "capabilities": [{"text": c.text, "tools": list(c.tools)} for c in skill.capabilities],
            }
            for skill in compilation.skills
        },
        "handovers": msgspec.to_builtins(compilation.handovers),
        "obstacles": msgspec.to_builtins(verdict.obstacles),
        "removed": msgspec.to_builtins(compilation.removed),
        "notes": list(compilation.notes),
    }


def write_library(compilation: Compilation, folder: Path) -> Path:
    """Write `SKILL.md` folders and `mapping.json` to `folder`, which must not exist yet.

    The library is built beside it and renamed, so that it is whole or absent. Raises `UsageError` when the
    folder exists, its parent does not, there is nothing to write, or the disk refuses.
    """
    if not compilation.skills:
        raise UsageError(
            f"nothing of {compilation.system} can be compiled; `skillaudit compile --check-only` says why"
        )
    parent = expanded(folder).absolute().parent
    target = parent / folder.name
    if os.path.lexists(target):
        raise UsageError(f"{folder} exists already; name a new folder with -o")
    if not parent.is_dir():
        raise UsageError(f"{folder} has no parent folder; create {parent} first")
    with reported(folder), new_folder(target) as building:
        for skill in compilation.skills:
            place = building / skill.name
            place.mkdir()
            for name, text in render_skill(skill).items():
                (place / name).write_text(inert(text), encoding="utf-8", newline="\n")
        data = in_json(json.dumps(mapping(compilation), ensure_ascii=False, indent=2)) + "\n"
        (building / MAPPING).write_text(data, encoding="utf-8", newline="\n")
    return target
