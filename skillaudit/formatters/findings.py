"""What all formats of findings share: which ones, in what order, in which file, in safe characters."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from skillaudit.safety.cleaning import clean, one_line
from skillaudit.safety.exits import in_json
from skillaudit.schema import Finding, Location, Report

if TYPE_CHECKING:
    from skillaudit.gate import Verdict

_RANK = {"error": 0, "warning": 1, "info": 2}
_ROW = re.compile(
    r"(?P<file>.*\.(?:jsonl?|ndjson|csv|tsv|ya?ml)(?:\.gz)?)(?::(?P<line>\d+))?(?:#\d+)?", re.IGNORECASE
)
"""A row of a list: a line of it, an entry of it, or an entry of a line."""


def active(report: Report, verdict: Verdict | None) -> tuple[Finding, ...]:
    """Return the findings that count, gravest first; suppressed and baselined ones are left out."""
    findings = report.findings if verdict is None else verdict.findings
    return tuple(sorted(findings, key=lambda finding: _RANK[finding.severity]))


def notes(report: Report, verdict: Verdict | None) -> tuple[str, ...]:
    """Return the sentences that fail nothing: on what the library says about itself, and the gate's."""
    return (*report.own_settings.notices, *(() if verdict is None else verdict.notes))


def plain(text: str) -> str:
    """Return `text` on one line without anything that acts on a terminal or hides."""
    return one_line(text)


def lines(text: str) -> str:
    """Return `text` with its line breaks, without anything that acts on a terminal or hides."""
    return clean(text)


def place(location: Location | None, report: Report, *, here: bool = False) -> tuple[str, int]:
    """Return the file and line of a location, the file from the root of the repository, where CI looks for it.

    That is the one around the folder that the program was started in; with `here`, and without a repository, the
    file is told from that folder. A row of a list file has its own line. Without a location, the first source
    stands for the library.
    """
    sources = report.library.sources
    if location is None or not location.path:
        return _below(sources[0] if sources else ".", "", here), 1
    path, line = location.path, max(1, location.line)
    if match := _ROW.fullmatch(path):
        path, line = match["file"], max(1, int(match["line"] or line))
    root = location.root or (sources[0] if len(sources) == 1 else "")
    return _below(root, path, here), line


def finding_place(finding: Finding, report: Report, *, here: bool = False) -> tuple[str, int]:
    """Return where a finding is shown: its own location, else the file of its first skill."""
    if finding.location is None or not finding.location.path:
        first = next((skill for skill in report.skills if skill.id in finding.skills[:1]), None)
        if first is not None and first.path:
            return place(Location(path=first.path), report, here=here)
    return place(finding.location, report, here=here)


def uri(path: str) -> str:
    """Return a relative path as a URI reference, everything unusual in it percent-encoded."""
    encoded = quote(path.encode("utf-8", "replace"), safe="/-._~")
    # A colon in the first segment would read as a scheme; `quote` has encoded it.
    return encoded or "."


def to_json(value: Any, *, indent: int | None = None) -> str:
    """Return JSON text in which no character acts on a terminal or ends a line."""
    separators = (",", ":") if indent is None else None
    return in_json(
        json.dumps(value, ensure_ascii=False, indent=indent, separators=separators, allow_nan=False)
    )


def counted(findings: Sequence[Finding]) -> str:
    """Return `2 errors, 1 warning` and so on, without the severities that do not occur."""
    parts = []
    for severity, noun in (("error", "error"), ("warning", "warning"), ("info", "note")):
        number = sum(finding.severity == severity for finding in findings)
        if number:
            parts.append(f"{number} {noun}{'s' if number > 1 else ''}")
    return ", ".join(parts) or "no findings"


def _below(root: str, path: str, here: bool) -> str:
    """Join a source and a path in it, relative to the repository, or to the working folder, that it lies in."""
    base = PurePosixPath(root.replace("\\", "/") or ".")
    own = PurePosixPath(path.replace("\\", "/"))
    joined = base if path and base.name == own.name and len(own.parts) == 1 and base.suffix else base / own
    start = Path.cwd() if here else _repository()
    whole = Path(os.path.normpath(Path.cwd() / Path(joined).expanduser()))
    if whole.is_relative_to(start):
        return whole.relative_to(start).as_posix()
    outside = own if base.is_absolute() else joined
    return "/".join(part for part in outside.parts if part not in {"..", ".", "/"}) or "."


def _repository() -> Path:
    """Return the root of the repository around the working folder, or that folder where there is none."""
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
