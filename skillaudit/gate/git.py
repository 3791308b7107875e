"""Git, asked about a stranger's repository: for a limited time, in limited memory, and nothing is fetched or run."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from threading import Timer
from typing import Any

from skillaudit.errors import UsageError
from skillaudit.reading import limits
from skillaudit.safety.cleaning import clean

SECONDS = 300.0
"""What git may take for one answer: a pipe in a stranger's .git folder would hold it for good."""
_NO_ANSWER = "{}: git gave no answer within {:g} seconds; look for pipes in its .git folder"
_NO_GIT = "git is not installed, and comparing with an earlier revision needs it"
_PLACES = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE"})


def some_output(folder: Path, *arguments: str) -> bytes:
    """Return what git says, up to one byte beyond the limit of a listing; raises UsageError where git fails."""
    with tempfile.TemporaryFile() as complaints:
        try:
            with _started(folder, arguments, stdout=subprocess.PIPE, stderr=complaints) as running:
                assert running.stdout is not None
                late = Timer(SECONDS, running.kill)
                late.start()
                try:
                    data = running.stdout.read(limits.GIT_LISTING + 1)
                    if len(data) > limits.GIT_LISTING:
                        running.kill()
                        return data
                    running.wait()
                except BaseException:
                    running.kill()
                    raise
                finally:
                    late.cancel()
        except FileNotFoundError as error:
            raise UsageError(_NO_GIT) from error
        if running.returncode == -signal.SIGKILL:
            raise UsageError(_NO_ANSWER.format(folder, SECONDS))
        complaints.seek(0)
        if running.returncode:
            said = complaints.read(2_000)
            _check_memory(folder, said)
            raise UsageError(f"git cannot list the files: {first_line(said) or running.returncode}")
    return data


def git(folder: Path, *arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    """Ask git in a folder, and return what it says and how it ended; raises UsageError where it does not end."""
    try:
        with _started(
            folder, arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as running:
            try:
                told, said = running.communicate(stdin, timeout=SECONDS)
            except BaseException:
                running.kill()
                raise
    except subprocess.TimeoutExpired:
        raise UsageError(_NO_ANSWER.format(folder, SECONDS)) from None
    except FileNotFoundError as error:
        raise UsageError(_NO_GIT) from error
    if running.returncode:
        _check_memory(folder, said)
    return subprocess.CompletedProcess(arguments, running.returncode, told, said)


def _started(folder: Path, arguments: Sequence[str], **streams: Any) -> subprocess.Popen[bytes]:
    """Start git, held to `GIT_MEMORY` where that can be: some files of a .git folder it reads whole, however long."""
    running = subprocess.Popen(_command(folder, arguments), env=_environment(), **streams)
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(OSError, ValueError):  # it is over already, or held to less
            resource.prlimit(running.pid, resource.RLIMIT_DATA, (limits.GIT_MEMORY, limits.GIT_MEMORY))
    return running


def _check_memory(folder: Path, said: bytes) -> None:
    """Raise UsageError where git failed for want of memory."""
    if b"ut of memory" in said:
        raise UsageError(
            f"{folder}: git needs more than {limits.GIT_MEMORY >> 20:,} MiB for this repository; look for links and "
            "huge files in its .git folder"
        )


def _command(folder: Path, arguments: Sequence[str]) -> list[str]:
    return ["git", "-C", str(folder), *arguments]


def _environment() -> dict[str, str]:
    return {
        # The folder says which repository is meant, whatever a hook or a shell was started in.
        **{name: value for name, value in os.environ.items() if name not in _PLACES},
        "LC_ALL": "C",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",  # the same for a git that does not know it: nothing is fetched, by no program
        "GIT_NO_REPLACE_OBJECTS": "1",
    }


def first_line(said: bytes) -> str:
    return clean(said.decode("utf-8", "replace")).strip().partition("\n")[0]
