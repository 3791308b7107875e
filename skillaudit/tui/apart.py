"""Audits in a process of its own, so that no step of the audit holds up a key press.

A thread shares the interpreter with the screen, and an audit has steps of pure Python that last for seconds. The
process is told what to audit on its standard input, and answers with messages on its standard output; when its input
ends it is no longer wanted.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

import msgspec

from skillaudit import errors
from skillaudit.config import Config
from skillaudit.errors import MissingError, SkillAuditError
from skillaudit.progress import Cancelled, Progress
from skillaudit.schema import Library, Report, SkillReport
from skillaudit.tui.loading import Meter, StoppedAudit

if TYPE_CHECKING:
    from skillaudit.gate.verdict import Change

_TURN = 0.1
"""Seconds between looks at whether the audit is to stop."""
_NEWS = 0.05
"""Seconds between two messages about one stage."""
_TOGETHER = 500
"""Skills in one message: each is decoded in one go, during which the screen waits."""
_SOON = 20_000
"""Skills up to which what the files say is worked out twice."""
_SEEN = 0.4
"""Seconds after which a report that is not there yet is preceded by what the files say."""
_START = "import sys; sys.path[:] = {path!r}; from skillaudit.tui.apart import serve; serve()"


class Order(msgspec.Struct, tag=True):
    """What to audit."""

    sources: list[str]
    config: Config


class News(msgspec.Struct, tag=True):
    """Where a stage is."""

    stage: str
    done: int
    total: int
    note: str


class Made(msgspec.Struct, tag=True):
    """The report, its skills apart; `partial` where the audit was stopped, `early` where it goes on."""

    report: Report
    partial: bool
    early: bool = False
    change: bytes = b""
    """What changed since the last audit of these sources, packed; empty where there was none.

    Its record is the gate's, which the screen need not wait for where nothing changed.
    """


class Part(msgspec.Struct, tag=True):
    """Some of the report's skills, sent before the report."""

    skills: tuple[SkillReport, ...]


class Stopped(msgspec.Struct, tag=True):
    """The audit was stopped before there was anything."""


class Failed(msgspec.Struct, tag=True):
    """The audit raised."""

    kind: str
    message: str
    trace: str


_DECODER = msgspec.msgpack.Decoder(News | Made | Part | Stopped | Failed)


def audit_here(sources: Sequence[str | Path], config: Config, progress: Progress) -> Report:
    """Load and audit in this process; a stop after loading carries a report of what the files say."""
    # Imported where the audit runs: the first screen does not wait for it.
    from skillaudit.load import load
    from skillaudit.pipeline import audit_library

    library = load(sources, progress=progress)
    try:
        return audit_library(library, config, progress)
    except Cancelled as stop:
        raise StoppedAudit(_files_report(library, config)) from stop


def _files_report(library: Library, config: Config) -> Report:
    from skillaudit.pipeline.partial import files_report

    return files_report(library, config)


def audit_apart(sources: Sequence[str | Path], config: Config, progress: Progress) -> Report:
    """Do the same in a process of its own, and return or raise what it does.

    Raises `MissingError` when the process ends without a word, as one without memory does.
    """
    if not sys.executable:
        return audit_here(sources, config, progress)
    # `-P` and a path of our own: nothing of the folder that the user stands in is imported.
    command = [sys.executable, "-P", "-c", _START.format(path=sys.path)]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as child,
    ):
        assert child.stdin is not None and child.stdout is not None
        try:
            _send(child.stdin, Order([str(source) for source in sources], config))
            found = _listen(child, progress)
        except BrokenPipeError:
            found = None
        finally:
            child.kill()
        if found is None:
            said.seek(0)
            raise _died(child.wait(), said.read().decode(errors="replace"))
        return found


def _listen(child: subprocess.Popen[bytes], progress: Progress) -> Report | None:
    """Return the report; None when the process ends without a word."""
    assert child.stdin is not None and child.stdout is not None
    heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(child.stdout, heard), daemon=True).start()
    skills: list[SkillReport] = []
    last, stopping = News("start", 0, 0, ""), False
    while True:
        try:
            body = heard.get(timeout=_TURN)
        except queue.Empty:
            body = None
        if body == b"":
            return None
        message = last if body is None else _DECODER.decode(body)
        match message:
            case News(stage, done, total, note):
                last = message
                try:
                    if body is not None or stage != "start":
                        progress.update(stage, done, total, note)
                except Cancelled:
                    if not stopping:
                        stopping = True
                        child.stdin.close()
            case Part(part):
                skills += part
            case Made(report, partial, early, change):
                report = msgspec.structs.replace(report, skills=tuple(skills))
                if partial and not early:
                    raise StoppedAudit(report)
                _tell(progress, report if early else None, change)
                if not early:
                    return report
                skills = []
            case Stopped():
                raise Cancelled
            case Failed(kind, text, trace):
                raise _error(kind, text, trace)


def _tell(progress: Progress, early: Report | None, change: bytes) -> None:
    """Give the screen what comes beside a report."""
    if isinstance(progress, Meter):
        progress.early = early
        if change:
            from skillaudit.gate.verdict import Change

            progress.change = msgspec.msgpack.decode(change, type=Change)


