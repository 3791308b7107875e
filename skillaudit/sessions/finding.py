"""Where each client keeps its transcripts, and whose a file is that the user names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from skillaudit.disk.names import expanded
from skillaudit.errors import UsageError
from skillaudit.reading import named
from skillaudit.sessions import claude_code, codex, copilot_cli, gemini_cli, openclaw, opencode, pi

READERS: dict[str, ModuleType] = {
    "claude-code": claude_code,
    "codex": codex,
    "copilot-cli": copilot_cli,
    "gemini-cli": gemini_cli,
    "opencode": opencode,
    "openclaw": openclaw,
    "pi": pi,
}
FOLDERS = {
    "claude-code": "CLAUDE_CONFIG_DIR",
    "codex": "CODEX_HOME",
    "copilot-cli": "COPILOT_HOME",
    "openclaw": "OPENCLAW_STATE_DIR",
    "opencode": "XDG_DATA_HOME",
    "pi": "PI_CODING_AGENT_DIR",
}
"""The variables by which a client's folder can be moved."""
_INSIDE = {"opencode": "opencode"}
"""Where a client's own folder stands in the one that the variable names."""
DATABASES = (".db", ".sqlite")
_MOST = 200_000
"""Transcripts that are read at once."""


class Transcript(NamedTuple):
    """A transcript, or a database of them, and the client that wrote it."""

    client: str
    path: Path


def client_names(asked: Sequence[str]) -> tuple[str, ...]:
    """Return the clients of `--from`, names between commas; raises UsageError for one that is not known."""
    names = [name.strip() for part in asked for name in part.split(",") if name.strip()]
    for name in names:
        if name not in READERS:
            raise UsageError(
                f"--from {name}: no client of that name is read; choose from {', '.join(READERS)}"
            )
    return tuple(dict.fromkeys(names)) or tuple(READERS)


def own_folder(client: str) -> Path:
    """Return where a client of this user keeps its files; it need not exist."""
    if (variable := FOLDERS.get(client)) and (value := os.environ.get(variable)):
        return expanded(value) / _INSIDE.get(client, "")
    return expanded("~") / str(READERS[client].HOME)


def find(sources: Sequence[Path], clients: Sequence[str]) -> tuple[tuple[Transcript, ...], tuple[str, ...]]:
    """Return the transcripts in `sources`, by default in the clients' own folders, and where was looked.

    A source is a transcript, a database, a client's folder, or any folder with transcripts in it, whose client
    is told by the names in it. Raises UsageError for a source that does not exist.
    """
    if not sources:
        folders = [(client, own_folder(client)) for client in clients]
        found = [place for client, folder in folders for place in _below(client, folder)]
        return tuple(found[:_MOST]), tuple(str(folder) for _, folder in folders)
    found = []
    for source in sources:
        path = expanded(source)
        if not path.exists():
            raise UsageError(f"{named(path)}: no such file or folder; name a transcript or a client's folder")
        found += list(_named(path, clients))
    return tuple(dict.fromkeys(found))[:_MOST], tuple(str(source) for source in sources)


def _below(client: str, folder: Path) -> Iterator[Transcript]:
    """Transcripts below a client's own folder, by name."""
    for pattern in READERS[client].PATTERNS:
        try:
            for path in sorted(folder.glob(pattern)):
                yield Transcript(client, path)
        except OSError:
            continue


def _named(path: Path, clients: Sequence[str]) -> Iterator[Transcript]:
    if path.is_file():
        yield Transcript(client_of(path, clients), path)
        return
    inside = [place for client in clients for place in _below(client, path)]
    if inside:
        yield from inside
        return
    for child in sorted(path.rglob("*")):
        if child.suffix in (".jsonl", *DATABASES) and child.is_file():
            yield Transcript(client_of(child, clients), child)


def client_of(path: Path, clients: Sequence[str]) -> str:
    """Tell a transcript's client by its name and its first bytes; with one client to choose from, that one."""
    if len(clients) == 1:
        return clients[0]
    if path.name.startswith("opencode"):
        return "opencode"
    if path.suffix in DATABASES:
        return "openclaw"
    if path.name.startswith("rollout-"):
        return "codex"
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        head = b""
    for client, marks in _MARKS:
        if client in clients and any(mark in head for mark in marks):
            return client
    return "claude-code" if "claude-code" in clients else clients[0]


_MARKS = (
    ("codex", (b'"type":"session_meta"',)),
    ("copilot-cli", (b'"copilotVersion"', b'"producer":"copilot-agent"')),
    ("gemini-cli", (b'"projectHash"',)),
    ("openclaw", (b'"type":"session","version":4', b'"__openclaw"')),
    ("pi", (b'"type":"session"',)),
)
