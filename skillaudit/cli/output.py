"""Where a finished text goes: stdout, or a file that is either whole or untouched."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from skillaudit.errors import UsageError


def deliver(text: str, path: Path | None) -> None:
    """Write `text` to `path`, or to stdout when it is None or `-`.

    Raises UsageError when the file cannot be written; an old file is then still whole.
    """
    if path is None or str(path) == "-":
        # Bytes, so that neither the locale's encoding nor the platform's line ends touch the report.
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", errors="replace"))
        sys.stdout.buffer.flush()
        return
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}; name a folder that exists.") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageError(f"cannot write {path}: {error.strerror}.") from error
