"""Read transcripts of all clients, each once: what was known of a file is kept, and only what is new is read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath

import msgspec

from skillaudit.cache import Cache
from skillaudit.errors import UsageError
from skillaudit.progress import SILENT, Progress
from skillaudit.reading import follow_lines, named, open_database, read_start
from skillaudit.reading.limits import DATABASE, TRANSCRIPT, Bounds
from skillaudit.schema import Record
from skillaudit.sessions.finding import DATABASES, READERS, Transcript, find
from skillaudit.sessions.masking import masked
from skillaudit.sessions.records import Conversation, Fault, Harvest, Session, Turn, Unread

KIND = "transcript"
FORMAT = "2"
"""Changes whenever a reader does, so that nothing is kept that it would read otherwise."""
_HEAD = 512
"""Bytes at the start of a file by which it is known again."""
_START = Bounds("a transcript", _HEAD, "move it away")


class Kept(Record):
    """What is kept of a file: how far it was read, and what it came to."""

    size: int
    changed: int
    """Nanoseconds since 1970."""
    head: str
    end: int
    """First byte that was not read for good."""
    sessions: tuple[Session, ...]


class _Work:
    """Counts while files are read."""

    def __init__(self, cache: Cache | None) -> None:
        self.cache = cache
        self.reread = self.bytes_read = 0
        self._listings: dict[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]] = {}

    def sessions(self, place: Transcript) -> tuple[Session, ...]:
        """The sessions in a file, from the cache as far as it reaches."""
        try:
            found = place.path.stat()
            start, _ = read_start(place.path, _START)
        except OSError:
            return (_failed(place.client),)
        head = hashlib.blake2b(start, digest_size=8).hexdigest()
        key = hashlib.blake2b(str(place.path).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
        key = f"{FORMAT}:{place.client}:{key}"
        data = place.path.suffix in DATABASES
        changed = found.st_mtime_ns + (_changed(Path(f"{place.path}-wal")) if data else 0)
        known = self._known(key)
        if known is not None and (known.size, known.changed) == (found.st_size, changed):
            return known.sessions
        # Shorter ones are read anew: their first bytes may have grown.
        same = known is not None and not data and found.st_size > known.size >= _HEAD and head == known.head
        if not same or known is None or not _ends(place, known.end):
            known = None
        self.reread += 1
        self.bytes_read += max(0, found.st_size - (known.end if known is not None else 0))
        if data:
            sessions, end = _database(place), found.st_size
        else:
            sessions, end = self._lines(place, known)
        self._keep(key, Kept(size=found.st_size, changed=changed, head=head, end=end, sessions=sessions))
        return sessions

    def _lines(self, place: Transcript, known: Kept | None) -> tuple[tuple[Session, ...], int]:
        reader = READERS[place.client]
        name = PurePath(named(place.path))  # a name that is no text is no name of a session
        session: Session = known.sessions[0] if known and known.sessions else reader.begin_file(name)
        end = known.end if known else 0
        if place.path.suffix == ".json":
            return (_whole(place, session),), 0
        if place.path.suffix not in (".jsonl",):
            session.fault("packed")
            return (session,), 0
        try:
            for after, line in follow_lines(place.path, TRANSCRIPT, end):
                if line is None:
                    session.fault("long")
                elif not _took(reader.take, session, line):
                    if not line.endswith(b"\n"):
                        break  # being written: the rest of it is read next time
                    session.fault("broken")
                end = after
        except UsageError:
            session.fault("unreadable")
        if end and not session.known and not session.faults:
            session.fault("unknown")
        return (session,), end

    def _known(self, key: str) -> Kept | None:
        data = self.cache.get_sealed(KIND, key) if self.cache is not None else None
        try:
            kept = None if data is None else msgspec.msgpack.decode(data, type=Kept)
        except (msgspec.MsgspecError, RecursionError):
            return None
        for session in kept.sessions if kept is not None else ():
            # One listing stands in most sessions of a user: in memory it stands once.
            session.listings = [self._listings.setdefault(one, one) for one in session.listings]
        return kept

    def _keep(self, key: str, kept: Kept) -> None:
        if self.cache is not None:
            self.cache.put_sealed(KIND, key, msgspec.msgpack.encode(kept))


def _ends(place: Transcript, end: int) -> bool:
    """Whether a line still ends where reading had ended: a file that was written anew is read anew."""
    try:
        return next(follow_lines(place.path, TRANSCRIPT, end - 1), None) == (end, b"\n")
    except (UsageError, OSError, ValueError):
        return False


def _took(take: Callable[[Session, bytes], None], session: Session, line: bytes) -> bool:
    """Whether a line was read; False for one that is no JSON."""
    if not line.strip():
        return True
    try:
        take(session, line)
    except ValueError:
        return False
    return True


def _whole(place: Transcript, session: Session) -> Session:
    from skillaudit.reading import parse_json, read_text
    from skillaudit.reading.limits import RESULTS

    try:
        READERS[place.client].document(session, parse_json(read_text(place.path, RESULTS), RESULTS))
    except (UsageError, ValueError, AttributeError):
        session.fault("broken")
    return session


def _database(place: Transcript) -> tuple[Session, ...]:
    found: list[Session] = []
    try:
        with open_database(place.path, DATABASE) as connection:
            found.extend(READERS[place.client].sessions(connection))
    except (UsageError, AttributeError):
        found.append(_failed(place.client))
    except ValueError:
        found.append(_failed(place.client, "unknown"))
    return tuple(found)


def _failed(client: str, fault: Fault = "unreadable") -> Session:
    return Session(client=client, faults={fault: 1})


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def gather(
    sources: Sequence[Path],
    clients: Sequence[str],
    *,
    cache: Cache | None = None,
    since: str = "",
    project: str = "",
    progress: Progress = SILENT,
) -> Harvest:
    """Return the turns in the transcripts of `sources`, by default of the clients' own folders.

    `since` is a day, ISO; `project` a folder, those below it included. A turn that stands in several
    transcripts, as after a fork or a resumption, counts where it first stands; turns of sub-agents do not.
    Raises UsageError for a source that does not exist; what cannot be read is counted.
    """
    places, folders = find(sources, clients)
    work = _Work(cache)
    read: list[tuple[Transcript, Session]] = []
    for done, place in enumerate(places):
        if done % 20 == 0:
            progress.update("transcripts", done, len(places))
        read += [(place, session) for session in work.sessions(place)]
    progress.update("transcripts", len(places), len(places))
    inside = masked(str(Path(project).resolve())) if project else ""
    kept, repeated = _once(read)
    conversations = []
    for place, session, turns in kept:
        chosen = tuple(turn for turn in turns if turn.time >= since and _within(turn.project, inside))
        if chosen:
            conversations.append(
                Conversation(
                    client=place.client,
                    path=masked(named(place.path)),
                    listings=tuple(session.listings),
                    turns=chosen,
                )
            )
    return Harvest(
        conversations=tuple(conversations),
        files=len(places),
        reread=work.reread,
        bytes_read=work.bytes_read,
        repeated=repeated,
        by_agents=sum(session.asked_by_agent for _, session in read),
        unread=tuple(_unread(read)),
        folders=tuple(masked(named(folder)) for folder in folders),
    )


def _within(folder: str, inside: str) -> bool:
    return not inside or folder == inside or folder.startswith(inside.rstrip("/") + "/")


def _once(
    read: Sequence[tuple[Transcript, Session]],
) -> tuple[list[tuple[Transcript, Session, tuple[Turn, ...]]], int]:
    """Each session's own turns, and how many stood in another one before; the oldest session comes first."""
    own = [(place, session) for place, session in read if not session.asked_by_agent]
    own.sort(key=lambda pair: (pair[1].turns[0].time if pair[1].turns else "", bool(pair[1].parent)))
    asked = {session.id: [turn.query for turn in session.turns] for _, session in own if session.id}
    shown = {session.id: session.listings for _, session in own if session.id}
    seen: set[tuple[str, str]] = set()
    kept, repeated = [], 0
    for place, session in own:
        turns = session.turns
        if not session.listings and (listings := shown.get(session.parent)):
            # A fork that holds only what is new leaves the listing with its parent.
            session.listings = listings
            turns = [msgspec.structs.replace(turn, listing=len(listings) - 1) for turn in turns]
        if session.client == "codex" and session.parent in asked:
            # Rollouts of older versions begin with their parent's items, written anew.
            shared = _shared([turn.query for turn in turns], asked[session.parent])
            repeated, turns = repeated + shared, turns[shared:]
        fresh = []
        for turn in turns:
            if (session.client, turn.key) in seen:
                repeated += 1
                continue
            seen.add((session.client, turn.key))
            fresh.append(turn)
        kept.append((place, session, tuple(fresh)))
    return kept, repeated


def _shared(queries: Sequence[str], parent: Sequence[str]) -> int:
    """How many requests at the start of a fork are its parent's."""
    count = 0
    for ours, theirs in zip(queries, parent, strict=False):
        if ours != theirs:
            break
        count += 1
    return count


def _unread(read: Sequence[tuple[Transcript, Session]]) -> Iterator[Unread]:
    for place, session in read:
        for what, count in session.faults.items():
            yield Unread(client=place.client, path=masked(named(place.path)), what=what, count=count)
