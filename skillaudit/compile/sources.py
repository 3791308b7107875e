"""Find out what a source is and read it into the intermediate form."""

from __future__ import annotations

from pathlib import Path

from skillaudit.compile.autogen import is_autogen, read_autogen
from skillaudit.compile.crew_program import programs_below
from skillaudit.compile.crewai import crew_folders, read_crew, read_python_crew
from skillaudit.compile.files import files_below, relative
from skillaudit.compile.form import is_form, read_form
from skillaudit.compile.subagents import agent_files, read_subagents
from skillaudit.compile.system import System
from skillaudit.compile.tree import parse
from skillaudit.disk.names import expanded
from skillaudit.errors import LoadError
from skillaudit.load.walk import show
from skillaudit.reading import read_bytes
from skillaudit.reading.limits import AGENTS

KINDS = (
    "a CrewAI project (agents.yaml and tasks.yaml, or a program with Crew(...)), a folder of Claude Code "
    "subagents (.claude/agents/*.md), an AutoGen component (.json), or a file of the form that "
    "`skillaudit compile --help` describes"
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
        if not programs_below([path]):
            raise LoadError(f"{shown}: no program that imports crewai and calls Crew(...); give {KINDS}")
        return read_python_crew(path, path.parent)
    if suffix not in (".yaml", ".yml", ".json"):
        raise LoadError(f"{shown}: not a description of agents; give {KINDS}")
    if path.stem == "agents" and crew_folders([path, *path.parent.glob("tasks.y*ml")]):
        return read_crew(path.parent, path.parent)
    root = parse(read_bytes(path, AGENTS, error=LoadError), path.name, as_json=suffix == ".json")
    if is_form(root):
        return read_form(root, path.name)
    if is_autogen(root):
        return read_autogen(root, path.name)
    raise LoadError(
        f"{shown}: neither an AutoGen component nor the intermediate form; for the latter, start the file "
        "with `format: skillaudit-agents/1`"
    )


def _folder(path: Path, shown: str) -> System:
    files, links = files_below(path)
    crews = crew_folders(files)
    if len(crews) > 1:
        names = ", ".join(relative(crew, path) for crew in crews[:6])
        more = f" and {len(crews) - 6} more" if len(crews) > 6 else ""
        raise LoadError(f"{shown}: holds {len(crews)} crews ({names}{more}); give the folder of one")
    if crews:
        return read_crew(crews[0], path)
    forms = [file for file in files if file.parent == path and file.suffix in (".yaml", ".yml", ".json")]
    markdown = agent_files(files, path)
    if markdown:
        from msgspec.structs import replace

        from skillaudit.schema import Skipped

        system = read_subagents(markdown, path, _name(path))
        passed = tuple(
            Skipped(
                path=relative(link, path),
                reason="a link, or a folder without rights; not followed",
                code="link",
            )
            for link in links
        )
        return replace(system, skipped=system.skipped + passed)
    for file in forms:
        root = parse(read_bytes(file, AGENTS, error=LoadError), file.name, as_json=file.suffix == ".json")
        if is_form(root) or is_autogen(root):
            return _file(file, show(str(file)))
    programs = programs_below(files)
    if len(programs) > 1:
        names = ", ".join(relative(program, path) for program in programs[:6])
        more = f" and {len(programs) - 6} more" if len(programs) > 6 else ""
        raise LoadError(f"{shown}: holds {len(programs)} crews ({names}{more}); give the file of one")
    if programs:
        return read_python_crew(programs[0], path)
    raise LoadError(f"{shown}: no agents found in {len(files):,} files; give {KINDS}")


def _name(path: Path) -> str:
    """Return a name for a folder of agents: that of the project rather than of `.claude/agents`."""
    for part in reversed(path.resolve().parts):
        if part.strip("/") and part not in ("agents", ".claude"):
            return show(part)
    return "agents"
