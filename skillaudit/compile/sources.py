"""Find out what a source is and read it into the intermediate form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from skillaudit.compile.autogen import is_autogen, read_autogen
from skillaudit.compile.crew_program import programs_below
from skillaudit.compile.crewai import crew_folders, read_crew, read_python_crew
from skillaudit.compile.files import files_below, relative
from skillaudit.compile.form import is_form, read_form
from skillaudit.compile.lists import is_list, read_list
from skillaudit.compile.subagents import agent_files, read_subagents
from skillaudit.compile.syntax import naming
from skillaudit.compile.system import System
from skillaudit.compile.teams import is_team, read_team, together
from skillaudit.compile.tree import parse
from skillaudit.disk.names import expanded
from skillaudit.errors import LoadError
from skillaudit.load.walk import show
from skillaudit.reading import read_bytes
from skillaudit.reading.limits import AGENTS
from skillaudit.schema import Skipped

KINDS = (
    "a CrewAI project (agents.yaml and tasks.yaml, or a program with Crew(...)), a program of the OpenAI Agents SDK or "
    "of LangGraph, a folder of Claude Code subagents (.claude/agents/*.md), an AutoGen component (.json), a list of "
    "agents with name and prompt (.json, .yaml), or a file of the form that `skillaudit compile --help` describes"
)


def read_system(source: str | Path) -> System:
    """Return the multi-agent system in a file or folder, with everything that was skipped and why.

    Raises `LoadError` with file, line and remedy when the source is missing, unreadable, or several
    systems at once.
    """
    path = expanded(source)
    shown = show(str(source))
    try:
        exists, folder = path.exists(), path.is_dir()
    except (OSError, ValueError) as error:
        raise LoadError(f"{shown}: cannot be read: {error}; check the path") from None
    if not exists:
        raise LoadError(f"{shown}: no such file or folder; give {KINDS}")
    return _folder(path, shown) if folder else _file(path, shown)


def _file(path: Path, shown: str) -> System:
    suffix = path.suffix.lower()
    if suffix == ".md":
        return read_subagents([path], path.parent, path.stem)
    if suffix == ".py":
        if programs_below([path]):
            return read_python_crew(path, path.parent)
        if is_team(path):
            return read_team([path], path.parent, path.stem)
        raise LoadError(f"{shown}: no program that makes agents of a framework that is known; give {KINDS}")
    if suffix not in (".yaml", ".yml", ".json"):
        raise LoadError(f"{shown}: not a description of agents; give {KINDS}")
    if path.stem == "agents" and crew_folders([path, *path.parent.glob("tasks.y*ml")]):
        return read_crew(path.parent, path.parent)
    root = parse(read_bytes(path, AGENTS, error=LoadError), path.name, as_json=suffix == ".json")
    if is_form(root):
        return read_form(root, path.name)
    if is_autogen(root):
        return read_autogen(root, path.name)
    if is_list(root):
        return read_list(root, path.name)
    raise LoadError(
        f"{shown}: neither an AutoGen component, nor a list of agents (each with a name and a prompt), nor the "
        "intermediate form; for the last, start the file with `format: skillaudit-agents/1`"
    )


def _folder(path: Path, shown: str) -> System:
    """Read a folder: what is a system by its place goes first, loose Markdown last, for a README is no agent."""
    files, links = files_below(path)
    crews = crew_folders(files)
    _only_one(crews, path, shown, "folder")
    if crews:
        return read_crew(crews[0], path)
    placed, loose = agent_files(files, path)
    if placed:
        return _markdown(placed, path, links)
    for file in files:
        if file.parent == path and file.suffix in (".yaml", ".yml", ".json"):
            root = parse(read_bytes(file, AGENTS, error=LoadError), file.name, as_json=file.suffix == ".json")
            if is_form(root) or is_autogen(root) or is_list(root):
                return _file(file, show(str(file)))
    programs = programs_below(files)
    _only_one(programs, path, shown, "file")
    if programs:
        return read_python_crew(programs[0], path)
    teams = together([file for file in naming(files, b"agents", b"langgraph") if is_team(file)])
    _only_one([team[0] for team in teams], path, shown, "file")
    if teams:
        return read_team(teams[0], path, _name(path))
    if loose:
        return _markdown(loose, path, links)
    raise LoadError(f"{shown}: no agents found in {len(files):,} files; give {KINDS}")


def _only_one(found: Sequence[Path], path: Path, shown: str, what: str) -> None:
    if len(found) > 1:
        names = ", ".join(relative(one, path) for one in found[:6])
        more = f" and {len(found) - 6} more" if len(found) > 6 else ""
        raise LoadError(f"{shown}: holds {len(found)} crews ({names}{more}); give the {what} of one")


def _markdown(files: list[Path], path: Path, links: Sequence[Path]) -> System:
    reason = "a link, or a folder without rights; not followed"
    passed = tuple(Skipped(path=relative(link, path), reason=reason, code="link") for link in links)
    system = read_subagents(files, path, _name(path))
    return replace(system, skipped=system.skipped + passed)


def _name(path: Path) -> str:
    """Return a name for a folder of agents: that of the project rather than of `.claude/agents`."""
    for part in reversed(path.resolve().parts):
        if part.strip("/") and part not in ("agents", ".claude"):
            return show(part)
    return "agents"
