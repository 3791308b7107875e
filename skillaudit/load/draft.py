"""What a source yields before it becomes part of a library."""

from __future__ import annotations

from dataclasses import dataclass, field

from skillaudit.load.defects import Problem
from skillaudit.schema import Site

MAX_KEPT = 20_000
"""Characters of a name or description that are kept; longer ones are no descriptions but attacks."""


_UNKNOWN = Site()


@dataclass(slots=True)
class Draft:
    """A skill on its way into a library: everything but its id."""

    name: str
    description: str
    body: str = ""
    path: str = ""
    """Path relative to the source, or `file.jsonl:12`."""
    shown: str = ""
    """Path with the source in front."""
    root: str = ""
    place: tuple[bytes, bytes] = (b"", b"")
    """Source and path below it, byte for byte; empty for a row."""
    folders: tuple[str, ...] = ()
    """Folders from the root down to the one that holds the file."""
    category: str | None = None
    when_to_use: str = ""
    is_tool: bool = False
    manual_only: bool = False
    manual_by: tuple[str, ...] = ()
    user_invocable: bool = True
    declared_router: bool = False
    name_line: int = 1
    description_line: int = 1
    problems: list[Problem] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    site: Site = _UNKNOWN
    others: list[Site] = field(default_factory=list)
    lacks: tuple[str, ...] = ()
    globs: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    homepage: str = ""
    names_us: bool = False


@dataclass(slots=True)
class Rejected:
    """A file that is no skill, and why."""

    code: str
    reason: str
