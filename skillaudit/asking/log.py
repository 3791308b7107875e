"""The append-only log of what was asked: answers paid for, money spent, decisions made, in one SQLite file.

An answer is keyed by the hash of model, prompt, parameters and repeat, so that no question is paid twice,
whichever run asks it. Several processes may share the file: whoever is about to ask claims the question first, and
books what it expects to pay, so that a call under way when its process ends is in the budget of the next.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import platform
import secrets
import time
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, NamedTuple, Self

import msgspec

from skillaudit.asking.records import Decision, Entry, Shown
from skillaudit.asking.store import Store
from skillaudit.disk.homes import home_for
from skillaudit.errors import SkillAuditError
from skillaudit.llm import Completion
from skillaudit.safety.decoding import read_json

FORMAT = 1
_TOGETHER = 64
"""Decisions that are written in one go."""
_OFFERED = 1 << 23
"""Bytes of the list of what one decision had on offer; more is damage."""
LEASE = 120.0
"""Seconds after which the claims of a process on another machine, which gives no sign of life, are void."""

_TABLES = """
CREATE TABLE answers (
    key TEXT PRIMARY KEY, model TEXT NOT NULL, text TEXT NOT NULL, finish TEXT NOT NULL,
    prompt_tokens INTEGER, completion_tokens INTEGER
) WITHOUT ROWID;
CREATE TABLE spending (id INTEGER PRIMARY KEY, run TEXT NOT NULL, key TEXT NOT NULL, dollars REAL NOT NULL);
CREATE INDEX spending_by_run ON spending (run);
CREATE TABLE claims (key TEXT PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE owners (token TEXT PRIMARY KEY, pid INTEGER NOT NULL, host TEXT NOT NULL, seen REAL NOT NULL);
CREATE TABLE shown (id INTEGER PRIMARY KEY, skill TEXT NOT NULL, name TEXT NOT NULL, description TEXT NOT NULL,
    UNIQUE (skill, name, description));
CREATE TABLE decisions (id INTEGER PRIMARY KEY, run TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
    offered BLOB NOT NULL, UNIQUE (run, key));
"""

_CLAIM = """
INSERT INTO claims (key, owner) SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM answers WHERE key = ?)
ON CONFLICT DO NOTHING
"""
_TAKEN = """
SELECT '', 0, '', 0 FROM answers WHERE key = ?
UNION ALL SELECT token, pid, host, seen FROM claims JOIN owners ON token = owner WHERE key = ?
"""
"""Who has a question: an empty name where it is answered already."""


def answer_key(
    model: str, messages: Sequence[Mapping[str, str]], parameters: Mapping[str, Any], repeat: int
) -> str:
    """Return the hash under which an answer is kept."""
    # What `json.dumps` makes of the list of the four, in half the time: prompts are long, and there are many.
    said = ", ".join(f"[{_quoted(message['role'])}, {_quoted(message['content'])}]" for message in messages)
    text = f"[{_quoted(model)}, [{said}], {json.dumps(parameters, sort_keys=True)}, {repeat}]"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def default_path() -> Path:
    """Return the user's own log: beside other data, not in a cache, for its answers are paid for."""
    return home_for("data") / f"probe-{FORMAT}.sqlite"


_Pid = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
_Tokens = Annotated[int, msgspec.Meta(ge=0, le=2**62)]


class _Paid(NamedTuple):
    """An answer that waits to be written."""

    run: str
    model: str
    answer: Completion
    dollars: float


