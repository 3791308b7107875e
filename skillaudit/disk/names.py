"""Names that Linux, macOS and Windows can all hold, and what some of them take for one name."""

from __future__ import annotations

import os
import re
import unicodedata
from pathlib import Path

_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?:\..*)?", re.IGNORECASE)
"""Names that Windows takes for devices, with any ending."""
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_LONGEST = 200
"""Bytes of a name; file systems allow 255, and a number may come behind it."""


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return a path with `~` or `~user` replaced by that home; as it stands where there is no such user."""
    return Path(os.path.expanduser(path))  # noqa: PTH111 - Path.expanduser() raises RuntimeError


def portable(name: str, spare: str = "skill") -> str:
    """Return a name of one file or folder that every system can hold; `spare` where nothing of it can stay."""
    name = name.encode("utf-8", "replace").decode(
        "utf-8"
    )  # a lone half of a character becomes a question mark
    name = unicodedata.normalize("NFC", _FORBIDDEN.sub("-", name)).lstrip(" ")
    name = name.encode("utf-8")[:_LONGEST].decode("utf-8", "ignore").rstrip(". ") or spare
    return apart(name) if _DEVICE.fullmatch(name) else name


def apart(name: str) -> str:
    """Return a name that differs from one that means something, its ending kept."""
    stem, dot, rest = name.partition(".")
    return f"{stem}-skill{dot}{rest}"


def same(path: str) -> str:
    """Return what two paths share that some system takes for one: case and composition aside."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", path).casefold())
