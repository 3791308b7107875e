"""The file of two skills in one: bodies whole under headings, files moved along, names redirected."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from skillaudit.disk.reading import read_file
from skillaudit.load.place import file_of
from skillaudit.load.walk import is_skill_name
from skillaudit.schema import Skill

MAX_FILES = 2_000
"""Files of one skill's folder that links are looked for to."""
_FENCE = re.compile(rb"\A(?:\xef\xbb\xbf)?---[ \t]*\r?\n.*?^---[ \t]*\r?\n", re.DOTALL | re.MULTILINE)


def with_bodies(data: bytes, goes: Sequence[Skill], prefix: Callable[[Skill], str], largest: int) -> bytes:
    """Return a skill file with the bodies of `goes` after its own, each whole under a heading with its name.

    `prefix` leads from the file's folder to that of each of them; links to what lies there are made to follow.
    A body that stands in the file already is not repeated.
    """
    end = b"\r\n" if b"\r\n" in data[:4096] else b"\n"
    for skill in goes:
        body = _body(skill, largest).strip()
        if not body or body in data or _folded(body) in _folded(data):
            continue
        files = beside(skill)
        where = prefix(skill).encode()
        for path in sorted(files, key=len, reverse=True):
            link = re.compile(rb"(?<![\w./-])(?:\./)?" + re.escape(path.encode()) + rb"(?![\w-])")
            body = link.sub(_literal(where + path.encode()), body)
        heading = f"## From {skill.name}".encode()
        data = data.rstrip() + end * 2 + heading + end * 2 + body + end
    return data


def redirected(data: bytes, names: Mapping[str, str]) -> bytes:
    """Return a file whose body calls the skills of `names` by the names that stand in for them.

    Only names that cannot be plain words, those with a hyphen or an underscore, are looked for.
    """
    fence = _FENCE.match(data)
    head, body = (data[: fence.end()], data[fence.end() :]) if fence else (b"", data)
    for old, new in names.items():
        if re.search(r"\w[-_]\w", old) and old.encode() in body:
            whole = re.compile(rb"(?<![\w/.-])" + re.escape(old.encode()) + rb"(?![\w/.-]*[/-]|\w)")
            body = whole.sub(_literal(new.encode()), body)
    return head + body


def beside(skill: Skill) -> list[str]:
    """Return the other files of a skill's own folder, relative to it; none for a row of a list."""
    path = file_of(skill)
    if path is None or not is_skill_name(path.name):
        return []
    found: list[str] = []
    for folder, folders, names in os.walk(path.parent):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and not _has_skill(Path(folder) / name)
        )
        for name in sorted(names):
            if not is_skill_name(name) and len(found) < MAX_FILES:
                found.append((Path(folder) / name).relative_to(path.parent).as_posix())
    return found


def _has_skill(folder: Path) -> bool:
    try:
        return any(is_skill_name(entry.name) for entry in folder.iterdir())
    except OSError:
        return True


def _body(skill: Skill, largest: int) -> bytes:
    path = file_of(skill)
    if path is None:
        return skill.body.encode("utf-8", "surrogateescape")
    data = read_file(path, largest)
    fence = _FENCE.match(data)
    return data[fence.end() :] if fence else data


def _literal(text: bytes) -> bytes:
    return text.replace(b"\\", b"\\\\")


def _folded(data: bytes) -> bytes:
    return b" ".join(data.split())