class ProbeLog:
    """One log file, open for one process; not for use by several threads.

    Whatever reads raises `UsageError` for a damaged file, whatever writes `NoRoomError` where the machine cannot: what
    waits to be written then goes on waiting.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Open or create the log; raises `UsageError` for a file that is something else."""
        self.path = path
        self.left: list[float] = []
        """What each call is booked at that was under way when this process gave it up."""
        self._clock = clock
        self._token = secrets.token_hex(8)
        self._beaten = -LEASE
        self._shown: dict[tuple[str, str, str], int] = {}
        self._waiting: list[tuple[str, Decision, tuple[Entry, ...]]] = []
        self._paid: dict[str, _Paid] = {}
        self._store = Store(path, _TABLES, FORMAT)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.close()
        except SkillAuditError:
            if error is None:
                raise
        if isinstance(error, KeyboardInterrupt) and self.left:
            error.args = (under_way(self.left),)

    def close(self) -> None:
        """Write what waits, give up what is claimed, and close the file; raises as `flush` does."""
        last = False
        try:
            self.flush()
            with self._store.change():
                self._store.do("DELETE FROM claims WHERE owner = ?", (self._token,))
                self._store.do(
                    "DELETE FROM owners WHERE token = ? OR seen < ?", (self._token, self._clock() - LEASE)
                )
            last = self._store.row(tuple[int], "SELECT 1 FROM owners") is None
        finally:
            self._store.close(last=last)

    def hold_room(self) -> None:
        """Make sure that what calls under way will bring can be written, whatever fills the disk meanwhile.

        Raises `NoRoomError` where it cannot be.
        """
        with self._store.change():
            self._beat()
        self._store.hold_room()

    def save_rest(self) -> int:
        """Write what waits into the room that was held; returns how many answers are lost all the same."""
        self._store.give_room()
        try:
            with self._store.change():
                self._write_answers()
            self._paid.clear()
            self.flush()
        except SkillAuditError:
            pass
        return len(self._paid)

    def answer(self, key: str) -> Completion | None:
        """Return the answer kept under `key`."""
        if (paid := self._paid.get(key)) is not None:
            return paid.answer
        row = self._store.row(
            tuple[str, str, _Tokens | None, _Tokens | None],
            "SELECT text, finish, prompt_tokens, completion_tokens FROM answers WHERE key = ?",
            (key,),
        )
        if row is None:
            return None
        return Completion(text=row[0], finish=row[1], prompt_tokens=row[2], completion_tokens=row[3])

    def claim(self, key: str, run: str = "", dollars: float = 0.0) -> bool:
        """Take a question for this process, and book what it may cost on a run.

        False while a living process has it, or once it is answered; nothing is booked then.
        """
        with self._write():
            self._beat()
            # Nearly always nobody has it, which one statement finds out and makes use of.
            if self._store.do(_CLAIM, (key, self._token, key)) != 1:
                for token, pid, host, seen in self._store.rows(
                    tuple[str, _Pid, str, float], _TAKEN, (key, key)
                ):
                    if token == "" or (token != self._token and self._alive(pid, host, seen)):
                        return False
                self._store.do("INSERT OR REPLACE INTO claims (key, owner) VALUES (?, ?)", (key, self._token))
            self._spend(run, key, dollars)
            return True

    def release(self, key: str, run: str = "", dollars: float = 0.0) -> None:
        """Give a question back unanswered, and take back what was booked for it."""
        with self._write():
            self._store.do("DELETE FROM claims WHERE key = ? AND owner = ?", (key, self._token))
            self._spend(run, key, -dollars)

    def leave(self, key: str, dollars: float) -> None:
        """Give a question back whose call is under way: what was booked for it stays, for it may be on the bill."""
        self.left.append(dollars)
        self.release(key)

    def beat(self) -> None:
        """Tell other processes that this one lives."""
        with self._write():
            self._beat()

    def _beat(self) -> None:
        now = self._clock()
        if now - self._beaten >= LEASE / 6:
            self._beaten = now
            self._store.do(
                "INSERT OR REPLACE INTO owners (token, pid, host, seen) VALUES (?, ?, ?, ?)",
                (self._token, os.getpid(), platform.node(), now),
            )

    def _alive(self, pid: int, host: str, seen: float) -> bool:
        if abs(self._clock() - seen) > LEASE:
            return False
        if host != platform.node() or os.name != "posix":
            return True
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            pass
        return True

    @contextlib.contextmanager
    def _write(self) -> Iterator[None]:
        with self._store.change():
            self._write_answers()
            yield
        self._paid.clear()

    def record_answer(self, run: str, key: str, model: str, answer: Completion, dollars: float) -> None:
        """Keep an answer and what it cost beyond what was booked, both or neither.

        It is written along with the next claim, or by `flush`: whoever records must do one of the two before it
        waits for anything.
        """
        self._paid[key] = _Paid(run, model, answer, dollars)

    def _write_answers(self) -> None:
        for key, paid in self._paid.items():
            said = paid.answer
            self._store.do(
                "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?, ?)",
                (key, paid.model, said.text, said.finish, said.prompt_tokens, said.completion_tokens),
            )
            self._spend(paid.run, key, paid.dollars)
            self._store.do("DELETE FROM claims WHERE key = ?", (key,))

    def record_loss(self, run: str, key: str, dollars: float) -> None:
        """Keep what a call may have cost that brought no answer."""
        with self._write():
            self._spend(run, key, dollars)

    def _spend(self, run: str, key: str, dollars: float) -> None:
        if dollars:
            self._store.do("INSERT INTO spending (run, key, dollars) VALUES (?, ?, ?)", (run, key, dollars))

    def spent(self, run: str) -> float:
        """Return the dollars spent on one run, by all processes and before interruptions.

        Calls that are under way, or were when their process ended, count at what they were expected to cost.
        """
        self.flush()
        found = self._store.row(
            tuple[float, int],
            "SELECT coalesce(sum(dollars), 0), coalesce(sum(typeof(dollars) != 'real'), 0) FROM spending WHERE run = ?",
            (run,),
        )
        total, strange = found or (0.0, 0)
        if strange or not math.isfinite(total):
            raise self._store.damaged("what was spent is no number")
        return max(0.0, total)

    def record_decision(self, run: str, decision: Decision, entries: Sequence[Entry]) -> None:
        """Keep a decision and the texts that were on offer, parallel to `decision.offered`.

        Decisions are written some at a time, `flush` writes the rest: what a killed process loses of them, the
        next run finds again in the answers.
        """
        self._waiting.append((run, decision, tuple(entries)))
        if len(self._waiting) >= _TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Write the answers and decisions that wait."""
        if not self._waiting and not self._paid:
            return
        known = dict(self._shown)  # a number that was not written after all must not be remembered
        with self._write():
            for run, decision, entries in self._waiting:
                body = msgspec.json.encode(msgspec.structs.replace(decision, offered=()))
                texts = [(s, e.name, e.description) for s, e in zip(decision.offered, entries, strict=True)]
                rows = array("q", [self._row(text, known) for text in texts])
                self._store.do(
                    "INSERT OR IGNORE INTO decisions (run, key, body, offered) VALUES (?, ?, ?, ?)",
                    (run, decision.key, body, zlib.compress(rows.tobytes(), 1)),
                )
        self._shown = known
        self._waiting.clear()

    def _row(self, text: tuple[str, str, str], known: dict[tuple[str, str, str], int]) -> int:
        """Number of a skill's text as shown, which is written where it is new."""
        if text not in known:
            self._store.do("INSERT OR IGNORE INTO shown (skill, name, description) VALUES (?, ?, ?)", text)
            found = self._store.row(
                tuple[int], "SELECT id FROM shown WHERE skill = ? AND name = ? AND description = ?", text
            )
            if found is None:
                raise self._store.damaged("a text is not found again")
            known[text] = found[0]
        return known[text]

    def runs(self) -> dict[str, int]:
        """Return the runs that have decisions, and how many."""
        self.flush()
        return dict(
            self._store.rows(
                tuple[str, int], "SELECT run, count(*) FROM decisions GROUP BY run ORDER BY min(id)"
            )
        )

    def has(self, run: str) -> bool:
        """Whether anything was decided or paid in a run."""
        self.flush()
        found = self._store.row(
            tuple[int],
            "SELECT EXISTS (SELECT 1 FROM decisions WHERE run = ?) OR EXISTS (SELECT 1 FROM spending WHERE run = ?)",
            (run, run),
        )
        return found == (1,)

    def decisions(self, runs: Iterable[str] | None = None) -> Iterator[Shown]:
        """Yield recorded decisions, in an order that depends on their content alone."""
        self.flush()
        wanted = None if runs is None else set(runs)
        entries = {
            row: (skill, Entry(name=name, description=description))
            for row, skill, name, description in self._store.rows(
                tuple[int, str, str, str], "SELECT id, skill, name, description FROM shown"
            )
        }
        query = "SELECT run, body, offered FROM decisions ORDER BY run, key"
        for run, body, packed in self._store.rows(tuple[str, bytes, bytes], query):
            if wanted is not None and run not in wanted:
                continue
            try:
                shown = [entries[row] for row in _unpacked(packed)]
                decision = read_json(body, Decision)
            except (msgspec.MsgspecError, RecursionError, zlib.error, ValueError, KeyError) as error:
                raise self._store.damaged(f"a decision cannot be read: {error}") from error
            decision = msgspec.structs.replace(decision, offered=tuple(skill for skill, _ in shown))
            yield Shown(run, decision, tuple(entry for _, entry in shown))


def _unpacked(packed: bytes) -> array[int]:
    """The numbers of the texts that a decision had on offer."""
    reader = zlib.decompressobj()
    data = reader.decompress(packed, _OFFERED)
    if not reader.eof:
        raise ValueError("its list of skills is cut off or too long")
    return array("q", data)


def under_way(left: Sequence[float]) -> str:
    """Say what became of calls that were under way when a run ended."""
    calls = f"{len(left)} calls were" if len(left) > 1 else "1 call was"
    cost = f" and count as ${sum(left):.4f} spent" if sum(left) else ", and may be on the bill"
    return f"{calls} under way{cost}; the same command goes on from there"
