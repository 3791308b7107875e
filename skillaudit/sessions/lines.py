"""What the readers of all clients share: decoding a line, beginning a turn, naming what was loaded."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

import msgspec

from skillaudit.safety.cleaning import one_line
from skillaudit.sessions.masking import masked, words
from skillaudit.sessions.records import How, Load, Session, Turn

Line = TypeVar("Line")

MOST_LISTED = 5_000
"""Skills of one listing that are kept."""
MOST_TURNS = 50_000
"""Turns of one session that are kept."""
MOST_LOADED = 200
"""Skills that are kept as loaded in one turn, and as standing in the context before it."""
MOST_NAMED = 100
"""Files that are looked at in one command."""
MOST_ENTRIES = 100_000
"""Entries of all listings of one session that are kept; later listings stand as the last one."""
_NAME = 200
_DESCRIPTION = 2_000
_TAGGED = re.compile(r"\s*<([a-z][\w-]{2,60})[ >]")
_REMINDER = re.compile(
    r"<(system-reminder|ide_\w{1,40}|user-prompt-submit-hook|current_datetime|session_context|image|attached_files)\b"
    r"[^>]{0,500}>"
)
_REMINDED = 20_000
"""Characters of one reminder."""
_SKILL_FILE = re.compile(r"(?<![^/\\\s\"'`=])([^/\\\s\"'`=]+)[/\\]+SKILL\.md\b")
_READS = re.compile(
    r"\b(?:cat|bat|less|more|head|tail|sed\s+-n|nl|type|Get-Content|gc|awk|rg|grep|read_file|readFile)\b"
)
_ENTRY = re.compile(
    r"<skill>\s{0,20}<name>([^<]{1,200})</name>(?:\s{0,20}<description>([^<]{0,4000})</description>)?"
)


def decode(line: bytes) -> Any:
    """Return the value of a line of JSON; raises ValueError for anything else."""
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise ValueError(str(problem)) from None


def typed(session: Session, decoder: msgspec.json.Decoder[Line], line: bytes) -> Line | None:
    """Return a line of JSON as a record; None, and a fault, for one of another form; raises ValueError for no JSON."""
    try:
        return decoder.decode(line)
    except msgspec.ValidationError:
        session.fault("foreign")
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise ValueError(str(problem)) from None


def moment(value: Any) -> str:
    """Return a time in UTC to the second, from ISO text or milliseconds or seconds since 1970; empty for else."""
    try:
        if isinstance(value, str) and value:
            found = datetime.fromisoformat(value)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        else:
            return ""
    except (ValueError, OverflowError, OSError):
        return ""
    return found.strftime("%Y-%m-%dT%H:%M:%SZ")


def text_of(content: Any) -> str:
    """Return the text of a message, whose content is text or a list of parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = [part.get("text") for part in content if isinstance(part, dict)]
    return "\n".join(part for part in parts if isinstance(part, str))


def without_reminders(text: str) -> str:
    """Return a message without what clients add to the user's words between tags."""
    if "<" not in text:
        return text.strip()
    kept, at = [], 0
    ends: dict[str, int] = {}
    while tag := _REMINDER.search(text, at):
        name, start = tag[1], tag.end()
        if 0 <= ends.get(name, 0) < start:  # each end is looked for once, so that many tags cost one reading
            ends[name] = text.find(f"</{name}>", start)
        closed = 0 <= ends[name] - start <= _REMINDED
        kept.append(text[at : tag.start() if closed else start])
        at = ends[name] + len(name) + 3 if closed else start
    return "".join((*kept, text[at:])).strip()


def injected(text: str) -> bool:
    """Whether a message in the user's name is the client's: all of it between one pair of tags."""
    match = _TAGGED.match(text)
    return match is not None and text.rstrip().endswith(f"</{match[1]}>")


def begin(session: Session, key: str, time: Any, text: str, *, model: str = "") -> None:
    """Open the next turn; nothing happens where the words are blank."""
    query = words(text)
    if not query or len(session.turns) >= MOST_TURNS:
        return
    session.turns.append(
        Turn(
            key=key,
            time=moment(time),
            query=query,
            listing=len(session.listings) - 1,
            model=model or session.model,
            version=session.version,
            project=session.project,
            before=tuple(session.active),
        )
    )