def _receive(stream: IO[bytes], heard: queue.SimpleQueue[bytes]) -> None:
    while (head := stream.read(4)) and len(head) == 4:
        heard.put(stream.read(int.from_bytes(head, "big")))
    heard.put(b"")


def _error(kind: str, text: str, trace: str) -> Exception:
    found = getattr(errors, kind, None)
    if isinstance(found, type) and issubclass(found, SkillAuditError):
        return found(text)
    fault = RuntimeError(f"{kind}: {text}")
    fault.add_note(trace)
    return fault


def _died(code: int, said: str) -> MissingError:
    if code < 0:
        why = f"signal {-code}, most likely for want of memory"
    else:
        why = " ".join((said.strip().splitlines() or [f"exit code {code}"])[-1].split())
    return MissingError(
        f"The audit's process ended without a word: {why}. `--scorer lexical` needs the least."
    )


def _send(stream: IO[bytes], message: msgspec.Struct) -> None:
    body = msgspec.msgpack.encode(message, enc_hook=str)
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def _path(kind: type, text: object) -> object:
    """Turn text back into the one kind of value that is sent as text."""
    return Path(str(text)) if kind is Path else text


class _Child:
    """The audit's side: sends news, and one last message, whichever thread has it first."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._told = ("", 0.0)
        self.library: Library | None = None

    def update(self, stage: str, done: int, total: int, note: str = "") -> None:
        """Pass on the news of a stage, not more often than anybody can read."""
        now = time.monotonic()
        if self._told[0] != stage or done >= total or now - self._told[1] >= _NEWS:
            self._told = (stage, now)
            with self._lock:
                _send(self._out, News(stage, done, total, note))

    def end(self, *messages: msgspec.Struct) -> NoReturn:
        """Send the last messages and leave at once, whatever other threads do."""
        with self._lock:
            # Nobody may be listening any more: the app was left.
            with contextlib.suppress(BrokenPipeError):
                for message in messages:
                    _send(self._out, message)
            os._exit(0)

    def made(self, report: Report, partial: bool, change: Change | None = None) -> NoReturn:
        """Send a report."""
        self.end(*_messages(report, partial=partial, change=change))

    def first(self, config: Config) -> None:
        """Send what the files say while the audit goes on; nothing where that cannot be said."""
        if self.library is None or len(self.library.skills) > _SOON:
            return
        with contextlib.suppress(Exception):
            messages = _messages(_files_report(self.library, config), partial=True, early=True)
            with self._lock, contextlib.suppress(BrokenPipeError):
                for message in messages:
                    _send(self._out, message)

    def watch(self, orders: IO[bytes], config: Config) -> None:
        """Wait for the end of the input; then say what the files say, without waiting for the step under way."""
        orders.read()
        if self.library is None:
            self.end(Stopped())
        try:
            report = _files_report(self.library, config)
        except Exception:
            self.end(Stopped())
        self.made(report, partial=True)


def _messages(
    report: Report, *, partial: bool, early: bool = False, change: Change | None = None
) -> list[msgspec.Struct]:
    """Return a report as messages, its skills apart."""
    packed = b"" if change is None else msgspec.msgpack.encode(change)
    starts = range(0, len(report.skills), _TOGETHER)
    parts = [Part(report.skills[start : start + _TOGETHER]) for start in starts]
    return [*parts, Made(msgspec.structs.replace(report, skills=()), partial, early, packed)]


def last_key(library: Library, config: Config) -> str:
    """Return the key of the last report of these sources with these settings; empty where none is kept."""
    if not config.use_cache:
        return ""
    from skillaudit.cache import Cache
    from skillaudit.pipeline import memory

    with Cache(config.cache) as cache:
        return memory.last_key(cache, library.sources, config)


def changed(before: str, library: Library, config: Config, after: Report) -> Change | None:
    """Return what changed since the report under the key `before`; None where there was none, or nothing to see."""
    if not before or before == last_key(library, config):
        return None
    from skillaudit.cache import Cache
    from skillaudit.gate import compare_reports
    from skillaudit.pipeline.memory import recall

    with Cache(config.cache) as cache:
        report = recall(cache, before)
    if report is None:
        return None
    change = compare_reports(report, after, reference="the last audit")
    return None if change.silent else change


def serve() -> NoReturn:
    """Audit what the standard input says; the main function of the process."""
    if hasattr(os, "nice"):
        # Where cores are scarce the screen goes first.
        os.nice(5)
    orders = sys.stdin.buffer
    # What libraries print must not come between the messages.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    order = msgspec.msgpack.decode(
        orders.read(int.from_bytes(orders.read(4), "big")), type=Order, dec_hook=_path
    )
    child = _Child(out)
    threading.Thread(target=child.watch, args=(orders, order.config), daemon=True).start()
    try:
        from skillaudit.load import load
        from skillaudit.pipeline import audit_library

        child.library = load(order.sources, progress=child)
        soon = threading.Timer(_SEEN, child.first, [order.config])
        soon.daemon = True
        soon.start()
        before = last_key(child.library, order.config)
        report = audit_library(child.library, order.config, child)
        soon.cancel()
        change = changed(before, child.library, order.config, report)
    except BaseException as error:
        trace = "".join(traceback.format_exception(error))
        child.end(Failed(type(error).__name__, str(error), trace))
    child.made(report, partial=False, change=change)
