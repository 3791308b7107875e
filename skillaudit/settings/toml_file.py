"""One settings file, read within bounds: what is in it, and on which line each key stands."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from skillaudit.disk.reading import read_file
from skillaudit.errors import UsageError
from skillaudit.reading.toml_text import parse_toml
from skillaudit.schema import Record

FILE_NAME = "skillaudit.toml"
PROJECT_NAME = "pyproject.toml"
MOST_BYTES = 262_144
_MOST_KEYS = 100
_KEY = re.compile(r"""(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*[.=\]]""")
_PREFIX = "tool.skillaudit."
_TOOL = re.compile(r"tool\.skillaudit\s*\]")


class SettingsTable(Record):
    """The settings in one file."""

    path: Path
    values: Mapping[str, Any]
    """Under the keys as they are written."""
    lines: Mapping[str, int]
    """Where keys stand, from 1, as far as that is plain."""

    def line(self, key: str) -> int:
        """Return the line on which `key` stands, or the first."""
        return self.lines.get(key, 1)


def read_table(path: Path) -> SettingsTable | None:
    """Return the settings in `path`, or None for a pyproject.toml that has none.

    All of `skillaudit.toml` counts, and the table `[tool.skillaudit]` of `pyproject.toml`; one that does
    not mention it is not parsed. Raises UsageError for a file that cannot be read or is not TOML, or is
    larger or deeper than settings are.
    """
    data = _read(path)
    project = path.name == PROJECT_NAME
    if project and b"skillaudit" not in data:
        return None
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"{spelled(path)}: settings of more than {MOST_BYTES:,} bytes are not read; shorten the file"
        )
    document, text = _parsed(path, data)
    if project:
        tools = document.get("tool")
        table = tools.get("skillaudit") if isinstance(tools, dict) else None
        if not isinstance(table, dict):
            return None
        document = cast("dict[str, Any]", table)
    if len(document) > _MOST_KEYS:
        raise UsageError(
            f"{spelled(path)}: {len(document):,} keys are more than there are settings; mend the file"
        )
    return SettingsTable(path=path, values=document, lines=_places(text, project))


def spelled(path: Path) -> str:
    """Return a path as messages can show it: on one line, every unprintable character spelt out."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in str(path))


def as_seen(path: Path) -> Path:
    """Return a path from the working folder, or in full where that would begin with a tilde."""
    try:
        relative = Path(os.path.relpath(path))
    except (OSError, ValueError):  # a deleted working folder, or another drive
        return path
    return path.absolute() if str(relative).startswith("~") else relative


def _read(path: Path) -> bytes:
    try:
        return read_file(path, MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{spelled(path)}: the configuration cannot be read: {error.strerror}") from error


def _parsed(path: Path, data: bytes) -> tuple[dict[str, Any], str]:
    try:
        text = data.decode("utf-8-sig")
        return parse_toml(text), text
    except ValueError as error:  # TOML's own, of the encoding, and of the limits
        raise UsageError(f"{spelled(path)}: not TOML: {error}") from error


def _places(text: str, project: bool) -> dict[str, int]:
    """Return the first line of each key of the tool's table, in one pass."""
    found: dict[str, int] = {}
    inside = not project
    for number, line in enumerate(text.splitlines(), start=1):
        head = line.lstrip()
        if head.startswith("["):
            head = head.lstrip("[ \t")
            if project:
                inside = bool(_TOOL.match(head))
                if not inside and not head.startswith(_PREFIX):
                    continue
                head = head.removeprefix(_PREFIX)
        elif not inside:
            continue
        if match := _KEY.match(head):
            found.setdefault(match[1] or match[2] or match[3], number)
    return found
