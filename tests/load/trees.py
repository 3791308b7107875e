"""Builders of small libraries, shared by the tests of this folder."""

from __future__ import annotations

import os
from pathlib import Path

DESCRIPTION = "Fills in PDF forms. Use when a form must be completed."


def text(
    name: str = "pdf-forms",
    description: str = DESCRIPTION,
    body: str = "# How\n\nOpen the form.",
    **keys: str,
) -> str:
    """Return the text of a clean skill file; further keys follow the description."""
    more = "".join(f"{key.replace('_', '-')}: {value}\n" for key, value in keys.items())
    return f"---\nname: {name}\ndescription: {description}\n{more}---\n\n{body}\n"


def write(root: Path, path: str, content: str | bytes | None = None) -> Path:
    """Write one file below `root`; without content, a clean skill named after its folder."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    if content is None:
        content = text(file.parent.name, f"Does {file.parent.as_posix()[-40:]} work for those who need it.")
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def data_folder() -> Path | None:
    """Return the folder of third-party libraries, or None where there is none."""
    folder = Path(os.environ.get("SKILLAUDIT_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
    return folder if (folder / "trees").is_dir() else None
