"""What a transcript says of routing: turns, and what could not be read."""

from __future__ import annotations

from typing import Literal

import msgspec

from skillaudit.schema import Record

How = Literal["model", "command", "hook"]
"""Who had a skill loaded: the model by itself, the user by its name, the model after a hook had named it."""
Fault = Literal["long", "broken", "foreign", "packed", "unreadable", "unknown"]
"""A line over 8 MiB; no JSON; JSON of another shape; packed in a way that is not read; a file that cannot be opened;
a file in which nothing is as the client writes it."""


class Load(Record):
    """A skill that an agent loaded."""

    name: str
    how: How


class Turn(Record):
    """A user's words and what the agent loaded before the next ones; every text in it is masked."""

    key: str
    """The same for a turn that was copied into another session."""
    time: str
    """UTC, `2026-11-30T05:40:19Z`; empty where the log has none."""
    query: str
    loads: tuple[Load, ...] = ()
    listing: int = -1
    """Position in `Session.listings` of the skills on offer; -1 where the log has no listing."""
    model: str = ""
    version: str = ""
    """Of the client."""
    project: str = ""
    before: tuple[str, ...] = ()
    """Skills that were loaded earlier in the conversation and still stand in its context."""
    answered: bool = False
    """Whether a model answered at all."""

    @property
    def chosen(self) -> str | None:
        """The first skill that the model loaded by itself, or after a hook; None where it loaded none."""
        return next((load.name for load in self.loads if load.how != "command"), None)

    @property
    def commanded(self) -> str | None:
        """The skill that the user called by name."""
        return next((load.name for load in self.loads if load.how == "command"), None)


class Session(msgspec.Struct):
    """One transcript while it is read, and all that is kept of it: reading can go on where the file had ended."""

    client: str
    id: str = ""
    parent: str = ""
    """Session that this one was forked from."""
    version: str = ""
    model: str = ""
    project: str = ""
    asked_by_agent: bool = False
    """True for the transcript of a sub-agent, whose requests are not the user's."""
    listings: list[tuple[tuple[str, str], ...]] = []
    """(name, description) of the skills on offer, one entry each time they changed."""
    turns: list[Turn] = []
    active: list[str] = []
    """Skills in the context of the conversation."""
    faults: dict[Fault, int] = {}
    memory: dict[str, str] = {}
    """What the reader of the client must remember between lines."""
    known: int = 0
    """Lines whose shape was as the client writes them."""

    def fault(self, kind: Fault, count: int = 1) -> None:
        """Count what could not be read."""
        self.faults[kind] = self.faults.get(kind, 0) + count


class Unread(Record):
    """A file of which something could not be read."""

    client: str
    path: str
    what: Fault
    count: int


class Conversation(Record):
    """The turns of one session that no other one had before, and the skills that stood on offer in it."""

    client: str
    path: str
    listings: tuple[tuple[tuple[str, str], ...], ...]
    turns: tuple[Turn, ...]

    def offered(self, turn: Turn) -> tuple[tuple[str, str], ...]:
        """Name and description of the skills on offer at a turn; none where the log does not say."""
        return self.listings[turn.listing] if 0 <= turn.listing < len(self.listings) else ()


class Harvest(Record):
    """Everything that was read."""

    conversations: tuple[Conversation, ...]
    files: int = 0
    reread: int = 0
    """Files that had changed since they were last read, or are new."""
    bytes_read: int = 0
    repeated: int = 0
    """Turns that stand in several transcripts, as after a fork, and count once."""
    by_agents: int = 0
    """Transcripts of sub-agents, which do not count."""
    unread: tuple[Unread, ...] = ()
    folders: tuple[str, ...] = ()
    """Where transcripts were looked for."""
