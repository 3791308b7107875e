"""Where a finished text goes: stdout, or a file that is either whole or untouched."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skillaudit.cli.diagnostics import drop_stdout, flush
from skillaudit.disk.writing import replace, reported, why_not
from skillaudit.errors import UsageError
from skillaudit.safety.exits import Kind, harmless, shown

if TYPE_CHECKING:
    from skillaudit.page.blocks import Block


def put(text: str) -> None:
    """Write `text` and a line break to stdout, in the characters that the terminal has."""
    if sys.stdout is not None:
        sys.stdout.write(shown(text) + "\n")


def colours() -> bool:
    """Say whether what goes to stdout may have colours: on a terminal, unless NO_COLOR or FORCE_COLOR decide."""
    if os.environ.get("NO_COLOR"):
        return False
    if (forced := os.environ.get("FORCE_COLOR")) is not None:
        return forced not in {"", "0"}
    return os.environ.get("TERM") != "dumb" and sys.stdout is not None and sys.stdout.isatty()


def show(blocks: Iterable[Block], path: Path | None = None, *, hint: str = "") -> None:
    """Write blocks as text to `path`, or to stdout, there in colour where `colours` says so."""
    from skillaudit.page.text import render

    paint = path is None and colours()
    deliver(render(blocks, hint=hint, paint=paint), path, "painted" if paint else "text")


def deliver_json(value: Any, path: Path | None = None) -> None:
    """Write records as JSON with an indent of two to `path`, or to stdout."""
    import msgspec

    deliver(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n", path, "json")


def deliver(text: str | Iterable[str], path: Path | None, kind: Kind = "text") -> None:
    """Write `text`, whole or in pieces, to `path`, or to stdout when it is None or `-`, made harmless for its kind.

    Pieces end where nothing that acts can stand, such as between the elements of a list. A link is followed; a
    device, a pipe or a socket is written to as it is. A reader of stdout that has left, as `head` does, is no
    error. Raises UsageError when the file cannot be written; an old file is then still whole.
    """
    encoding = _encoding(path, kind)
    pieces = [text] if isinstance(text, str) else text
    data = (harmless(piece, kind).encode(encoding, errors="replace") for piece in pieces)
    if path is None or str(path) == "-":
        # Bytes, so that neither the locale's encoding nor the platform's line ends touch the report.
        try:
            flush()
            if sys.stdout is not None:
                for piece in data:
                    sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
        except BrokenPipeError:
            drop_stdout()  # what follows, a gate's exit code above all, still counts
        return
    with reported(path):
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                device.writelines(data)
        else:
            replace(path.resolve(), data)


def _encoding(path: Path | None, kind: Kind) -> str:
    """Return how text is spelt: as a terminal can show it, and as whoever asks for it by name wants it."""
    asked = path is None and kind in {"text", "painted"} and sys.stdout is not None
    if asked and (sys.stdout.isatty() or os.environ.get("PYTHONIOENCODING")):
        return sys.stdout.encoding or "utf-8"
    return "utf-8"


def check_writable(path: Path | None) -> None:
    """Raise UsageError, before any work is done, where `deliver` could not write to `path`."""
    if path is None or str(path) == "-":
        return
    target = path.resolve()
    why = 0
    if path.exists() and not path.is_file() and not path.is_dir():
        # A pipe or a device, whose place in the file system is not where it is written.
        why = 0 if os.access(path, os.W_OK) else errno.EACCES
    elif target.is_dir():
        why = errno.EISDIR
    elif not target.parent.is_dir():
        why = errno.ENOTDIR if target.parent.exists() else errno.ENOENT
    elif not os.access(target.parent, os.W_OK):
        why = errno.EACCES
    if why:
        raise UsageError(f"cannot write {path}: {why_not(OSError(why, os.strerror(why)))}.")