def answered(session: Session, model: Any = "") -> None:
    """Note that a model answered the open turn."""
    if isinstance(model, str) and model and not model.startswith("<"):
        session.model = short(model)
    if session.turns:
        turn = session.turns[-1]
        if not turn.answered or turn.model != session.model:
            session.turns[-1] = msgspec.structs.replace(
                turn, answered=True, model=session.model or turn.model
            )


def load(session: Session, name: Any, how: How) -> None:
    """Note that a skill was loaded in the open turn, once."""
    if not isinstance(name, str) or not (name := short(name.strip().lstrip("/$"))):
        return
    if name not in session.active and len(session.active) < MOST_LOADED:
        session.active.append(name)
    if not session.turns or len(session.turns[-1].loads) >= MOST_LOADED:
        return
    if all(known.name != name for known in session.turns[-1].loads):
        turn = session.turns[-1]
        session.turns[-1] = msgspec.structs.replace(turn, loads=(*turn.loads, Load(name=name, how=how)))


def unload(session: Session, name: str) -> None:
    """Take back a load that failed."""
    if session.turns:
        turn = session.turns[-1]
        kept = tuple(known for known in turn.loads if known.name != name)
        session.turns[-1] = msgspec.structs.replace(turn, loads=kept)
    if name in session.active:
        session.active.remove(name)


def short(text: str) -> str:
    """Return a name as it is kept: masked, on one line."""
    return one_line(masked(text[: 2 * _NAME]))[:_NAME]


def place(text: Any) -> str:
    """Return a folder as it is kept, without the name of the home."""
    return one_line(masked(text[:1000])) if isinstance(text, str) else ""


def listed(session: Session, entries: Iterable[tuple[str, str]], *, add: bool = False) -> None:
    """Take a listing of skills, or with `add` what is new in it."""
    found = _kept(
        tuple((name[: 2 * _NAME], text[:_DESCRIPTION]) for name, text in islice(entries, MOST_LISTED))
    )
    if add and session.listings:
        found = tuple((dict(session.listings[-1]) | dict(found)).items())[:MOST_LISTED]
    if not found:
        return
    if not session.listings or session.listings[-1] != found:
        if session.listings and sum(map(len, session.listings)) + len(found) > MOST_ENTRIES:
            session.fault("long")
            return
        session.listings.append(found)
    if session.turns and not session.turns[-1].answered:
        # Clients write down the words first, then what goes with them to the model.
        session.turns[-1] = msgspec.structs.replace(session.turns[-1], listing=len(session.listings) - 1)


@lru_cache(maxsize=16)
def _kept(entries: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """A listing as it is kept; the same one stands in most sessions of a user."""
    kept = {short(name): one_line(masked(text)) for name, text in entries}
    kept.pop("", None)
    return tuple(kept.items())


def tagged_listing(text: str) -> list[tuple[str, str]]:
    """Return the skills of a listing in the form of the Agent Skills guide: `<skill><name>`, `<description>`."""
    if "<available_skills>" not in text:
        return []
    inner = text.rpartition("<available_skills>")[2].partition("</available_skills>")[0]
    return [(match[1], match[2] or "") for match in _ENTRY.finditer(inner)]


def skill_files(text: str) -> list[str]:
    """Return the folders whose SKILL.md a text names, each once."""
    if "SKILL.md" not in text:
        return []
    found = islice(_SKILL_FILE.finditer(text[:20_000]), MOST_NAMED)
    return list(dict.fromkeys(match[1] for match in found))


def read_by_command(command: str) -> list[str]:
    """Return the skills whose file a shell command shows."""
    return skill_files(command) if _READS.search(command[:20_000]) else []


def offered(session: Session, name: str) -> bool:
    """Whether a skill stands in the last listing, or there is none."""
    return not session.listings or any(name == known for known, _ in session.listings[-1])
