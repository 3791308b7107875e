"""Writes a report to a file in the format that its name asks for, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from skillaudit import formatters
from skillaudit.disk.names import expanded
from skillaudit.disk.writing import replace, reported
from skillaudit.errors import UsageError
from skillaudit.schema import Report

ENDINGS = {
    ".json": "json",
    ".md": "markdown",
    ".txt": "text",
    ".html": "html",
    ".sarif": "sarif",
    ".xml": "junit",
}
DEFAULT_NAME = "skillaudit-report.md"


def endings() -> tuple[str, ...]:
    """Return the file name endings that a report can be written under."""
    return tuple(ending for ending, name in ENDINGS.items() if name in formatters.FORMATS)


def write_report(report: Report, name: str, overwrite: bool = False) -> Path:
    """Write the report and return where it now is.

    Raises FileExistsError when the file is there and `overwrite` is not set, and UsageError when
    the name says no known format or the file cannot be written.
    """
    path = expanded(name.strip())
    if path.suffix not in endings():
        raise UsageError(f"No format for {path.name!r}: end the name with one of {', '.join(endings())}.")
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file in it.")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is no ordinary file: name another.")
    if path.exists() and not overwrite:
        raise FileExistsError(str(path))
    text = formatters.render(ENDINGS[path.suffix], report)
    with reported(path):
        replace(path, text.encode("utf-8", "replace"))
    return path.resolve()
