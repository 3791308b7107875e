"""The append-only log of a probe: answers paid for, money spent, decisions made, in one SQLite file.

An answer is keyed by the hash of model, prompt, parameters and repeat, so that no question is paid twice,
whichever run asks it. Several processes may share the file: whoever is about to ask claims the question first.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import secrets
import sqlite3
import time
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from json.encoder import encode_basestring_ascii as _quoted
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import msgspec

from skillaudit.errors import UsageError
from skillaudit.llm import Completion
from skillaudit.probe.records import Decision, Entry
from skillaudit.safety.decoding import read_json

FORMAT = 1
_BUSY_SECONDS = 30.0
_TOGETHER = 64
"""Decisions that are written in one go."""
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
    import platformdirs

    return platformdirs.user_data_path("skillaudit", appauthor=False) / f"probe-{FORMAT}.sqlite"


class _Paid(NamedTuple):
    """An answer that waits to be written."""

    run: str
    model: str
    answer: Completion
    dollars: float


class Shown(NamedTuple):
    """A recorded decision with the texts that were on offer."""

    run: str
    decision: Decision
    entries: tuple[Entry, ...]
    """Parallel to `decision.offered`."""


class ProbeLog:
    """One log file, open for one process; not for use by several threads."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Open or create the log; raises `UsageError` for a file that is something else."""
        self.path = path
        self._clock = clock
        self._token = secrets.token_hex(8)
        self._beaten = -LEASE
        self._shown: dict[tuple[str, str, str], int] = {}
        self._waiting: list[tuple[str, Decision, tuple[Entry, ...]]] = []
        self._paid: dict[str, _Paid] = {}
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise
        except (OSError, sqlite3.Error) as error:
            raise UsageError(
                f"{path}: cannot be used as a probe's log ({error}); name another --log"
            ) from error

    def _prepare(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            self._db.execute("PRAGMA journal_mode = WAL")
            with self._write():
                if not self._db.execute("PRAGMA user_version").fetchone()[0]:
                    for statement in _TABLES.split(";"):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA user_version = {FORMAT}")
        elif version != FORMAT:
            raise sqlite3.DatabaseError(f"its format is {version}, not {FORMAT}")
        else:
            self._db.execute("SELECT count(*) FROM answers WHERE key = ''")
        # A killed process loses nothing; only a power cut can lose the last answers.
        self._db.execute("PRAGMA synchronous = NORMAL")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give up what is claimed, and close the file."""
        with contextlib.suppress(sqlite3.Error):
            self.flush()
            with self._write():
                self._db.execute("DELETE FROM claims WHERE owner = ?", (self._token,))
                self._db.execute("DELETE FROM owners WHERE token = ?", (self._token,))
            self._db.close()

    @contextlib.contextmanager
    def _write(self) -> Iterator[None]:
        # IMMEDIATE takes the write lock at once: upgrading a read lock later would fail, not wait.
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for key, paid in self._paid.items():
                self._write_answer(key, paid)
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
        self._paid.clear()

    def answer(self, key: str) -> Completion | None:
        """Return the answer kept under `key`."""
        if (paid := self._paid.get(key)) is not None:
            return paid.answer
        row = self._db.execute(
            "SELECT text, finish, prompt_tokens, completion_tokens FROM answers WHERE key = ?", (key,)
        ).fetchone()
        if row is None:
            return None
        return Completion(text=row[0], finish=row[1], prompt_tokens=row[2], completion_tokens=row[3])

    def claim(self, key: str) -> bool:
        """Take a question for this process; False while a living process has it, or once it is answered."""
        with self._write():
            self._beat()
            # Nearly always nobody has it, which one statement finds out and makes use of.
            if self._db.execute(_CLAIM, (key, self._token, key)).rowcount == 1:
                return True
            for token, pid, host, seen in self._db.execute(_TAKEN, (key, key)):
                if token == "" or (token != self._token and self._alive(pid, host, seen)):
                    return False
            self._db.execute("INSERT OR REPLACE INTO claims (key, owner) VALUES (?, ?)", (key, self._token))
            return True

    def release(self, key: str) -> None:
        """Give a question back unanswered."""
        with self._write():
            self._db.execute("DELETE FROM claims WHERE key = ? AND owner = ?", (key, self._token))

    def beat(self) -> None:
        """Tell other processes that this one lives."""
        with self._write():
            self._beat()

    def _beat(self) -> None:
        now = self._clock()
        if now - self._beaten >= LEASE / 6:
            self._beaten = now
            self._db.execute(
                "INSERT OR REPLACE INTO owners (token, pid, host, seen) VALUES (?, ?, ?, ?)",
                (self._token, os.getpid(), platform.node(), now),
            )

    def _alive(self, pid: int, host: str, seen: float) -> bool:
        if self._clock() - seen > LEASE:
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

    def record_answer(self, run: str, key: str, model: str, answer: Completion, dollars: float) -> None:
        """Keep an answer and what it cost, both or neither.

        It is written along with the next claim, or by `flush`: whoever records must do one of the two before it
        waits for anything.
        """
        self._paid[key] = _Paid(run, model, answer, dollars)

    def _write_answer(self, key: str, paid: _Paid) -> None:
        said = paid.answer
        self._db.execute(
            "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, ?, ?)",
            (key, paid.model, said.text, said.finish, said.prompt_tokens, said.completion_tokens),
        )
        self._spend(paid.run, key, paid.dollars)
        self._db.execute("DELETE FROM claims WHERE key = ?", (key,))

    def record_loss(self, run: str, key: str, dollars: float) -> None:
        """Keep what a call may have cost that brought no answer."""
        with self._write():
            self._spend(run, key, dollars)

    def _spend(self, run: str, key: str, dollars: float) -> None:
        if dollars:
            self._db.execute("INSERT INTO spending (run, key, dollars) VALUES (?, ?, ?)", (run, key, dollars))

    def spent(self, run: str) -> float:
        """Return the dollars spent on one run, by all processes and before interruptions."""
        self.flush()
        (total,) = self._db.execute(
            "SELECT coalesce(sum(dollars), 0) FROM spending WHERE run = ?", (run,)
        ).fetchone()
        return float(total)

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
        with self._write():
            for run, decision, entries in self._waiting:
                body = msgspec.json.encode(msgspec.structs.replace(decision, offered=()))
                texts = [(s, e.name, e.description) for s, e in zip(decision.offered, entries, strict=True)]
                known = self._shown
                rows = array("q", [known[text] if text in known else self._row(text) for text in texts])
                self._db.execute(
                    "INSERT OR IGNORE INTO decisions (run, key, body, offered) VALUES (?, ?, ?, ?)",
                    (run, decision.key, body, zlib.compress(rows.tobytes(), 1)),
                )
        self._waiting.clear()

    def _row(self, text: tuple[str, str, str]) -> int:
        """Number of a skill's text as shown, which is written where it is new."""
        self._db.execute("INSERT OR IGNORE INTO shown (skill, name, description) VALUES (?, ?, ?)", text)
        (row,) = self._db.execute(
            "SELECT id FROM shown WHERE skill = ? AND name = ? AND description = ?", text
        ).fetchone()
        self._shown[text] = int(row)
        return int(row)

    def runs(self) -> dict[str, int]:
        """Return the runs that have decisions, and how many."""
        self.flush()
        return dict(self._db.execute("SELECT run, count(*) FROM decisions GROUP BY run ORDER BY min(id)"))

    def has(self, run: str) -> bool:
        """Whether anything was decided or paid in a run."""
        self.flush()
        found = self._db.execute(
            "SELECT EXISTS (SELECT 1 FROM decisions WHERE run = ?) OR EXISTS (SELECT 1 FROM spending WHERE run = ?)",
            (run, run),
        )
        return bool(found.fetchone()[0])

    def decisions(self, runs: Iterable[str] | None = None) -> Iterator[Shown]:
        """Yield recorded decisions, in an order that depends on their content alone."""
        self.flush()
        wanted = None if runs is None else set(runs)
        entries = {
            row: (skill, Entry(name=name, description=description))
            for row, skill, name, description in self._db.execute(
                "SELECT id, skill, name, description FROM shown"
            )
        }
        query = "SELECT run, body, offered FROM decisions ORDER BY run, key"
        for run, body, packed in self._db.execute(query):
            if wanted is not None and run not in wanted:
                continue
            offered = array("q", zlib.decompress(packed))
            shown = [entries[row] for row in offered]
            decision = read_json(body, Decision)
            decision = msgspec.structs.replace(decision, offered=tuple(skill for skill, _ in shown))
            yield Shown(run, decision, tuple(entry for _, entry in shown))
