"""Audits in a process of its own, so that no step of the audit holds up a key press.

A thread shares the interpreter with the screen, and an audit has steps of pure Python that last for seconds. The
process is told what to audit on its standard input, and answers with messages on its standard output; when its input
ends it is no longer wanted.
"""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import msgspec

from skillaudit import errors
from skillaudit.config import Config
from skillaudit.errors import MissingError, SkillAuditError
from skillaudit.progress import Cancelled, Progress
from skillaudit.schema import Report, SkillReport
from skillaudit.tui.loading import EarlyReport, Meter, StoppedAudit
from skillaudit.tui.wire import DECODER, Failed, Made, News, Order, SkillBatch, Stopped, send

_TURN = 0.1
"""Seconds between looks at whether the audit is to stop."""
_START = "import sys; sys.path[:] = {path!r}; from skillaudit.tui.auditing import serve; serve()"


def audit_here(sources: Sequence[str | Path], config: Config, progress: Progress) -> Report:
    """Load and audit in this process; a stop after loading carries a report of what the files say."""
    # Imported where the audit runs: the first screen does not wait for it.
    from skillaudit.load import load
    from skillaudit.pipeline import audit_library
    from skillaudit.pipeline.partial import files_report

    library = load(sources, progress=progress)
    try:
        return audit_library(library, config, progress)
    except Cancelled as stop:
        raise StoppedAudit(files_report(library, config)) from stop


def audit_apart(sources: Sequence[str | Path], config: Config, progress: Progress) -> Report:
    """Do the same in a process of its own, and return or raise what it does.

    Raises `MissingError` when the process ends without a word, as one without memory does.
    """
    if not sys.executable:
        return audit_here(sources, config, progress)
    held = _held_key(sources, config) if isinstance(progress, Meter) else ""
    # `-P` and a path of our own: nothing of the folder that the user stands in is imported.
    command = [sys.executable, "-P", "-c", _START.format(path=sys.path)]
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as child,
    ):
        assert child.stdin is not None and child.stdout is not None
        try:
            send(child.stdin, Order([str(source) for source in sources], config, held))
            before = _kept(held, config, progress) if isinstance(progress, Meter) else None
            found = _listen(child, progress, before)
        except BrokenPipeError:
            found = None
        finally:
            child.kill()
        if found is None:
            said.seek(0)
            raise _died(child.wait(), said.read().decode(errors="replace"))
        return found


def _held_key(sources: Sequence[str | Path], config: Config) -> str:
    """Return the key of the last report of these sources; empty where none is kept, or the cache has no place."""
    from skillaudit.load.walk import show
    from skillaudit.pipeline.memory import last_key

    with contextlib.suppress(SkillAuditError):
        return last_key([show(str(source)) for source in sources], config)
    return ""


def _kept(key: str, config: Config, meter: Meter) -> Report | None:
    """Show the last report while it is found out whether it still holds: its head at once, then all of it."""
    if not key:
        return None
    from skillaudit.cache import Cache
    from skillaudit.pipeline.memory import recall_head, recall_skills

    with Cache(config.cache) as cache:
        if (head := recall_head(cache, key)) is None:
            return None
        meter.early = EarlyReport(head, "kept")
        try:
            skills = tuple(skill for part in recall_skills(cache, key) for skill in part)
        except ValueError:
            return None
    report = msgspec.structs.replace(head, skills=skills)
    meter.early = EarlyReport(report, "kept")
    return report


def _listen(child: subprocess.Popen[bytes], progress: Progress, before: Report | None) -> Report | None:
    """Return the report, which may be the one of `before`; None when the process ends without a word."""
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
        message = last if body is None else DECODER.decode(body)
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
            case SkillBatch(part):
                skills += part
            case Made(report, basis="kept") if before is not None:
                return before if report.use == before.use else msgspec.structs.replace(before, use=report.use)
            case Made(report, partial, early, basis, change):
                report = msgspec.structs.replace(report, skills=tuple(skills))
                if partial and not early:
                    raise StoppedAudit(report)
                _tell(progress, EarlyReport(report, basis) if early else None, change)
                if not early:
                    return report
                skills = []
            case Stopped():
                raise Cancelled
            case Failed(kind, text, trace):
                raise _error(kind, text, trace)


def _tell(progress: Progress, early: EarlyReport | None, change: bytes) -> None:
    """Give the screen what comes beside a report."""
    if isinstance(progress, Meter):
        progress.early = early
        if change:
            from skillaudit.gate.verdict import Change

            progress.change = msgspec.msgpack.decode(change, type=Change)


def _receive(stream: IO[bytes], heard: queue.SimpleQueue[bytes]) -> None:
    with contextlib.suppress(ValueError):  # closed: nobody listens any more
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
